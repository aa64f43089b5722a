import { assertEquals, assertRejects } from "@std/assert";
import type { LogRecord } from "./hclog.ts";
import type { Plugin } from "./plugin.ts";

const ignore = ["run", "net", "env", "write"].some((name) =>
  Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state !== "granted"
);
const ENTRY = new URL("../../tests/protocol/entry.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

async function start(logs: LogRecord[] = []): Promise<Plugin> {
  // Loaded here, because the gRPC client reads the environment as soon as it is loaded.
  const { startPlugin } = await import("./plugin.ts");
  return await startPlugin({
    path: Deno.execPath(),
    args: ["run", "--quiet", "--allow-all", `--config=${CONFIG}`, ENTRY, "--log-level", "debug"],
    env: { ...Deno.env.toObject(), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    log: (record) => logs.push(record),
  });
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const text = (value: Uint8Array) => JSON.parse(new TextDecoder().decode(value));
const ITEM = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "n" } };
const SECRET = { group: "", resource: "secrets", namespace: "n", name: "c-secret" };

Deno.test(
  { name: "startPlugin() calls every kind of action as Velero does (protocol 2.1, 2.5)", ignore },
  async (t) => {
    const logs: LogRecord[] = [];
    const plugin = await start(logs);
    const request = { item: bytes(ITEM), run: bytes({}) };
    try {
      await t.step("ListPlugins", async () => {
        const kinds = new Set((await plugin.list()).map(({ kind }) => kind));
        assertEquals([...kinds], [
          "BackupItemAction",
          "BackupItemActionV2",
          "RestoreItemAction",
          "RestoreItemActionV2",
          "DeleteItemAction",
          "ItemBlockAction",
        ]);
      });
      await t.step("AppliesTo", async () => {
        assertEquals(await plugin.appliesTo("BackupItemAction", "protocol.test/mark"), {
          includedResources: ["configmaps", "virtualmachines.kubevirt.io"],
          excludedResources: ["secrets"],
          includedNamespaces: ["a"],
          excludedNamespaces: ["b"],
          selector: "app=web",
        });
      });
      await t.step("Execute of a backup action", async () => {
        const { item, ...rest } = await plugin.execute("BackupItemAction", "protocol.test/mark", request);
        assertEquals(text(item), { ...ITEM, data: { marked: "yes" } });
        assertEquals(rest, { additionalItems: [SECRET] });
      });
      await t.step("Execute of a backup action of version 2", async () => {
        const { item, ...rest } = await plugin.execute(
          "BackupItemActionV2",
          "protocol.test/operation",
          request,
        );
        assertEquals(text(item), ITEM);
        assertEquals(rest, { additionalItems: [], operationID: "o-1", postOperationItems: [SECRET] });
      });
      await t.step("Progress", async () => {
        const progress = await plugin.progress(
          "BackupItemActionV2",
          "protocol.test/operation",
          "o-1",
          bytes({}),
        );
        const { started, updated, ...rest } = progress;
        assertEquals(rest, {
          completed: true,
          error: "failed o-1",
          nCompleted: 3,
          nTotal: 4,
          operationUnits: "bytes",
          description: "copying",
        });
        assertEquals([started?.toISOString(), updated?.getUTCFullYear()], ["2026-01-02T03:04:05.678Z", 1]);
      });
      await t.step("Cancel, which fails with the plugin's status", async () => {
        const cancel = () => plugin.cancel("BackupItemActionV2", "protocol.test/operation", "o-1", bytes({}));
        const error = await assertRejects(
          cancel,
          Error,
          "rpc error: code = Aborted desc = plugin panicked: ",
        );
        assertEquals(error.message.endsWith("cannot cancel o-1"), true);
      });
      await t.step("Execute of a restore action gets the stored object", async () => {
        const itemFromBackup = bytes({ ...ITEM, data: { skip: "yes" } });
        const { skipRestore } = await plugin.execute("RestoreItemAction", "protocol.test/skip", {
          ...request,
          itemFromBackup,
        });
        assertEquals(skipRestore, true);
      });
      await t.step("Execute of a restore action of version 2", async () => {
        const { item, ...rest } = await plugin.execute("RestoreItemActionV2", "protocol.test/wait", request);
        assertEquals(text(item), ITEM);
        assertEquals(rest, {
          additionalItems: [SECRET],
          skipRestore: false,
          operationID: "o-2",
          waitForAdditionalItems: true,
          additionalItemsReadyTimeout: 1500,
        });
      });
      await t.step("AreAdditionalItemsReady", async () => {
        const ask = (name: string) =>
          plugin.areAdditionalItemsReady(
            "RestoreItemActionV2",
            "protocol.test/wait",
            [{ ...SECRET, name }],
            bytes({}),
          );
        assertEquals([await ask("ready"), await ask("other")], [true, false]);
      });
      await t.step("Execute of a delete action", async () => {
        const { item } = await plugin.execute("DeleteItemAction", "protocol.test/delete", request);
        assertEquals(text(item), ITEM);
      });
      await t.step("GetRelatedItems", async () => {
        assertEquals(await plugin.relatedItems("protocol.test/block", request), [SECRET]);
      });
      await t.step("a refusal, with the place it came from", async () => {
        const { RpcError } = await import("./rpc.ts");
        const error = await assertRejects(
          () => plugin.execute("BackupItemAction", "protocol.test/refuse", request),
          RpcError,
          "it is not säfe",
        );
        assertEquals([error.code, error.location?.includes("source.ts:")], ["Unknown", true]);
      });
    } finally {
      assertEquals(await plugin.stop(), true);
    }
    const change = logs.find(({ message }) => message.startsWith("protocol.test/mark: changed"));
    assertEquals([change?.level, change?.fields.namespace, change?.fields.name], ["info", "n", "c"]);
  },
);

Deno.test({ name: "startPlugin() says what a program said that is no plugin", ignore }, async () => {
  const { startPlugin } = await import("./plugin.ts");
  const script = (code: string) => () => startPlugin({ path: "/bin/sh", args: ["-c", code] });
  await assertRejects(script("echo hello"), Error, 'Unrecognized remote plugin message: "hello"');
  await assertRejects(
    script("echo no library >&2; exit 127"),
    Error,
    'Cannot start plugin "/bin/sh": plugin exited before we could connect; its last words: no library',
  );
});

Deno.test(
  { name: "startPlugin() does not wait for ever for a handshake (protocol 1.7)", ignore },
  async () => {
    const { startPlugin } = await import("./plugin.ts");
    const silent = () => startPlugin({ path: "/bin/sh", args: ["-c", "exec sleep 600"], timeout: 50 });
    await assertRejects(silent, Error, "timeout while waiting for plugin to start");
  },
);

Deno.test({ name: "stop() kills a plugin that does not end", ignore }, async () => {
  const { startProcess } = await import("./process.ts");
  const process = await startProcess({
    path: "/bin/sh",
    args: ["-c", "echo '1|2|unix|/nowhere|grpc|'; exec sleep 600"],
  });
  assertEquals(process.address, { network: "unix", address: "/nowhere" });
  assertEquals(await process.end(), false);
});
