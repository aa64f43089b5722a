/**
 * A user's resource modifiers: rules in a ConfigMap, by which Velero changes items just before it creates them (protocol 4.7 step 9).
 *
 * @module
 */

import { cloneJson, isObject, type JsonObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { type LabelSelector, labelSelectorOf } from "../../objects/label_selector.ts";
import { arrayAt, at, nameOf, namespaceOf, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { jsonPatch, mergePatch } from "../../cluster/memory/patches.ts";
import { parseValue } from "../../cluster/memory/read_objects.ts";
import { differences } from "../report/differences.ts";
import type { Step } from "../report/report.ts";
import { strategicMerge } from "./strategic_merge.ts";

/** What the rules made of an item. */
export interface Modified {
  readonly object: JsonObject;
  readonly step: Step;
  /** Of the rules that could not be applied. */
  readonly errors: readonly string[];
}

/** Applies all rules to an item in its original namespace; `undefined` when none of them is about it. */
export type Modifiers = (groupResource: string, item: JsonObject) => Modified | undefined;

/** No rule at all. */
export const NO_MODIFIERS: Modifiers = () => undefined;

interface Rule {
  readonly matches: (groupResource: string, item: JsonObject) => boolean;
  readonly apply: (item: JsonObject) => JsonObject;
}

/**
 * Reads the rules of a ConfigMap.
 *
 * @throws {SyntaxError} for rules for which Velero refuses the Restore.
 */
export function readModifiers(configMap: JsonObject): Modifiers {
  const name = nameOf(configMap);
  let rules: Rule[];
  try {
    rules = readRules(configMap);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const text = `the resource modifiers in ConfigMap "${name}" are invalid: ${cause.message}`;
    throw new SyntaxError(text, { cause });
  }
  return (groupResource, item) => {
    let object = item;
    let matched = 0;
    const errors: string[] = [];
    const start = performance.now();
    for (const [index, rule] of rules.entries()) {
      if (!rule.matches(groupResource, object)) continue;
      matched++;
      try {
        object = rule.apply(object);
      } catch (cause) {
        errors.push(
          `resource modifier ${index + 1} of ConfigMap "${name}": ${(cause as Error).message}`,
        );
      }
    }
    if (matched === 0) return undefined;
    const step: Step = {
      kind: "ResourceModifier",
      action: `resource modifiers of ConfigMap ${name}`,
      milliseconds: performance.now() - start,
      changes: differences(item, object),
      additionalItems: [],
      ...(errors.length === 0 ? {} : { error: errors.join("; ") }),
    };
    return { object, step, errors };
  };
}

function readRules(configMap: JsonObject): Rule[] {
  const entries = Object.values(objectAt(configMap, "data") ?? {});
  const [text] = entries;
  if (entries.length !== 1 || typeof text !== "string") {
    throw new SyntaxError("data must have exactly one entry");
  }
  const parsed = parseValue(text, "data");
  const version = stringAt(parsed, "version") ?? "";
  if (version !== "v1") throw new SyntaxError(`version is "${version}", but must be "v1"`);
  return objectsAt(parsed, "resourceModifierRules").map(readRule);
}

function readRule(rule: JsonObject, index: number): Rule {
  const kinds = ["patches", "mergePatches", "strategicPatches"].filter((kind) =>
    arrayAt(rule, kind).length > 0
  );
  if (kinds.length > 1) {
    throw new SyntaxError(`modifier ${index + 1} has ${kinds.join(" and ")}, but may have one of them only`);
  }
  const data = (kind: string) =>
    objectsAt(rule, kind).map((entry) => {
      const patch = parseValue(stringAt(entry, "patchData") ?? "", `patchData of modifier ${index + 1}`);
      if (!isObject(patch)) throw new SyntaxError(`patchData of modifier ${index + 1} is not an object`);
      return patch;
    });
  const operations = objectsAt(rule, "patches").map(toOperation);
  const merges = data("mergePatches");
  const strategic = data("strategicPatches");
  return {
    matches: readConditions(objectAt(rule, "conditions"), index),
    apply(item) {
      let result: JsonValue = operations.length === 0 ? cloneJson(item) : jsonPatch(item, operations);
      for (const patch of merges) result = mergePatch(result, patch);
      if (!isObject(result)) throw new TypeError("the patched item is not an object");
      for (const patch of strategic) result = strategicMerge(result, patch);
      return result;
    },
  };
}

function readConditions(conditions: JsonObject | undefined, index: number): Rule["matches"] {
  const resource = stringAt(conditions, "groupResource");
  if (resource === undefined || resource === "") {
    throw new SyntaxError(`modifier ${index + 1} has no conditions.groupResource`);
  }
  const wanted = new RegExp(`^${resource.split("*").map((part) => RegExp.escape(part)).join(".*")}$`);
  const namespaces = arrayAt(conditions, "namespaces");
  const name = nameRegex(stringAt(conditions, "resourceNameRegex") ?? "", index);
  const selector = at(conditions, "labelSelector");
  const labels: LabelSelector = isObject(selector) ? labelSelectorOf(selector) : () => true;
  const tests = objectsAt(conditions, "matches").map((match) => toOperation({ ...match, operation: "test" }));
  return (groupResource, item) => {
    if (!wanted.test(groupResource) || !name.test(nameOf(item)) || !labels(item)) return false;
    if (namespaces.length > 0 && !namespaces.includes(namespaceOf(item))) return false;
    try {
      if (tests.length > 0) jsonPatch(item, tests);
      return true;
    } catch {
      return false;
    }
  };
}

// Velero's are Go's, which have their flags in front.
function nameRegex(text: string, index: number): RegExp {
  const [, flags = "", pattern = text] = /^\(\?([ims]+)\)(.*)$/s.exec(text) ?? [];
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw new SyntaxError(`modifier ${index + 1}: resourceNameRegex is no regular expression`);
  }
}

function toOperation({ operation, path, from, value }: JsonObject): JsonObject {
  return {
    op: operation ?? null,
    path: path ?? null,
    ...(from === undefined ? {} : { from }),
    ...(value === undefined ? {} : { value: toValue(value) }),
  };
}

// Values are texts. One that reads as a number, a truth value, null, an object, a list or a quoted text is that.
function toValue(value: JsonValue): JsonValue {
  if (typeof value !== "string" || !/^(?:null|true|false|-?[\d.].*|["{[].*)$/s.test(value)) return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}
