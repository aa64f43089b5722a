import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { actionOf, defaultsOf, prepare, runBackup } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { addToIndex, type Grant } from "./service_account_sccs.ts";
import { type Settings, settings } from "./settings.ts";

const backup = actionOf(openshift, "BackupItemAction", "openshift.io/02-serviceaccount-backup-plugin");
const related = actionOf(openshift, "ItemBlockAction", "openshift.io/02-serviceaccount-iba-plugin");
const DEFAULTS = defaultsOf(settings);
const BACKUP = { metadata: { name: "nightly", namespace: "velero", uid: "b1" } };
const LISTS = /^list /;

function scc(name: string, users: JsonValue, groups: JsonValue = []): JsonObject {
  return {
    apiVersion: "security.openshift.io/v1",
    kind: "SecurityContextConstraints",
    metadata: { name },
    users,
    groups,
  };
}

function account(name: string, namespace = "shop"): JsonObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } };
}

function scope(name: string) {
  return { group: "security.openshift.io", resource: "securitycontextconstraints", namespace: "", name };
}

const SCCS = [
  scc("anyuid", ["system:serviceaccount:shop:app", "system:serviceaccount:other:app", "admin"]),
  scc("everyone", ["system:serviceaccount:shop"]),
  scc("odd", [
    "plain",
    "system:admin",
    "system:serviceaccount::app",
    "system:serviceaccount:shop:",
    "a:b:shop:app",
  ]),
  scc("privileged", ["role:serviceaccount:shop:app:more", "system:serviceaccount:shop:app"]),
];

interface Row {
  readonly id: string;
  readonly item?: JsonObject;
  readonly sccs?: readonly JsonObject[];
  readonly names: readonly string[];
  readonly lists?: readonly string[];
}

const SCC_LIST = "list securitycontextconstraints.security.openshift.io";
const ROWS: readonly Row[] = [
  {
    id: "its own and those of its namespace, once each, in the order of the list",
    names: ["anyuid", "everyone", "privileged"],
  },
  { id: "those of the namespace alone", item: account("builder"), names: ["everyone"] },
  { id: "another namespace", item: account("app", "other"), names: ["anyuid"], lists: [SCC_LIST] },
  { id: "a namespace that no SCC names", item: account("app", "empty"), names: [], lists: [SCC_LIST] },
  { id: "an account that is gone has none of the namespace's", item: account("ghost"), names: [] },
  { id: "no SCC", sccs: [], names: [], lists: [SCC_LIST] },
  {
    id: "openshift IMP-20: the group of a namespace",
    sccs: [scc("g", [], ["system:serviceaccounts:shop"])],
    names: ["g"],
  },
  {
    id: "the group of another namespace",
    sccs: [scc("g", [], ["system:serviceaccounts:other"])],
    names: [],
    lists: [SCC_LIST],
  },
  {
    id: "groups that are no namespace's",
    sccs: [scc("g", [], ["system:serviceaccounts", "system:authenticated", "system:serviceaccounts:"])],
    names: [],
    lists: [SCC_LIST],
  },
  {
    id: "a user is no group",
    sccs: [scc("g", ["system:serviceaccounts:shop"], ["system:serviceaccount:shop:app"])],
    names: [],
    lists: [SCC_LIST],
  },
  {
    id: "openshift IMP-20: named twice",
    sccs: [
      scc("g", ["system:serviceaccount:shop:app", "system:serviceaccount:shop"], [
        "system:serviceaccounts:shop",
      ]),
    ],
    names: ["g"],
  },
];

const OBJECTS = [account("app"), account("builder"), account("app", "other")];

for (const { id, item = account("app"), sccs = SCCS, names, lists } of ROWS) {
  Deno.test(`service account, openshift A4 and openshift A5: ${id}`, async () => {
    const world = { objects: [...sccs, ...OBJECTS], settings: DEFAULTS };
    const { result, requests } = await runBackup(backup, { ...world, item, backup: BACKUP });
    assertEquals(result, { additionalItems: names.map(scope) });
    const all = [SCC_LIST, "list serviceaccounts shop"];
    assertEquals(requests.filter((request) => LISTS.test(request)), lists ?? all);
    const { context } = prepare<unknown>(world);
    assertEquals(await related.relatedItems({ item, backup: BACKUP }, context), names.map(scope));
  });
}

