import { assertEquals } from "@std/assert";
import { defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { restoreGroup } from "./restore_group.ts";
import { settings, type VmGroupSettings } from "./settings.ts";

function group(spec: JsonValue | undefined, annotations?: JsonValue): JsonObject {
  return {
    apiVersion: "vmoperator.vmware.com/v1alpha6",
    kind: "VirtualMachineGroup",
    metadata: { name: "g", namespace: "n", ...(annotations === undefined ? {} : { annotations }) },
    ...(spec === undefined ? {} : { spec }),
  };
}

const PARENT = {
  additionalItems: [{
    group: "vmoperator.vmware.com",
    resource: "virtualmachinegroups",
    namespace: "n",
    name: "parent",
  }],
  waitForAdditionalItems: true,
  additionalItemsReadyTimeout: 60_000,
};

interface Row {
  readonly name: string;
  readonly item: JsonObject;
  readonly becomes?: JsonObject;
  readonly parent?: boolean;
  readonly settings?: Partial<VmGroupSettings>;
  readonly warnings?: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: "vmgroup H4: nothing to do", item: group({ bootOrder: [] }, { k: "v" }) },
  {
    name: "vmgroup H1: forced power sync",
    item: group({ nextForcePowerStateSyncTime: "2026-01-01T00:00:00Z", powerState: "PoweredOn" }),
    becomes: group({ powerState: "PoweredOn" }),
  },
  {
    name: "vmgroup H2: protected annotations",
    item: group({}, {
      "vmoperator.vmware.com.protected/last-updated-power-state-time": "t",
      "vmoperator.vmware.com.protected/apply-power-state-time": "t",
      "vmoperator.vmware.com.protected/other": "t",
    }),
    becomes: group({}, { "vmoperator.vmware.com.protected/other": "t" }),
  },
  {
    name: "vmgroup H2: the annotation by which a backup took the members",
    item: group({}, { "backup.velero.io/must-include-additional-items": "true", k: "v" }),
    becomes: group({}, { k: "v" }),
  },
  { name: "vmgroup H3: parent group", item: group({ groupName: "parent" }), parent: true },
  {
    name: "vmgroup H1 and H3",
    item: group({ groupName: "parent", nextForcePowerStateSyncTime: "t" }),
    becomes: group({ groupName: "parent" }),
    parent: true,
  },
  { name: "empty parent", item: group({ groupName: "" }) },
  {
    name: "parent of a wrong type",
    item: group({ groupName: 5 }),
    warnings: ["spec.groupName is not a string but 5, so it is ignored"],
  },
  {
    name: "power-state off wins over the group's",
    item: group({ powerState: "PoweredOn" }),
    becomes: group({ powerState: "PoweredOff" }),
    settings: { "power-state": "off" },
  },
  { name: "no spec", item: group(undefined), settings: { "power-state": "off" } },
  { name: "spec of a wrong type", item: group(5) },
  { name: "annotations of a wrong type", item: group({}, "x") },
  { name: "metadata of a wrong type", item: { ...group({}), metadata: 5 } },
];

for (const { name, item, becomes, parent = false, settings: own = {}, warnings = [] } of ROWS) {
  Deno.test(`vmgroup-restore: ${name}`, async () => {
    const { result, logs } = await runRestore(restoreGroup, {
      item,
      settings: { ...defaultsOf(settings), ...own },
    });
    assertEquals(result, { ...(becomes === undefined ? {} : { item: becomes }), ...(parent ? PARENT : {}) });
    assertEquals(messages(logs, "warn"), warnings);
  });
}

Deno.test("vmgroup-restore is on by default and off by its setting (vmgroup E3)", () => {
  assertEquals(restoreGroup.enabled?.(defaultsOf(settings)), true);
  assertEquals(restoreGroup.enabled?.({ ...defaultsOf(settings), "group-restore": false }), false);
});
