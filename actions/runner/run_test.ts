import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NO_IMAGES } from "../../images/none.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { type Action, defineSource, type RestoreItemAction } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { flag } from "../settings/setting.ts";
import { createRegistry } from "../registry.ts";
import { ActionFailure } from "./failure.ts";
import { type Execution } from "./observer.ts";
import { createRunner, type RunnerOptions } from "./run.ts";
import type { SourceSettings } from "../settings/reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const NONE = new Uint8Array();

interface Line {
  level: string;
  message: string;
  fields: unknown;
}

/** A runner of one action, with what it logged and counted. */
function runnerOf(action: Action, options: Partial<RunnerOptions> = {}, off: readonly string[] = []) {
  const logs: Line[] = [];
  const executions: Execution[] = [];
  const line = (level: string) => (message: string, fields: unknown) =>
    void logs.push({ level, message, fields });
  const source = defineSource("test", { on: flag(true, "On.") }, [action]);
  const runner = createRunner({
    images: NO_IMAGES,
    registry: createRegistry([source]),
    settings: {
      of: () => Promise.resolve({ values: { on: true }, actionEnabled: (name) => !off.includes(name) }),
    },
    cluster: createMemoryCluster(),
    log: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
    now: () => new Date(0),
    random: { uuid: () => "u" },
    timeout: 60_000,
    observer: (execution) => executions.push(execution),
    ...options,
  });
  return { runner, logs, executions };
}

const NAME = "example.com/act";
const ITEM = '{ "kind": "Pod", "metadata": {"name":"p","namespace":"n"}, "big": 12345678901234567890 }';

function backupAction(execute: Extract<Action, { kind: "BackupItemAction" }>["execute"]): Action {
  return { kind: "BackupItemAction", name: NAME, appliesTo: { includedResources: ["pods"] }, execute };
}

const call = (action: Action, item = ITEM, options: Partial<RunnerOptions> = {}) => {
  const world = runnerOf(action, options);
  return {
    ...world,
    answer: world.runner.execute(action.kind, NAME, { item: bytes(item), run: bytes("{}") }),
  };
};

Deno.test("execute() answers an unchanged item with the bytes that came (protocol 12.6)", async () => {
  const world = runnerOf(backupAction(({ item }) => void (item.changed = "but not given back")));
  const item = bytes(ITEM);
  const answer = await world.runner.execute("BackupItemAction", NAME, { item, run: NONE });
  assert(answer.item === item, "the very same bytes");
  assertEquals(world.executions.map(({ outcome }) => outcome), ["unchanged"]);
  assertEquals(world.logs, [{
    level: "debug",
    message: `entering ${NAME}`,
    fields: { kind: "Pod", namespace: "n", name: "p" },
  }]);
});

Deno.test("execute() keeps big integers and the order of keys in a changed item", async () => {
  const { answer, logs } = call(backupAction(({ item }) => {
    item.added = true;
    return { item };
  }));
  assertEquals(
    text((await answer).item),
    '{"kind":"Pod","metadata":{"name":"p","namespace":"n"},"big":12345678901234567890,"added":true}',
  );
  assertEquals(logs.at(-1), {
    level: "info",
    message: `${NAME}: changed`,
    fields: { kind: "Pod", namespace: "n", name: "p" },
  });
});

Deno.test("execute() hands Backup and item to the action", async () => {
  const seen: unknown[] = [];
  const { runner } = runnerOf(backupAction(({ item, backup }) => void seen.push(item.kind, backup)));
  const run = (backup: string) =>
    runner.execute("BackupItemAction", NAME, { item: bytes(ITEM), run: bytes(backup) });
  await run('{"spec":{}}');
  await run("null");
  await run("");
  assertEquals(seen, ["Pod", { spec: {} }, "Pod", {}, "Pod", undefined]);
});

