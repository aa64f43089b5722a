/**
 * A cluster that is only looked at: reads fall through, writes are remembered and seen by later reads.
 *
 * @module
 */

import { cloneJson, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { notServed, refused } from "../api_status.ts";
import type { Cluster, RequestOptions, ResourceKind } from "../cluster.ts";
import { clusterOf } from "./memory.ts";
import { createStore, type Place } from "./store.ts";

/** A write that would have happened. */
export interface Effect {
  readonly verb: "create" | "apply" | "patch" | "delete";
  readonly kind: ResourceKind;
  /** Empty for cluster scope. */
  readonly namespace: string;
  readonly name: string;
  /** What was sent: the object, the fields, the patch; absent for a deletion. */
  readonly body?: JsonValue;
  /** The object before; absent for a creation. */
  readonly before?: JsonObject;
  /** The object afterwards; absent for a deletion. */
  readonly object?: JsonObject;
}

/** A cluster and what would have been done to it. */
export interface RecordingCluster extends Cluster {
  /** The writes so far, in order. One that was refused is not among them. */
  effects(): readonly Effect[];
}

/**
 * Records the writes to a cluster. Nothing but reads reaches `inner`; before a write to an object that is read, so that
 * refusals (it exists, it was changed, its kind is not served) come as they would.
 */
export function createRecordingCluster(inner: Cluster): RecordingCluster {
  const store = createStore();
  const overlay = clusterOf(store);
  const touched = new Set<string>();
  const effects: Effect[] = [];

  // Brings an object into the overlay, from where it is read from now on.
  const adopt = async (place: Place, object: JsonObject | undefined, { signal }: RequestOptions) => {
    const { kind, namespace, name } = place;
    const options = signal === undefined ? {} : { signal };
    if (name === "") {
      const versions = await inner.serves(kind.group, kind.resource, options);
      if (!versions.includes(kind.version)) throw refused({ verb: "create", kind, namespace }, notServed());
    } else if (!touched.has(keyOf(place))) {
      const found = await inner.get(kind, namespace, name, options);
      // Another write to the same object may have been faster.
      if (touched.has(keyOf(place))) return;
      if (found !== undefined) store.load(found, kind);
      touched.add(keyOf(place));
    }
    registerKind(kind, namespace, stringAt(object, "kind"));
  };
  const registerKind = ({ group, version, resource }: ResourceKind, namespace: string, kind = "Object") => {
    const known = store.resources().find((type) => type.group === group && type.resource === resource);
    if (known?.versions.includes(version)) return;
    const made = { group, versions: [version], resource, kind, namespaced: namespace !== "", shortNames: [] };
    store.register(known === undefined ? made : { ...known, versions: [...known.versions, version] });
  };
  const before = (place: Place) => store.has(place) ? { before: store.get(place) } : {};
  const record = (effect: Effect) => {
    touched.add(keyOf(effect));
    effects.push(effect);
  };

  return {
    effects: () => [...effects],
    get: (kind, namespace, name, options) =>
      touched.has(keyOf({ kind, namespace, name }))
        ? overlay.get(kind, namespace, name, options)
        : inner.get(kind, namespace, name, options),
    async *list(kind, options = {}) {
      for await (const object of inner.list(kind, options)) {
        const place = { kind, namespace: namespaceOf(object), name: nameOf(object) };
        if (!touched.has(keyOf(place))) yield object;
      }
      const written = effects.some((effect) => typeOf(effect.kind) === typeOf(kind));
      if (written) yield* overlay.list(kind, options);
    },
    async create(kind, object, options = {}) {
      const place = { kind, namespace: namespaceOf(object), name: nameOf(object) };
      await adopt(place, object, options);
      const made = await overlay.create(kind, object, options);
      record({ verb: "create", ...place, name: nameOf(made), body: cloneJson(object), object: made });
      return cloneJson(made);
    },
    async apply(kind, object, options) {
      const place = { kind, namespace: namespaceOf(object), name: nameOf(object) };
      await adopt(place, object, options);
      const had = before(place);
      const made = await overlay.apply(kind, object, options);
      record({ verb: "apply", ...place, body: cloneJson(object), ...had, object: made });
      return cloneJson(made);
    },
    async patch(kind, namespace, name, body, options) {
      const place = { kind, namespace, name };
      await adopt(place, undefined, options);
      const had = before(place);
      const made = await overlay.patch(kind, namespace, name, body, options);
      record({ verb: "patch", ...place, body: cloneJson<JsonValue>(body), ...had, object: made });
      return cloneJson(made);
    },
    async delete(kind, namespace, name, options = {}) {
      const place = { kind, namespace, name };
      await adopt(place, undefined, options);
      const had = before(place);
      const deleted = await overlay.delete(kind, namespace, name, options);
      if (deleted) record({ verb: "delete", ...place, ...had });
      return deleted;
    },
    serves: (group, resource, options) => inner.serves(group, resource, options),
    version: (options) => inner.version(options),
  };
}

function typeOf({ group, resource }: ResourceKind): string {
  return `${resource}.${group}`;
}

// Versions of one resource show the same objects.
function keyOf({ kind, namespace, name }: Place): string {
  return [typeOf(kind), namespace, name].join("\0");
}
