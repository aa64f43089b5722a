import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { actionOf, defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { SCCS } from "./kinds.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

const action = actionOf(openshift, "RestoreItemAction", "openshift.io/20-SCC-restore-plugin");
const DEFAULTS = defaultsOf(settings);
const PATCH = { ...DEFAULTS, "scc.patch-existing": true };

function scc(users: JsonValue, groups?: JsonValue): JsonObject {
  return {
    apiVersion: "security.openshift.io/v1",
    kind: "SecurityContextConstraints",
    metadata: { name: "s" },
    priority: 10,
    users,
    ...(groups !== undefined && { groups }),
  };
}

function restore(mapping: JsonValue, more: JsonObject = {}): JsonObject {
  return { spec: { namespaceMapping: mapping, ...more } };
}

const MAP = { namespace: "testNameSpace" };
const ROWS: readonly [id: string, item: JsonObject, mapping: JsonValue, becomes?: JsonObject][] = [
  [
    "openshift T13.8.11",
    scc([
      "role:serviceaccount:namespace:serviceaccountname",
      "role:serviceaccount:namespace:",
      "role:service:namespace:test",
      "role:serviceaccount",
    ]),
    MAP,
    scc([
      "role:serviceaccount:testNameSpace:serviceaccountname",
      "role:serviceaccount:testNameSpace:",
      "role:service:namespace:test",
      "role:serviceaccount",
    ]),
  ],
  ["openshift T13.8.12", scc(["system:serviceaccount:namespace:x"]), {}],
  ["openshift T13.8.12: no lists", scc(null), MAP],
  ["openshift T13.8.10", scc(["system:serviceaccount:namespace:x"]), { namespace: "" }],
  [
    "openshift IMP-31: groups",
    scc([], ["system:serviceaccounts:namespace", "system:authenticated"]),
    MAP,
    scc([], ["system:serviceaccounts:testNameSpace", "system:authenticated"]),
  ],
  [
    "users of many namespaces",
    scc(["a", "b", "c"].flatMap((ns) => [`system:serviceaccount:${ns}:x`, `system:serviceaccount:${ns}:y`])),
    { a: "a2", c: "c2" },
    scc(
      ["a2", "b", "c2"].flatMap((ns) => [`system:serviceaccount:${ns}:x`, `system:serviceaccount:${ns}:y`]),
    ),
  ],
  [
    "a cycle maps once",
    scc(["system:serviceaccount:a:x", "system:serviceaccount:b:x"]),
    { a: "b", b: "a" },
    scc(["system:serviceaccount:b:x", "system:serviceaccount:a:x"]),
  ],
  [
    "elements of wrong types stay",
    scc([5, null, "system:serviceaccount:namespace:x"]),
    MAP,
    scc([5, null, "system:serviceaccount:testNameSpace:x"]),
  ],
  ["lists of wrong types stay", scc("system:serviceaccount:namespace:x", {}), MAP],
];

for (const [id, item, mapping, becomes] of ROWS) {
  Deno.test(`restored SCC, openshift A34: ${id}`, async () => {
    const { result, logs, requests } = await runRestore(action, {
      item,
      restore: restore(mapping),
      settings: DEFAULTS,
    });
    assertEquals(result, becomes === undefined ? {} : { item: becomes });
    assertEquals(messages(logs, "warn"), []);
    // Nothing was mapped: nothing is asked.
    assertEquals(
      requests.filter((request) => request.startsWith("get ")).length,
      becomes === undefined ? 0 : 1,
    );
  });
}

const ITEM = scc(["system:serviceaccount:namespace:x", "jane"], ["system:serviceaccounts:namespace"]);
const BECOMES = scc(["system:serviceaccount:testNameSpace:x", "jane"], [
  "system:serviceaccounts:testNameSpace",
]);
const FULL = scc(["admin", "system:serviceaccount:testNameSpace:x"], [
  "system:serviceaccounts:testNameSpace",
]);
const PART = scc(["admin"], ["system:serviceaccounts:testNameSpace"]);

function lacks(names: string): string[] {
  return [
    `the SCC is in the cluster already and Velero does not change it, but it lacks ${names}; add them, or set openshift.scc.patch-existing`,
  ];
}

const BOTH = "system:serviceaccount:testNameSpace:x, system:serviceaccounts:testNameSpace";
const EXISTING: readonly [id: string, live: JsonObject, warnings: string[], restore?: JsonObject][] = [
  ["it has all of them", FULL, []],
  ["it lacks a user", PART, lacks("system:serviceaccount:testNameSpace:x")],
  ["it lacks both", scc(null), lacks(BOTH)],
  ["its lists are of wrong types", scc("x", 5), lacks(BOTH)],
  ["Velero brings it up to date", scc(null), [], restore(MAP, { existingResourcePolicy: "update" })],
];

for (const [id, live, warnings, run = restore(MAP)] of EXISTING) {
  Deno.test(`restored SCC that exists, openshift IMP-31: ${id}`, async () => {
    const { item, logs, requests } = await runRestore(action, {
      item: ITEM,
      restore: run,
      objects: [live],
      settings: DEFAULTS,
    });
    assertEquals(item, BECOMES);
    assertEquals(messages(logs, "warn"), warnings);
    assertEquals(requests.filter((request) => request.startsWith("patch ")), []);
  });
}

Deno.test("restored SCC: mapped onto a user it has in the backup, that user is looked for as well (openshift IMP-31)", async () => {
  const item = scc(["system:serviceaccount:a:x", "system:serviceaccount:b:x"]);
  const { logs } = await runRestore(action, {
    item,
    restore: restore({ a: "b" }),
    objects: [scc(["admin"])],
    settings: DEFAULTS,
  });
  assertEquals(messages(logs, "warn"), lacks("system:serviceaccount:b:x"));
});

Deno.test("restored SCC: what cannot be read does not fail it (openshift IMP-31)", async () => {
  const failing = (error: ClusterError) => ({ get: () => Promise.reject(error) });
  const forbidden = failing(new ClusterError("get: forbidden", "Forbidden", 403));
  const first = await runRestore(action, {
    item: ITEM,
    restore: restore(MAP),
    cluster: forbidden,
    settings: DEFAULTS,
  });
  assertEquals(first.item, BECOMES);
  assertEquals(messages(first.logs, "warn"), [
    "cannot see whether the SCC exists and lacks a mapped user: get: forbidden",
  ]);
  const none = failing(new ClusterError("no cluster", "NoCluster", 0));
  const second = await runRestore(action, {
    item: ITEM,
    restore: restore(MAP),
    cluster: none,
    settings: DEFAULTS,
  });
  assertEquals([second.item, messages(second.logs, "warn")], [BECOMES, []]);
});

Deno.test("restored SCC: scc.patch-existing adds what the one in the cluster lacks (openshift IMP-31)", async () => {
  const cases: [live: JsonObject, users: JsonValue, groups: JsonValue, patches: number][] = [
    [PART, ["admin", "system:serviceaccount:testNameSpace:x"], ["system:serviceaccounts:testNameSpace"], 1],
    [scc(null), ["system:serviceaccount:testNameSpace:x"], ["system:serviceaccounts:testNameSpace"], 1],
    [FULL, FULL.users ?? null, FULL.groups ?? null, 0],
  ];
  for (const [live, users, groups, patches] of cases) {
    const cluster = createMemoryCluster({ objects: [live] });
    const { item, logs, requests } = await runRestore(action, {
      item: ITEM,
      restore: restore(MAP),
      cluster,
      settings: PATCH,
    });
    assertEquals([item, messages(logs, "warn")], [BECOMES, []]);
    assertEquals(requests.filter((request) => request.startsWith("patch ")).length, patches);
    assertEquals(messages(logs, "info").filter((line) => line.startsWith("added ")).length, patches);
    const stored = await cluster.get(SCCS, "", "s");
    assertEquals([stored?.users, stored?.groups, stored?.priority], [users, groups, 10]);
  }
});

Deno.test("restored SCC: scc.patch-existing does nothing where there is none, and fails where it may not", async () => {
  const { item, requests } = await runRestore(action, { item: ITEM, restore: restore(MAP), settings: PATCH });
  assertEquals([item, requests.filter((request) => request.startsWith("patch "))], [BECOMES, []]);
  const cluster = { patch: () => Promise.reject(new ClusterError("patch: forbidden", "Forbidden", 403)) };
  await assertRejects(
    () =>
      runRestore(action, { item: ITEM, restore: restore(MAP), objects: [PART], cluster, settings: PATCH }),
    ClusterError,
    "patch: forbidden",
  );
});

Deno.test("restored SCC: a cluster that serves other groups of OpenShift alone has none to compare with", async () => {
  for (const own of [DEFAULTS, PATCH]) {
    const { item, logs, requests } = await runRestore(action, {
      item: ITEM,
      restore: restore(MAP),
      absentGroups: ["security.openshift.io"],
      settings: own,
    });
    assertEquals([item, messages(logs, "warn")], [BECOMES, []]);
    assertEquals(requests.filter((request) => request.startsWith("patch ")), []);
  }
});
