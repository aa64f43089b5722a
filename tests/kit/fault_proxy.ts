/**
 * An HTTP server in front of another one that passes everything on and goes wrong where a test wants it to. For registries and
 * object storage; servers with signatures must not look at the name of the host.
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What goes wrong. Exactly one of the effects is given, besides `delay`. */
export interface ProxyFault {
  /** Default: every method. */
  readonly method?: string;
  /** Tested against path and query. Default: every path. */
  readonly path?: RegExp;
  /** Further condition, such as on a header. */
  readonly when?: (request: Request) => boolean;
  /** How many requests it meets; default 1. `Infinity` for all. */
  readonly times?: number;
  /** How many matching requests pass first; default 0. */
  readonly after?: number;
  /** Answers instead of the server. */
  readonly answer?: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  };
  /** Closes the connection after that many bytes of the answer's body. */
  readonly cutAnswer?: number;
  /** Reads that many bytes of the request's body, or all of a shorter one, then closes the connection without passing anything on. */
  readonly cutRequest?: number;
  /** Changes one byte at this place of the answer's body. */
  readonly spoilAnswer?: number;
  /** Never answers; the connection stays open until the client or the proxy ends it. */
  readonly hang?: true;
}

/** A running proxy. */
export interface FaultProxy {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Replaces all faults. */
  setFaults(...faults: ProxyFault[]): void;
  /** Requests in order with the status of the answer, such as `GET /v2/ -> 200`; 0 when the connection was cut. */
  readonly requests: string[];
  /** The Authorization header of each request, empty where there is none. */
  readonly authorizations: string[];
  close(): Promise<void>;
}

/** Starts a proxy in front of `http://target`, which is a host with port. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let faults: { fault: ProxyFault; seen: number }[] = [];
  const requests: string[] = [];
  const authorizations: string[] = [];
  const hanging = new Set<() => void>();

  const next = (request: Request, place: string): ProxyFault | undefined => {
    for (const entry of faults) {
      const { method, path, when, times = 1, after = 0 } = entry.fault;
      if (method !== undefined && method !== request.method) continue;
      if (path !== undefined && !path.test(place)) continue;
      if (when !== undefined && !when(request)) continue;
      entry.seen++;
      if (entry.seen > after && entry.seen <= after + times) return entry.fault;
    }
    return undefined;
  };

  const serve = async (request: Request): Promise<Response | "cut"> => {
    const url = new URL(request.url);
    const place = url.pathname + url.search;
    authorizations.push(request.headers.get("authorization") ?? "");
    const index = requests.push(`${request.method} ${place}`) - 1;
    const cut = (): "cut" => {
      requests[index] += " -> 0";
      return "cut";
    };
    const done = (answer: Response): Response => {
      requests[index] += ` -> ${answer.status}`;
      return answer;
    };
    const fault = next(request, place);
    if (fault?.answer !== undefined) {
      for await (const _ of request.body ?? []);
      const { status, headers = {}, body = "" } = fault.answer;
      return done(new Response(status === 204 || status === 304 ? null : body, { status, headers }));
    }
    if (fault?.hang === true) {
      await new Promise<void>((resolve) => hanging.add(resolve));
      return cut();
    }
    if (fault?.cutRequest !== undefined) {
      await readSome(request.body, fault.cutRequest);
      return cut();
    }
    const answer = await forward(target, request, place);
    const headers = new Headers(answer.headers);
    const location = headers.get("location");
    if (location !== null) headers.set("location", location.replace(`http://${target}/`, `http://${host}/`));
    const body = fault?.cutAnswer !== undefined
      ? answer.body?.pipeThrough(cutAfter(fault.cutAnswer)) ?? null
      : fault?.spoilAnswer !== undefined
      ? answer.body?.pipeThrough(spoilAt(fault.spoilAnswer)) ?? null
      : answer.body;
    return done(new Response(body, { status: answer.status, headers }));
  };

  // Of Node, because it can close a connection without an answer.
  const server = createServer((incoming, outgoing) => {
    respond(serve, host, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as { port: number }).port}`;

  return {
    host,
    requests,
    authorizations,
    setFaults: (...list) => {
      faults = list.map((fault) => ({ fault, seen: 0 }));
    },
    async close() {
      hanging.forEach((resolve) => resolve());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(
  serve: (request: Request) => Promise<Response | "cut">,
  host: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/" } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const hasBody = headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0;
  const body = hasBody
    ? { body: ReadableStream.from(incoming as AsyncIterable<Uint8Array<ArrayBuffer>>) }
    : {};
  const answer = await serve(new Request(`http://${host}${url}`, { method, headers, ...body }));
  if (answer === "cut") {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  // What is before the cut must be on its way before the connection ends.
  outgoing.flushHeaders();
  for await (const chunk of answer.body ?? []) {
    await new Promise((resolve) => outgoing.write(chunk, resolve));
  }
  outgoing.end();
}

async function forward(target: string, request: Request, place: string): Promise<Response> {
  const headers = new Headers(request.headers);
  // Registries make absolute addresses of these.
  headers.set("x-forwarded-host", headers.get("host") ?? "");
  headers.set("x-forwarded-proto", "http");
  for (const name of ["host", "connection", "transfer-encoding"]) headers.delete(name);
  if (!headers.has("accept-encoding")) headers.set("accept-encoding", "identity");
  // A body of known length must go on with its length: object storage wants it.
  const body = request.body === null
    ? null
    : headers.has("content-length")
    ? await request.arrayBuffer()
    : request.body;
  headers.delete("content-length");
  const init = { method: request.method, headers, body, redirect: "manual" } as const;
  return await fetch(`http://${target}${place}`, init);
}

function cutAfter(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      if (chunk.length <= left) {
        left -= chunk.length;
        controller.enqueue(chunk);
        return;
      }
      if (left > 0) controller.enqueue(chunk.subarray(0, left));
      left = 0;
      controller.error(new Error("cut by the test"));
    },
  });
}

function spoilAt(place: number): TransformStream<Uint8Array, Uint8Array> {
  let at = 0;
  return new TransformStream({
    transform(chunk, controller) {
      if (place >= at && place < at + chunk.length) {
        chunk = chunk.slice();
        chunk[place - at]! ^= 1;
      }
      at += chunk.length;
      controller.enqueue(chunk);
    },
  });
}

async function readSome(body: ReadableStream<Uint8Array> | null, bytes: number): Promise<void> {
  let read = 0;
  for await (const chunk of body ?? []) {
    read += chunk.length;
    if (read >= bytes) return;
  }
}
