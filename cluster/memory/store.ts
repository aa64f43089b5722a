/**
 * The objects of a cluster in memory, with the rules of a Kubernetes API server: what `memory.ts`, `recording.ts` and
 * `serve.ts` stand on. Everything handed in or out is copied.
 *
 * @module
 */

import { cloneJson, isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { parseLabelSelector } from "../../objects/label_selector.ts";
import { ensureObject, nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { ApiStatus, notServed } from "../api_status.ts";
import type { ResourceKind, ServerVersion } from "../cluster.ts";
import { applyFields, type FieldOwners, ownersOf, recordUpdate } from "./field_owners.ts";
import { equalJson, jsonPatch, mergePatch } from "./patches.ts";
import { resourcesDefinedBy } from "./definitions.ts";
import { knownResources, type ResourceType } from "./resources.ts";

/** What a cluster in memory is made of. */
export interface StoreOptions {
  /** Objects that are there from the beginning; also kinds that no table knows, and CustomResourceDefinitions. */
  readonly objects?: readonly JsonObject[];
  /** API groups that are not served. */
  readonly absentGroups?: readonly string[];
  /** Resources beside the known ones; they replace a known one of the same name. */
  readonly resources?: readonly ResourceType[];
  /** Default 1.33. */
  readonly version?: ServerVersion;
  /** Time of creation stamps; default the present. */
  readonly now?: () => Date;
}

/** One object's place. */
export interface Place {
  readonly kind: ResourceKind;
  /** Empty for cluster scope. */
  readonly namespace: string;
  readonly name: string;
}

/** How a write names itself. */
export interface Writer {
  readonly manager?: string;
  readonly force?: boolean;
}

/** The objects and what is served. All operations throw {@link ApiStatus}. */
export interface Store {
  readonly version: ServerVersion;
  /** Served resources. */
  resources(): readonly ResourceType[];
  /** The resource behind a kind. Refused with 404 when its group, version or resource is not served. */
  typeOf(kind: ResourceKind): ResourceType;
  /** Adds or replaces an object as it is, for loading. `kind` names the resource when the object's own kind does not. */
  load(object: JsonObject, kind?: ResourceKind): void;
  /** Makes the server serve a resource. */
  register(type: ResourceType): void;
  has(place: Place): boolean;
  /** The object; 404 when there is none. */
  get(place: Place): JsonObject;
  /** Objects of one or (without one) all namespaces, by namespace and name. */
  list(kind: ResourceKind, namespace: string | undefined, labelSelector?: string): JsonObject[];
  create(kind: ResourceKind, namespace: string, object: JsonObject, writer?: Writer): JsonObject;
  /** Replaces an object (PUT). */
  replace(place: Place, object: JsonObject, writer?: Writer): JsonObject;
  patch(place: Place, type: "merge" | "json", body: JsonValue, writer?: Writer): JsonObject;
  /** Server-side apply; makes the object when it is not there. */
  apply(place: Place, object: JsonObject, writer: Writer & { readonly manager: string }): JsonObject;
  /** Removes an object and gives its last state. */
  delete(place: Place, uid?: string): JsonObject;
  /** All objects, in the order in which they came. */
  objects(): JsonObject[];
}

interface Stored {
  object: JsonObject;
  readonly owners: FieldOwners;
  readonly type: ResourceType;
}

const DEFAULT_VERSION: ServerVersion = { major: "1", minor: "33", gitVersion: "v1.33.0" };

/** Makes a store and loads its objects. */
export function createStore(options: StoreOptions = {}): Store {
  const { absentGroups = [], version = DEFAULT_VERSION, now = () => new Date() } = options;
  const types = new Map<string, ResourceType>();
  for (const type of [...knownResources(), ...options.resources ?? []]) types.set(typeKey(type), type);
  const stored = new Map<string, Stored>();
  let revision = 1000;

  const typeOf: Store["typeOf"] = (kind) => {
    const type = absentGroups.includes(kind.group) ? undefined : types.get(typeKey(kind));
    if (type === undefined || !type.versions.includes(kind.version)) throw notServed();
    return type;
  };
  const keyOf = ({ kind, namespace, name }: Place): string => {
    const type = typeOf(kind);
    if (type.namespaced === (namespace === "")) throw notServed();
    return objectKey(type, namespace, name);
  };
  const find = (place: Place): Stored => {
    const found = stored.get(keyOf(place));
    if (found !== undefined) return found;
    throw new ApiStatus(404, "NotFound", `${groupResource(place)} "${place.name}" not found`, details(place));
  };
  const keep = (key: string, type: ResourceType, object: JsonObject, owners: FieldOwners) => {
    ensureObject(object, "metadata").resourceVersion = String(++revision);
    stored.set(key, { object, owners, type });
  };
  const fill = (object: JsonObject) => {
    const metadata = ensureObject(object, "metadata");
    metadata.uid ??= crypto.randomUUID();
    metadata.creationTimestamp ??= now().toISOString().replace(/\.\d+Z$/, "Z");
  };

  // The state after a write, with everything that only the server may set taken from before.
  const update = (place: Place, changed: JsonObject, writer: Writer): JsonObject => {
    const found = find(place);
    const { object: before, owners } = found;
    const metadata = ensureObject(changed, "metadata");
    const asked = stringAt(metadata, "resourceVersion");
    if (asked !== undefined && asked !== stringAt(before, "metadata", "resourceVersion")) {
      throw modified(place);
    }
    if (metadata.name !== undefined && metadata.name !== place.name) {
      throw new ApiStatus(400, "BadRequest", "the name of the object does not match the name on the URL");
    }
    for (const key of ["name", "namespace", "uid", "creationTimestamp", "resourceVersion"]) {
      const value = isObject(before.metadata) ? before.metadata[key] : undefined;
      if (value === undefined) delete metadata[key];
      else metadata[key] = value;
    }
    changed.apiVersion = before.apiVersion;
    changed.kind = before.kind;
    if (!equalJson(before, changed)) {
      recordUpdate(owners, before, changed, writer.manager ?? "client");
      keep(keyOf(place), found.type, changed, owners);
    }
    return shown(changed, found.type, place.kind);
  };

  const store: Store = {
    version,
    resources: () => [...types.values()].filter((type) => !absentGroups.includes(type.group)),
    typeOf,
    load(source, kind) {
      const object = cloneJson(source);
      for (const type of resourcesDefinedBy(object)) types.set(typeKey(type), type);
      const type = typeOfLoaded(object, kind, types);
      types.set(typeKey(type), type);
      fill(object);
      const metadata = ensureObject(object, "metadata");
      const loaded = Number(metadata.resourceVersion ?? ++revision);
      metadata.resourceVersion ??= String(loaded);
      if (loaded > revision) revision = loaded;
      const key = objectKey(type, namespaceOf(object), nameOf(object));
      stored.set(key, { object, owners: ownersOf(object, "loaded"), type });
    },
    register: (type) => void types.set(typeKey(type), type),
    has: (place) => stored.has(keyOf(place)),
    get(place) {
      const { object, type } = find(place);
      return shown(object, type, place.kind);
    },
    list(kind, namespace, labelSelector = "") {
      const type = typeOf(kind);
      if (namespace !== undefined && !type.namespaced) throw notServed();
      const matches = selector(labelSelector);
      const found: [key: string, object: JsonObject][] = [];
      for (const [key, entry] of stored) {
        if (typeKey(entry.type) !== typeKey(type)) continue;
        if (namespace !== undefined && namespaceOf(entry.object) !== namespace) continue;
        if (matches(entry.object)) found.push([key, entry.object]);
      }
      found.sort(([a], [b]) => a < b ? -1 : 1);
      return found.map(([, object]) => shown(object, type, kind));
    },
    create(kind, namespace, source, writer) {
      const type = typeOf(kind);
      const object = cloneJson(source);
      const metadata = ensureObject(object, "metadata");
      for (const key of ["uid", "resourceVersion", "creationTimestamp", "managedFields"]) {
        delete metadata[key];
      }
      const prefix = stringAt(metadata, "generateName");
      if (stringAt(metadata, "name") === undefined && prefix !== undefined) metadata.name = prefix + suffix();
      const name = nameOf(object);
      const place = { kind, namespace, name };
      const key = keyOf(place);
      if (name === "") {
        throw new ApiStatus(422, "Invalid", "name or generateName is required", details(place));
      }
      if (stored.has(key)) {
        throw new ApiStatus(
          409,
          "AlreadyExists",
          `${groupResource(place)} "${name}" already exists`,
          details(place),
        );
      }
      if (type.namespaced) metadata.namespace = namespace;
      object.apiVersion = apiVersion(kind);
      object.kind = type.kind;
      fill(object);
      for (const defined of resourcesDefinedBy(object)) types.set(typeKey(defined), defined);
      keep(key, type, object, ownersOf(object, writer?.manager ?? "client"));
      return shown(object, type, kind);
    },
    replace: (place, object, writer = {}) => update(place, cloneJson(object), writer),
    patch(place, type, body, writer = {}) {
      const { object } = find(place);
      return update(place, patched(place, cloneJson(object), type, body), writer);
    },
    apply(place, fields, writer) {
      const found = stored.get(keyOf(place));
      if (found === undefined) {
        if (stringAt(fields, "metadata", "uid") !== undefined) throw modified(place);
        return store.create(place.kind, place.namespace, fields, writer);
      }
      const asked = stringAt(fields, "metadata", "resourceVersion");
      if (asked !== undefined && asked !== stringAt(found.object, "metadata", "resourceVersion")) {
        throw modified(place);
      }
      const { manager, force = false } = writer;
      const result = applyFields(found.object, found.owners, fields, { manager, force });
      if (!equalJson(found.object, result)) keep(keyOf(place), found.type, result, found.owners);
      return shown(result, found.type, place.kind);
    },
    delete(place, uid) {
      const { object, type } = find(place);
      if (uid !== undefined && uid !== stringAt(object, "metadata", "uid")) {
        const message = `the UID in the precondition (${uid}) does not match the UID in record`;
        throw new ApiStatus(
          409,
          "Conflict",
          `Operation cannot be fulfilled on ${groupResource(place)} "${place.name}": ${message}`,
          details(place),
        );
      }
      stored.delete(keyOf(place));
      return shown(object, type, place.kind);
    },
    objects: () => [...stored.values()].map(({ object }) => cloneJson(object)),
  };
  for (const object of options.objects ?? []) store.load(object);
  return store;
}

/** `v1` or `group/version`. */
export function apiVersion({ group, version }: { group: string; version: string }): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Group and version of an object's `apiVersion`. */
export function splitApiVersion(text: string): { group: string; version: string } {
  const [first = "", second] = text.split("/");
  return second === undefined ? { group: "", version: first } : { group: first, version: second };
}

function typeKey({ group, resource }: { group: string; resource: string }): string {
  return `${resource}.${group}`;
}

// NUL sorts before every letter of a name, so that keys sort by namespace, then name.
function objectKey(type: ResourceType, namespace: string, name: string): string {
  return [typeKey(type), namespace, name].join("\0");
}

function groupResource({ kind }: Place): string {
  return kind.group === "" ? kind.resource : typeKey(kind);
}

function details({ kind, name }: Place) {
  return { name, group: kind.group, kind: kind.resource };
}

function modified(place: Place): ApiStatus {
  const message =
    "the object has been modified; please apply your changes to the latest version and try again";
  const front = `Operation cannot be fulfilled on ${groupResource(place)} "${place.name}"`;
  return new ApiStatus(409, "Conflict", `${front}: ${message}`, details(place));
}

function selector(text: string): (object: JsonObject) => boolean {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw new ApiStatus(400, "BadRequest", error instanceof Error ? error.message : "bad label selector");
  }
}

// An object is shown in the version that was asked for, whatever it was stored in.
function shown(object: JsonObject, type: ResourceType, kind: ResourceKind): JsonObject {
  return { ...cloneJson(object), apiVersion: apiVersion(kind), kind: type.kind };
}

function patched(place: Place, object: JsonObject, type: "merge" | "json", body: JsonValue): JsonObject {
  let result: JsonValue;
  try {
    result = type === "merge"
      ? mergePatch(object, body)
      : jsonPatch(object, Array.isArray(body) ? body : [body]);
  } catch (error) {
    const message = error instanceof Error ? error.message : "the patch cannot be applied";
    if (error instanceof RangeError) throw new ApiStatus(422, "Invalid", message, details(place));
    throw new ApiStatus(400, "BadRequest", message);
  }
  if (isObject(result)) return result;
  throw new ApiStatus(400, "BadRequest", "the patched object is not an object");
}

// Letters and digits as Kubernetes takes them for generated names: no vowels, nothing that looks alike.
function suffix(): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return [...crypto.getRandomValues(new Uint8Array(5))].map((byte) => letters[byte % letters.length]).join(
    "",
  );
}

// The type of an object from outside, made up for a kind that nothing describes, with the object's version among its own.
function typeOfLoaded(
  object: JsonObject,
  named: ResourceKind | undefined,
  types: ReadonlyMap<string, ResourceType>,
): ResourceType {
  const { group, version } = splitApiVersion(stringAt(object, "apiVersion") ?? "");
  const kind = stringAt(object, "kind") ?? "";
  if (version === "" || kind === "" || nameOf(object) === "") {
    const subject = `"${kind}" "${nameOf(object)}"`;
    throw new ApiStatus(400, "BadRequest", `the object ${subject} needs apiVersion, kind and metadata.name`);
  }
  const known = named === undefined
    ? [...types.values()].find((type) => type.group === group && type.kind === kind)
    : types.get(typeKey(named));
  const type = known ?? {
    group,
    versions: [version],
    resource: named?.resource ?? plural(kind),
    kind,
    namespaced: namespaceOf(object) !== "",
    shortNames: [],
  };
  return type.versions.includes(version) ? type : { ...type, versions: [...type.versions, version] };
}

// As `kubectl` guesses it.
function plural(kind: string): string {
  const name = kind.toLowerCase();
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
