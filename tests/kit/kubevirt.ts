/**
 * KubeVirt objects for tests of the source `kubevirt`; the VMs are in `virtual_machines.ts`.
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../../objects/json.ts";

/** What a test says about an object besides its spec. */
export interface Rest {
  readonly apiVersion?: string;
  readonly metadata?: JsonObject;
  readonly status?: JsonValue;
}

/** An object of KubeVirt, `n/v` unless `metadata` says otherwise. */
export function kubevirtObject(kind: string, spec: JsonValue, rest: Rest = {}): JsonObject {
  return {
    apiVersion: rest.apiVersion ?? "kubevirt.io/v1",
    kind,
    metadata: { name: "v", namespace: "n", ...rest.metadata },
    spec,
    ...(rest.status === undefined ? {} : { status: rest.status }),
  };
}

/** A VirtualMachine with the spec of its instance, and what else is in its own spec. */
export function machine(instance: JsonObject, spec: JsonObject = {}, rest: Rest = {}): JsonObject {
  return kubevirtObject("VirtualMachine", { ...spec, template: { spec: instance } }, rest);
}

/** A VirtualMachineInstance. */
export function instance(spec: JsonValue, rest: Rest = {}): JsonObject {
  return kubevirtObject("VirtualMachineInstance", spec, rest);
}

/** A launcher pod of the instance `v` with UID `vmi-uid`, running, with hooks, able to take commands. */
export function launcher(name: string, more: JsonObject = {}, labels: JsonObject = {}): JsonObject {
  const { metadata, ...rest } = more;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "n",
      labels: { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": "vmi-uid", ...labels },
      annotations: { "kubevirt.io/domain": "v", "pre.hook.backup.velero.io/command": "[]" },
      ...metadata as JsonObject | undefined,
    },
    spec: { nodeName: "node-1" },
    status: { phase: "Running", containerStatuses: [{ name: "compute", ready: true }] },
    ...rest,
  };
}

/** Access credentials, each with its Secret: `ssh` and `pw`. */
export const SSH = { sshPublicKey: { source: { secret: { secretName: "ssh" } } } };
export const PASSWORD = { userPassword: { source: { secret: { secretName: "pw" } } } };

/** The part of an instance's specification that decides about backend storage. */
export function tpm(persistent: boolean) {
  return { domain: { devices: { tpm: { persistent } } } };
}

/** A volume on a DataVolume, and its nodes in the graph of a VM in namespace `n`. */
export const DV = { name: "d", dataVolume: { name: "dv" } };
export const DV_NODES = ["datavolumes.cdi.kubevirt.io/n/dv", "persistentvolumeclaims/n/dv"];

/** One volume of every kind in upstream's tests (kubevirt T7.9.6), and their nodes. */
export const VOLUMES = [
  { persistentVolumeClaim: { claimName: "pvc" } },
  DV,
  { memoryDump: { claimName: "dump" } },
  { configMap: { name: "cm" } },
  { secret: { secretName: "s" } },
  { serviceAccount: { serviceAccountName: "sa" } },
];
export const VOLUME_NODES = [
  "persistentvolumeclaims/n/pvc",
  ...DV_NODES,
  "persistentvolumeclaims/n/dump",
  "configmaps/n/cm",
  "secrets/n/s",
  "serviceaccounts/n/sa",
];
