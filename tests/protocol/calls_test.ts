import { assertEquals } from "@std/assert";
import { Status } from "../../grpc/gen/status.ts";
import { Stack } from "../../grpc/gen/velero.ts";
import { actionServices, goPlugin, pluginLister } from "../../grpc/services.ts";
import { ignore, type PluginProcess, start } from "./plugin.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const BACKUP = '{"kind":"Backup","metadata":{"name":"b"}}';
const ITEM = '{"apiVersion":"v1", "kind":"ConfigMap","metadata":{"name":"m","namespace":"n"}}';
const SECRET = { group: "", resource: "secrets", namespace: "n", name: "m-secret" };

function json(text: string): Uint8Array {
  return encoder.encode(text);
}

function executeRequest(name: string, item = ITEM) {
  return { plugin: `protocol.test/${name}`, item: json(item), backup: json(BACKUP) };
}

function backup(plugin: PluginProcess, name: string, item?: string) {
  return plugin.call(actionServices.BackupItemAction.execute, executeRequest(name, item));
}

function failedBackup(plugin: PluginProcess, name: string, item?: string) {
  return plugin.failure(actionServices.BackupItemAction.execute, executeRequest(name, item));
}

Deno.test({ name: "AppliesTo carries every field of a selector", ignore }, async () => {
  await using plugin = await start();
  const { appliesTo } = actionServices.BackupItemAction;
  const { ResourceSelector } = await plugin.call(appliesTo, { plugin: "protocol.test/mark" });
  assertEquals(ResourceSelector, {
    includedResources: ["configmaps", "virtualmachines.kubevirt.io"],
    excludedResources: ["secrets"],
    includedNamespaces: ["a"],
    excludedNamespaces: ["b"],
    selector: "app=web",
  });
  const { code, details } = await plugin.failure(appliesTo, { plugin: "protocol.test/none" });
  assertEquals(code, 2);
  assertEquals(details, "plugin: protocol.test/none was not found or has an invalid name format");
});

Deno.test(
  { name: "Execute of a backup action gives item and additional items (protocol 2.5)", ignore },
  async () => {
    await using plugin = await start();
    const { item, additionalItems } = await backup(plugin, "mark");
    assertEquals(JSON.parse(decoder.decode(item)), { ...JSON.parse(ITEM), data: { marked: "yes" } });
    assertEquals(additionalItems, [SECRET]);
    const unchanged = await backup(plugin, "unchanged");
    assertEquals(decoder.decode(unchanged.item), ITEM, "byte for byte, with its blank");
  },
);

Deno.test({ name: "integers above 2^53 survive a changed item (protocol 12.6)", ignore }, async () => {
  await using plugin = await start();
  const { item } = await backup(plugin, "mark", '{"kind":"X","spec":{"n":12345678901234567890,"f":1.50}}');
  assertEquals(
    decoder.decode(item),
    '{"kind":"X","spec":{"n":12345678901234567890,"f":1.50},"data":{"marked":"yes"}}',
  );
});

Deno.test({ name: "version 2 of a backup action carries its operation", ignore }, async () => {
  await using plugin = await start();
  const { execute, progress, cancel } = actionServices.BackupItemActionV2;
  const answer = await plugin.call(execute, executeRequest("operation"));
  assertEquals(answer.operationID, "o-1");
  assertEquals(answer.postOperationItems, [SECRET]);
  const operation = { plugin: "protocol.test/operation", operationID: "o-1", backup: json(BACKUP) };
  assertEquals(await plugin.call(progress, operation), {
    progress: {
      completed: true,
      err: "failed o-1",
      nCompleted: 3n,
      nTotal: 4n,
      operationUnits: "bytes",
      description: "copying",
      started: new Date("2026-01-02T03:04:05.678Z"),
      updated: new Date("0001-01-01T00:00:00Z"),
    },
  });
  const { code, details } = await plugin.failure(cancel, operation);
  assertEquals([code, details], [
    10,
    "plugin panicked: protocol.test/operation: Error: cannot cancel o-1",
  ]);
});

Deno.test(
  { name: "Progress of an action without operations is a message all the same (protocol 4.5, C7)", ignore },
  async () => {
    await using plugin = await start();
    const { progress } = await plugin.call(actionServices.BackupItemActionV2.progress, {
      plugin: "protocol.test/no-operation",
      operationID: "unknown",
      backup: json(BACKUP),
    });
    const zero = new Date("0001-01-01T00:00:00Z");
    assertEquals(progress?.completed, false);
    assertEquals([progress?.started, progress?.updated], [zero, zero], "Go's zero time, not 1970");
  },
);

