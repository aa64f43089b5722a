/**
 * What the command line hands to the modes of `preview`, as commander gives it.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import type { World } from "../../preview/input/world.ts";
import type { Said } from "../../preview/report/attach.ts";
import type { Note } from "../../preview/report/report.ts";
import type { Session } from "./session.ts";

/** What every preview takes. */
export interface CommonOptions {
  readonly plugin?: readonly string[];
  /** A duration; absent where no plugin can be named. */
  readonly pluginTimeout?: string;
  readonly output: "text" | "json" | "html";
  readonly outputFile?: string;
  readonly color: "auto" | "always" | "never";
  readonly failOn: "error" | "warning";
  readonly name: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly kubecontext?: string;
}

/** Options of `preview backup` beside the flags of `velero backup create`. */
export interface BackupOptions extends CommonOptions {
  readonly backup?: string;
  readonly fromSchedule?: string;
  readonly archive?: string;
}

/** Options of `preview restore` beside the flags of `velero restore create`. */
export interface RestoreOptions extends CommonOptions {
  readonly restore?: string;
  readonly backup?: string;
  readonly fromBackup?: string;
  readonly fromSchedule?: string;
  /** `true`, or the text of a boolean. */
  readonly allowPartiallyFailed?: boolean | string;
  readonly downloadTimeout: string;
  readonly cacert?: string;
  readonly target?: readonly string[];
  readonly emptyTarget?: boolean;
}

/** Options of `preview gate`. */
export interface GateOptions extends CommonOptions {
  readonly downloadTimeout: string;
  readonly timeLimit: string;
  readonly cacert?: string;
  readonly textfile?: string;
  readonly store?: boolean;
}

/** The flags that stand for fields of a Backup or Restore, by their keys. */
export type Given = Readonly<Record<string, unknown>>;

/** A run with some plugins. */
export interface Ran<T> {
  /** What came out; a text when Velero would fail all of it. */
  readonly run: T | string;
  /** What the actions warned of. */
  readonly notes: readonly Note[];
  readonly world: World;
  /** The Backup or Restore as Velero's server would have it. */
  readonly manifest: JsonObject;
}

/** Which actions run. */
export interface PluginOptions {
  /** Paths of executables, and `own` for the actions of this process. */
  readonly plugins: readonly string[];
  /** Gets what actions and plugins warn of. */
  readonly notes: Note[];
  /** Gets the log lines of plugin processes. */
  readonly said: Said[];
  readonly options: CommonOptions;
  readonly session: Session;
}
