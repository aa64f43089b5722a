import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NO_IMAGES } from "../../images/none.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import {
  type Action,
  type BackupItemActionV2,
  defineSource,
  type ItemBlockAction,
  type RestoreItemActionV2,
} from "../action.ts";
import { createRegistry } from "../registry.ts";
import { ActionFailure } from "./failure.ts";
import { type Execution } from "./observer.ts";
import { SKIP_FROM_BACKUP } from "../lib/backup_filter.ts";
import { createRunner, type RunnerOptions } from "./run.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const NONE = new Uint8Array();
const POD = { group: "", resource: "pods", namespace: "n", name: "p" };

function runnerOf(actions: Action[], options: Partial<RunnerOptions> = {}) {
  const executions: Execution[] = [];
  const warnings: string[] = [];
  const quiet = () => {};
  const runner = createRunner({
    images: NO_IMAGES,
    registry: createRegistry([defineSource("test", {}, actions)]),
    settings: { of: () => Promise.resolve({ values: {}, actionEnabled: () => true }) },
    cluster: createMemoryCluster(),
    log: { debug: quiet, info: quiet, warn: (message) => void warnings.push(message), error: quiet },
    now: () => new Date(0),
    random: { uuid: () => "u" },
    timeout: 60_000,
    observer: (execution) => executions.push(execution),
    ...options,
  });
  return { runner, executions, warnings };
}

const appliesTo = { includedResources: ["pods"] };
const backup = (name: string, execute: BackupItemActionV2["execute"]): BackupItemActionV2 => ({
  kind: "BackupItemActionV2",
  name,
  appliesTo,
  execute,
});
const restore = (name: string, execute: RestoreItemActionV2["execute"]): RestoreItemActionV2 => ({
  kind: "RestoreItemActionV2",
  name,
  appliesTo,
  execute,
});

Deno.test("execute() carries what its kind can carry", async () => {
  const { runner } = runnerOf([
    backup("e.com/b", () => ({ operationID: "op", postOperationItems: [POD], additionalItems: [POD] })),
    restore(
      "e.com/r",
      () => ({ skipRestore: true, waitForAdditionalItems: true, additionalItemsReadyTimeout: 5 }),
    ),
  ]);
  const item = bytes("{}");
  assertEquals(await runner.execute("BackupItemActionV2", "e.com/b", { item, run: NONE }), {
    item,
    operationID: "op",
    postOperationItems: [POD],
    additionalItems: [POD],
  });
  assertEquals(await runner.execute("RestoreItemActionV2", "e.com/r", { item, run: NONE }), {
    item,
    skipRestore: true,
    waitForAdditionalItems: true,
    additionalItemsReadyTimeout: 5,
  });
});

Deno.test("the observer gets source, action, kind, outcome and additional items", async () => {
  const marked = (value: string) => ({ metadata: { annotations: { [SKIP_FROM_BACKUP]: value } } });
  const { runner, executions } = runnerOf([
    backup("e.com/changed", () => ({ item: {}, additionalItems: [POD, POD] })),
    backup("e.com/dropped", () => ({ item: marked("true") })),
    backup("e.com/dropped-by-an-empty-value", () => ({ item: marked("") })),
    backup("e.com/nothing", () => {}),
    restore("e.com/skip", () => ({ skipRestore: true })),
    restore("e.com/marked-in-the-archive", () => ({ item: marked("true") })),
  ]);
  const run = (kind: "BackupItemActionV2" | "RestoreItemActionV2", name: string) =>
    runner.execute(kind, name, { item: bytes("{}"), run: NONE });
  for (const name of ["changed", "dropped", "dropped-by-an-empty-value", "nothing"]) {
    await run("BackupItemActionV2", `e.com/${name}`);
  }
  for (const name of ["skip", "marked-in-the-archive"]) await run("RestoreItemActionV2", `e.com/${name}`);
  assertEquals(executions.map(({ outcome, additionalItems }) => [outcome, additionalItems]), [
    ["changed", 2],
    ["skipped", 0],
    ["skipped", 0],
    ["unchanged", 0],
    ["skipped", 0],
    ["changed", 0],
  ]);
  const [{ source, action, kind, seconds, error }] = executions as [Execution];
  assertEquals({ source, action, kind, error }, {
    source: "test",
    action: "e.com/changed",
    kind: "BackupItemActionV2",
    error: undefined,
  });
  assert(seconds >= 0 && seconds < 60);
});

