import { assertEquals } from "@std/assert";
import { defaultsOf, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { restorePvc } from "./restore_pvc.ts";
import { settings, type VmGroupSettings } from "./settings.ts";

const HEALTH = "volumehealth.storage.kubernetes.io/health";
const STAMP = "volumehealth.storage.kubernetes.io/health-timestamp";
const USED = "cns.vmware.com/usedby-vm-1";
const PROVISIONER = "volume.kubernetes.io/storage-provisioner";
const INSTANCE = "vmoperator.vmware.com/instance-storage-resource";

function pvc(metadata: JsonObject, spec: JsonValue = {}): JsonObject {
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "p", ...metadata }, spec };
}

interface Row {
  readonly name: string;
  readonly item: JsonObject;
  /** Absent: unchanged. */
  readonly becomes?: JsonObject;
  readonly settings?: Partial<VmGroupSettings>;
}

const ROWS: readonly Row[] = [
  {
    name: "all traces of the driver (vmgroup P2, P3, P4, DEV-VMG-12, T5.1)",
    item: pvc({
      annotations: { [HEALTH]: "accessible", [STAMP]: "t", [USED]: "v", keep: "k" },
      finalizers: ["kubernetes.io/pvc-protection", "cns.vmware.com/pvc-protection"],
    }, { future: 1 }),
    becomes: pvc({ annotations: { keep: "k" }, finalizers: ["kubernetes.io/pvc-protection"] }, { future: 1 }),
  },
  { name: "no annotations (vmgroup P1, T5.2)", item: pvc({}) },
  {
    name: "only health; quantities stay as written (vmgroup P5, P6, T5.3)",
    item: pvc({ annotations: { [HEALTH]: "accessible" } }, {
      resources: { requests: { storage: "1024Mi" } },
    }),
    becomes: pvc({}, { resources: { requests: { storage: "1024Mi" } } }),
  },
  { name: "spec of a wrong type (vmgroup T5.4)", item: pvc({ annotations: { keep: "k" } }, "x") },
  {
    name: "spec of a wrong type does not stop the cleaning",
    item: pvc({ annotations: { [USED]: "v" } }, "x"),
    becomes: pvc({}, "x"),
  },
  { name: "vmgroup P1: annotations null", item: pvc({ annotations: null, labels: { [USED]: "v" } }) },
  {
    name: "vmgroup P1: annotations of a wrong type",
    item: pvc({ annotations: "x", labels: { [USED]: "v" } }),
  },
  { name: "vmgroup P1: metadata of a wrong type", item: { ...pvc({}), metadata: [] } },
  {
    name: "vmgroup P3: several attachments, also with an empty end",
    item: pvc({
      annotations: { [USED]: "a", "cns.vmware.com/usedby-vm-": "b", "cns.vmware.com/usedby": "c" },
    }),
    becomes: pvc({ annotations: { "cns.vmware.com/usedby": "c" } }),
  },
  {
    name: "vmgroup P3: labels too",
    item: pvc({ annotations: { keep: "k" }, labels: { [USED]: "v", app: "x" } }),
    becomes: pvc({ annotations: { keep: "k" }, labels: { app: "x" } }),
  },
  {
    name: "vmgroup P3: labels only in full",
    item: pvc({ annotations: { keep: "k" }, labels: { [HEALTH]: "v" } }),
  },
  {
    name: "vmgroup P4: an emptied list of finalizers goes",
    item: pvc({ annotations: { [STAMP]: "t", keep: "k" }, finalizers: ["cns.vmware.com/pvc-protection"] }),
    becomes: pvc({ annotations: { keep: "k" } }),
  },
  {
    name: "vmgroup P4: the finalizer stays when nothing was removed",
    item: pvc({ annotations: { keep: "k" }, finalizers: ["cns.vmware.com/pvc-protection"] }),
  },
  {
    name: "vmgroup P4: finalizers of a wrong type",
    item: pvc({ annotations: { [HEALTH]: 5, keep: "k" }, finalizers: "cns.vmware.com/pvc-protection" }),
    becomes: pvc({ annotations: { keep: "k" }, finalizers: "cns.vmware.com/pvc-protection" }),
  },
  {
    name: "pvc-scope vsphere: another driver (vmgroup E12)",
    item: pvc({ annotations: { [HEALTH]: "a", [PROVISIONER]: "rbd.csi.ceph.com" } }),
    settings: { "pvc-scope": "vsphere" },
  },
  {
    name: "pvc-scope vsphere: no driver",
    item: pvc({ annotations: { [HEALTH]: "a" } }),
    settings: { "pvc-scope": "vsphere" },
  },
  {
    name: "pvc-scope vsphere: vSphere",
    item: pvc({ annotations: { [HEALTH]: "a", [PROVISIONER]: "csi.vsphere.vmware.com" } }),
    becomes: pvc({ annotations: { [PROVISIONER]: "csi.vsphere.vmware.com" } }),
    settings: { "pvc-scope": "vsphere" },
  },
];

