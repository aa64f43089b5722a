import { assertEquals } from "@std/assert";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import type { Fault } from "../../cluster/served/faults.ts";
import { InputError } from "./input_error.ts";
import { liveWorld } from "./world.ts";

const silent = () => {};

async function open(faults: readonly Fault[], patience: number) {
  const served = serveCluster(createMemoryCluster(), { faults });
  const kubeconfig = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(kubeconfig, served.kubeconfig());
    const env = (name: string) => name === "KUBECONFIG" ? kubeconfig : undefined;
    const log = { debug: silent, warn: silent };
    return { url: served.url, world: await liveWorld({ env, log, mayRun: false, patience }).catch((e) => e) };
  } finally {
    await served.close();
    await Deno.remove(kubeconfig);
  }
}

Deno.test("liveWorld(): a server that takes requests and never answers is given up", async () => {
  const { url, world } = await open([{ path: "*", hang: true }], 50);
  const said = "no answer within 0.05 s. Check the kubeconfig, its context and the network";
  assertEquals([world instanceof InputError, world.message], [
    true,
    `Cannot reach the cluster at ${url}: ${said}`,
  ]);
});

Deno.test("liveWorld(): a server that refuses to say its version is used", async () => {
  const { world } = await open([{ path: "/version", status: 403 }], 60_000);
  assertEquals([world instanceof Error, world.live], [false, true]);
});
