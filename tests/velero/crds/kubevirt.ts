/**
 * KubeVirt, CDI, instance types, snapshots, clones and what VMs hang on (Multus, Kube-OVN, CSI snapshots) for the testbed.
 *
 * @module
 */

import type { Json } from "../api.ts";
import { looseDefinitions } from "./loose.ts";

const strings = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { type: "string" }]));
const lists = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { type: "array", items: { type: "string" } }]));

// Kube-OVN's own schema is narrow: the API server drops what is not in it.
const IP_SCHEMA = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        ...strings("podName", "namespace", "subnet", "nodeName", "ipAddress", "v4IpAddress", "v6IpAddress"),
        ...strings("macAddress", "containerID", "podType"),
        ...lists("attachIps", "attachMacs", "attachSubnets"),
      },
    },
  },
};

/** The CustomResourceDefinitions. */
export const KUBEVIRT_DEFINITIONS: readonly Json[] = looseDefinitions([
  {
    group: "kubevirt.io",
    versions: ["v1", "v1alpha3"],
    namespaced: [
      "virtualmachines/VirtualMachine/vm/vms",
      "virtualmachineinstances/VirtualMachineInstance/vmi/vmis",
      "virtualmachineinstancereplicasets/VirtualMachineInstanceReplicaSet/vmirs/vmirss",
      "virtualmachineinstancemigrations/VirtualMachineInstanceMigration/vmim/vmims",
    ],
    withStatus: ["virtualmachines", "virtualmachineinstancereplicasets"],
  },
  {
    group: "cdi.kubevirt.io",
    versions: ["v1beta1"],
    namespaced: ["datavolumes/DataVolume/dv/dvs", "datasources/DataSource/das"],
    withStatus: ["datavolumes"],
  },
  {
    group: "instancetype.kubevirt.io",
    versions: ["v1beta1"],
    namespaced: [
      "virtualmachineinstancetypes/VirtualMachineInstancetype/vminstancetype",
      "virtualmachinepreferences/VirtualMachinePreference/vmpref",
    ],
    clusterWide: [
      "virtualmachineclusterinstancetypes/VirtualMachineClusterInstancetype/vmclusterinstancetype",
      "virtualmachineclusterpreferences/VirtualMachineClusterPreference/vmcp",
    ],
  },
  {
    group: "snapshot.kubevirt.io",
    versions: ["v1beta1"],
    namespaced: [
      "virtualmachinesnapshots/VirtualMachineSnapshot/vmsnapshot",
      "virtualmachinesnapshotcontents/VirtualMachineSnapshotContent/vmsnapshotcontent",
      "virtualmachinerestores/VirtualMachineRestore/vmrestore",
    ],
  },
  {
    group: "clone.kubevirt.io",
    versions: ["v1beta1"],
    namespaced: ["virtualmachineclones/VirtualMachineClone/vmclone"],
  },
  {
    group: "export.kubevirt.io",
    versions: ["v1beta1"],
    namespaced: ["virtualmachineexports/VirtualMachineExport/vmexport"],
  },
  {
    group: "snapshot.storage.k8s.io",
    versions: ["v1"],
    namespaced: ["volumesnapshots/VolumeSnapshot/vs"],
  },
  { group: "kubeovn.io", versions: ["v1"], clusterWide: ["ips/IP"], schemas: { ips: IP_SCHEMA } },
  {
    group: "k8s.cni.cncf.io",
    versions: ["v1"],
    namespaced: ["network-attachment-definitions/NetworkAttachmentDefinition/net-attach-def"],
  },
]);