Deno.test("an observer that fails does not fail the call", async () => {
  const { runner, warnings } = runnerOf([backup("e.com/b", () => {})], {
    observer: () => {
      throw new Error("spool is full");
    },
  });
  const item = bytes("{}");
  assert((await runner.execute("BackupItemActionV2", "e.com/b", { item, run: NONE })).item === item);
  assertEquals(warnings, ["e.com/b: the call was not counted: Error: spool is full"]);
});

Deno.test("relatedItems() gives the items of an item block action", async () => {
  const block = (name: string, relatedItems: ItemBlockAction["relatedItems"]): ItemBlockAction => ({
    kind: "ItemBlockAction",
    name,
    appliesTo,
    relatedItems,
  });
  const { runner, executions } = runnerOf([
    block("e.com/some", () => [POD]),
    block("e.com/none", () => {}),
    { ...block("e.com/off", () => [POD]), enabled: () => false },
  ]);
  const ask = (name: string) => runner.relatedItems(name, { item: bytes("{}"), run: NONE });
  assertEquals(await ask("e.com/some"), [POD]);
  assertEquals(await ask("e.com/none"), []);
  assertEquals(await ask("e.com/off"), []);
  assertEquals(executions.map(({ additionalItems }) => additionalItems), [1, 0, 0]);
});

Deno.test("progress() and cancel() hand the operation and the run on", async () => {
  const seen: unknown[] = [];
  const { runner } = runnerOf([
    {
      ...backup("e.com/b", () => {}),
      progress: ({ operationID, run }) => {
        seen.push(["progress", operationID, run]);
        return Promise.resolve({ completed: true, nCompleted: 3 });
      },
      cancel: ({ operationID, run }) => Promise.resolve(void seen.push(["cancel", operationID, run])),
    },
    restore("e.com/r", () => {}),
  ]);
  assertEquals(await runner.progress("BackupItemActionV2", "e.com/b", "op", bytes('{"a":1}')), {
    completed: true,
    nCompleted: 3,
  });
  await runner.cancel("BackupItemActionV2", "e.com/b", "op", NONE);
  assertEquals(seen, [["progress", "op", { a: 1 }], ["cancel", "op", undefined]]);
  assertEquals(await runner.progress("RestoreItemActionV2", "e.com/r", "op", NONE), { completed: false });
  await runner.cancel("RestoreItemActionV2", "e.com/r", "op", NONE);
});

Deno.test("progress() fails only for what the next poll cannot find mended", async (t) => {
  const refused = new ClusterError("get backups.postgresql.cnpg.io n/b: 403 Forbidden", "Forbidden", 403);
  const unreachable = new ClusterError("API server not reached", "Unreachable", 0);
  const asking = (fault: unknown) => ({
    ...backup("e.com/b", () => {}),
    progress: () => Promise.reject(fault),
  });
  const ask = (options: Parameters<typeof runnerOf>) =>
    runnerOf(...options).runner.progress("BackupItemActionV2", "e.com/b", "op", NONE);
  const passing: readonly [string, Parameters<typeof runnerOf>, string][] = [
    ["API server", [[asking(unreachable)]], "e.com/b: API server not reached"],
    [
      "settings",
      [[asking(refused)], { settings: { of: () => Promise.reject(unreachable) } }],
      "e.com/b: API server not reached",
    ],
    [
      "deadline",
      [[{ ...asking(refused), progress: () => new Promise(() => {}) }], { timeout: 1 }],
      "e.com/b: no answer after 0.001 s",
    ],
  ];
  for (const [about, options, text] of passing) {
    await t.step(about, async () => {
      const { completed, description, error } = await ask(options);
      assertEquals([completed, error], [false, undefined]);
      assertStringIncludes(description ?? "", text);
    });
  }
  await t.step("a missing right", () => assertRejects(() => ask([[asking(refused)]]), ActionFailure, "403"));
});

