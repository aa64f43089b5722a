import { ClusterError } from "../../cluster/cluster.ts";
import type { Action } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { type Reason, Refusal } from "../lib/refusal.ts";

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
  const front = item === undefined ? `${action.name}:` : `${action.name}: ${describe(item)}:`;
  if (error instanceof Refusal) {
    const text = `${front} ${error.message} (rule ${error.rule}); ${error.remedy}`;
    return new ActionFailure(text, error.reason, false, error);
  }
  if (error instanceof ClusterError) {
    const forbidden = error.status === 401 || error.status === 403;
    const remedy = forbidden
      ? "grant Velero's service account this permission"
      : "make the API server answer, then repeat the backup or restore";
    const text = `${front} ${error.message} (rule protocol 12.4); ${remedy}`;
    return new ActionFailure(text, forbidden ? "forbidden" : "cluster", false, error);
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : "an exception without a message";
  return new ActionFailure(`${front} ${text}`, "internal", true, error);
}

// Kind and namespace/name as far as the item has them.
function describe(item: JsonObject): string {
  const place = [namespaceOf(item), nameOf(item)].filter((part) => part !== "").join("/");
  return [stringAt(item, "kind") ?? "item", place].filter((part) => part !== "").join(" ");
}
