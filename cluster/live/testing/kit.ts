/**
 * A live cluster on a served one without a network and without waiting, for tests.
 *
 * @module
 */

import type { JsonObject } from "../../../objects/json.ts";
import type { Cluster } from "../../cluster.ts";
import type { Fault } from "../../served/faults.ts";
import type { Server } from "../http.ts";
import { createLiveCluster } from "../live.ts";
import { createMemoryCluster } from "../../memory/memory.ts";
import { type ApiServer, createApiServer } from "../../served/serve.ts";
import type { Time } from "../time.ts";

/** A kind of core. */
export const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
/** A kind of another group. */
export const VMS = { group: "kubevirt.io", version: "v1", resource: "virtualmachines" };

/** How long a request may take, in milliseconds (protocol 12.4). */
const REQUEST_TIMEOUT = 30_000;

/** A ConfigMap of namespace `n`. */
export function configMap(name: string, labels: Record<string, string> = {}): JsonObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "n", labels },
    data: { key: name },
  };
}

/** Time that passes only by waiting: pauses end at once and are noted, a request's limit comes when `requestsEnd`. */
export function fakeTime({ requestsEnd = false } = {}): Time & { pauses: number[]; pass(ms: number): void } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    now: () => now,
    after(milliseconds, call) {
      const limit = milliseconds === REQUEST_TIMEOUT;
      if (limit && !requestsEnd) return () => {};
      if (!limit) pauses.push(milliseconds);
      const timer = setTimeout(() => {
        now += milliseconds;
        call();
      });
      return () => clearTimeout(timer);
    },
  };
}

/** A server that is a function. */
export function fetchFrom(handler: ApiServer["handler"]): Server["fetch"] {
  return async (url, init) => {
    const { signal } = init;
    signal?.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort);
    try {
      return await Promise.race([handler(new Request(url, init)), aborted]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  };
}

/** A live cluster with everything a test looks at. */
export interface LiveWorld {
  readonly cluster: Cluster;
  readonly api: ApiServer;
  readonly time: ReturnType<typeof fakeTime>;
  /** `verb status` of each call, `retry verb` of each repeat. */
  readonly observed: string[];
}

/** Makes one; `authorization` as in {@link Server}. */
export function liveWorld(
  options: {
    objects?: readonly JsonObject[];
    absentGroups?: readonly string[];
    faults?: readonly Fault[];
    requestsEnd?: boolean;
    token?: () => string;
    authorization?: NonNullable<Server["authorization"]>;
  } = {},
): LiveWorld {
  const { objects = [configMap("a"), configMap("b", { app: "web" })], absentGroups = [], authorization } =
    options;
  const memory = createMemoryCluster({ objects, absentGroups });
  const api = createApiServer(memory, {
    faults: options.faults ?? [],
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  const time = fakeTime({ requestsEnd: options.requestsEnd ?? false });
  const observed: string[] = [];
  const cluster = createLiveCluster({
    server: {
      url: "http://cluster.test",
      fetch: fetchFrom(api.handler),
      ...(authorization === undefined ? {} : { authorization }),
    },
    time,
    observer: {
      request: (verb, status) => observed.push(`${verb} ${status}`),
      retry: (verb) => observed.push(`retry ${verb}`),
    },
  });
  return { cluster, api, time, observed };
}
