import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { defaultsOf, messages, prepare, type World } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import { cloneJson, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import type { Machine } from "./identity.ts";
import { type KubevirtSettings, settings } from "./settings.ts";
import { settleIdentity } from "./settle_identity.ts";

const DEFAULTS = defaultsOf(settings);
const OFF = { ...DEFAULTS, "collision-check": "off" } as const;

const OWN = "velero-plugin-for-workloads";
const CLEAR_MAC = "velero.kubevirt.io/clear-mac-address";
const NEW_UUID = "velero.kubevirt.io/generate-new-firmware-uuid";
const CLEAR_SERIAL = `${OWN}/clear-firmware-serial`;
const AVOID = `${OWN}/avoid-collisions`;

const A = "02:42:ac:11:00:05";
const B = "02:42:ac:11:00:06";
const RANDOM = "00000000-0000-4000-8000-000000000001";

interface Firmware {
  readonly uuid?: string;
  readonly serial?: string;
}

const spec = (macs: readonly (string | undefined)[], firmware?: Firmware): JsonObject => ({
  domain: {
    devices: {
      interfaces: macs.map((macAddress, index) => ({
        name: `i${index}`,
        ...(macAddress === undefined ? {} : { macAddress }),
      })),
    },
    ...(firmware === undefined ? {} : { firmware: { ...firmware } }),
  },
});

const FULL = spec([A, B], { uuid: "u-1", serial: "s-1" });

const vm = (namespace: string, name: string, machine: JsonObject): JsonObject => ({
  ...bare("kubevirt.io/v1", "VirtualMachine", name, {}, namespace),
  spec: { template: { spec: machine } },
});

const labelled = (labels: JsonObject, mapping: JsonObject = {}): JsonObject => ({
  metadata: { labels },
  spec: { namespaceMapping: mapping },
});

/** Settles the identity of VM `n/v` with that machine. */
async function settle(
  own: JsonObject,
  restore: JsonObject | undefined,
  world: World<KubevirtSettings> = {},
  name = "v",
) {
  const { context, ...seen } = prepare({ settings: DEFAULTS, ...world });
  const item = cloneJson(vm("n", name, own));
  const machine: Machine = {
    spec: ((item.spec as JsonObject).template as JsonObject).spec as JsonObject,
    path: "spec.template.spec",
    rule: "kubevirt 5.6",
  };
  const changed = await settleIdentity(item, machine, restore, context);
  return { changed, spec: machine.spec, ...seen, warnings: messages(seen.logs, "warn") };
}

Deno.test("labels of the Restore clear MAC, UUID and serial (kubevirt 3.3, 5.6, 8.2, B13, T11.2)", async (t) => {
  const noMac = spec([undefined, undefined], { uuid: "u-1", serial: "s-1" });
  const rows: [labels: JsonObject, after: JsonObject | "unchanged"][] = [
    [{}, "unchanged"], // kubevirt T7.1.25
    [{ [CLEAR_MAC]: "" }, noMac], // kubevirt T7.1.26
    [{ [CLEAR_MAC]: "true" }, noMac],
    [{ [CLEAR_MAC]: "no" }, noMac],
    [{ [CLEAR_MAC]: "false" }, "unchanged"],
    [{ [CLEAR_MAC]: "False" }, "unchanged"],
    [{ [CLEAR_MAC]: 5 }, "unchanged"],
    [{ [NEW_UUID]: "" }, spec([A, B], { uuid: RANDOM, serial: "s-1" })],
    [{ [NEW_UUID]: "true" }, spec([A, B], { uuid: RANDOM, serial: "s-1" })],
    [{ [NEW_UUID]: "FALSE" }, "unchanged"],
    [{ [CLEAR_SERIAL]: "true" }, spec([A, B], { uuid: "u-1" })],
    [{ [CLEAR_SERIAL]: "false" }, "unchanged"],
    [
      { [CLEAR_MAC]: "true", [NEW_UUID]: "true", [CLEAR_SERIAL]: "true" },
      spec([undefined, undefined], { uuid: RANDOM }),
    ],
  ];
  for (const [labels, after] of rows) {
    await t.step(JSON.stringify(labels), async () => {
      const { changed, spec, logs } = await settle(FULL, labelled(labels));
      assertEquals([changed, spec], after === "unchanged" ? [false, FULL] : [true, after]);
      assertEquals(logs, []);
    });
  }
});

Deno.test("a new UUID is given to a machine without firmware, and without domain (kubevirt 5.6)", async () => {
  const restore = labelled({ [NEW_UUID]: "true" });
  assertEquals((await settle(spec([A]), restore)).spec, spec([A], { uuid: RANDOM }));
  assertEquals((await settle({}, restore)).spec, { domain: { firmware: { uuid: RANDOM } } });
});

const OTHER = vm("shop", "v", spec([A.replaceAll(":", "-").toUpperCase()], { uuid: "U-1", serial: "s-1" }));
const OTHER_VMI: JsonObject = {
  ...bare("kubevirt.io/v1", "VirtualMachineInstance", "alone", {}, "lab"),
  spec: spec([B]),
};

Deno.test("identities in use are told with both objects and the field (kubevirt 8.2, B21)", async () => {
  const { changed, spec, warnings, counts } = await settle(FULL, undefined, { objects: [OTHER, OTHER_VMI] });
  assertEquals([changed, spec], [false, FULL]);
  const at = "spec.template.spec.domain";
  const remedy = (field: string) => `label the Restore ${AVOID}: ${field} to restore it without`;
  assertEquals(warnings, [
    `MAC address ${A} of VirtualMachine n/v (${at}.devices.interfaces[0].macAddress) is in use by VirtualMachine shop/v; ${
      remedy("mac")
    }`,
    `MAC address ${B} of VirtualMachine n/v (${at}.devices.interfaces[1].macAddress) is in use by VirtualMachineInstance lab/alone; ${
      remedy("mac")
    }`,
    `firmware UUID u-1 of VirtualMachine n/v (${at}.firmware.uuid) is in use by VirtualMachine shop/v; ${
      remedy("uuid")
    }`,
    `firmware serial s-1 of VirtualMachine n/v (${at}.firmware.serial) is in use by VirtualMachine shop/v; ${
      remedy("serial")
    }`,
  ]);
  assertEquals(counts, ["collisions mac", "collisions mac", "collisions uuid", "collisions serial"]);
});

Deno.test("of many machines with one identity three are named", async () => {
  const objects = ["a", "b", "c", "d", "e"].map((name) => vm("shop", name, spec([A])));
  const { warnings, counts } = await settle(spec([A]), undefined, { objects });
  assertEquals(counts, ["collisions mac"]);
  assertStringIncludes(
    warnings.join(),
    "is in use by VirtualMachine shop/a, VirtualMachine shop/b, VirtualMachine shop/c and 2 more;",
  );
});

Deno.test("the machine in the target namespace is the restored one itself (kubevirt 8.2)", async (t) => {
  const rows: [mapping: JsonObject, namespaceOfOther: string, collides: boolean][] = [
    [{}, "n", false],
    [{ n: "m" }, "n", true],
    [{ n: "m" }, "m", false],
    [{ x: "m" }, "n", false],
    [{ x: "m" }, "m", true],
  ];
  for (const [mapping, namespace, collides] of rows) {
    await t.step(`${JSON.stringify(mapping)}, other in ${namespace}`, async () => {
      const { warnings } = await settle(spec([A]), labelled({}, mapping), {
        objects: [vm(namespace, "v", spec([A]))],
      });
      assertEquals(warnings.length, collides ? 1 : 0);
      if (collides) assertStringIncludes(warnings.join(), `of VirtualMachine ${mapping.n ?? "n"}/v (`);
    });
  }
});

Deno.test("avoid-collisions takes away what it names and is in use (kubevirt 8.2)", async (t) => {
  const objects = [OTHER];
  const rows: [value: string, after: JsonObject | "unchanged"][] = [
    ["all", spec([undefined, B], { uuid: RANDOM })],
    ["mac.uuid.serial", spec([undefined, B], { uuid: RANDOM })],
    ["mac", spec([undefined, B], { uuid: "u-1", serial: "s-1" })],
    ["uuid", spec([A, B], { uuid: RANDOM, serial: "s-1" })],
    ["serial", spec([A, B], { uuid: "u-1" })],
    ["serial.mac", spec([undefined, B], { uuid: "u-1" })],
    ["false", "unchanged"],
    ["False", "unchanged"],
  ];
  for (const [value, after] of rows) {
    await t.step(value, async () => {
      const { changed, spec, warnings } = await settle(FULL, labelled({ [AVOID]: value }), { objects });
      assertEquals([changed, spec], after === "unchanged" ? [false, FULL] : [true, after]);
      assertEquals(warnings.length, 3);
    });
  }
  await t.step("the warning says what was done", async () => {
    const { warnings } = await settle(FULL, labelled({ [AVOID]: "mac.uuid" }), { objects });
    assertEquals(warnings.map((text) => text.split("; ")[1]), [
      "it is removed",
      "it gets a new one",
      `label the Restore ${AVOID}: serial to restore it without`,
    ]);
  });
  await t.step("without a collision nothing is lost", async () => {
    const { changed, spec, warnings } = await settle(FULL, labelled({ [AVOID]: "all" }));
    assertEquals([changed, spec, warnings], [false, FULL, []]);
  });
});

Deno.test("a label that cannot be understood refuses the machine", async (t) => {
  const values: JsonValue[] = [
    "",
    "macs",
    "mac,uuid",
    "MAC",
    "mac.",
    "mac..uuid",
    "all.mac",
    "true",
    5,
    null,
    ["mac"],
  ];
  for (const value of values) {
    await t.step(JSON.stringify(value), async () => {
      const error = await assertRejects(() => settle(FULL, labelled({ [AVOID]: value })), Refusal);
      assertEquals([error.message, error.rule, error.reason], [
        `label ${AVOID} of the Restore is ${JSON.stringify(value)}`,
        "kubevirt 8.2",
        "invalid_label",
      ]);
      assertEquals(
        error.remedy,
        "set it to all, or to some of mac, uuid, serial with dots between, or remove it",
      );
    });
  }
});

Deno.test("clearing wins over avoiding (kubevirt 8.2)", async () => {
  const labels = { [AVOID]: "all", [CLEAR_MAC]: "true", [NEW_UUID]: "true", [CLEAR_SERIAL]: "true" };
  const { spec: settled, warnings, requests } = await settle(FULL, labelled(labels), { objects: [OTHER] });
  assertEquals(settled, spec([undefined, undefined], { uuid: RANDOM }));
  assertEquals([warnings, requests], [[], []], "nothing is left to compare");
});

Deno.test("two machines restored by one process are compared (kubevirt 8.2)", async () => {
  const states = new Map<string, unknown>();
  const restore = labelled({ [AVOID]: "mac" }, { n: "copy" });
  const first = await settle(spec([A, B], { serial: "s" }), restore, { states }, "first");
  assertEquals([first.changed, first.warnings], [false, []]);
  const second = await settle(spec([A], { serial: "s" }), restore, { states }, "second");
  assertEquals(second.spec, spec([undefined], { serial: "s" }));
  assertStringIncludes(second.warnings.join(), "is in use by VirtualMachine copy/first; it is removed");
  assertEquals(second.requests, [], "the lists are read once");
  const third = await settle(spec([A]), restore, { states }, "third");
  assertStringIncludes(third.warnings.join(), "is in use by VirtualMachine copy/first;");
  const again = await settle(spec([A]), restore, { states }, "first");
  assertEquals(again.warnings, []);
});

Deno.test("collision-check off asks nothing, but for what avoid-collisions names", async () => {
  const objects = [OTHER];
  const off = await settle(FULL, undefined, { objects, settings: OFF });
  assertEquals([off.changed, off.logs, off.requests], [false, [], []]);
  const asked = await settle(FULL, labelled({ [AVOID]: "serial" }), { objects, settings: OFF });
  assertEquals(asked.spec, spec([A, B], { uuid: "u-1" }));
  assertEquals(asked.warnings.length, 1);
});

Deno.test("a machine without an identity of its own asks nothing", async () => {
  for (const own of [{}, spec([]), spec([undefined], {}), { domain: null }]) {
    const { changed, requests } = await settle(own, labelled({ [AVOID]: "all" }));
    assertEquals([changed, requests], [false, []]);
  }
});

const failing = (status: number): Pick<Cluster, "list"> => ({
  // deno-lint-ignore require-yield
  async *list({ resource }) {
    const reason = status === 403 ? "Forbidden" : "Other";
    throw await Promise.resolve(new ClusterError(`list ${resource}.kubevirt.io: no`, reason, status));
  },
});

Deno.test("forbidden lists are said once and stop no machine (kubevirt 8.2)", async () => {
  const states = new Map<string, unknown>();
  const restore = labelled({ [AVOID]: "all" });
  const first = await settle(FULL, restore, { states, cluster: failing(403) }, "first");
  assertEquals([first.changed, first.spec], [false, FULL]);
  assertEquals(first.warnings, [
    "identities are not compared with those of virtualmachines: list virtualmachines.kubevirt.io: no",
    "identities are not compared with those of virtualmachineinstances: list virtualmachineinstances.kubevirt.io: no",
  ]);
  const second = await settle(spec([A]), restore, { states, cluster: failing(403) }, "second");
  assertEquals(second.warnings.length, 1);
  assertStringIncludes(second.warnings.join(), "is in use by VirtualMachine n/first; it is removed");
});

Deno.test("a list that fails refuses a machine only when the Restore depends on it (kubevirt 10.2)", async () => {
  const { changed, spec, warnings } = await settle(FULL, undefined, { cluster: failing(500) });
  assertEquals([changed, spec, warnings.length], [false, FULL, 1]);
  const error = await assertRejects(
    () => settle(FULL, labelled({ [AVOID]: "mac" }), { cluster: failing(500) }),
    Refusal,
    "identities in use cannot be found: list virtualmachines.kubevirt.io: no",
  );
  assertEquals(error.reason, "lookup_failed");
});
