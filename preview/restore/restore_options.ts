import type { Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { ActionHost } from "../run/actions.ts";
import type { Archive } from "../archive/archive.ts";
import type { Discovery } from "../run/resources.ts";
import type { Progress } from "../run/progress.ts";
import type { Modifiers } from "./modifiers.ts";
import type { Pause } from "../run/wait.ts";

/** What a restore works on. */
export interface RestoreOptions {
  /** Velero's Restore; its `spec` has filters and namespace mapping. */
  readonly restore: JsonObject;
  readonly archive: Archive;
  /** The cluster that is written to. */
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly host: ActionHost;
  /** True for a real cluster: what it does not have is missing for Velero as well. Default: false. */
  readonly live?: boolean;
  /** Waits between two questions for additional items; default: the time of the clock. */
  readonly pause?: Pause;
  /** Bound of that wait where an action names none, in milliseconds; default 10 minutes as in Velero. */
  readonly resourceTimeout?: number;
  /** The user's resource modifiers; default none. */
  readonly modifiers?: Modifiers;
  /** Told after each item of the main pass. */
  readonly progress?: Progress;
}
