/**
 * What a report may show of two objects: everything that differs, but nothing of what a Secret holds.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import type { Effect } from "../../cluster/memory/recording.ts";
import { type Change, diff } from "./diff.ts";
import type { EffectReport } from "./report.ts";

/** What stands in place of a value of a Secret. */
export const HIDDEN = "(hidden)";

const VALUES = ["data", "stringData"];
// `kubectl apply` keeps a copy of the whole object there.
const COPY = "kubectl.kubernetes.io/last-applied-configuration";

/** The differences of two objects. Values of a Secret are hidden; that they differ is not. */
export function differences(before: JsonObject | undefined, after: JsonObject | undefined): Change[] {
  const changes = diff(before, after);
  return before?.kind === "Secret" || after?.kind === "Secret" ? changes.map(hide) : changes;
}

function hide(change: Change): Change {
  return {
    path: change.path,
    ...(change.before === undefined ? {} : { before: hidden(change.before, change.path) }),
    ...(change.after === undefined ? {} : { after: hidden(change.after, change.path) }),
  };
}

function hidden(value: JsonValue, path: Change["path"]): JsonValue {
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, hidden(entry ?? null, [...path, key])]),
    );
  }
  return VALUES.includes(String(path[0])) || path.at(-1) === COPY ? HIDDEN : value;
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
