/**
 * Where the archive of a restore comes from.
 *
 * @module
 */

import { parseDuration } from "../../actions/settings/setting.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { Archive } from "../../preview/archive/archive.ts";
import { readArchive } from "../../preview/archive/read.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { namespaceOfVelero } from "./common.ts";
import type { RestoreOptions } from "./options.ts";
import type { Session } from "./session.ts";

/**
 * The archive in a file.
 *
 * @throws {InputError}
 */
export async function readArchiveFile(path: string): Promise<Archive> {
  try {
    const file = await Deno.open(path);
    return await readChecked(file.readable, `"${path}"`);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : (cause as Error).message;
    throw new InputError(`Cannot open the archive "${path}": ${why}`, { cause });
  }
}

/**
 * The archive of a Backup.
 *
 * @throws {InputError}
 */
export async function fetchArchive(
  cluster: Cluster,
  backup: string,
  options: RestoreOptions,
  { signal, atEnd }: Session,
): Promise<Archive> {
  const { downloadTimeout, cacert } = options;
  const timeout = parseDuration(downloadTimeout);
  if (timeout === undefined) {
    throw new InputError(`--download-timeout: "${downloadTimeout}" is not a duration such as 30s or 5m`);
  }
  const { downloadBackup } = await import("../../preview/input/download.ts");
  const stream = await downloadBackup({
    cluster,
    namespace: namespaceOfVelero(options),
    backup,
    timeout,
    signal,
    atEnd,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    ...(cacert === undefined ? {} : { cacert: await readText(cacert) }),
  });
  return await readChecked(stream, `Backup "${backup}"`);
}

async function readChecked(stream: ReadableStream<Uint8Array>, what: string): Promise<Archive> {
  try {
    return await readArchive(stream);
  } catch (cause) {
    throw new InputError(`${what}: ${(cause as Error).message}`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${(cause as Error).message}`, { cause });
  }
}
