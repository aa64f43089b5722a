import { assertEquals } from "@std/assert";
import { defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { backupVm } from "./backup_vm.ts";
import { settings } from "./settings.ts";

const LABEL = "vmgroup.vmoperator.vmware.com/name";
const DEFAULTS = defaultsOf(settings);

function vm(spec: JsonValue, labels?: JsonValue): JsonObject {
  return {
    apiVersion: "vmoperator.vmware.com/v1alpha6",
    kind: "VirtualMachine",
    metadata: { name: "v", namespace: "n", ...(labels === undefined ? {} : { labels }) },
    spec,
  };
}

interface Row {
  readonly name: string;
  readonly item: JsonObject;
  readonly becomes?: JsonObject;
  readonly warnings?: readonly string[];
}

const long = "g".repeat(64);
const fits = "g".repeat(63);

const ROWS: readonly Row[] = [
  {
    name: "a member",
    item: vm({ groupName: "g" }, { app: "x" }),
    becomes: vm({ groupName: "g" }, { app: "x", [LABEL]: "g" }),
  },
  {
    name: "a member without labels",
    item: vm({ groupName: "g" }),
    becomes: vm({ groupName: "g" }, { [LABEL]: "g" }),
  },
  {
    name: "a member of another group before",
    item: vm({ groupName: "g" }, { [LABEL]: "old" }),
    becomes: vm({ groupName: "g" }, { [LABEL]: "g" }),
  },
  { name: "a member labelled already", item: vm({ groupName: "g" }, { [LABEL]: "g" }) },
  { name: "no member", item: vm({}) },
  { name: "empty groupName", item: vm({ groupName: "" }) },
  { name: "groupName of a wrong type", item: vm({ groupName: 5 }) },
  {
    name: "63 characters",
    item: vm({ groupName: fits }),
    becomes: vm({ groupName: fits }, { [LABEL]: fits }),
  },
  {
    name: "64 characters",
    item: vm({ groupName: long }),
    warnings: [
      `label ${LABEL} is not set, because spec.groupName "${long}" is not a label value of at most 63 characters`,
    ],
  },
  {
    name: "no label value",
    item: vm({ groupName: "a b" }),
    warnings: [
      `label ${LABEL} is not set, because spec.groupName "a b" is not a label value of at most 63 characters`,
    ],
  },
  {
    name: "labels of a wrong type",
    item: vm({ groupName: "g" }, "x"),
    warnings: [`label ${LABEL} is not set, because metadata.labels is not an object`],
  },
  {
    name: "metadata of a wrong type",
    item: { ...vm({ groupName: "g" }), metadata: [] },
    warnings: [`label ${LABEL} is not set, because metadata.labels is not an object`],
  },
  { name: "spec of a wrong type", item: vm(5) },
];

for (const { name, item, becomes, warnings = [] } of ROWS) {
  // vmgroup E10
  Deno.test(`vm-backup, member-label: ${name}`, async () => {
    const { result, logs, requests } = await runBackup(backupVm, { item, settings: DEFAULTS });
    assertEquals(result, { ...(becomes === undefined ? {} : { item: becomes }), additionalItems: [] });
    assertEquals(messages(logs, "warn"), warnings);
    assertEquals(requests, []);
  });
}

Deno.test("vm-backup, vm-dependencies: Secrets, PVCs and the group (vmgroup E9)", async () => {
  const item = vm({
    groupName: "g",
    bootstrap: { cloudInit: { rawCloudConfig: { name: "s" } } },
    volumes: [{ name: "d", persistentVolumeClaim: { claimName: "p" } }],
  });
  const { result } = await runBackup(backupVm, {
    item,
    settings: { ...DEFAULTS, "vm-dependencies": true, "member-label": false },
  });
  assertEquals(result, {
    additionalItems: [
      { group: "", resource: "secrets", namespace: "n", name: "s" },
      { group: "", resource: "persistentvolumeclaims", namespace: "n", name: "p" },
      { group: "vmoperator.vmware.com", resource: "virtualmachinegroups", namespace: "n", name: "g" },
    ],
  });
});

Deno.test("vm-backup, vm-dependencies: a VM outside groups", async () => {
  const { result } = await runBackup(backupVm, {
    item: vm({ bootstrap: { linuxPrep: { password: { name: "s" } } } }),
    settings: { ...DEFAULTS, "vm-dependencies": true },
  });
  assertEquals(result, { additionalItems: [{ group: "", resource: "secrets", namespace: "n", name: "s" }] });
});

Deno.test("vm-backup is off when both of its settings are", () => {
  const enabled = (label: boolean, dependencies: boolean) =>
    backupVm.enabled?.({ ...DEFAULTS, "member-label": label, "vm-dependencies": dependencies });
  assertEquals([enabled(true, false), enabled(false, true), enabled(false, false)], [true, true, false]);
});
