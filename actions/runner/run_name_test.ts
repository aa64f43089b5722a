import { assertEquals } from "@std/assert";
import { NO_IMAGES } from "../../images/none.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { type Action, ACTION_KINDS, type ActionKind, defineSource } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { createRegistry } from "../registry.ts";
import type { Execution, RunName } from "./observer.ts";
import { createRunner } from "./run.ts";
import { runName, runNameFrom } from "./run_name.ts";

const UID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const OBJECT = { metadata: { name: "nightly", namespace: "velero", uid: UID } };
const NIGHTLY = { namespace: "velero", name: "nightly", uid: UID };

// protocol 12.7: the action tells. protocol 4.3: kind and apiVersion of the object may be missing. protocol 4.8: a deletion comes with the
// Backup that is deleted.
const KINDS: Readonly<Record<ActionKind, RunName["kind"]>> = {
  BackupItemAction: "Backup",
  BackupItemActionV2: "Backup",
  ItemBlockAction: "Backup",
  RestoreItemAction: "Restore",
  RestoreItemActionV2: "Restore",
  DeleteItemAction: "BackupDeletion",
};

for (const kind of ACTION_KINDS) {
  Deno.test(`runName() of a call of a ${kind} is a ${KINDS[kind]}, whatever the object says of itself`, () => {
    for (const own of [{}, { kind: "Backup" }, { kind: "Restore" }, { kind: 7 }]) {
      assertEquals(runName(kind, { ...own, ...OBJECT }), { kind: KINDS[kind], ...NIGHTLY });
    }
  });
}

const NONE: readonly [string, Parameters<typeof runName>[1]][] = [
  ["nothing", undefined],
  ["an empty object", {}],
  ["metadata null", { metadata: null }],
  ["metadata that is a text", { metadata: "name" }],
  ["no name", { metadata: { namespace: "velero", uid: UID } }],
  ["an empty name", { metadata: { name: "" } }],
  ["a number as name", { metadata: { name: 12 } }],
  ["a list as name", { metadata: { name: ["nightly"] } }],
  ["a name of two lines", { metadata: { name: "a\nb" } }],
  ["a name with a tab", { metadata: { name: "a\tb" } }],
  ["a name longer than any", { metadata: { name: "n".repeat(254) } }],
];

for (const [what, object] of NONE) {
  Deno.test(`runName() of ${what} is no run`, () => {
    assertEquals(runName("BackupItemAction", object), undefined);
  });
}

Deno.test("runName() leaves out a namespace and a uid that are none, and takes the longest name", () => {
  const name = "n".repeat(253);
  const odd = { metadata: { name, namespace: 7, uid: "x".repeat(254) } };
  assertEquals(runName("RestoreItemAction", odd), { kind: "Restore", namespace: "", name, uid: "" });
});

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

Deno.test("runNameFrom() reads the bytes of a call, and gives nothing for those that are no run", () => {
  assertEquals(runNameFrom("BackupItemAction", bytes(OBJECT)), { kind: "Backup", ...NIGHTLY });
  for (const text of ["", "{", "[]", "null", "7"]) {
    assertEquals(runNameFrom("BackupItemAction", new TextEncoder().encode(text)), undefined);
  }
});

const refuse = () => {
  throw new Refusal("it is broken", { rule: "1", remedy: "mend it", reason: "unsafe" });
};
const appliesTo = { includedResources: ["pods"] };
const ACTIONS: readonly Action[] = [
  { kind: "BackupItemAction", name: "e.com/ok", appliesTo, execute: ({ item }) => ({ item }) },
  { kind: "BackupItemActionV2", name: "e.com/fails", appliesTo, execute: refuse },
  { kind: "RestoreItemAction", name: "e.com/skip", appliesTo, execute: () => ({ skipRestore: true }) },
  { kind: "DeleteItemAction", name: "e.com/delete", appliesTo, execute: () => {} },
  { kind: "ItemBlockAction", name: "e.com/block", appliesTo, relatedItems: () => [] },
];

/** What the observer gets of one call. */
async function observed(kind: ActionKind, name: string, item: Uint8Array, run: Uint8Array) {
  const executions: Execution[] = [];
  const quiet = () => {};
  const runner = createRunner({
    images: NO_IMAGES,
    registry: createRegistry([defineSource("test", {}, ACTIONS)]),
    settings: { of: () => Promise.resolve({ values: {}, actionEnabled: () => true }) },
    cluster: createMemoryCluster(),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    now: () => new Date(0),
    random: { uuid: () => "u" },
    timeout: 60_000,
    observer: (execution) => executions.push(execution),
  });
  const request = { item, run };
  const call = kind === "ItemBlockAction"
    ? runner.relatedItems(name, request)
    : runner.execute(kind, name, request);
  await Promise.allSettled([call]);
  return executions.map(({ outcome, run }) => ({ outcome, run }));
}

const CALLS: readonly [string, ActionKind, Execution["outcome"]][] = [
  ["e.com/ok", "BackupItemAction", "changed"],
  ["e.com/fails", "BackupItemActionV2", "error"],
  ["e.com/skip", "RestoreItemAction", "skipped"],
  ["e.com/delete", "DeleteItemAction", "unchanged"],
  ["e.com/block", "ItemBlockAction", "unchanged"],
];

for (const [name, kind, outcome] of CALLS) {
  Deno.test(`the observer gets the run of a ${kind} that ends as ${outcome}`, async () => {
    const run = { kind: KINDS[kind], ...NIGHTLY };
    assertEquals(await observed(kind, name, bytes({}), bytes(OBJECT)), [{ outcome, run }]);
    assertEquals(await observed(kind, name, bytes([]), bytes(OBJECT)), [{ outcome: "error", run }]);
    assertEquals(await observed(kind, name, bytes({}), new Uint8Array()), [{ outcome, run: undefined }]);
    const broken = await observed(kind, name, bytes({}), new TextEncoder().encode("{"));
    assertEquals(broken, [{ outcome: "error", run: undefined }]);
  });
}