Deno.test("areAdditionalItemsReady() asks the action, and is true where it cannot say", async () => {
  const { runner } = runnerOf([
    {
      ...restore("e.com/r", () => {}),
      areAdditionalItemsReady: ({ additionalItems }) => Promise.resolve(additionalItems.length > 1),
    },
    restore("e.com/silent", () => {}),
  ]);
  const ask = (name: string, ...items: typeof POD[]) =>
    runner.areAdditionalItemsReady("RestoreItemActionV2", name, items, NONE);
  assertEquals([await ask("e.com/r", POD), await ask("e.com/r", POD, POD), await ask("e.com/silent")], [
    false,
    true,
    true,
  ]);
});

Deno.test("every operation rejects with an ActionFailure", async (t) => {
  const fault = () => Promise.reject(new Error("fault"));
  const { runner } = runnerOf([
    { ...restore("e.com/r", fault), progress: fault, cancel: fault, areAdditionalItemsReady: fault },
    { kind: "BackupItemAction", name: "e.com/v1", appliesTo, execute: fault },
    { kind: "ItemBlockAction", name: "e.com/i", appliesTo, relatedItems: fault },
  ]);
  const item = bytes("{}");
  const rows: [what: string, ask: (run: Uint8Array) => Promise<unknown>][] = [
    ["execute", (run) => runner.execute("RestoreItemActionV2", "e.com/r", { item, run })],
    ["relatedItems", (run) => runner.relatedItems("e.com/i", { item, run })],
    ["progress", (run) => runner.progress("RestoreItemActionV2", "e.com/r", "op", run)],
    ["cancel", (run) => runner.cancel("RestoreItemActionV2", "e.com/r", "op", run)],
    ["ready", (run) => runner.areAdditionalItemsReady("RestoreItemActionV2", "e.com/r", [], run)],
  ];
  for (const [what, ask] of rows) {
    await t.step(what, async () => {
      const fault = await assertRejects(() => ask(NONE), ActionFailure, "Error: fault");
      assertEquals(fault.unexpected, true);
      const wrong = await assertRejects(
        () => ask(bytes("{")),
        ActionFailure,
        "backup or restore is not JSON",
      );
      assertEquals(wrong.reason, "invalid_item");
    });
  }
  await t.step("unknown names", async () => {
    const unknown = "plugin: e.com/x was not found";
    await assertRejects(
      () => runner.execute("BackupItemAction", "e.com/x", { item, run: NONE }),
      ActionFailure,
      unknown,
    );
    await assertRejects(() => runner.relatedItems("e.com/x", { item, run: NONE }), ActionFailure, unknown);
    await assertRejects(
      () => runner.cancel("BackupItemActionV2", "e.com/x", "op", NONE),
      ActionFailure,
      unknown,
    );
    assertEquals(runner.appliesTo("BackupItemAction", "e.com/x"), undefined);
    assertEquals(runner.appliesTo("BackupItemAction", "e.com/v1"), appliesTo);
  });
  await t.step("operations of v1", async () => {
    await assertRejects(
      () => runner.progress("BackupItemAction", "e.com/v1", "op", NONE),
      ActionFailure,
      "no operations",
    );
  });
});

Deno.test("state() lives as long as the runner", async () => {
  const seen: number[] = [];
  let made = 0;
  const { runner } = runnerOf([backup("e.com/b", (_request, { state }) => {
    const counter = state("counter", () => ({ calls: 0, made: ++made }));
    seen.push(++counter.calls);
  })]);
  for (let turn = 0; turn < 3; turn++) {
    await runner.execute("BackupItemActionV2", "e.com/b", { item: bytes("{}"), run: NONE });
  }
  assertEquals([seen, made], [[1, 2, 3], 1]);
});

Deno.test("count() hands on what an action counts, and never fails the call", async () => {
  const counted: unknown[] = [];
  const action = backup("e.com/b", (_request, { count }) => {
    count("collisions", ["mac"]);
    count("graphNodes", [], 3);
  });
  const run = async (counter: RunnerOptions["counter"]) => {
    const { runner, warnings } = runnerOf([action], counter === undefined ? {} : { counter });
    await runner.execute("BackupItemActionV2", "e.com/b", { item: bytes("{}"), run: NONE });
    return warnings;
  };
  assertEquals(await run((...count) => void counted.push(count)), []);
  assertEquals(counted, [["collisions", ["mac"], 1], ["graphNodes", [], 3]]);
  assertEquals(await run(undefined), []);
  const warnings = await run(() => {
    throw new Error("spool is full");
  });
  assertEquals(warnings, Array(2).fill("e.com/b: the call was not counted: Error: spool is full"));
});
