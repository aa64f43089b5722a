/**
 * A backup's items in the layout of Velero's archives: `resources/<resource.group>/namespaces/<ns>/<name>.json` and
 * `resources/<resource.group>/cluster/<name>.json`, with `metadata/version`, as a gzipped tar.
 *
 * @module
 */

import tar from "tar-stream";
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type { ResourceIdentifier } from "../../actions/action.ts";
import { groupResource } from "../run/resources.ts";

/** The archive format version that this module writes and the newest it knows. */
const FORMAT = "1.1.0";

/** Names an item across resources: `resource.group/namespace/name`. */
export function itemKey(item: ResourceIdentifier): string {
  return `${groupResource(item)}/${item.namespace}/${item.name}`;
}

/** A stored object. */
export interface StoredItem extends ResourceIdentifier {
  /** The object as JSON. */
  readonly bytes: Uint8Array;
}

/** The items of one backup by {@link itemKey}. */
export type Archive = ReadonlyMap<string, StoredItem>;

/** Makes an archive of items; a later item replaces an earlier one of the same name. */
export function createArchive(items: Iterable<StoredItem>): Archive {
  return new Map([...items].map((item) => [itemKey(item), item]));
}

/** The archive as the bytes of a `.tar.gz`. */
export async function writeArchive(archive: Archive): Promise<Uint8Array> {
  const pack = tar.pack();
  pack.entry({ name: "metadata/version" }, FORMAT);
  for (const item of archive.values()) {
    const scope = item.namespace === "" ? "cluster" : `namespaces/${item.namespace}`;
    pack.entry(
      { name: `resources/${groupResource(item)}/${scope}/${item.name}.json` },
      Buffer.from(item.bytes),
    );
  }
  pack.finalize();
  const gzip = createGzip();
  // The two stream libraries agree at run time, not in their types.
  pack.pipe(gzip as never);
  return await buffer(gzip);
}

// Velero also writes every object below a folder of its version; the unversioned path names the preferred one.
const ITEM = /^resources\/([^/]+)\/(?:cluster|namespaces\/([^/]+))\/([^/]+)\.json$/;

/**
 * Reads a `.tar.gz` written by Velero or by {@link writeArchive}.
 *
 * @throws {TypeError} when it is not one: not gzip, not tar, or without Velero's layout.
 */
export async function readArchive(compressed: ReadableStream<Uint8Array>): Promise<Archive> {
  const items: StoredItem[] = [];
  let version: string | undefined;
  try {
    const extract = tar.extract();
    const fed = pipeline(Readable.fromWeb(compressed as never), createGunzip(), extract as never);
    fed.catch(() => {}); // The loop below ends with the same error.
    for await (const entry of extract) {
      const name = entry.header.name.replace(/^\.\//, "");
      const match = ITEM.exec(name);
      if (match === null && name !== "metadata/version") {
        entry.resume();
        continue;
      }
      const bytes = await buffer(entry as AsyncIterable<Uint8Array>);
      if (match === null) {
        version = new TextDecoder().decode(bytes).trim();
        continue;
      }
      const [, full = "", namespace = "", item = ""] = match;
      const dot = full.indexOf(".");
      const [resource, group] = dot < 0 ? [full, ""] : [full.slice(0, dot), full.slice(dot + 1)];
      items.push({ group, resource, namespace, name: item, bytes });
    }
    await fed;
  } catch (cause) {
    throw new TypeError(`Cannot read the archive: ${(cause as Error).message}`, { cause });
  }
  if (version === undefined) {
    throw new TypeError("Cannot read the archive: it has no metadata/version, so Velero did not write it");
  }
  if (!version.startsWith("1.")) {
    throw new TypeError(`Cannot read the archive: its format is "${version}", known is ${FORMAT}`);
  }
  return createArchive(items);
}
