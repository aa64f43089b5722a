/**
 * The least a plugin can be on this runtime: a gRPC server that lists one action, parses an item, marks it and writes it. The floor
 * that the benchmark compares start-up with.
 *
 * @module
 */

import { Server, ServerCredentials } from "@grpc/grpc-js";
import { rmSync, writeSync } from "node:fs";
import { actionServices, goPlugin, pluginLister } from "../grpc/services.ts";

const NAME = "example.io/bare";
const socket = `/tmp/plugin-bare-${Deno.pid}`;
const command = Deno.env.get("PLUGIN_COMMAND") ?? Deno.execPath();
const server = new Server({ "grpc.max_receive_message_length": -1 });

server.addService(pluginLister, {
  listPlugins: (_call: unknown, reply: (error: null, value: unknown) => void) =>
    reply(
      null,
      { plugins: [{ command, kind: "RestoreItemAction", name: NAME }] },
    ),
});
server.addService(actionServices.RestoreItemAction, {
  appliesTo: (_call: unknown, reply: (error: null, value: unknown) => void) =>
    reply(
      null,
      {
        ResourceSelector: { includedResources: ["persistentvolumeclaims"] },
      },
    ),
  execute: (call: { request: { item: Uint8Array } }, reply: (error: null, value: unknown) => void) => {
    const item = JSON.parse(new TextDecoder().decode(call.request.item));
    item.metadata.labels = { ...item.metadata.labels, bare: "true" };
    reply(
      null,
      {
        item: new TextEncoder().encode(JSON.stringify(item)),
      },
    );
  },
});
// Not answered, as by the plugin itself (see grpc/go_plugin.ts).
server.addService(goPlugin.controller, {
  shutdown: () => {
    rmSync(socket, { force: true });
    Deno.exit(0);
  },
});
// Left behind by a killed process of the same number.
rmSync(socket, { force: true });
server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
  writeSync(1, `1|2|unix|${socket}|grpc|\n`);
});
