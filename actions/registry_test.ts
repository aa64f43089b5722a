import { assertEquals, assertThrows } from "@std/assert";
import { type Action, ACTION_KINDS, type ActionKind, defineSource } from "./action.ts";
import { createRegistry } from "./registry.ts";

const action = (kind: ActionKind, name: string, more = {}): Action =>
  ({
    kind,
    name,
    appliesTo: { includedResources: ["pods"] },
    execute: () => {},
    ...more,
  }) as unknown as Action;

const source = (name: string, ...actions: Action[]) => defineSource(name, {}, actions);

const listed = (registry: ReturnType<typeof createRegistry>) =>
  registry.entries.filter((entry) => entry.listed).map((entry) => entry.action.name);

Deno.test("createRegistry() orders by kind group, then by name in bytes (protocol 4.2)", () => {
  const kinds = ACTION_KINDS.toReversed();
  const registry = createRegistry([
    source("b", ...kinds.map((kind) => action(kind, `e.com/b-${kind.toLowerCase()}`))),
    source(
      "a",
      ...kinds.flatMap((
        kind,
      ) => [action(kind, `e.com/a-${kind.toLowerCase()}`), action(kind, `e.com/Z-${kind.toLowerCase()}`)]),
    ),
  ]);
  assertEquals(
    registry.entries.map(({ action: { kind, name } }) => `${kind} ${name}`),
    ACTION_KINDS.flatMap((kind) =>
      ["Z", "a", "b"].map((first) => `${kind} e.com/${first}-${kind.toLowerCase()}`)
    ),
  );
});

Deno.test("find() tells kinds apart (protocol 3.1)", () => {
  const registry = createRegistry([
    source("a", action("BackupItemAction", "e.com/x"), action("RestoreItemAction", "e.com/x")),
  ]);
  assertEquals(registry.find("RestoreItemAction", "e.com/x")?.action.kind, "RestoreItemAction");
  assertEquals(registry.find("BackupItemAction", "e.com/x")?.source.name, "a");
  assertEquals(registry.find("BackupItemActionV2", "e.com/x"), undefined);
  assertEquals(registry.find("BackupItemAction", "e.com/y"), undefined);
});

const TWO = [
  source("one", action("BackupItemAction", "e.com/a"), action("BackupItemAction", "e.com/b")),
  source(
    "two",
    action("BackupItemAction", "e.com/c"),
    action("BackupItemAction", "e.com/d", { onlyOnRequest: true }),
  ),
];

// WORKLOADS_SOURCES, WORKLOADS_ACTIONS: what is listed, how many warnings.
const SELECTIONS: [
  sources: string | undefined,
  actions: string | undefined,
  names: string,
  warnings: number,
][] = [
  [undefined, undefined, "abc", 0],
  ["", "", "abc", 0],
  [" , ", undefined, "abc", 0],
  ["one", undefined, "ab", 0],
  [" two , one ", undefined, "abc", 0],
  ["two", undefined, "c", 0],
  ["tow", undefined, "", 1],
  ["one,tow", undefined, "ab", 1],
  [undefined, "+e.com/d", "abcd", 0],
  ["one", "+e.com/c", "abc", 0],
  [undefined, "-e.com/a, -e.com/c", "b", 0],
  ["one", "+e.com/d,-e.com/b", "ad", 0],
  [undefined, "e.com/a", "abc", 1],
  [undefined, "-e.com/q", "abc", 1],
  [undefined, "+e.com/a,-e.com/a", "bc", 0],
];

Deno.test("createRegistry() lists what the environment selects (protocol 12.2)", async (t) => {
  for (const [sources, actions, names, warnings] of SELECTIONS) {
    await t.step(`${sources} ${actions}`, () => {
      const registry = createRegistry(TWO, { sources, actions });
      assertEquals(listed(registry), [...names].map((name) => `e.com/${name}`));
      assertEquals(registry.warnings.length, warnings);
      assertEquals(registry.entries.length, 4, "what is not listed is still known");
    });
  }
});

Deno.test("createRegistry() says what a wrong word may mean, and why an action is listed", () => {
  const registry = createRegistry(TWO, { sources: "tow", actions: "e.com/a,+e.com/bb,-e.com/a" });
  assertEquals(registry.warnings, [
    'WORKLOADS_SOURCES names the unknown source "tow"; did you mean "two"?',
    'WORKLOADS_ACTIONS has "e.com/a"; write +e.com/a to add it or -e.com/a to remove it',
    'WORKLOADS_ACTIONS names the unknown action "e.com/bb"; did you mean "e.com/b"?',
  ]);
  assertEquals(registry.entries.map((entry) => entry.why), [
    "-e.com/a in WORKLOADS_ACTIONS",
    "one is not in WORKLOADS_SOURCES",
    "two is not in WORKLOADS_SOURCES",
    "listed only with +e.com/d in WORKLOADS_ACTIONS",
  ]);
});

Deno.test("createRegistry() refuses names that would stop the Velero server (protocol 2.6)", async (t) => {
  const wrong = [
    "name",
    "e.com/",
    "/name",
    "e.com/a/b",
    "E.com/a",
    "e..com/a",
    "-e.com/a",
    "e.com/-a",
    "e.com/a b",
    `e.com/${"a".repeat(64)}`,
    "velero.io/a",
    "x.velero.io/a",
  ];
  for (const name of wrong) {
    await t.step(name, () => {
      assertThrows(
        () => createRegistry([source("s", action("BackupItemAction", name))]),
        TypeError,
        `"${name}"`,
      );
    });
  }
  for (const name of ["e.com/A_b.c-1", "notvelero.io/a", "a/b", `e.com/${"a".repeat(63)}`]) {
    assertEquals(listed(createRegistry([source("s", action("BackupItemAction", name))])), [name]);
  }
});

Deno.test("createRegistry() refuses a name taken twice, also in v1 and v2 (protocol 2.6)", () => {
  const rows: [ActionKind, ActionKind][] = [
    ["BackupItemAction", "BackupItemAction"],
    ["BackupItemAction", "BackupItemActionV2"],
    ["RestoreItemActionV2", "RestoreItemAction"],
  ];
  for (const [first, second] of rows) {
    const sources = [source("a", action(first, "e.com/x")), source("b", action(second, "e.com/x"))];
    assertThrows(() => createRegistry(sources), TypeError, '"e.com/x" is taken twice');
  }
});
