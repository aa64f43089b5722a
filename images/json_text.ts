import { isObject, type JsonObject } from "../objects/json.ts";

/** The JSON object in a text of some server; `undefined` for anything else. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
