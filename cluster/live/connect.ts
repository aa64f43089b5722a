/**
 * The cluster of this process, found as client-go finds it: kubeconfig, else service account, else none.
 *
 * @module
 */

import { type Cluster, ClusterError } from "../cluster.ts";
import type { ConnectLog } from "./connect_log.ts";
import type { RequestObserver, Server } from "./http.ts";
import type { Time } from "./time.ts";

/** Where a cluster may be found. */
export interface ConnectOptions {
  /** Reads an environment variable. */
  readonly env: (name: string) => string | undefined;
  readonly log: ConnectLog;
  readonly observer?: RequestObserver;
  /** True when the process may start programs, which kubeconfigs with `exec` users need: preview only. */
  readonly mayRun?: boolean;
  /** The context of the kubeconfig; default its current one. */
  readonly context?: string;
  /** Where the service account's files are; for tests. */
  readonly serviceAccount?: string;
  /** Default: real time. */
  readonly time?: Time;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The cluster, connected at the first request: start-up neither fails nor waits, and loads nothing.
 *
 * The files of `KUBECONFIG` hold, else `~/.kube/config`, else the pod's service account. When none is there, every request
 * fails with reason `NoCluster`; what is there but cannot be used fails with `Other`, and the next request tries again.
 */
export function connect(options: ConnectOptions): Cluster {
  let opening: Promise<Cluster> | undefined;
  const open = (): Promise<Cluster> => {
    opening ??= openCluster(options).catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    get: async (...args) => await (await open()).get(...args),
    async *list(...args) {
      yield* (await open()).list(...args);
    },
    create: async (...args) => await (await open()).create(...args),
    apply: async (...args) => await (await open()).apply(...args),
    patch: async (...args) => await (await open()).patch(...args),
    delete: async (...args) => await (await open()).delete(...args),
    serves: async (...args) => await (await open()).serves(...args),
    version: async (...args) => await (await open()).version(...args),
  };
}

async function openCluster(options: ConnectOptions): Promise<Cluster> {
  const server = await findServer(options);
  const { createLiveCluster } = await import("./live.ts");
  const { observer, time } = options;
  return createLiveCluster({
    server,
    ...(observer === undefined ? {} : { observer }),
    ...(time === undefined ? {} : { time }),
  });
}

/**
 * The API server that {@link connect} would talk to.
 *
 * @throws {ClusterError} `NoCluster` or `Other`, as there.
 */
export async function findServer(
  { env, log, mayRun = false, context, serviceAccount }: ConnectOptions,
): Promise<Server> {
  const named = (env("KUBECONFIG") ?? "").split(":").filter((path) => path !== "");
  const home = env("HOME");
  const paths = named.length > 0 ? named : home === undefined ? [] : [`${home}/.kube/config`];
  const present = paths.filter(exists);
  if (present.length > 0) {
    // The library would have the runtime print, on stderr, that it uses an old module of Node.js.
    (await import("node:process")).default.noDeprecation = true;
    const { kubeconfigServer } = await import("./kubeconfig.ts");
    return await kubeconfigServer(present, { mayRun, log, ...(context === undefined ? {} : { context }) });
  }
  const host = env("KUBERNETES_SERVICE_HOST") ?? "";
  const port = env("KUBERNETES_SERVICE_PORT") ?? "";
  if (host !== "" && port !== "") {
    const { inClusterServer } = await import("./in_cluster.ts");
    return await inClusterServer({ host, port, directory: serviceAccount ?? SERVICE_ACCOUNT, log });
  }
  if (named.length > 0) {
    const list = named.map((path) => `"${path}"`).join(", ");
    throw new ClusterError(`KUBECONFIG names no file that can be read: ${list}`, "Other", 0);
  }
  throw new ClusterError(
    "no Kubernetes cluster is configured: neither KUBECONFIG nor ~/.kube/config nor a service account",
    "NoCluster",
    0,
  );
}

// A file that the process may not read counts as absent, as in client-go.
function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
