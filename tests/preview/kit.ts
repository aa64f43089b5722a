/**
 * Runs previews as people do: the program as it ships, in a folder of its own.
 *
 * @module
 */

import { clusterOf, type MemoryCluster } from "../../cluster/memory/memory.ts";
import { stringAt } from "../../objects/object.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import { ignore as notGranted, MAIN, run } from "../protocol/plugin.ts";

/** Whether a test may start processes and write files. */
export const ignore = notGranted || Deno.permissions.querySync({ name: "write" }).state !== "granted";

/** The example namespace, which the demo backs up, too. */
export const MANIFESTS = new URL("../../examples/shop", import.meta.url).pathname;

/** What the other cluster of the examples has. */
export const TARGET = new URL("../../examples/other-cluster", import.meta.url).pathname;

/** What a preview said. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  /** Without lines of progress. */
  readonly stderr: string;
}

/** A working directory in which previews run. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
  /** Runs `preview` with these arguments. */
  preview(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Said>;
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** The names in the folder. */
  names(): Promise<string[]>;
}

/** Takes the lines of progress out of what a preview said on stderr: they come only where a machine is slow. */
export function withoutProgress(stderr: string): string {
  return stderr.replaceAll(/^\d+ of \d+ items, \d+ s\n/gm, "");
}

/** Makes a folder. */
export async function createFolder(): Promise<Folder> {
  const path = await Deno.makeTempDir({ prefix: "preview-test-" });
  const decoder = new TextDecoder();
  return {
    path,
    async preview(args, env = {}) {
      const { code, stdout, stderr } = await run(
        MAIN,
        ["preview", ...args],
        pluginEnvironment(path, env),
        path,
      );
      return {
        code,
        stdout: decoder.decode(stdout),
        stderr: withoutProgress(decoder.decode(stderr)),
      };
    },
    write: async (name, content) =>
      typeof content === "string"
        ? await Deno.writeTextFile(`${path}/${name}`, content)
        : await Deno.writeFile(`${path}/${name}`, content),
    names: async () => (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/**
 * The cluster with a Velero that answers each DownloadRequest in the moment in which it is made, so that nobody waits for it.
 *
 * @param urlOf Where the archive of a backup is; `undefined` when Velero stays silent.
 */
export function withDownloads(
  cluster: MemoryCluster,
  urlOf: (backup: string) => string | undefined,
): MemoryCluster {
  const { store } = cluster;
  return clusterOf({
    ...store,
    create(kind, namespace, object, writer) {
      const created = store.create(kind, namespace, object, writer);
      const backup = stringAt(created, "spec", "target", "name");
      const downloadURL = kind.resource === "downloadrequests" ? urlOf(backup ?? "") : undefined;
      if (downloadURL === undefined) return created;
      const name = stringAt(created, "metadata", "name") ?? "";
      return store.patch({ kind, namespace, name }, "merge", { status: { downloadURL } });
    },
  });
}
