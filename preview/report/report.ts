/**
 * What happened in a backup or a restore, as data.
 *
 * @module
 */

import type { RecordedCopy } from "../../images/recorded_copy.ts";
import type { ActionKind, OperationProgress, ResourceIdentifier, Selector } from "../../actions/action.ts";
import type { Effect } from "../../cluster/memory/recording.ts";
import type { Change } from "./diff.ts";

/** What became of an item. `exists`: the cluster has it already and it was left alone. */
export type Outcome = "stored" | "created" | "updated" | "exists" | "skipped" | "failed";

/** A write that an action asked the cluster for. */
export interface EffectReport {
  readonly verb: Effect["verb"];
  readonly item: ResourceIdentifier;
  /** What it would change; every field of an object that would be made, none for a deletion. */
  readonly changes: readonly Change[];
}

/** An item that an action asks for. */
export interface AdditionalItem extends ResourceIdentifier {
  /** The field of the asking item that names it, for example `spec.volumes[0].secret.secretName`; absent where none does. */
  readonly reason?: string;
}

/** What an action logged about an item while it was called. */
export interface Remark {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/**
 * One call of an action for an item, or the user's resource modifiers for it. Velero's own actions are told only where they did something.
 */
export interface Step {
  readonly kind: ActionKind | "ResourceModifier";
  readonly action: string;
  readonly milliseconds: number;
  readonly changes: readonly Change[];
  readonly additionalItems: readonly AdditionalItem[];
  /** What it said about the item; absent for nothing, and for actions of other processes. */
  readonly remarks?: readonly Remark[];
  /** What it wrote to the cluster, which a preview only records; absent for none. */
  readonly effects?: readonly EffectReport[];
  /** Images that it would copy; absent for none, and for actions of other processes. */
  readonly imageCopies?: readonly RecordedCopy[];
  /** The additional items pass the filters of the backup. */
  readonly mustInclude?: boolean;
  readonly operationID?: string;
  /** Result of the wait for additional items. */
  readonly ready?: boolean;
  /** The action's error text. */
  readonly error?: string;
}

/** An item and everything that was done with it. */
export interface ItemReport {
  /** Namespace and name as in the backup's cluster. */
  readonly item: ResourceIdentifier;
  /** The namespace it was created in, where that is another one. */
  readonly target?: string;
  /** The item and the action that asked for it; absent for items of the main pass. */
  readonly askedBy?: { readonly item: ResourceIdentifier; readonly action: string };
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  /** Why it was skipped, failed or left alone. */
  readonly reason?: string;
  /** From the object in the cluster to the one of the backup, where the cluster has another one. */
  readonly differences?: readonly Change[];
}

/** A line of Velero's results, or of what an action said. */
export interface Note {
  readonly item?: ResourceIdentifier;
  /** Who said it; absent for Velero itself. */
  readonly action?: string;
  readonly text: string;
}

/** An asynchronous operation and what it answered when asked once. */
export interface OperationReport {
  readonly item: ResourceIdentifier;
  readonly action: string;
  readonly operationID: string;
  readonly progress?: OperationProgress;
  readonly error?: string;
}

/** A registered action and its selector. */
export interface ActionReport {
  readonly kind: ActionKind;
  readonly name: string;
  readonly selector: Selector;
  /** True for an action of Velero's own. */
  readonly builtin?: true;
}

/** Two objects that belong together. */
export interface Relation {
  readonly from: ResourceIdentifier;
  readonly to: ResourceIdentifier;
  /** The field that says so: of `from`, or of `to` where that one names its owner. */
  readonly reason: string;
}

/** A whole run. */
export interface RunReport {
  /** Why Velero would fail all of it, which is also the first of the errors; absent where it would not. Then there are no items. */
  readonly failure?: string;
  readonly actions: readonly ActionReport[];
  /** In the order in which they were finished. */
  readonly items: readonly ItemReport[];
  readonly operations: readonly OperationReport[];
  readonly warnings: readonly Note[];
  readonly errors: readonly Note[];
  /** What Velero would do besides, which this run does not show. */
  readonly notModelled: readonly Note[];
  readonly milliseconds: number;
}

/** The report of a run that Velero would fail as a whole. */
export function failedRun(what: "backup" | "restore", failure: string): RunReport {
  return {
    failure,
    actions: [],
    items: [],
    operations: [],
    warnings: [],
    errors: [{ text: `Velero would fail the whole ${what}: ${failure}` }],
    notModelled: [],
    milliseconds: 0,
  };
}