Deno.test({ name: "Execute of a restore action reads the stored object and may skip", ignore }, async () => {
  await using plugin = await start();
  const request = { plugin: "protocol.test/skip", item: json(ITEM), restore: json('{"kind":"Restore"}') };
  const { execute } = actionServices.RestoreItemAction;
  const stored = json('{"kind":"ConfigMap","data":{"skip":"yes"}}');
  const skipped = await plugin.call(execute, { ...request, itemFromBackup: stored });
  assertEquals([skipped.skipRestore, decoder.decode(skipped.item)], [true, ITEM]);
  const kept = await plugin.call(execute, { ...request, itemFromBackup: json(ITEM) });
  assertEquals([kept.skipRestore, decoder.decode(kept.item)], [false, ITEM]);
});

Deno.test({ name: "version 2 of a restore action can wait for its additional items", ignore }, async () => {
  await using plugin = await start();
  const { execute, areAdditionalItemsReady, cancel } = actionServices.RestoreItemActionV2;
  const base = { plugin: "protocol.test/wait", restore: json('{"kind":"Restore"}') };
  const answer = await plugin.call(execute, { ...base, item: json(ITEM), itemFromBackup: json(ITEM) });
  assertEquals(answer.operationID, "o-2");
  assertEquals(answer.waitForAdditionalItems, true);
  assertEquals(answer.additionalItemsReadyTimeout, { seconds: 1n, nanos: 500_000_000 });
  assertEquals(answer.additionalItems, [SECRET]);
  const ready = (name: string) =>
    plugin.call(areAdditionalItemsReady, { ...base, additionalItems: [{ ...SECRET, name }] });
  assertEquals(await ready("ready"), { ready: true });
  assertEquals(await ready("absent"), { ready: false });
  assertEquals(await plugin.call(cancel, { ...base, operationID: "o-2" }), {});
});

Deno.test({ name: "delete and item block actions are served", ignore }, async () => {
  await using plugin = await start();
  assertEquals(await plugin.call(actionServices.DeleteItemAction.execute, executeRequest("delete")), {});
  assertEquals(
    await plugin.call(actionServices.ItemBlockAction.getRelatedItems, executeRequest("block")),
    { relatedItems: [SECRET] },
  );
});

const FAILURES: readonly {
  name: string;
  item?: string;
  code: number;
  text: string;
  at: string | undefined;
}[] = [
  {
    name: "throw",
    code: 10,
    text: "plugin panicked: protocol.test/throw: ConfigMap n/m: TypeError: thrown at once",
    at: "tests/protocol/source.ts",
  },
  {
    name: "reject",
    code: 10,
    text: "plugin panicked: protocol.test/reject: ConfigMap n/m: RangeError: rejected in two lines",
    at: "tests/protocol/source.ts",
  },
  {
    name: "refuse",
    code: 2,
    text: "protocol.test/refuse: ConfigMap n/m: it is not säfe (rule cnpg R7); try another",
    at: "tests/protocol/source.ts",
  },
  {
    name: "throw-a-number",
    code: 10,
    text: "plugin panicked: protocol.test/throw-a-number: ConfigMap n/m: an exception without a message",
    at: "actions/runner/failure.ts",
  },
  {
    name: "no-such",
    code: 2,
    text: "plugin: protocol.test/no-such was not found or has an invalid name format",
    at: "actions/runner/run.ts",
  },
  {
    name: "mark",
    item: "{garbage",
    code: 2,
    text: "protocol.test/mark: item is not JSON: it cannot be parsed (rule protocol 3.2); " +
      "report it to whoever made the object; nothing was changed",
    at: "actions/runner/request.ts",
  },
  {
    name: "mark",
    item: "",
    code: 2,
    text: "protocol.test/mark: item is not JSON: unexpected end of JSON input (rule protocol 3.2); " +
      "report it to whoever made the object; nothing was changed",
    at: "actions/runner/request.ts",
  },
];

Deno.test(
  {
    name:
      "a failing action answers with code, text and stack, and the process lives on (protocol 3.1 to 3.3, C4)",
    ignore,
  },
  async (t) => {
    await using plugin = await start();
    for (const { name, item, code, text, at } of FAILURES) {
      await t.step(`${name} ${item ?? ""}`, async () => {
        const error = await failedBackup(plugin, name, item);
        assertEquals([error.code, error.details], [code, text]);
        const status = Status.decode(error.metadata.get("grpc-status-details-bin")[0] as Uint8Array);
        assertEquals([status.code, status.message], [code, text], "as go-plugin compares them");
        assertEquals(status.details[0]?.type_url, "type.googleapis.com/generated.Stack");
        const [frame] = Stack.decode(status.details[0]!.value).frames;
        assertEquals([frame?.file, (frame?.line ?? 0) > 0], [at, true]);
        assertEquals(decoder.decode((await backup(plugin, "unchanged")).item), ITEM);
      });
    }
  },
);

