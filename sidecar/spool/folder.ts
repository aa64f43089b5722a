/** What the environment says about the spool. */
export interface SpoolEnvironment {
  /** `WORKLOADS_METRICS_DIR` */
  readonly metricsDir?: string | undefined;
  /** `VELERO_SCRATCH_DIR` */
  readonly scratchDir?: string | undefined;
}

/** The folder of the counters; `undefined` when the environment names none, and then nothing is counted. */
export function spoolFolder({ metricsDir, scratchDir }: SpoolEnvironment): string | undefined {
  if (metricsDir !== undefined && metricsDir !== "") return metricsDir;
  if (scratchDir === undefined || scratchDir === "") return undefined;
  return `${scratchDir}/velero-plugin-for-workloads`;
}
