/**
 * The actions as a Velero host drives them: over the wire to any plugin (`host/`), or directly through the runner.
 *
 * @module
 */

import type { ActionKind, ResourceIdentifier, Selector } from "../../actions/action.ts";
import type { Registry } from "../../actions/registry.ts";
import type { Runner } from "../../actions/runner/run.ts";
import type { Effect } from "../../cluster/memory/recording.ts";
import type { RecordedCopy } from "../../images/recorded_copy.ts";
import type { Note, OperationReport, Remark } from "../report/report.ts";

/** One line of `ListPlugins`. */
export interface Identity {
  /** An {@link ActionKind}, or a kind that is no action (`ObjectStore`, ...). */
  readonly kind: string;
  readonly name: string;
}

/** The calls of Velero's protocol. Everything rejects as the plugin does; the text is what Velero's results show. */
export interface ActionHost extends Omit<Runner, "appliesTo"> {
  /** The registered plugins, in the plugin's order. */
  list(): Promise<readonly Identity[]>;
  appliesTo(kind: ActionKind, name: string): Promise<Selector>;
  /** What has been written so far to a cluster that only records; the list grows. Absent where writes are real. */
  effects?(): readonly Effect[];
  /** Image copies that have been recorded so far; the list grows. */
  copies?(): readonly RecordedCopy[];
  /** What actions have said so far about the items that they were called for; the list grows. */
  remarks?(): readonly Remark[];
  /** Whether an action is Velero's own. Absent: none is. */
  isBuiltin?(kind: string, name: string): boolean;
  /** What actions would do that a preview does not show, so far; the list grows. */
  notModelled?(): readonly Note[];
}

/** The actions of this very process, without a wire. */
export function directHost(registry: Registry, runner: Runner): ActionHost {
  return {
    ...runner,
    list: () =>
      Promise.resolve(
        registry.entries.filter((entry) => entry.listed)
          .map(({ action: { kind, name } }) => ({ kind, name })),
      ),
    appliesTo(kind, name) {
      const selector = runner.appliesTo(kind, name);
      return selector === undefined
        ? Promise.reject(new TypeError(`${kind} ${name} is not registered`))
        : Promise.resolve(selector);
    },
  };
}

/** An asynchronous operation that an action began. */
export interface Operation {
  readonly item: ResourceIdentifier;
  readonly kind: ActionKind;
  readonly action: string;
  readonly operationID: string;
}

/** Asks each operation once, as Velero does at the end of its main pass (protocol 4.5). */
export async function askOperations(
  host: ActionHost,
  operations: readonly Operation[],
  run: Uint8Array,
): Promise<OperationReport[]> {
  const reports: OperationReport[] = [];
  for (const { item, kind, action, operationID } of operations) {
    const report = { item, action, operationID };
    try {
      reports.push({ ...report, progress: await host.progress(kind, action, operationID, run) });
    } catch (error) {
      reports.push({ ...report, error: (error as Error).message });
    }
  }
  return reports;
}
