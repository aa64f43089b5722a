import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import {
  actionOf,
  defaultsOf,
  messages,
  prepare,
  runBackup,
  runRestore,
} from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { type Settings, settings } from "./settings.ts";

const backup = actionOf(openshift, "BackupItemAction", "openshift.io/02-namespacescc-backup-plugin");
const restore = actionOf(openshift, "RestoreItemAction", "openshift.io/02-namespacescc-restore-plugin");
const DEFAULTS = defaultsOf(settings);

const REAL = {
  uid: "openshift.io/sa.scc.uid-range",
  groups: "openshift.io/sa.scc.supplemental-groups",
  mcs: "openshift.io/sa.scc.mcs",
};
const COPY = {
  uid: "oadp.openshift.io/backup-ns-scc-uid-range",
  groups: "oadp.openshift.io/backup-ns-scc-supplemental-groups",
  mcs: "oadp.openshift.io/backup-ns-scc-mcs",
};
const [UID, GROUPS, MCS] = ["1000650000/10000", "1000650000/10000", "s0:c26,c0"];
const ALL_REAL = { [REAL.uid]: UID, [REAL.groups]: GROUPS, [REAL.mcs]: MCS };
const ALL_COPY = { [COPY.uid]: UID, [COPY.groups]: GROUPS, [COPY.mcs]: MCS };

function account(annotations?: JsonValue, namespace = "shop"): JsonObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "app", namespace, ...(annotations !== undefined && { annotations }) },
  };
}

function namespace(annotations: JsonObject, name = "shop"): JsonObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, annotations } };
}

const BACKUPS: readonly [
  id: string,
  namespace: JsonObject,
  own: JsonValue | undefined,
  becomes?: JsonObject,
][] = [
  ["openshift T13.9.10: without", namespace({ a: "b" }), { keep: "k" }],
  ["openshift T13.9.10: all three", namespace(ALL_REAL), undefined, ALL_COPY],
  ["openshift T13.9.10: some", namespace({ [REAL.mcs]: MCS, [REAL.uid]: "" }), undefined, {
    [COPY.mcs]: MCS,
  }],
  ["openshift T13.9.10: merged", namespace(ALL_REAL), { keep: "k", [COPY.uid]: "old" }, {
    keep: "k",
    ...ALL_COPY,
  }],
  ["of a wrong type", namespace({ [REAL.uid]: 5 }), undefined],
];

for (const [id, object, own, becomes] of BACKUPS) {
  Deno.test(`SCC ranges at backup: ${id}`, async () => {
    const { result } = await runBackup(backup, { item: account(own), objects: [object], settings: DEFAULTS });
    assertEquals(result, becomes === undefined ? {} : { item: account(becomes) });
  });
}

Deno.test("SCC ranges at backup: no namespace, no rights, annotations of a wrong type (openshift A7)", async () => {
  const gone = await assertRejects(
    () => runBackup(backup, { item: account(), settings: DEFAULTS }),
    Refusal,
    "namespace shop is not in the cluster any more",
  );
  assertEquals([gone.rule, gone.reason], ["openshift A7", "not_restorable"]);
  const forbidden = {
    get: () => Promise.reject(new ClusterError("get namespaces shop: forbidden", "Forbidden", 403)),
  };
  await assertRejects(
    () => runBackup(backup, { item: account(), settings: DEFAULTS, cluster: forbidden }),
    ClusterError,
    "get namespaces shop: forbidden",
  );
  const wrong = await assertRejects(
    () => runBackup(backup, { item: account("x"), settings: DEFAULTS, objects: [namespace(ALL_REAL)] }),
    Refusal,
    "metadata.annotations is not an object",
  );
  assertEquals([wrong.rule, wrong.reason], ["openshift IMP-02", "invalid_item"]);
});

