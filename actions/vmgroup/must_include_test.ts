import { assertEquals } from "@std/assert";
import { defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { backupGroup } from "./backup_group.ts";
import { settings } from "./settings.ts";

const KEY = "backup.velero.io/must-include-additional-items";

function group(annotations?: JsonObject): JsonObject {
  return {
    apiVersion: "vmoperator.vmware.com/v1alpha6",
    kind: "VirtualMachineGroup",
    metadata: { name: "g", namespace: "n", ...(annotations === undefined ? {} : { annotations }) },
    spec: { bootOrder: [{ members: [{ name: "a" }, { name: "b" }, { name: "c" }] }] },
  };
}

const vm = (name: string, exclude?: string): JsonObject => ({
  apiVersion: "vmoperator.vmware.com/v1alpha6",
  kind: "VirtualMachine",
  metadata: {
    name,
    namespace: "n",
    labels: exclude === undefined ? {} : { "velero.io/exclude-from-backup": exclude },
  },
  spec: { bootstrap: { cloudInit: { rawCloudConfig: { name: `${name}-init` } } } },
});

const OBJECTS = [vm("a"), vm("b", "true"), vm("c", "false")];
const ALL = ["a", "a-init", "b", "b-init", "c", "c-init"];
const KEPT = ["a", "a-init", "c", "c-init"];

type Mode = "auto" | "never" | "always";

// [mode, spec of the Backup, forced]; vmgroup G8, E1, DEV-VMG-6 and the comparison of kubevirt 3.2.
const ROWS: readonly (readonly [Mode, JsonObject, boolean])[] = [
  ["auto", {}, false],
  ["auto", { includedResources: [] }, false],
  ["auto", { includedResources: ["*"] }, false],
  ["auto", { includedResources: ["virtualmachinegroups", "*"] }, false],
  ["auto", { includedResources: ["virtualmachinegroups"] }, true],
  ["auto", { includedResources: ["virtualmachinegroups.vmoperator.vmware.com"] }, true],
  ["auto", { includedResources: ["VirtualMachineGroup"] }, true],
  ["auto", { includedResources: ["vmg"] }, true],
  ["auto", { includedResources: ["vmg", "secrets", "pods"] }, true],
  ["auto", { includedResources: ["vmg", "vm"] }, false],
  ["auto", { includedResources: ["vmg", "virtualmachines"] }, false],
  ["auto", { includedResources: ["vmg", "virtualmachines.vmoperator.vmware.com"] }, false],
  ["auto", { includedResources: ["vmg", "virtualmachines.kubevirt.io"] }, true],
  ["auto", { includedResources: ["virtualmachinegroups.example.com"] }, false],
  ["auto", { includedResources: ["virtualmachines"] }, false],
  ["auto", { includedResources: ["secrets"] }, false],
  ["auto", { includedNamespaceScopedResources: ["virtualmachinegroups"] }, true],
  ["auto", { includedNamespaceScopedResources: ["virtualmachinegroups", "virtualmachines"] }, false],
  ["auto", { includedNamespaceScopedResources: ["*"] }, false],
  ["auto", { includedResources: "virtualmachinegroups" }, false],
  ["auto", { includedResources: [5, null, "vmg"] }, true],
  ["never", { includedResources: ["virtualmachinegroups"] }, false],
  ["always", {}, true],
  ["always", { includedResources: ["vmg", "vm"] }, true],
];

for (const [mode, spec, forced] of ROWS) {
  Deno.test(`must-include ${mode}: ${JSON.stringify(spec)}`, async () => {
    const { result } = await runBackup(backupGroup, {
      item: group({ k: "v" }),
      backup: { spec },
      objects: OBJECTS,
      settings: { ...defaultsOf(settings), "must-include": mode },
    });
    assertEquals(result.additionalItems?.map(({ name }) => name), forced ? KEPT : ALL);
    assertEquals(result.item, forced ? group({ k: "v", [KEY]: "true" }) : undefined);
  });
}

Deno.test("must-include does nothing without a Backup (vmgroup G9)", async () => {
  for (const mode of ["auto", "always"] as const) {
    const { result } = await runBackup(backupGroup, {
      item: group(),
      backup: null,
      objects: OBJECTS,
      settings: { ...defaultsOf(settings), "must-include": mode },
    });
    assertEquals(result.additionalItems?.map(({ name }) => name), ALL);
    assertEquals(result.item, undefined);
  }
});

Deno.test("must-include makes the annotations where there are none", async () => {
  const { result, logs } = await runBackup(backupGroup, {
    item: group(),
    backup: { spec: { includedResources: ["vmg"] } },
    objects: OBJECTS,
    settings: defaultsOf(settings),
  });
  assertEquals(result.item, group({ [KEY]: "true" }));
  assertEquals(messages(logs, "info"), [
    "left out VirtualMachine n/b, which is labelled velero.io/exclude-from-backup",
  ]);
});

Deno.test("must-include leaves annotations alone that are no object, with a warning", async () => {
  const item = group();
  (item.metadata as JsonObject).annotations = "x";
  const { result, logs } = await runBackup(backupGroup, {
    item,
    backup: { spec: { includedResources: ["vmg"] } },
    objects: OBJECTS,
    settings: defaultsOf(settings),
  });
  assertEquals(result.item, undefined);
  assertEquals(messages(logs, "warn"), [
    "members must pass the filters of the backup, because metadata.annotations is not an object",
  ]);
});
