import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Action, Log } from "../action.ts";

/** The log of one call: every line begins with the action and carries kind, namespace and name of the item. */
export function itemLog(log: Log, { name: action }: Action, item: JsonObject | undefined): Log {
  const own = item === undefined
    ? {}
    : { kind: stringAt(item, "kind") ?? "", namespace: namespaceOf(item), name: nameOf(item) };
  // The log of a serving process knows this file, and names the place that called it.
  const line = (level: keyof Log): Log["info"] => (message, fields) => {
    log[level](message.startsWith("entering ") ? message : `${action}: ${message}`, { ...own, ...fields });
  };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
