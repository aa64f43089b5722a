import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { JsonObject } from "../../objects/json.ts";
import { object } from "../testing/world.ts";
import { checkBesideFilters, findPolicies, readPolicies } from "./policies.ts";

const ignore = Deno.permissions.querySync({ name: "env" }).state !== "granted";

const configMap = (...texts: string[]) =>
  object("v1", "ConfigMap", "velero/p", {
    data: Object.fromEntries(texts.map((text, i) => [`p${i}.yaml`, text])),
  });
const run = (kind: "Backup" | "Restore", resourcePolicy?: JsonObject): JsonObject => ({
  kind,
  metadata: { name: "r", namespace: "velero" },
  spec: resourcePolicy === undefined ? {} : { resourcePolicy },
});
const BACKUP = run("Backup", { kind: "ConfigMap", name: "p" });
const SKIP = "version: v1\nvolumePolicies: [{conditions: {}, action: {type: skip}}]\n";

const WRONG: readonly [about: string, texts: string[], text: string, kind?: "Restore"][] = [
  ["no entry", [], "data must have exactly one entry"],
  ["two entries", [SKIP, SKIP], "data must have exactly one entry"],
  ["another version", ["version: v2\n"], 'version is "v2", but must be "v1"'],
  ["no YAML", ["version: [v1\n"], 'Cannot parse "data", line 2, column 1'],
  [
    "an unknown section",
    ["version: v1\nvolumePolicy: []\n"],
    'the text has the unknown field "volumePolicy"',
  ],
  [
    "all kinds",
    ["version: v1\nincludeExcludePolicy: {excludedClusterScopedResources: ['*']}\n"],
    'may not have "*"',
  ],
  [
    "a kind in both lists",
    ["version: v1\nincludeExcludePolicy: {includedNamespaceScopedResources: [a], excludedNamespaceScopedResources: [a]}\n"],
    'includeExcludePolicy both includes and excludes "a"',
  ],
  ["volumes at restore", [SKIP], "volumePolicies is for backups", "Restore"],
  [
    "kinds at restore",
    ["version: v1\nincludeExcludePolicy: {}\n"],
    "includeExcludePolicy is for backups",
    "Restore",
  ],
];

Deno.test({ name: "readPolicies() refuses what Velero refuses (protocol 4.14)", ignore }, () => {
  for (const [about, texts, text, kind = "Backup"] of WRONG) {
    assertThrows(() => readPolicies(configMap(...texts), run(kind)), SyntaxError, text, about);
  }
});

Deno.test({ name: "findPolicies() finds the ConfigMap, or says that it does not", ignore }, async (t) => {
  const find = async (given: JsonObject, live: boolean, objects: JsonObject[] = [configMap(SKIP)]) => {
    const notes: string[] = [];
    const policies = await findPolicies({
      run: given,
      cluster: createMemoryCluster({ objects }),
      live,
      unknown: ({ text }) => void notes.push(text),
    });
    return [policies.volumes?.({}), notes];
  };
  await t.step("none is named", async () => assertEquals(await find(run("Backup"), true), [undefined, []]));
  await t.step("it is there", async () => assertEquals(await find(BACKUP, true), ["skip", []]));
  await t.step(
    "the kind in other letters",
    async () => assertEquals(await find(run("Backup", { kind: "configmap", name: "p" }), true), ["skip", []]),
  );
  await t.step("it is in no manifest", async () =>
    assertEquals(await find(BACKUP, false, []), [undefined, [
      'the resource policies in ConfigMap "p" would decide what is taken, but are not applied here: add the ConfigMap to the ' +
      'manifests, in namespace "velero"',
    ]]));
  await t.step("it is not in the cluster", () =>
    assertRejects(
      () => find(BACKUP, true, []),
      SyntaxError,
      'namespace "velero" has no ConfigMap "p", which spec.resourcePolicy names',
    ));
  await t.step("it is wrong", () =>
    assertRejects(
      () => find(BACKUP, true, [configMap("version: v2\n")]),
      SyntaxError,
      'the resource policies in ConfigMap "p" are invalid: version is "v2", but must be "v1"',
    ));
  await t.step(
    "another kind at backup says nothing",
    async () => assertEquals(await find(run("Backup", { kind: "Secret", name: "p" }), true), [undefined, []]),
  );
  await t.step("another kind at restore is refused", () =>
    assertRejects(
      () => find(run("Restore", { kind: "Secret", name: "p" }), true),
      SyntaxError,
      'spec.resourcePolicy is of kind "Secret", but must name a ConfigMap',
    ));
});

Deno.test("findPolicies() applies none that it may not read, and says so", async () => {
  const notes: string[] = [];
  const cluster = {
    ...createMemoryCluster(),
    get: () => Promise.reject(new ClusterError("get configmaps velero/p: 403 Forbidden", "Forbidden", 403)),
  };
  const policies = await findPolicies({
    run: BACKUP,
    cluster,
    live: true,
    unknown: ({ text }) => void notes.push(text),
  });
  assertEquals(policies, {});
  assertEquals(notes, [
    'the resource policies in ConfigMap "p" would decide what is taken, but are not applied here: get configmaps velero/p: 403 ' +
    "Forbidden",
  ]);
});

Deno.test({ name: "checkBesideFilters() refuses older filters beside filters of policies", ignore }, () => {
  const items = readPolicies(
    configMap("version: v1\nclusterScopedFilterPolicy: {resourceFilters: [{kinds: [pv]}]}\n"),
    BACKUP,
  );
  const kinds = readPolicies(configMap("version: v1\nincludeExcludePolicy: {}\n"), BACKUP);
  const check = (policies: typeof items, older: string[]) => () => checkBesideFilters(policies, older);
  assertThrows(
    check(items, ["includedResources"]),
    Error,
    "spec.includedResources and filter policies of the resource policies cannot be used together",
  );
  assertThrows(
    check(kinds, ["includeClusterResources"]),
    Error,
    "spec.includeClusterResources and includeExcludePolicy",
  );
  check(items, [])();
  check(readPolicies(configMap(SKIP), BACKUP), ["includedResources"])();
});
