import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import type { ActionKind } from "../action.ts";
import type { RunKind, RunName } from "./observer.ts";
import { parseRun } from "./request.ts";

// By the action, because the object does not tell: its kind may be missing (protocol 4.3), and a deletion comes with the Backup that
// is deleted, to actions that nothing else calls (protocol 4.8).
const KINDS: Readonly<Record<ActionKind, RunKind>> = {
  BackupItemAction: "Backup",
  BackupItemActionV2: "Backup",
  RestoreItemAction: "Restore",
  RestoreItemActionV2: "Restore",
  DeleteItemAction: "BackupDeletion",
  ItemBlockAction: "Backup",
};

// Longer than any name in Kubernetes is no name, and nor is what would not stay on one line.
const PLAIN = /^\P{Cc}{1,253}$/u;

/** The run that a call belongs to (protocol 12.7); `undefined` when its Backup or Restore is absent or has no name. */
export function runName(kind: ActionKind, run: JsonObject | undefined): RunName | undefined {
  const plain = (field: string) => {
    const text = stringAt(run, "metadata", field);
    return text !== undefined && PLAIN.test(text) ? text : "";
  };
  const name = plain("name");
  if (name === "") return undefined;
  return { kind: KINDS[kind], namespace: plain("namespace"), name, uid: plain("uid") };
}

/** As {@link runName}, from the bytes of a call that failed before they were parsed. */
export function runNameFrom(kind: ActionKind, bytes: Uint8Array): RunName | undefined {
  try {
    return runName(kind, parseRun(bytes));
  } catch {
    // When the Backup or Restore cannot be parsed, that is why the call failed.
    return undefined;
  }
}
