import { ClusterError } from "../cluster/cluster.ts";
import type { Action } from "./action.ts";
import type { JsonObject } from "./lib/json.ts";
import { nameOf, namespaceOf, stringAt } from "./lib/object.ts";
import { type Reason, Refusal } from "./lib/refusal.ts";

/** A call that failed; the text is what users see in Velero's results. */
export class ActionFailure extends Error {
  readonly reason: Reason;
  /** True for an exception that no rule foresees: a fault of the program. */
  readonly unexpected: boolean;

  constructor(message: string, reason: Reason, unexpected: boolean, cause: unknown) {
    super(message, { cause });
    this.name = "ActionFailure";
    this.reason = reason;
    this.unexpected = unexpected;
    if (cause instanceof Error && cause.stack !== undefined) this.stack = cause.stack;
  }
}

/** Any thrown value as a failure of the call; the text begins with action, kind and namespace/name. */
export function toFailure(error: unknown, action: Action, item: JsonObject | undefined): ActionFailure {
  if (error instanceof ActionFailure) return error;
  const subject = item === undefined
    ? ""
    : ` ${stringAt(item, "kind") ?? "item"} ${
      [namespaceOf(item), nameOf(item)].filter((p) => p !== "").join("/")
    }:`;
  const front = `${action.name}:${subject}`;
  if (error instanceof Refusal) {
    const text = `${front} ${error.message} (rule ${error.rule}); ${error.remedy}`;
    return new ActionFailure(text, error.reason, false, error);
  }
  if (error instanceof ClusterError) {
    const reason = error.status === 401 || error.status === 403 ? "forbidden" : "cluster";
    return new ActionFailure(`${front} ${error.message}`, reason, false, error);
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : "an exception without a text";
  return new ActionFailure(`${front} ${text}`, "internal", true, error);
}