Deno.test("execute() parses the stored object only when it is read, and once", async () => {
  let read = 0;
  const action: RestoreItemAction = {
    kind: "RestoreItemAction",
    name: NAME,
    appliesTo: { includedResources: ["pods"] },
    execute(request) {
      request.item.kind = "Changed";
      if (read++ === 0) return;
      assert(request.itemFromBackup === request.itemFromBackup);
      return { item: { stored: request.itemFromBackup } };
    },
  };
  const { runner } = runnerOf(action);
  const ask = (itemFromBackup: string) =>
    runner.execute("RestoreItemAction", NAME, {
      item: bytes('{"kind":"Pod"}'),
      itemFromBackup: bytes(itemFromBackup),
      run: NONE,
    });
  await ask("not JSON at all");
  await assertRejects(() => ask("not JSON at all"), ActionFailure, "item from backup is not JSON");
  assertEquals(text((await ask('{"status":{}}')).item), '{"stored":{"status":{}}}');
  // Without one the item stands in, as it came.
  assertEquals(text((await ask("")).item), '{"stored":{"kind":"Pod"}}');
});

Deno.test("execute() refuses what is not a JSON object, without quoting it", async (t) => {
  const never = backupAction(() => {
    throw new Error("not reached");
  });
  const rows: [item: string, message: string][] = [
    ["", "item is not JSON: unexpected end of JSON input"],
    ['{"password":"hunter2"', "item is not JSON: it cannot be parsed"],
    ["[]", "item is not a JSON object"],
    ["5", "item is not a JSON object"],
    ["12345678901234567890", "item is not a JSON object"],
    ["null", "item is not a JSON object"],
  ];
  for (const [item, message] of rows) {
    await t.step(item, async () => {
      const { answer, executions } = call(never, item);
      const failure = await assertRejects(() => answer, ActionFailure);
      assertEquals(failure.message.startsWith(`${NAME}: ${message}`), true, failure.message);
      assertEquals([failure.reason, failure.unexpected], ["invalid_item", false]);
      assertEquals(failure.message.includes("hunter2"), false);
      assertEquals(executions.map(({ outcome, reason }) => [outcome, reason]), [["error", "invalid_item"]]);
    });
  }
});

Deno.test("execute() names action, object, rule and remedy of a refusal (protocol 12.5)", async () => {
  const { answer, executions } = call(backupAction(() => {
    throw new Refusal("the moon is full", { rule: "vmgroup M1", remedy: "wait", reason: "unsafe" });
  }));
  const failure = await assertRejects(() => answer, ActionFailure);
  assertEquals(failure.message, `${NAME}: Pod n/p: the moon is full (rule vmgroup M1); wait`);
  assertEquals([failure.reason, failure.unexpected], ["unsafe", false]);
  assertEquals(executions[0]?.error, failure.message);
});

const GRANT = " (rule protocol 12.4); grant Velero's service account this permission";
const REPEAT = " (rule protocol 12.4); make the API server answer, then repeat the backup or restore";

Deno.test("execute() tells a refusing cluster from a fault of the program", async (t) => {
  const rows: [error: unknown, message: string, reason: string, unexpected: boolean][] = [
    [new ClusterError("get pods n/p: no", "Forbidden", 403), `get pods n/p: no${GRANT}`, "forbidden", false],
    [
      new ClusterError("get pods n/p: no", "Unauthorized", 401),
      `get pods n/p: no${GRANT}`,
      "forbidden",
      false,
    ],
    [new ClusterError("get pods n/p: no", "Unreachable", 0), `get pods n/p: no${REPEAT}`, "cluster", false],
    [new RangeError("off by one"), "RangeError: off by one", "internal", true],
    ["a string", "an exception without a message", "internal", true],
  ];
  for (const [error, message, reason, unexpected] of rows) {
    await t.step(String(error), async () => {
      for (
        const thrower of [() => Promise.reject(error), () => {
          throw error;
        }]
      ) {
        const failure = await assertRejects(() => call(backupAction(thrower)).answer, ActionFailure);
        assertEquals(failure.message, `${NAME}: Pod n/p: ${message}`);
        assertEquals([failure.reason, failure.unexpected], [reason, unexpected]);
      }
    });
  }
});

Deno.test("execute() ends at the deadline, also an action that does not listen (protocol 12.3)", async () => {
  const seen: AbortSignal[] = [];
  const action = backupAction((_request, { signal }) => {
    seen.push(signal);
    return new Promise(() => {});
  });
  const failure = await assertRejects(() => call(action, ITEM, { timeout: 1 }).answer, ActionFailure);
  assertEquals(failure.reason, "deadline");
  assertStringIncludes(failure.message, "no answer after 0.001 s");
  assertStringIncludes(failure.message, "WORKLOADS_ACTION_TIMEOUT");
  assertEquals(seen[0]?.aborted, true);
});

