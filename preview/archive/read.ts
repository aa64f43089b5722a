/**
 * Reads an archive that may come from anywhere: everything in it is counted, and nothing of it is ever used as a path.
 *
 * @module
 */

import tar from "tar-stream";
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Archive, createArchive, FORMAT, type StoredItem } from "./archive.ts";

/** How much an archive may hold. */
export interface ArchiveLimits {
  /** Bytes of one entry. */
  readonly entry: number;
  /** Bytes of all entries together, unpacked. */
  readonly total: number;
  /** Entries. */
  readonly entries: number;
}

const MIB = 1024 * 1024;

/** Far above what Velero writes: an object of the API server has some megabytes at most, and each is stored up to twice. */
export const LIMITS: ArchiveLimits = { entry: 64 * MIB, total: 1024 * MIB, entries: 2_000_000 };

// Velero also writes every object below a folder of its version; the unversioned path names the preferred one.
const ITEM = /^resources\/([^/]+)\/(?:cluster|namespaces\/([^/]+))\/([^/]+)\.json$/;

/**
 * Reads a `.tar.gz` written by Velero or by `writeArchive`.
 *
 * @throws {TypeError} as {@link readItems}.
 */
export async function readArchive(
  compressed: ReadableStream<Uint8Array>,
  limits: ArchiveLimits = LIMITS,
): Promise<Archive> {
  return createArchive(await Array.fromAsync(readItems(compressed, { limits })));
}

/** Which items are read. */
export interface ReadOptions {
  /** Default {@link LIMITS}. */
  readonly limits?: ArchiveLimits;
  /** Only the items of this resource, `plural.group`; default: all. */
  readonly resource?: string;
}

/**
 * The items of a `.tar.gz` one after the other, so that only one is in memory.
 *
 * @throws {TypeError} when it is not one (not gzip, not tar, truncated, without Velero's layout, of a newer format), when it holds
 * links or names that lead out of it, and when it is larger than the limits. Some of that shows only after the last item.
 */
export async function* readItems(
  compressed: ReadableStream<Uint8Array>,
  { limits = LIMITS, resource }: ReadOptions = {},
): AsyncGenerator<StoredItem> {
  let version: string | undefined;
  const count = counter(limits);
  const extract = tar.extract();
  const fed = pipeline(Readable.fromWeb(compressed as never), createGunzip(), count.stream, extract as never);
  fed.catch(() => {}); // The loop below ends with the same error.
  try {
    for await (const entry of extract) {
      const { type, size = 0 } = entry.header;
      count.entry();
      const name = entry.header.name.replace(/^(\.\/)+/, "");
      if (leadsOut(name)) throw new Error(`entry "${shortened(name)}" leads out of the archive`);
      if (type !== "file" && type !== "contiguous-file" && type !== "directory") {
        throw new Error(`entry "${shortened(name)}" is a ${type}; Velero writes files only`);
      }
      if (size > limits.entry) {
        throw new Error(`entry "${shortened(name)}" has ${mib(size)}, more than ${mib(limits.entry)}`);
      }
      const match = ITEM.exec(name);
      const wanted = match === null
        ? name === "metadata/version"
        : resource === undefined || match[1] === resource;
      if (type === "directory" || !wanted) {
        entry.resume();
        continue;
      }
      const bytes = await buffer(entry as AsyncIterable<Uint8Array>);
      if (match === null) version = new TextDecoder().decode(bytes.subarray(0, 100)).trim();
      else yield toItem(match, bytes);
    }
    await fed;
  } catch (cause) {
    throw new TypeError(`Cannot read the archive: ${inWords(cause as Error)}`, { cause });
  }
  if (version === undefined) {
    throw new TypeError("Cannot read the archive: it has no metadata/version, so Velero did not write it");
  }
  if (!/^1\.\d/.test(version)) {
    throw new TypeError(
      `Cannot read the archive: its format is "${
        shortened(version)
      }", and the newest that this program knows is ${FORMAT}. ` +
        "Use a newer release of it",
    );
  }
}

function toItem([, full = "", namespace = "", name = ""]: RegExpExecArray, bytes: Uint8Array): StoredItem {
  const dot = full.indexOf(".");
  const [resource, group] = dot < 0 ? [full, ""] : [full.slice(0, dot), full.slice(dot + 1)];
  return { group, resource, namespace, name, bytes };
}

// Counts what is unpacked while it is unpacked, so that a bomb ends before it fills the memory. Headers that never become an entry
// are bounded as well.
function counter({ entry, total, entries }: ArchiveLimits): { stream: Transform; entry: () => void } {
  let all = 0;
  let since = 0;
  let seen = 0;
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      all += chunk.length;
      since += chunk.length;
      if (all > total) done(new Error(`it unpacks to more than ${mib(total)}`));
      else if (since > entry + MIB) done(new Error(`it has an entry of more than ${mib(entry)}`));
      else done(null, chunk);
    },
  });
  return {
    stream,
    entry() {
      since = 0;
      if (++seen > entries) throw new Error(`it has more than ${entries} entries`);
    },
  };
}

function leadsOut(name: string): boolean {
  return name.startsWith("/") || /[\\\0]/.test(name) || name.split("/").includes("..");
}

function inWords({ message }: Error): string {
  if (message === "unexpected end of file" || message === "Unexpected end of data") {
    return "it is truncated; download it again";
  }
  if (message === "incorrect header check") return "it is not gzip; the archive of a backup is a .tar.gz";
  if (message.startsWith("Invalid tar header")) return "it contains no tar archive, or a broken one";
  return message;
}

// A name may hold what a terminal obeys.
function shortened(text: string): string {
  const plain = text.replaceAll(/\p{Cc}/gu, "?");
  return plain.length <= 200 ? plain : `${plain.slice(0, 200)}...`;
}

function mib(bytes: number): string {
  return bytes >= MIB ? `${Math.floor(bytes / MIB)} MiB` : `${bytes} bytes`;
}
