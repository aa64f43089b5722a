import { assertEquals, assertRejects } from "@std/assert";
import { defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { restoreVm } from "./restore_vm.ts";
import { settings, type VmGroupSettings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const FIRST_BOOT = "virtualmachine.vmoperator.vmware.com/first-boot-done";

const GROUP_G = {
  additionalItems: [{
    group: "vmoperator.vmware.com",
    resource: "virtualmachinegroups",
    namespace: "n",
    name: "g",
  }],
  waitForAdditionalItems: true,
  additionalItemsReadyTimeout: 60_000,
};

function vm(spec: JsonValue | undefined, metadata: JsonObject = {}, version = "v1alpha6"): JsonObject {
  return {
    apiVersion: `vmoperator.vmware.com/${version}`,
    kind: "VirtualMachine",
    metadata: { name: "v", namespace: "n", ...metadata },
    ...(spec === undefined ? {} : { spec }),
  };
}

const STATUS: JsonObject = {
  network: {
    config: { dns: { hostName: "v" }, interfaces: [{ name: "eth0", ip: { addresses: ["10.0.0.2/24"] } }] },
  },
};

interface Row {
  readonly name: string;
  readonly item: JsonObject;
  /** Absent: unchanged. */
  readonly becomes?: JsonObject;
  readonly group?: boolean;
  readonly settings?: Partial<VmGroupSettings>;
  readonly warnings?: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: "nothing to do (vmgroup M7, T4.3.1)", item: vm({ className: "c" }) },
  {
    name: "identity of the old VM and its group (vmgroup M2, M3, M6, T4.3.2)",
    item: vm({ instanceUUID: "u", biosUUID: "b", groupName: "g", nextRestartTime: "t" }, {
      annotations: { [FIRST_BOOT]: "true" },
    }),
    becomes: vm({ biosUUID: "b", groupName: "g" }, { annotations: {} }),
    group: true,
  },
  {
    name: "status of the item is not copied to spec.network (vmgroup M5, DEV-VMG-11, T4.3.3)",
    item: { ...vm({ className: "c" }), status: STATUS },
  },
  { name: "empty spec.network stays (vmgroup T4.3.4)", item: { ...vm({ network: {} }), status: STATUS } },
  { name: "spec.network null stays (vmgroup T4.3.5)", item: { ...vm({ network: null }), status: STATUS } },
  { name: "no spec is made for a status (vmgroup T4.3.6)", item: { ...vm(undefined), status: STATUS } },
  { name: "spec null counts as absent", item: vm(null) },
  { name: "volumes of a wrong type pass through (vmgroup T4.3.7)", item: vm({ volumes: "x" }) },
  {
    name: "annotation with a number beside first-boot-done (vmgroup M3, T4.3.8)",
    item: vm({}, { annotations: { [FIRST_BOOT]: "true", n: 5, o: { a: 1 } } }),
    becomes: vm({}, { annotations: { n: 5, o: { a: 1 } } }),
  },
  {
    name: "instanceUUID of a wrong type (vmgroup M2, T4.3.9)",
    item: vm({ instanceUUID: 5 }),
    becomes: vm({}),
  },
  { name: "empty instanceUUID", item: vm({ instanceUUID: "" }), becomes: vm({}) },
  { name: "instanceUUID null", item: vm({ instanceUUID: null }), becomes: vm({}) },
  {
    name: "unknown fields stay, group without a change (vmgroup T4.3.10, T4.3.11)",
    item: vm({ future: { x: 1 }, groupName: "g" }),
    group: true,
  },
  {
    name: "suspended VM (vmgroup M4, T4.3.12)",
    item: vm({ powerState: "Suspended" }),
    becomes: vm({ powerState: "PoweredOff" }),
  },
  {
    name: "suspended VM of v1alpha1",
    item: vm({ powerState: "suspended" }, {}, "v1alpha1"),
    becomes: vm({ powerState: "poweredOff" }, {}, "v1alpha1"),
  },
  {
    name: "what the webhook refuses (vmgroup M4, DEV-VMG-10)",
    item: vm({ nextRestartTime: "now", currentSnapshotName: "s", className: "c" }, {
      annotations: {
        "vmoperator.vmware.com/cloud-init-instance-id": "a",
        "vmoperator.vmware.com/restored-vm": "",
        "vmoperator.vmware.com/failed-over-vm": "",
        "vmoperator.vmware.com/imported-vm": "",
        "mgmt.proxy.vmware.com/allowlist": "a",
        "mgmt.proxy.vmware.com/watermark": "a",
        "vmoperator.vmware.com.protected/apply-power-state-time": "t",
        "delete.check.vmoperator.vmware.com/c1": "r",
        "delete.check.vmoperator.vmware.com/": "r",
        "poweron.check.vmoperator.vmware.com/c2": "r",
        "vmoperator.vmware.com/other": "stays",
      },
      labels: { "vmoperator.vmware.com/paused": "devops" },
    }),
    becomes: vm({ className: "c" }, {
      annotations: { "poweron.check.vmoperator.vmware.com/c2": "r", "vmoperator.vmware.com/other": "stays" },
      labels: {},
    }),
  },
  {
    name: "sanitize off keeps what only vmgroup M4 removes (vmgroup E2)",
    item: vm({ nextRestartTime: "t", powerState: "Suspended", instanceUUID: "u" }, {
      annotations: { [FIRST_BOOT]: "true", "vmoperator.vmware.com/restored-vm": "" },
      labels: { "vmoperator.vmware.com/paused": "x" },
    }),
    becomes: vm({ nextRestartTime: "t", powerState: "Suspended" }, {
      annotations: { "vmoperator.vmware.com/restored-vm": "" },
      labels: { "vmoperator.vmware.com/paused": "x" },
    }),
    settings: { sanitize: false },
  },
  { name: "empty groupName", item: vm({ groupName: "" }) },
  { name: "groupName null", item: vm({ groupName: null }) },
  {
    name: "groupName of a wrong type",
    item: vm({ groupName: ["g"] }),
    warnings: ['spec.groupName is not a string but ["g"], so it is ignored'],
  },
  { name: "metadata of a wrong type", item: { ...vm({}), metadata: [] } },
  { name: "annotations and labels of a wrong type", item: vm({}, { annotations: "x", labels: [5] }) },
  {
    name: "new-identity (vmgroup E5)",
    item: vm({ biosUUID: "b", bootstrap: { cloudInit: { instanceID: "i", rawCloudConfig: { name: "s" } } } }),
    becomes: vm({ bootstrap: { cloudInit: { rawCloudConfig: { name: "s" } } } }),
    settings: { "new-identity": true },
  },
  {
    name: "new-identity with a bootstrap of a wrong type",
    item: vm({ bootstrap: "x" }),
    settings: { "new-identity": true },
  },
  {
    name: "without new-identity both stay",
    item: vm({ biosUUID: "b", bootstrap: { cloudInit: { instanceID: "i" } } }),
  },
  {
    name: "power-state off (vmgroup E6)",
    item: vm({ powerState: "PoweredOn" }),
    becomes: vm({ powerState: "PoweredOff" }),
    settings: { "power-state": "off" },
  },
  {
    name: "power-state off where none is set",
    item: vm({}),
    becomes: vm({ powerState: "PoweredOff" }),
    settings: { "power-state": "off" },
  },
  { name: "power-state off without a spec", item: vm(undefined), settings: { "power-state": "off" } },
  {
    name: "power-state off in v1alpha1",
    item: vm({ powerState: "poweredOn" }, {}, "v1alpha1"),
    becomes: vm({ powerState: "poweredOff" }, {}, "v1alpha1"),
    settings: { "power-state": "off" },
  },
  { name: "the zone stays", item: vm({}, { labels: { "topology.kubernetes.io/zone": "z" } }) },
  {
    name: "drop-zone (vmgroup E7)",
    item: vm({}, { labels: { "topology.kubernetes.io/zone": "z", app: "x" } }),
    becomes: vm({}, { labels: { app: "x" } }),
    settings: { "drop-zone": true },
  },
  {
    name: "the golden vector (vmgroup T11.1)",
    item: vm({
      className: "c",
      instanceUUID: "11111111-1111-4111-8111-111111111111",
      biosUUID: "22222222-2222-4222-8222-222222222222",
      groupName: "g",
      powerState: "Suspended",
      nextRestartTime: "2026-01-01T00:00:00Z",
      network: { interfaces: [{ name: "eth0" }] },
    }, {
      labels: { "vmoperator.vmware.com/paused": "devops", app: "x" },
      annotations: {
        [FIRST_BOOT]: "true",
        "delete.check.vmoperator.vmware.com/c1": "r",
        "poweron.check.vmoperator.vmware.com/c2": "r",
        k: "v",
      },
    }),
    becomes: vm({
      className: "c",
      biosUUID: "22222222-2222-4222-8222-222222222222",
      groupName: "g",
      powerState: "PoweredOff",
      network: { interfaces: [{ name: "eth0" }] },
    }, { labels: { app: "x" }, annotations: { "poweron.check.vmoperator.vmware.com/c2": "r", k: "v" } }),
    group: true,
  },
];

for (const { name, item, becomes, group = false, settings: own = {}, warnings = [] } of ROWS) {
  Deno.test(`vm-restore: ${name}`, async () => {
    const { result, logs, requests } = await runRestore(restoreVm, {
      item,
      settings: { ...DEFAULTS, ...own },
    });
    assertEquals(result, { ...(becomes === undefined ? {} : { item: becomes }), ...(group ? GROUP_G : {}) });
    assertEquals(messages(logs, "warn"), warnings);
    assertEquals(requests, []);
  });
}

for (const spec of [5, "x", [], true]) {
  Deno.test(`vm-restore: spec ${JSON.stringify(spec)} is refused`, async () => {
    const error = await assertRejects(
      () => runRestore(restoreVm, { item: vm(spec), settings: DEFAULTS }),
      Refusal,
      "failed to convert item to VirtualMachine: spec is not an object",
    );
    assertEquals([error.rule, error.reason], ["vmgroup M1", "invalid_item"]);
  });
}

Deno.test("vm-restore names the group in the source namespace whatever the mapping says (vmgroup M6, T4.3.13)", async () => {
  const { result } = await runRestore(restoreVm, {
    item: vm({ groupName: "g" }),
    restore: { spec: { namespaceMapping: { n: "other" } } },
    settings: DEFAULTS,
  });
  assertEquals(result, GROUP_G);
});

Deno.test("vm-restore works without a Restore", async () => {
  const { result } = await runRestore(restoreVm, {
    item: vm({ groupName: "g" }),
    restore: null,
    settings: DEFAULTS,
  });
  assertEquals(result, GROUP_G);
});

Deno.test("vm-restore logs one line per change", async () => {
  const { logs } = await runRestore(restoreVm, {
    item: vm({ instanceUUID: "u", nextRestartTime: "t", powerState: "Suspended" }, {
      annotations: { "delete.check.vmoperator.vmware.com/c1": "r" },
      labels: { "vmoperator.vmware.com/paused": "x" },
    }),
    settings: DEFAULTS,
  });
  assertEquals(messages(logs, "info"), [
    'removed spec["instanceUUID"]',
    'removed spec["nextRestartTime"]',
    'removed metadata.annotations["delete.check.vmoperator.vmware.com/c1"]',
    'removed metadata.labels["vmoperator.vmware.com/paused"]',
    "set spec.powerState to PoweredOff",
  ]);
});