Deno.test("execute() ends at the deadline while the settings are being read, and the next call goes on", async () => {
  const { promise, resolve } = Promise.withResolvers<SourceSettings>();
  const { runner } = runnerOf(backupAction(({ item }) => ({ item })), {
    timeout: 20,
    settings: { of: () => promise },
  });
  const request = { item: bytes(ITEM), run: bytes("{}") };
  const failure = await assertRejects(
    () => runner.execute("BackupItemAction", NAME, request),
    ActionFailure,
    `${NAME}: Pod n/p: no answer after 0.02 s (rule protocol 12.3)`,
  );
  assertEquals(failure.reason, "deadline");
  resolve({ values: { on: true }, actionEnabled: () => true });
  const { item } = await runner.execute("BackupItemAction", NAME, request);
  assertEquals(JSON.parse(text(item)), JSON.parse(ITEM));
});

Deno.test("execute() gives each call a deadline of its own and requests that end with it", async () => {
  const signals: AbortSignal[] = [];
  const options: (AbortSignal | undefined)[] = [];
  const action: Action = {
    ...backupAction(async (_request, { signal, cluster }) => {
      signals.push(signal);
      await cluster.version();
    }),
    deadline: () => 1000,
  };
  const cluster = createMemoryCluster();
  const { runner } = runnerOf(action, {
    timeout: 1,
    cluster: {
      ...cluster,
      version: (given) => {
        options.push(given?.signal);
        return cluster.version(given);
      },
    },
  });
  const ask = () => runner.execute("BackupItemAction", NAME, { item: bytes(ITEM), run: NONE });
  await Promise.all([ask(), ask()]);
  assertEquals(signals.length, 2);
  assert(signals[0] !== signals[1]);
  assertEquals(options, signals);
});

Deno.test("execute() answers at once for an action that is off", async () => {
  const action = backupAction(() => {
    throw new Error("not reached");
  });
  const request = { item: bytes(ITEM), run: NONE };
  const bySetting = runnerOf({ ...action, enabled: () => false });
  const byName = runnerOf(action, {}, [NAME]);
  for (const { runner, logs, executions } of [bySetting, byName]) {
    assert((await runner.execute("BackupItemAction", NAME, request)).item === request.item);
    assertEquals(logs, []);
    assertEquals(executions.map(({ outcome }) => outcome), ["unchanged"]);
  }
});

Deno.test("execute() lets one large call in at a time (protocol 12.6)", async () => {
  let inside = 0;
  let most = 0;
  const action = backupAction(async () => {
    most = Math.max(most, ++inside);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    inside--;
  });
  const { runner } = runnerOf(action);
  const ask = (item: string) =>
    Promise.all(
      Array.from({ length: 4 }, () =>
        runner.execute("BackupItemAction", NAME, { item: bytes(item), run: NONE })),
    );
  await ask(ITEM);
  assertEquals(most, 4);
  most = 0;
  const large = JSON.stringify({ data: "x".repeat(2 * 1024 * 1024) });
  await ask(large);
  assertEquals(most, 1);
});

Deno.test("a large call that fails lets the next one in", async () => {
  const { runner } = runnerOf(backupAction(() => {
    throw new Refusal("no", { rule: "cnpg R7", remedy: "r", reason: "unsafe" });
  }));
  const large = bytes(JSON.stringify({ data: "x".repeat(2 * 1024 * 1024) }));
  for (let turn = 0; turn < 3; turn++) {
    await assertRejects(
      () => runner.execute("BackupItemAction", NAME, { item: large, run: NONE }),
      ActionFailure,
    );
  }
});

Deno.test("execute() refuses to change an item nested deeper than the stack (protocol 12.6)", async () => {
  const deep = `{"kind":"VM","b":1,"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  // An object that has lost a key is written by a recursion of the runtime.
  const { answer } = call(
    backupAction(({ item }) => {
      delete item.b;
      return { item };
    }),
    deep,
  );
  const failure = await assertRejects(() => answer, ActionFailure, "is nested too deeply to be changed");
  assertEquals(failure.reason, "invalid_item");
});
