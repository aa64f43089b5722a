import { isObject, type JsonValue, stringifyJson } from "../../objects/json.ts";

/** One difference between two objects. */
export interface Change {
  /** Keys and indexes from the root, for example `["metadata", "labels", "a"]`. */
  readonly path: readonly (string | number)[];
  /** Absent when the value is new. */
  readonly before?: JsonValue;
  /** Absent when the value is gone. */
  readonly after?: JsonValue;
}

/** What an action changed. Lists of equal length are compared element by element, others as a whole. */
export function diff(before: JsonValue | undefined, after: JsonValue | undefined): Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: readonly (string | number)[],
  changes: Change[],
): void {
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[key], after[key], [...path, key], changes);
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, value] of before.entries()) {
      compare(value, after[index], [...path, index], changes);
    }
  } else if (before === undefined || after === undefined || stringifyJson(before) !== stringifyJson(after)) {
    if (before === after) return;
    changes.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  }
}

/** A path for people: `metadata.annotations["velero.io/x"]`, `spec.volumes[0].name`. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `["${step}"]`;
  }
  return text;
}
