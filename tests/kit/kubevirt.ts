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
