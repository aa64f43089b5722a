import type { ListOptions, ObjectPage, ObjectStorage } from "../../images/object_storage/object_storage.ts";

/** A bucket in memory. */
export interface MemoryStorage extends ObjectStorage {
  readonly objects: Map<string, { bytes: Uint8Array<ArrayBuffer>; modified: Date }>;
  /** Requests in order: `put KEY`; a reading that does not begin at 0 has its place behind the key. */
  readonly requests: string[];
  /** Called before each request with its line; what it throws is the answer. */
  fault: (request: string) => void;
  /** How many bytes of the next reading come before it breaks off with what `broken` throws. */
  breakAfter: number;
  broken: () => never;
  /** Of the objects that are written from now on. */
  now: Date;
  /** The text of an object. */
  text(key: string): string | undefined;
}

/** Makes an empty bucket. Pages of its lists have two objects. */
export function createMemoryStorage({ slashedKeys = false } = {}): MemoryStorage {
  const objects: MemoryStorage["objects"] = new Map();
  const request = async (line: string) => {
    await Promise.resolve();
    storage.requests.push(line);
    storage.fault(line);
  };
  const storage: MemoryStorage = {
    name: "memory://b",
    slashedKeys,
    objects,
    requests: [],
    fault: () => {},
    breakAfter: Infinity,
    broken: () => {
      throw new Error("broken");
    },
    now: new Date(0),
    text(key) {
      const bytes = objects.get(key)?.bytes;
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    async head(key) {
      await request(`head ${key}`);
      const found = objects.get(key);
      return found === undefined ? undefined : { key, size: found.bytes.length, modified: found.modified };
    },
    async get(key, from) {
      await request(`get ${key}${from === 0 ? "" : ` ${from}`}`);
      const found = objects.get(key)?.bytes;
      if (found === undefined) return undefined;
      const { breakAfter, broken } = storage;
      storage.breakAfter = Infinity;
      async function* chunks(bytes: Uint8Array) {
        await Promise.resolve();
        if (breakAfter > 0 && bytes.length > 0) yield bytes.slice(0, breakAfter);
        if (breakAfter < bytes.length) broken();
      }
      return { size: found.length, body: ReadableStream.from(chunks(found.subarray(from))) };
    },
    async put(key, bytes) {
      await request(`put ${key}`);
      objects.set(key, { bytes: bytes.slice(), modified: storage.now });
    },
    async putLarge(key, { stream }) {
      await request(`putLarge ${key}`);
      const bytes = await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
      objects.set(key, { bytes: new Uint8Array(bytes), modified: storage.now });
    },
    async *list(prefix, { folders = false }: ListOptions = {}) {
      await request(`list ${prefix}${folders ? " folders" : ""}`);
      let page: { objects: ObjectPage["objects"][number][]; folders: string[] } = {
        objects: [],
        folders: [],
      };
      for (const key of [...objects.keys()].sort()) {
        if (!key.startsWith(prefix)) continue;
        const slash = folders ? key.indexOf("/", prefix.length) : -1;
        const { bytes, modified } = objects.get(key) ?? { bytes: new Uint8Array(), modified: new Date(0) };
        const folder = key.slice(0, slash + 1);
        if (slash < 0) page.objects.push({ key, size: bytes.length, modified });
        else if (!page.folders.includes(folder)) page.folders.push(folder);
        if (page.objects.length < 2) continue;
        yield page;
        page = { objects: [], folders: page.folders.slice(-1) };
      }
      yield page;
    },
    async delete(key) {
      await request(`delete ${key}`);
      objects.delete(key);
    },
  };
  return storage;
}