Deno.test({ name: "a text of a million characters is cut so that it still arrives", ignore }, async () => {
  await using plugin = await start();
  const { code, details } = await failedBackup(plugin, "throw-long");
  assertEquals(code, 10);
  const front = "protocol.test/throw-long: ConfigMap n/m: Error: ";
  // A lone surrogate cannot be sent and comes out as the replacement character.
  const cut = `${front}\ufffd${"x".repeat(4096 - front.length - 1)}... (995953 more characters)`;
  assertEquals(details, `plugin panicked: ${cut}`);
});

Deno.test(
  { name: "exceptions that nobody catches are logged and end nothing (protocol 7, C4)", ignore },
  async () => {
    await using plugin = await start();
    assertEquals(decoder.decode((await backup(plugin, "leave-a-rejection")).item), ITEM);
    assertEquals(decoder.decode((await backup(plugin, "unchanged")).item), ITEM);
    assertEquals((await plugin.stop()).code, 0);
    const messages = (await plugin.stderr).map((line) => JSON.parse(line)["@message"]);
    assertEquals(messages.filter((text) => text.includes("a fault of this plugin")), [
      "unhandled rejection, which is a fault of this plugin: Error: nobody waits for this",
      "uncaught exception, which is a fault of this plugin: Error: nobody catches this",
    ]);
  },
);

Deno.test({ name: "wrong shapes are no crash", ignore }, async () => {
  await using plugin = await start();
  const odd = '{"kind":"X","metadata":7,"spec":5,"data":[1]}';
  const { item } = await backup(plugin, "mark", odd);
  assertEquals(JSON.parse(decoder.decode(item)), { ...JSON.parse(odd), data: { marked: "yes" } });
  assertEquals((await failedBackup(plugin, "mark", "[1]")).code, 2);
  assertEquals((await failedBackup(plugin, "mark", "null")).code, 2);
});

Deno.test(
  { name: "items of 30 MB pass in both directions, twice in a restore (protocol 4.9, C3)", ignore },
  async () => {
    await using plugin = await start();
    const item = `{"kind":"ConfigMap","data":{"big":"${"x".repeat(30_000_000)}"}}`;
    const changed = await backup(plugin, "mark", item);
    assertEquals(changed.item.length, item.length + ',"marked":"yes"'.length);
    const { execute } = actionServices.RestoreItemActionV2;
    const request = { plugin: "protocol.test/wait", item: json(item), itemFromBackup: json(item) };
    assertEquals((await plugin.call(execute, request)).item.length, item.length);
  },
);

Deno.test({
  name: "a hundred calls at once are answered, and calls run side by side (protocol 4.9, C3)",
  ignore,
}, async () => {
  await using plugin = await start();
  const named = (name: string) => `{"kind":"ConfigMap","metadata":{"name":"${name}","namespace":"n"}}`;
  const names = Array.from({ length: 100 }, (_, i) => `m${i}`);
  const answers = await Promise.all(names.map((name) => backup(plugin, "mark", named(name))));
  assertEquals(
    answers.map(({ item }) => JSON.parse(decoder.decode(item)).metadata.name),
    names,
  );
  assertEquals(answers.map(({ additionalItems: [first] }) => first?.name), names.map((n) => `${n}-secret`));
  // Each waits for the other: served one after the other, neither would end.
  await Promise.all(["first", "second"].map((name) => backup(plugin, "meet", named(name))));
});

Deno.test(
  { name: "health is SERVING for plugin and for the empty name (protocol 2.2)", ignore },
  async () => {
    await using plugin = await start();
    const { check } = goPlugin.health;
    assertEquals(await plugin.call(check, { service: "plugin" }), { status: 1 });
    assertEquals(await plugin.call(check, {}), { status: 1 });
    assertEquals((await plugin.failure(check, { service: "other" })).code, 5);
  },
);

Deno.test({ name: "an unknown method is UNIMPLEMENTED", ignore }, async () => {
  await using plugin = await start();
  const method = { ...pluginLister.listPlugins, path: "/generated.ObjectStore/Init" };
  assertEquals((await plugin.failure(method, {})).code, 12);
});
