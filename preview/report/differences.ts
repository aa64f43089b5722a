/**
 * What a report may show of two objects: everything that differs, but nothing of what a Secret holds, nor scripts that hold passwords.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import type { Effect } from "../../cluster/memory/recording.ts";
import { type Change, diff } from "./diff.ts";
import type { EffectReport } from "./report.ts";

/** What stands in place of a value of a Secret. */
const HIDDEN = "(hidden)";

const VALUES = ["data", "stringData"];
// `kubectl apply` keeps a copy of the whole object there, and with it the Secrets inside of it.
const COPY = "kubectl.kubernetes.io/last-applied-configuration";
// First-boot scripts of a virtual machine, which mostly set its password.
const SCRIPTS = ["userData", "userDataBase64"];

/**
 * The differences of two objects. Values of Secrets, also of those inside of other objects, and first-boot scripts are hidden; that they
 * differ is not.
 */
export function differences(before: JsonObject | undefined, after: JsonObject | undefined): Change[] {
  return diff(before, after).map(({ path, before: gone, after: come }) => {
    const place = placeOf(path, [before, after]);
    return {
      path,
      ...(gone === undefined ? {} : { before: hidden(gone, place) }),
      ...(come === undefined ? {} : { after: hidden(come, place) }),
    };
  });
}

/** Where a value stands as far as hiding goes. */
interface Place {
  /** It is an object of kind Secret. */
  readonly secret: boolean;
  /** It stands inside of a Secret's values, or is a copy of an object. */
  readonly hide: boolean;
}

// The kind may differ before and after: whatever is a Secret in one of them counts as one.
function placeOf(path: Change["path"], roots: readonly (JsonValue | undefined)[]): Place {
  let values = roots;
  let place: Place = { secret: values.some(isSecret), hide: false };
  for (const step of path) {
    values = values.map((value) => child(value, step));
    place = below(place, String(step), values.some(isSecret));
  }
  return place;
}

function below({ secret, hide }: Place, key: string, isNowSecret: boolean): Place {
  return {
    secret: isNowSecret,
    hide: hide || key === COPY || SCRIPTS.includes(key) || (secret && VALUES.includes(key)),
  };
}

function child(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
  return isObject(value) ? value[step] : undefined;
}

function isSecret(value: JsonValue | undefined): boolean {
  return isObject(value) && value.kind === "Secret";
}

function hidden(value: JsonValue, place: Place): JsonValue {
  if (isObject(value)) {
    const inside = { ...place, secret: place.secret || isSecret(value) };
    return Object.fromEntries(
      Object.entries(value).map(([key, entry = null]) => [
        key,
        hidden(entry, below(inside, key, isSecret(entry))),
      ]),
    );
  }
  if (place.hide) return HIDDEN;
  return Array.isArray(value)
    ? value.map((entry) => hidden(entry, below(place, "", isSecret(entry))))
    : value;
}

/** A recorded write as reports tell it. */
export function effectReport({ verb, kind, namespace, name, before, object }: Effect): EffectReport {
  const { group, resource } = kind;
  return {
    verb,
    item: { group, resource, namespace, name },
    changes: verb === "delete" ? [] : differences(withoutServers(before), withoutServers(object)),
  };
}

// What a server fills in would be another value each time.
function withoutServers(object: JsonObject | undefined): JsonObject | undefined {
  if (!isObject(object?.metadata)) return object;
  const { uid: _u, resourceVersion: _r, creationTimestamp: _c, managedFields: _m, ...metadata } =
    object.metadata;
  return { ...object, metadata };
}
