/**
 * What the command line hands to the modes of `preview`, as commander gives it.
 *
 * @module
 */

import type { Note } from "../../preview/report/report.ts";
import type { Env } from "../environment.ts";
import type { Session } from "./session.ts";

/** What every preview takes. */
export interface CommonOptions {
  readonly plugin?: readonly string[];
  readonly output: "text" | "json" | "html";
  readonly failOn: "error" | "warning";
  readonly name: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly kubecontext?: string;
}

/** Options of `preview backup` beside the flags of `velero backup create`. */
export interface BackupOptions extends CommonOptions {
  readonly backup?: string;
  readonly archive?: string;
}

/** Options of `preview restore` beside the flags of `velero restore create`. */
export interface RestoreOptions extends CommonOptions {
  readonly restore?: string;
  readonly backup?: string;
  readonly downloadTimeout: string;
  readonly cacert?: string;
  readonly target?: readonly string[];
  readonly emptyTarget?: boolean;
}

/** Which actions run. */
export interface PluginOptions {
  /** Paths of executables, and `own` for the actions of this process. */
  readonly plugins: readonly string[];
  /** Velero's. */
  readonly namespace: string;
  readonly env: Env;
  /** Gets what actions and plugins warn of. */
  readonly warn: (note: Note) => void;
  readonly session: Session;
}
