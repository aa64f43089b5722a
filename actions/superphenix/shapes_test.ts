import { assertEquals, assertRejects } from "@std/assert";
import { mutationsOf } from "../../tests/kit/mutations.ts";
import { defaultsOf, runBackup, runRestore } from "../../tests/kit/run_action.ts";
import { ip, vm } from "../../tests/kit/virtual_machines.ts";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { restoreVirtualMachine } from "./restore_virtual_machine.ts";
import { settings } from "./settings.ts";

const ON = {
  ...defaultsOf(settings),
  "subnet": true,
  "keep-user-addresses": true,
  "launcher-fallback": true,
  "nad-lookup": true,
};
const WRONG: readonly JsonValue[] = [null, true, 5, "x", "", [], [5, null], ["x"], {}, { a: 1 }, [[]], [{}]];

// A VM that has a value at every level that a rule reads.
const WHOLE = vm({
  state: "Running",
  networks: [{ name: "a", pod: {} }, { name: "b", multus: { networkName: "n/nad", default: false } }],
  volumes: [
    { name: "r", dataVolume: { name: "d" } },
    { name: "s", dataVolume: { name: "made" } },
    { name: "t", persistentVolumeClaim: { claimName: "c" } },
  ],
  annotations: { "ovn.kubernetes.io/ip_address": "10.0.0.9", "nad.n.ovn.kubernetes.io/mac_address": "bb" },
  templates: ["made"],
});
const OBJECTS = [
  ip("v.n", "10.0.0.1", "", "aa"),
  ip("v.n.nad.n.ovn", "10.1.0.1", "", "bb"),
  { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "c", namespace: "n" } },
  { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "d", namespace: "n" } },
];

/** Runs all variants that are objects; gives how they ended. */
async function count(whole: JsonObject, call: (item: JsonObject) => Promise<unknown>) {
  const ends = { answered: 0, refused: 0 };
  // The runner itself turns away an item that is no object.
  const others = WRONG.filter(isObject).map((value) => ({ about: JSON.stringify(value), value }));
  for (const { about, value } of [...others, ...mutationsOf(whole, WRONG)]) {
    try {
      await call(value);
      ends.answered++;
    } catch (error) {
      if (!(error instanceof Refusal)) throw new Error(`unexpected at ${about}`, { cause: error });
      assertEquals(error.message === "" || error.remedy === "", false, about);
      ends.refused++;
    }
  }
  return ends;
}

Deno.test("backupVirtualMachine answers or refuses a VM with a wrong type at any place", async () => {
  const ends = await count(
    WHOLE,
    (item) => runBackup(backupVirtualMachine, { item, objects: OBJECTS, settings: ON }),
  );
  assertEquals(ends.answered > 150 && ends.refused > 150, true, JSON.stringify(ends));
});

Deno.test("backupVirtualMachine answers or refuses a Backup with a wrong type at any place", async () => {
  const backup = {
    metadata: { labels: { "velero.kubevirt.io/metadataBackup": "false" } },
    spec: {
      includedResources: ["*"],
      excludedResources: ["secrets"],
      includedNamespaceScopedResources: ["*"],
      excludedNamespaceScopedResources: ["secrets"],
    },
  };
  const ends = await count(
    backup,
    (one) => runBackup(backupVirtualMachine, { item: WHOLE, backup: one, objects: OBJECTS, settings: ON }),
  );
  assertEquals(ends.answered > 50, true, JSON.stringify(ends));
});

Deno.test("backupVirtualMachine answers or refuses an IP object with a wrong type at any place", async () => {
  const ends = await count(
    ip("v.n", "10.0.0.1", "", "aa", { subnet: "s" }),
    (object) =>
      runBackup(backupVirtualMachine, {
        item: vm(),
        settings: ON,
        cluster: { get: () => Promise.resolve(object) },
      }),
  );
  assertEquals(ends.answered > 50 && ends.refused > 20, true, JSON.stringify(ends));
});

Deno.test("an address of a wrong type in an IP object is refused, not passed over (superphenix 3.3)", async (t) => {
  const rows: [what: string, spec: JsonValue, message: string][] = [
    ["v4", { v4IpAddress: 5 }, "v4IpAddress in the spec of IP object v.n is not a string"],
    ["v6", { v6IpAddress: ["fd00::1"] }, "v6IpAddress in the spec of IP object v.n is not a string"],
    ["MAC", { macAddress: false }, "macAddress in the spec of IP object v.n is not a string"],
    ["spec", "10.0.0.1", "spec of IP object v.n is not an object"],
  ];
  for (const [what, spec, message] of rows) {
    await t.step(what, async () => {
      const object = { ...ip("v.n", "10.0.0.1", "", "aa"), spec };
      const backing = runBackup(backupVirtualMachine, {
        item: vm(),
        objects: [object],
        settings: defaultsOf(settings),
      });
      const refusal = await assertRejects(() => backing, Refusal, message);
      assertEquals([refusal.rule, refusal.reason], ["superphenix 3.3", "invalid_item"]);
    });
  }
});

Deno.test("restoreVirtualMachine answers or refuses a VM with a wrong type at any place", async () => {
  const restore = { metadata: { labels: {} }, spec: { namespaceMapping: { n: "m" } } };
  const ends = await count(
    WHOLE,
    (item) => runRestore(restoreVirtualMachine, { item, restore, settings: ON }),
  );
  assertEquals(ends.answered > 150 && ends.refused > 10, true, JSON.stringify(ends));
  await count(
    restore,
    (one) => runRestore(restoreVirtualMachine, { item: WHOLE, restore: one, settings: ON }),
  );
});

Deno.test("wrong types in what decides about addresses are refused, not passed over", async (t) => {
  const networks: JsonValue[] = ["x", 5, {}, [5], ["x"], [[]], [{ pod: 1 }], [{ multus: "x" }], [{
    multus: { networkName: 5 },
  }], [{ multus: { networkName: "n/nad", default: "true" } }]];
  for (const value of networks) {
    await t.step(JSON.stringify(value), async () => {
      const answer = await runBackup(backupVirtualMachine, { item: vm({ networks: value }), settings: ON })
        .then(
          () => "answered",
          (error: unknown) => error instanceof Refusal ? error.reason : error,
        );
      assertEquals(answer, "invalid_item");
    });
  }
});

Deno.test("a VM without an object as spec or template is backed up as it is (superphenix S2)", async (t) => {
  for (
    const spec of [undefined, null, 5, "x", [], { template: [] }, { template: null }, { template: "x" }, {}]
  ) {
    await t.step(JSON.stringify(spec) ?? "absent", async () => {
      const item: JsonObject = { ...vm(), ...(spec === undefined ? { spec: null } : { spec }) };
      const { result, logs } = await runBackup(backupVirtualMachine, { item, settings: ON });
      assertEquals(result, {});
      assertEquals(logs.filter(({ level }) => level === "warn").length, 1);
    });
  }
});
