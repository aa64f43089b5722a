import { assertEquals } from "@std/assert";
import { goPlugin, pluginLister } from "../../grpc/services.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { alive, ignore, start, until } from "./plugin.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test(
  { name: "Shutdown ends the process with code 0 and removes its socket (protocol 4.12, C6)", ignore },
  async () => {
    await using plugin = await start({ args: ["--log-level", "debug"] });
    plugin.openStreams();
    await plugin.call(pluginLister.listPlugins, {});
    assertEquals(await exists(plugin.address), true);
    // The process is gone before it answers: status UNAVAILABLE, which the host does not look at.
    assertEquals((await plugin.failure(goPlugin.controller.shutdown, {})).code, 14);
    assertEquals(await plugin.process.status, { success: true, code: 0, signal: null });
    assertEquals(await exists(plugin.address), false);
    const last = JSON.parse((await plugin.stderr).at(-1) ?? "{}");
    assertEquals([last["@level"], last["@message"]], ["debug", "stopping: the host is done"]);
    assertEquals(last.peakMemoryMiB > 20 && last.peakMemoryMiB < 500, true, JSON.stringify(last));
    assertEquals(await plugin.rest, "", "nothing on stdout behind the handshake");
  },
);

Deno.test(
  { name: "SIGTERM ends the process with code 0 and removes its socket (protocol 7)", ignore },
  async () => {
    await using plugin = await start();
    plugin.openStreams();
    plugin.process.kill("SIGTERM");
    assertEquals((await plugin.process.status).code, 0);
    assertEquals(await exists(plugin.address), false);
  },
);

Deno.test({ name: "SIGINT does nothing (protocol 7)", ignore }, async () => {
  await using plugin = await start();
  plugin.process.kill("SIGINT");
  assertEquals((await plugin.call(pluginLister.listPlugins, {})).plugins.length > 0, true);
});

Deno.test({ name: "the process ends when its host was killed (protocol 4.10, C6)", ignore }, async () => {
  await using plugin = await start({ behindShell: true });
  await plugin.call(pluginLister.listPlugins, {});
  const pid = Number(/plugin(\d+)-/.exec(plugin.address)?.[1]);
  assertEquals(pid !== plugin.process.pid && await alive(pid), true);
  plugin.process.kill("SIGKILL");
  await until(async () => !await alive(pid), `process ${pid} is gone`);
  assertEquals(await exists(plugin.address), false);
});

Deno.test({ name: "after some thousand calls the process still ends with code 0", ignore }, async () => {
  // The host closes the connection as soon as it may, which is when the runtime's HTTP/2 is known to abort.
  const { startPlugin } = await import("../../preview/host/plugin.ts");
  const env = { ...Deno.env.toObject(), DENO: Deno.execPath(), KUBECONFIG: "/none" };
  const plugin = await startPlugin({ path: await bundledPlugin(), env });
  const request = { item: new TextEncoder().encode("{"), run: new Uint8Array() };
  for (let i = 0; i < 4000; i++) {
    await plugin.execute("RestoreItemAction", "lubronzhan.io/pvc-restore", request).catch(() => {});
  }
  assertEquals(await plugin.stop(), true);
});