Deno.test("service account: the API of SCCs is not served, no items (openshift A4)", async () => {
  const world = { objects: OBJECTS, absentGroups: ["security.openshift.io"], settings: DEFAULTS };
  const { result } = await runBackup(backup, { ...world, item: account("app") });
  assertEquals(result, { additionalItems: [] });
});

Deno.test("service account: a list that fails fails the item, and is asked for again (openshift IMP-03)", async () => {
  for (const resource of ["securitycontextconstraints", "serviceaccounts"]) {
    let failing = true;
    const { cluster } = prepare<Settings>({ objects: [...SCCS, ...OBJECTS] }).context;
    const world = {
      settings: DEFAULTS,
      states: new Map<string, unknown>(),
      item: account("app"),
      backup: BACKUP,
      cluster: {
        list: (kind: { resource: string; group: string; version: string }, options?: object) => {
          if (failing && kind.resource === resource) {
            throw new ClusterError(`list ${resource}: forbidden`, "Forbidden", 403);
          }
          return cluster.list(kind, options);
        },
      },
    };
    await assertRejects(() => runBackup(backup, world), ClusterError, `list ${resource}: forbidden`);
    failing = false;
    assertEquals((await runBackup(backup, world)).result.additionalItems?.length, 3);
  }
});

Deno.test("service account: 1,000 accounts at once cost two lists (openshift IMP-03, IMP-20)", async () => {
  const accounts = Array.from({ length: 1000 }, (_, index) => account(`a${index}`));
  const sccs = [...SCCS, scc("many", accounts.map((_, index) => `system:serviceaccount:shop:a${index}`))];
  const { context, requests } = prepare<Settings>({ objects: [...sccs, ...accounts], settings: DEFAULTS });
  const answers = await Promise.all(
    accounts.flatMap((item) => [
      Promise.resolve(backup.execute({ item, backup: BACKUP }, context)).then((answer) =>
        answer?.additionalItems
      ),
      Promise.resolve(related.relatedItems({ item, backup: BACKUP }, context)),
    ]),
  );
  const expected = JSON.stringify(["everyone", "many"].map(scope));
  assertEquals(answers.filter((answer) => JSON.stringify(answer) !== expected), []);
  assertEquals(requests.filter((request) => LISTS.test(request)), [SCC_LIST, "list serviceaccounts shop"]);
});

Deno.test("service account: another Backup reads anew and has nothing of the one before (openshift IMP-20)", async () => {
  const states = new Map<string, unknown>();
  const call = (uid: string, sccs: readonly JsonObject[]) =>
    runBackup(backup, {
      item: account("app"),
      backup: { metadata: { ...BACKUP.metadata, uid } },
      objects: [...sccs, ...OBJECTS],
      settings: DEFAULTS,
      states,
    });
  const names = async (uid: string, sccs: readonly JsonObject[]) =>
    (await call(uid, sccs)).result.additionalItems?.map(({ name }) => name);
  assertEquals(await names("b1", SCCS.slice(0, 1)), ["anyuid"]);
  assertEquals(await names("b1", []), ["anyuid"]);
  assertEquals(await names("b2", SCCS.slice(0, 2)), ["anyuid", "everyone"]);
  assertEquals(await names("b3", []), []);
});

Deno.test("addToIndex() keeps to what is text", () => {
  const index = new Map<string, Grant[]>();
  for (const wrong of [undefined, null, "system:serviceaccount:shop:app", 5, {}, [5, null, {}, ["x"], ""]]) {
    addToIndex(index, scc("s", wrong as JsonValue, wrong as JsonValue));
  }
  addToIndex(index, { ...scc("s", ["system:serviceaccount:shop:app"]), metadata: "x" });
  assertEquals(index.size, 0);
  addToIndex(index, scc("s", [5, "system:serviceaccount:shop:app"]));
  assertEquals([...index], [["shop", [{ scc: "s", account: "app" }]]]);
});
