/**
 * Serves a memory cluster on the loopback interface as a small Kubernetes API: for the demo, for tests, for plugins in other
 * languages. No watch, no schemas, no controllers.
 *
 * @module
 */

import { stringifyJson } from "../../objects/json.ts";
import { answerApi, statusBody } from "./api_handler.ts";
import { ApiStatus } from "../api_status.ts";
import { createFaults, type Fault, reasonOf } from "./faults.ts";
import type { MemoryCluster } from "../memory/memory.ts";

/** How a cluster is served. */
export interface ServeOptions {
  readonly faults?: readonly Fault[];
  /** Default: any free one. */
  readonly port?: number;
  /** PEM texts; HTTPS when given. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** When given, a request without this bearer token is refused with 401. */
  readonly token?: () => string;
}

/** The requests to a cluster as a function, without a network. */
export interface ApiServer {
  readonly handler: (request: Request) => Promise<Response>;
  /** What was asked so far: `GET /path?query -> 200`; `-> 0` for a request that got no answer. */
  requests(): readonly string[];
  clearRequests(): void;
  /** Replaces all faults; their counts begin anew. */
  setFaults(faults: readonly Fault[]): void;
}

/** A cluster on the network. */
export interface ServedCluster extends ApiServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** The text of a kubeconfig for this cluster. */
  kubeconfig(): string;
  close(): Promise<void>;
}

/** Makes the handler of a cluster's API. */
export function createApiServer(cluster: MemoryCluster, options: ServeOptions = {}): ApiServer {
  let fault = createFaults(options.faults ?? []);
  let log: string[] = [];
  const gathered = new Map<Fault, (() => void)[]>();

  const gather = (found: Fault, count: number) =>
    new Promise<void>((resolve) => {
      const waiting = [...gathered.get(found) ?? [], resolve];
      gathered.set(found, waiting.length < count ? waiting : []);
      if (waiting.length >= count) waiting.forEach((go) => go());
    });

  const answer = async (request: Request, url: URL): Promise<Response | undefined> => {
    const body = await request.text();
    const found = fault(request.method, url.pathname);
    if (found?.delayMs !== undefined) await delay(found.delayMs);
    if (found?.gather !== undefined) await gather(found, found.gather);
    if (found?.hang === true) return undefined;
    if (found?.body !== undefined) {
      return new Response(found.body, { status: found.status ?? 200, headers: found.headers ?? {} });
    }
    if (found?.status !== undefined) {
      const { status, reason = reasonOf(status), headers = {} } = found;
      const message = found.message ?? `fault on order: ${request.method} ${url.pathname}`;
      return json(status, stringifyJson(statusBody(new ApiStatus(status, reason, message))), headers);
    }
    const { token } = options;
    if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token()}`) {
      return json(401, stringifyJson(statusBody(new ApiStatus(401, "Unauthorized", "Unauthorized"))));
    }
    const { method, headers } = request;
    const { status, body: content } = answerApi(cluster.store, { method, url, headers, body });
    if (typeof content !== "string") return json(status, stringifyJson(content));
    return new Response(content, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
  };

  return {
    async handler(request) {
      const url = new URL(request.url);
      const response = await answer(request, url);
      log.push(`${request.method} ${url.pathname}${url.search} -> ${response?.status ?? 0}`);
      return response ?? await untilGone(request);
    },
    requests: () => [...log],
    clearRequests: () => {
      log = [];
    },
    setFaults: (faults) => {
      fault = createFaults(faults);
    },
  };
}

/** Serves a cluster on 127.0.0.1 until {@link ServedCluster.close}. */
export function serveCluster(cluster: MemoryCluster, options: ServeOptions = {}): ServedCluster {
  const api = createApiServer(cluster, options);
  const closing = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port ?? 0,
    signal: closing.signal,
    onListen: () => {},
    ...options.tls,
  }, api.handler);
  const { port } = server.addr;
  const url = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  return {
    ...api,
    url,
    port,
    kubeconfig: () => kubeconfig(url, options),
    close: async () => {
      closing.abort();
      await server.finished;
    },
  };
}

/** The text of a kubeconfig for a server on the loopback interface. */
export function kubeconfig(server: string, { tls, token }: ServeOptions = {}): string {
  const authority = tls === undefined ? {} : { "certificate-authority-data": btoa(tls.cert) };
  const user = { token: token?.() ?? "served" };
  // JSON is YAML.
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "served", cluster: { server, ...authority } }],
      users: [{ name: "served", user }],
      contexts: [{ name: "served", context: { cluster: "served", user: "served", namespace: "velero" } }],
      "current-context": "served",
    },
    undefined,
    2,
  );
}

/** A response with a JSON text. */
export function json(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function untilGone({ signal }: Request): Promise<Response> {
  return new Promise((resolve) => {
    const gone = () => resolve(new Response(null, { status: 503 }));
    if (signal.aborted) gone();
    else signal.addEventListener("abort", gone, { once: true });
  });
}
