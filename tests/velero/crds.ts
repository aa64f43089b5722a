/** The custom resources of the workloads, as loose definitions: group, versions (storage first), kind, plural, scope. */

import type { Json } from "./api.ts";
import { CNPG_DEFINITIONS } from "./crds/cnpg.ts";
import { VM_OPERATOR_DEFINITIONS } from "./crds/vm_operator.ts";

type Row = readonly [
  group: string,
  versions: readonly string[],
  kind: string,
  plural: string,
  scope: "Namespaced" | "Cluster",
  /** Whether the status is a subresource, as in the real definition. */
  statusSubresource: boolean,
];

/** One row per resource. */
export const CUSTOM_RESOURCES: readonly Row[] = [
  ["kubevirt.io", ["v1", "v1alpha3"], "VirtualMachine", "virtualmachines", "Namespaced", true],
  [
    "kubevirt.io",
    ["v1", "v1alpha3"],
    "VirtualMachineInstance",
    "virtualmachineinstances",
    "Namespaced",
    false,
  ],
  ["cdi.kubevirt.io", ["v1beta1"], "DataVolume", "datavolumes", "Namespaced", true],
  ["kubeovn.io", ["v1"], "IP", "ips", "Cluster", false],
  [
    "k8s.cni.cncf.io",
    ["v1"],
    "NetworkAttachmentDefinition",
    "network-attachment-definitions",
    "Namespaced",
    false,
  ],
];

// What the fields mean is the operators' business; unknown ones must survive.
const ANYTHING = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

const STRINGS = ["podName", "namespace", "subnet", "nodeName", "ipAddress", "v4IpAddress", "v6IpAddress"];
// Kube-OVN's own schema is narrow: the API server drops what is not in it.
const IP_SCHEMA = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        ...Object.fromEntries(
          [...STRINGS, "macAddress", "containerID", "podType"].map((name) => [name, { type: "string" }]),
        ),
        ...Object.fromEntries(["attachIps", "attachMacs", "attachSubnets"].map((name) => [name, {
          type: "array",
          items: { type: "string" },
        }])),
      },
    },
  },
};

/** The CustomResourceDefinitions of {@link CUSTOM_RESOURCES}, CloudNativePG and VM Operator. */
export function customResourceDefinitions(): Json[] {
  const loose = CUSTOM_RESOURCES.map(([group, versions, kind, plural, scope, statusSubresource]) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: kind === "IP" ? IP_SCHEMA : ANYTHING },
        ...(statusSubresource ? { subresources: { status: {} } } : {}),
      })),
    },
  }));
  return [...loose, ...CNPG_DEFINITIONS, ...VM_OPERATOR_DEFINITIONS];
}