Deno.test("SCC ranges: a namespace is read once for all its accounts (openshift IMP-03)", async () => {
  const { context, requests } = prepare<Settings>({ objects: [namespace(ALL_REAL)], settings: DEFAULTS });
  const run = { metadata: { uid: "r" } };
  await Promise.all(
    Array.from({ length: 50 }, () => backup.execute({ item: account(), backup: run }, context)),
  );
  assertEquals(requests.filter((request) => request.startsWith("get ")), ["get namespaces shop"]);
});

interface Row {
  readonly id: string;
  readonly own: JsonValue | undefined;
  readonly target?: JsonObject;
  readonly warnings: readonly string[];
  /** Annotations afterwards; absent: the item is unchanged. */
  readonly left?: JsonObject;
}

const differ = (key: string, was: string, is: string) =>
  `${key} of the namespace was "${was}" at backup and is "${is}" here: restored files may belong to others`;

const RESTORES: readonly Row[] = [
  { id: "openshift T13.9.6", own: { keep: "k" }, warnings: [] },
  { id: "openshift T13.9.9: nil", own: undefined, warnings: [] },
  {
    id: "openshift T13.9.7, openshift T13.9.8: equal ranges",
    own: { [COPY.uid]: UID, [COPY.mcs]: MCS },
    target: ALL_REAL,
    warnings: [],
    left: {},
  },
  {
    id: "openshift T13.9.8: another uid-range",
    own: ALL_COPY,
    target: { ...ALL_REAL, [REAL.uid]: "2/3" },
    warnings: [differ(REAL.uid, UID, "2/3")],
    left: {},
  },
  {
    id: "openshift T13.9.8: no mcs",
    own: ALL_COPY,
    target: { [REAL.uid]: UID, [REAL.groups]: GROUPS },
    warnings: [differ(REAL.mcs, MCS, "")],
    left: {},
  },
  {
    id: "one line per difference, by key",
    own: ALL_COPY,
    target: {},
    warnings: [differ(REAL.mcs, MCS, ""), differ(REAL.groups, GROUPS, ""), differ(REAL.uid, UID, "")],
    left: {},
  },
  {
    id: "openshift T13.9.9: mixed",
    own: { keep: "k", ...ALL_COPY },
    target: ALL_REAL,
    warnings: [],
    left: { keep: "k" },
  },
  {
    id: "a copy of a wrong type counts as empty",
    own: { [COPY.uid]: 5 },
    target: ALL_REAL,
    warnings: [differ(REAL.uid, "", UID)],
    left: {},
  },
];

for (const { id, own, target = {}, warnings, left } of RESTORES) {
  Deno.test(`SCC ranges at restore: ${id}`, async () => {
    const { result, logs, requests } = await runRestore(restore, {
      item: account(own),
      restore: { spec: { namespaceMapping: { shop: "copy" } } },
      objects: [namespace(target, "copy"), namespace({ [REAL.uid]: "source" })],
      settings: DEFAULTS,
    });
    assertEquals(result, left === undefined ? {} : { item: account(left) });
    assertEquals(messages(logs, "warn"), warnings);
    assertEquals(
      requests.filter((request) => request.startsWith("get ")),
      left === undefined ? [] : ["get namespaces copy"],
    );
  });
}

Deno.test("SCC ranges at restore: what cannot be read is a warning (openshift A8)", async () => {
  const missing = await runRestore(restore, { item: account(ALL_COPY), settings: DEFAULTS });
  assertEquals(messages(missing.logs, "warn"), ["cannot compare SCC ranges: namespace shop does not exist"]);
  assertEquals(missing.item, account({}));
  const failing = await runRestore(restore, {
    item: account(ALL_COPY),
    settings: DEFAULTS,
    cluster: { get: () => Promise.reject(new ClusterError("get namespaces shop: boom", "Other", 500)) },
  });
  assertEquals(messages(failing.logs, "warn"), [
    "cannot compare SCC ranges with the namespace: get namespaces shop: boom",
  ]);
  assertEquals(failing.item, account({}));
});
