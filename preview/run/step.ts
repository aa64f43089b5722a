/**
 * One call of an action for an item, with what it changed.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import type { RawRequest } from "../../actions/runner/request.ts";
import type { RawResult } from "../../actions/runner/run.ts";
import type { ActionHost } from "./actions.ts";
import { differences, effectReport } from "../report/differences.ts";
import type { ActionReport, Step } from "../report/report.ts";
import { namingFields } from "./naming_fields.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** JSON bytes of an object, as they go over the wire. */
export function encode(object: JsonObject): Uint8Array {
  return encoder.encode(stringifyJson(object));
}

/**
 * The object in JSON bytes.
 *
 * @throws {TypeError} when it is not JSON, and when it has no kind: Velero's own rules for an item.
 */
export function decodeItem(bytes: Uint8Array): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(decoder.decode(bytes));
  } catch {
    // The parser's own text quotes the item, which may be a Secret.
    throw new TypeError("it is not JSON");
  }
  if (!isObject(value) || stringAt(value, "kind") === undefined) {
    throw new TypeError("Object 'Kind' is missing");
  }
  return value;
}

/** An item on its way through the actions. */
export interface Carried {
  readonly object: JsonObject;
  readonly bytes: Uint8Array;
}

/** What came back: the item as it is now, the answer when there was one, and the line of the report. */
export interface Taken extends Carried {
  readonly answer?: RawResult;
  readonly step: Step;
}

/** Calls an action. A failure is in the step's `error`; the item is then as before. */
export async function takeStep(
  host: ActionHost,
  { kind, name: action }: ActionReport,
  item: Carried,
  request: Omit<RawRequest, "item">,
): Promise<Taken> {
  const start = performance.now();
  const [effectsBefore, remarksBefore, copiesBefore] = [host.effects, host.remarks, host.copies]
    .map((list) => list?.().length);
  const step = (rest: Partial<Step>): Step => {
    const milliseconds = performance.now() - start;
    const effects = host.effects?.().slice(effectsBefore).map(effectReport) ?? [];
    const remarks = host.remarks?.().slice(remarksBefore) ?? [];
    const imageCopies = host.copies?.().slice(copiesBefore) ?? [];
    return {
      kind,
      action,
      milliseconds,
      changes: [],
      additionalItems: [],
      ...(remarks.length === 0 ? {} : { remarks }),
      ...(effects.length === 0 ? {} : { effects }),
      ...(imageCopies.length === 0 ? {} : { imageCopies }),
      ...rest,
    };
  };
  try {
    const answer = await host.execute(kind, action, { ...request, item: item.bytes });
    const { operationID } = answer;
    const said = {
      additionalItems: namingFields(item.object, answer.additionalItems ?? []),
      ...(operationID ? { operationID } : {}),
    };
    if (equalBytes(answer.item, item.bytes)) return { ...item, answer, step: step(said) };
    const object = decodeItem(answer.item);
    const done = step(said);
    return {
      object,
      bytes: answer.item,
      answer,
      step: { ...done, changes: differences(item.object, object) },
    };
  } catch (error) {
    return { ...item, step: step({ error: error instanceof Error ? error.message : String(error) }) };
  }
}

/** Why an action leaves an item out of a restore: in its own words, where it has said any. */
export function reasonToSkip({ action, remarks = [] }: Step): string {
  const said = remarks.findLast(({ level }) => level !== "error")?.text;
  return said === undefined ? `${action} leaves it out` : said.replace(/^(?:left out|not restored)[:,] /, "");
}

/** Whether a step belongs into the report: Velero's own actions look at most items and leave most as they are. */
export function tells({ builtin }: ActionReport, { changes, additionalItems, ...step }: Step): boolean {
  const ready = step.ready ?? true;
  return builtin !== true || changes.length > 0 || additionalItems.length > 0 || !ready ||
    step.error !== undefined || step.operationID !== undefined;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, index) => byte === b[index]));
}
