/**
 * A cluster that is never written to: reads go to the inner cluster; writes are only recorded, and later reads see them.
 *
 * @module
 */

import { cloneJson, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { notServed, refused } from "../api_status.ts";
import type { Cluster, RequestOptions, ResourceKind } from "../cluster.ts";
import { clusterOf } from "./memory.ts";
import { resourcesDefinedBy } from "./definitions.ts";
import type { ResourceType } from "./resources.ts";
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
  /** The writes so far, in order; the list grows with them. One that was refused is not among them. */
  effects(): readonly Effect[];
  /** What CustomResourceDefinitions among the writes would make the cluster serve. */
  defined(): readonly ResourceType[];
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
  const written = new Set<string>();
  const defined = new Map<string, ResourceType>();

  // Copies an object into the overlay, where all later reads find it.
  const adopt = async (place: Place, object: JsonObject | undefined, { signal }: RequestOptions) => {
    const { kind, namespace, name } = place;
    const options = signal === undefined ? {} : { signal };
    // A kind that is only now defined has no object below, and the overlay knows it.
    if (defined.has(typeOf(kind))) return;
    if (name === "") {
      const versions = await inner.serves(kind.group, kind.resource, options);
      if (!versions.includes(kind.version)) throw refused({ verb: "create", kind, namespace }, notServed());
    } else if (!touched.has(keyOf(place))) {
      const found = await inner.get(kind, namespace, name, options);
      // Another write to the same object may have put it there meanwhile.
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
  const record = async (effect: Effect, { signal }: RequestOptions = {}) => {
    touched.add(keyOf(effect));
    written.add(typeOf(effect.kind));
    effects.push(effect);
    if (effect.before !== undefined || effect.object === undefined) return;
    for (const type of resourcesDefinedBy(effect.object)) {
      const below = await inner.serves(type.group, type.resource, signal === undefined ? {} : { signal });
      if (below.length === 0) defined.set(typeOf(type), type);
    }
  };

  return {
    effects: () => effects,
    defined: () => [...defined.values()],
    get: (kind, namespace, name, options) =>
      touched.has(keyOf({ kind, namespace, name })) || defined.has(typeOf(kind))
        ? overlay.get(kind, namespace, name, options)
        : inner.get(kind, namespace, name, options),
    async *list(kind, options = {}) {
      if (!defined.has(typeOf(kind))) {
        for await (const object of inner.list(kind, options)) {
          const place = { kind, namespace: namespaceOf(object), name: nameOf(object) };
          if (!touched.has(keyOf(place))) yield object;
        }
      }
      if (written.has(typeOf(kind)) || defined.has(typeOf(kind))) yield* overlay.list(kind, options);
    },
    async create(kind, object, options = {}) {
      const place = { kind, namespace: namespaceOf(object), name: nameOf(object) };
      await adopt(place, object, options);
      const made = await overlay.create(kind, object, options);
      await record(
        { verb: "create", ...place, name: nameOf(made), body: cloneJson(object), object: made },
        options,
      );
      return cloneJson(made);
    },
    async apply(kind, object, options) {
      const place = { kind, namespace: namespaceOf(object), name: nameOf(object) };
      await adopt(place, object, options);
      const had = before(place);
      const made = await overlay.apply(kind, object, options);
      await record({ verb: "apply", ...place, body: cloneJson(object), ...had, object: made }, options);
      return cloneJson(made);
    },
    async patch(kind, namespace, name, body, options) {
      const place = { kind, namespace, name };
      await adopt(place, undefined, options);
      const had = before(place);
      const made = await overlay.patch(kind, namespace, name, body, options);
      await record({ verb: "patch", ...place, body: cloneJson<JsonValue>(body), ...had, object: made });
      return cloneJson(made);
    },
    async delete(kind, namespace, name, options = {}) {
      const place = { kind, namespace, name };
      await adopt(place, undefined, options);
      const had = before(place);
      const deleted = await overlay.delete(kind, namespace, name, options);
      if (deleted) await record({ verb: "delete", ...place, ...had });
      return deleted;
    },
    serves: async (group, resource, options) =>
      defined.get(typeOf({ group, resource }))?.versions ?? await inner.serves(group, resource, options),
    version: (options) => inner.version(options),
  };
}

function typeOf({ group, resource }: Pick<ResourceKind, "group" | "resource">): string {
  return `${resource}.${group}`;
}

// Versions of one resource show the same objects.
function keyOf({ kind, namespace, name }: Place): string {
  return [typeOf(kind), namespace, name].join("\0");
}
