import type { Log } from "../actions/action.ts";
import { spoolFolder } from "../sidecar/spool/folder.ts";
import { createSpool, type Spool } from "../sidecar/spool/writer.ts";
import type { Env } from "./environment.ts";
import { VERSION } from "./version.ts";

/** The spool folder that the environment names, `undefined` when it names none. */
export function spoolFolderFrom(env: Env): string | undefined {
  return spoolFolder({ metricsDir: env("WORKLOADS_METRICS_DIR"), scratchDir: env("VELERO_SCRATCH_DIR") });
}

/** The counters of this process; `undefined`, with a debug line, when there is no place for them. */
export function countersFrom(env: Env, log: Log): Spool | undefined {
  const dir = spoolFolderFrom(env);
  if (dir !== undefined) return createSpool({ dir, version: VERSION, warn: (text) => log.warn(text) });
  log.debug("nothing is counted: neither WORKLOADS_METRICS_DIR nor VELERO_SCRATCH_DIR is set");
  return undefined;
}
