/**
 * A backup's items in the layout of Velero's archives: `resources/<resource.group>/namespaces/<ns>/<name>.json` and
 * `resources/<resource.group>/cluster/<name>.json`, with `metadata/version`, as a gzipped tar. `read.ts` reads it.
 *
 * @module
 */

import tar from "tar-stream";
import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import type { ResourceIdentifier } from "../../actions/action.ts";
import { groupResource } from "../run/resources.ts";

/** The version of the archive format that is written, and the newest that can be read. */
export const FORMAT = "1.1.0";

/** Names an item across resources: `resource.group/namespace/name`. */
export function itemKey(item: ResourceIdentifier): string {
  return `${groupResource(item)}/${item.namespace}/${item.name}`;
}

/** The place of an item without anything else that is known of it, for reports. */
export function placeOf({ group, resource, namespace, name }: ResourceIdentifier): ResourceIdentifier {
  return { group, resource, namespace, name };
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
