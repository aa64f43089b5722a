/**
 * Binds the server where the host can reach it: a unix socket, else TCP on the loopback (protocol 1.5).
 *
 * @module
 */

import { type Server, ServerCredentials } from "@grpc/grpc-js";

/** Where the server listens. */
export interface Listener {
  readonly network: "unix" | "tcp";
  /** An absolute path, or `127.0.0.1:PORT`. */
  readonly address: string;
}

/** What listening takes. */
export interface ListenOptions {
  readonly env: (name: string) => string | undefined;
  /** Gets why a place could not be used. */
  readonly note: (message: string) => void;
}

/** A socket's path must fit into 107 bytes. */
const MAX_PATH_BYTES = 107;

/**
 * Binds to the first place that works.
 *
 * @throws {Error} when not even TCP works, or the host asked for a group that cannot be set.
 */
export async function listen(server: Server, { env, note }: ListenOptions): Promise<Listener> {
  const name = `plugin${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  for (const directory of [env("PLUGIN_UNIX_SOCKET_DIR"), env("TMPDIR"), "/tmp"]) {
    if (directory === undefined || !directory.startsWith("/")) continue;
    const path = `${directory.replace(/\/+$/, "")}/${name}`;
    try {
      if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) {
        throw new RangeError(`the path of a socket takes at most ${MAX_PATH_BYTES} bytes`);
      }
      await bind(server, `unix:${path}`);
    } catch (error) {
      note(`Cannot listen on ${path}: ${error instanceof Error ? error.message : error}`);
      continue;
    }
    const group = env("PLUGIN_UNIX_SOCKET_GROUP");
    if (group !== undefined && group !== "") shareWith(group, path);
    return { network: "unix", address: path };
  }
  const port = await bind(server, "127.0.0.1:0");
  return { network: "tcp", address: `127.0.0.1:${port}` };
}

function bind(server: Server, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(
      target,
      ServerCredentials.createInsecure(),
      (error, port) => error === null ? resolve(port) : reject(error),
    );
  });
}

function shareWith(group: string, path: string): void {
  Deno.chownSync(path, null, groupId(group));
  Deno.chmodSync(path, 0o660);
}

function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  for (const line of Deno.readTextFileSync("/etc/group").split("\n")) {
    const [name, , id] = line.split(":");
    if (name === group) return Number(id);
  }
  throw new Error(`PLUGIN_UNIX_SOCKET_GROUP names the unknown group "${group}"`);
}