for (const { name, item, becomes, settings: own = {} } of ROWS) {
  Deno.test(`pvc-restore: ${name}`, async () => {
    const { result, logs, requests } = await runRestore(restorePvc, {
      item,
      settings: { ...defaultsOf(settings), ...own },
    });
    assertEquals(result, becomes === undefined ? {} : { item: becomes });
    assertEquals([logs, requests], [[], []]);
  });
}

Deno.test("pvc-restore: pvc-scope vsphere looks at the stored PVC, too", async () => {
  const { result } = await runRestore(restorePvc, {
    item: pvc({ annotations: { [HEALTH]: "a", keep: "k" } }),
    itemFromBackup: pvc({
      annotations: { [HEALTH]: "a", keep: "k", [PROVISIONER]: "csi.vsphere.vmware.com" },
    }),
    settings: { ...defaultsOf(settings), "pvc-scope": "vsphere" },
  });
  assertEquals(result, { item: pvc({ annotations: { keep: "k" } }) });
});

const owner = (apiVersion: string, kind = "VirtualMachine") => [{ apiVersion, kind, name: "v" }];

// [name, labels of the item, owners of the stored PVC, setting, skipped]
const INSTANCE_STORAGE: readonly (readonly [string, JsonObject, JsonValue, boolean, boolean])[] = [
  ["owned by a VM (vmgroup E8)", { [INSTANCE]: "true" }, owner("vmoperator.vmware.com/v1alpha6"), true, true],
  ["an empty label counts", { [INSTANCE]: "" }, owner("vmoperator.vmware.com/v1alpha1"), true, true],
  ["setting off", { [INSTANCE]: "true" }, owner("vmoperator.vmware.com/v1alpha6"), false, false],
  ["no label", { app: "x" }, owner("vmoperator.vmware.com/v1alpha6"), true, false],
  ["no owner", { [INSTANCE]: "true" }, [], true, false],
  ["owned by a VM of KubeVirt", { [INSTANCE]: "true" }, owner("kubevirt.io/v1"), true, false],
  [
    "owned by a group",
    { [INSTANCE]: "true" },
    owner("vmoperator.vmware.com/v1", "VirtualMachineGroup"),
    true,
    false,
  ],
  [
    "owners of a wrong type",
    { [INSTANCE]: "true" },
    [5, null, { kind: "VirtualMachine", apiVersion: 5 }],
    true,
    false,
  ],
];

for (const [name, labels, ownerReferences, on, skipped] of INSTANCE_STORAGE) {
  Deno.test(`pvc-restore, instance storage: ${name}`, async () => {
    const item = pvc({ annotations: { keep: "k" }, labels });
    const { result } = await runRestore(restorePvc, {
      item,
      itemFromBackup: pvc({ annotations: { keep: "k" }, labels, ownerReferences }),
      settings: { ...defaultsOf(settings), "skip-instance-storage": on },
    });
    assertEquals(result, skipped ? { skipRestore: true } : {});
  });
}
