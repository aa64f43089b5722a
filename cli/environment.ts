import { parseDuration } from "../actions/settings/setting.ts";
import { createRegistry, type NamedSource, type Registry } from "../actions/registry.ts";

/** Reads a variable of the environment. */
export type Env = (name: string) => string | undefined;

/** The registry of what the environment chooses from the sources. */
export function registryFrom<S extends NamedSource>(env: Env, sources: readonly S[]): Registry<S> {
  return createRegistry(sources, { sources: env("WORKLOADS_SOURCES"), actions: env("WORKLOADS_ACTIONS") });
}

/** How long one call may take when `WORKLOADS_ACTION_TIMEOUT` is not set, in milliseconds. */
export const DEFAULT_TIMEOUT = 5 * 60_000;

/** `WORKLOADS_ACTION_TIMEOUT` in milliseconds; a value that is no duration gives the default and a warning. */
export function timeoutFrom(env: Env, warn: (message: string) => void): number {
  const text = env("WORKLOADS_ACTION_TIMEOUT");
  if (text === undefined || text === "") return DEFAULT_TIMEOUT;
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  warn(
    `WORKLOADS_ACTION_TIMEOUT is "${text}", which is not a duration such as 30s or 5m; the default of 5m applies`,
  );
  return DEFAULT_TIMEOUT;
}

const SERVICE_ACCOUNT_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** Velero's namespace: `VELERO_NAMESPACE`, else the flag of the server, else the pod's own, else `velero`. */
export function namespaceFrom(
  env: Env,
  flag: string | undefined,
  file: string = SERVICE_ACCOUNT_NAMESPACE,
): string {
  const named = env("VELERO_NAMESPACE") || flag;
  if (named !== undefined && named !== "") return named;
  try {
    return Deno.readTextFileSync(file).trim() || "velero";
  } catch {
    return "velero";
  }
}
