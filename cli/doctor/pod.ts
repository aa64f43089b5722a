/**
 * The pod around the plugin: memory, the folder of counters, the sidecar.
 *
 * @module
 */

import { type Finding, ok, problem, warning } from "./finding.ts";

const MIB = 1024 * 1024;

/** A plugin process takes about 100 MB, and a backup has one beside Velero's server; a call with an item of 30 MB takes 400 MB for a moment. */
const USUAL = 512 * MIB;
const LEAST = 256 * MIB;

/** @param limit The memory limit of the container in bytes; anything above 2^60 is none. */
export function checkMemory(limit: number): Finding {
  if (limit > 2 ** 60 || limit <= 0) return ok("memory", "the container has no limit");
  const text = `the container's limit is ${Math.round(limit / MIB)} MiB`;
  if (limit >= USUAL) return ok("memory", text);
  const remedy = "set resources.limits.memory of the container velero to 512Mi or more";
  const need = "Velero and one process of this plugin need more while a backup runs";
  return limit < LEAST
    ? problem("memory", `${text}; ${need}`, remedy)
    : warning("memory", `${text}, below the usual 512 MiB`, remedy);
}

/** Whether counters can be written. `dir` is the folder that the environment names. */
export function checkSpool(dir: string | undefined): Finding {
  const remedy =
    "mount an emptyDir at /scratch, and set VELERO_SCRATCH_DIR=/scratch, as Velero's installers do";
  if (dir === undefined) {
    return warning(
      "counters",
      "neither WORKLOADS_METRICS_DIR nor VELERO_SCRATCH_DIR is set: nothing is counted",
      remedy,
    );
  }
  const file = `${dir}/.doctor`;
  try {
    Deno.mkdirSync(dir, { recursive: true });
    Deno.writeTextFileSync(file, "");
    Deno.removeSync(file);
    return ok("counters", dir);
  } catch (error) {
    const text = `${dir} cannot be written, so nothing is counted: ${(error as Error).message}`;
    return warning("counters", text, remedy);
  }
}

/** Whether a sidecar answers. `get` is `fetch`, which tests replace. */
export async function checkSidecar(
  url: string,
  get: (url: string, init: RequestInit) => Promise<Response> = fetch,
): Promise<Finding> {
  try {
    const response = await get(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    if (response.ok) return ok("sidecar", `ready at ${url}`);
    const remedy = "look at the log of the sidecar's container";
    return warning("sidecar", `${url}/readyz answers ${response.status}`, remedy);
  } catch {
    return ok("sidecar", `none answers at ${url}; it is optional`);
  }
}
