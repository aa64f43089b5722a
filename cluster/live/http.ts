/**
 * One request to the API server: time limit, credentials, repeats (protocol 12.4). Nothing here knows what an answer
 * means.
 *
 * @module
 */

import { ClusterError, describe, type RequestSubject } from "../cluster.ts";
import { retryAfter } from "./retry_after.ts";
import { sleep, type Time } from "./time.ts";

/** An API server and how to reach it. */
export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  /** `fetch` with the server's certificates. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The `Authorization` header. `renew` after the server refused the last one. */
  readonly authorization?: (renew: boolean) => Promise<string | undefined>;
}

/** Gets every request for the counters. */
export interface RequestObserver {
  /** One call was made; `status` is 0 when there was no answer. */
  request(verb: string, status: number): void;
  /** A call is about to be repeated. */
  retry(verb: string): void;
}

/** What to send. */
export interface HttpRequest {
  readonly subject: RequestSubject;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** False when a repeat could have its effect twice. Such a request is repeated only when the server has certainly refused it. */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What came back, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  /** The media type without parameters. */
  readonly mediaType: string;
  readonly text: string;
  /** Milliseconds of the header `Retry-After`. */
  readonly retryAfter: number | undefined;
}

/** What a transport is made of. */
export interface TransportOptions {
  readonly server: Server;
  readonly time: Time;
  readonly observer?: RequestObserver;
}

const USER_AGENT = "velero-plugin-for-workloads";

const REQUEST_TIMEOUT = 30_000;

// One call and three repeats. All pauses of one request together, the server's wishes included, are at most ten seconds: Velero waits for
// the answer to each item, and a call makes several requests (protocol 12.4).
const PAUSES = [250, 1000, 3000];
const LONGEST_PAUSES = 10_000;

/**
 * Makes the function that sends a request until there is an answer worth having.
 *
 * It throws a {@link ClusterError} `Unreachable` when there was no answer at all, and the reason of an aborted signal.
 */
export function createTransport(
  { server, time, observer }: TransportOptions,
): (request: HttpRequest) => Promise<HttpAnswer> {
  return async (request) => {
    const { subject, repeatable = true, signal } = request;
    let paused = 0;
    let renewed = false;
    for (let attempt = 0;;) {
      const answer = await once(server, time, request, renewed).catch((error) => {
        signal?.throwIfAborted();
        // The credentials cannot be read, and repeating the request would not change that.
        if (error instanceof ClusterError) throw error;
        return unreachable(subject, error);
      });
      const failed = answer instanceof ClusterError;
      observer?.request(subject.verb, failed ? 0 : answer.status);
      if (!failed && answer.status === 401 && !renewed && server.authorization !== undefined) {
        renewed = true;
        observer?.retry(subject.verb);
        continue;
      }
      const again = failed ? repeatable : answer.status === 429 || (repeatable && answer.status >= 500);
      const pause = PAUSES[attempt++];
      if (!again || pause === undefined || paused >= LONGEST_PAUSES) {
        if (failed) throw answer;
        return answer;
      }
      const wanted = failed ? pause : answer.retryAfter ?? pause;
      const wait = Math.min(wanted, LONGEST_PAUSES - paused);
      paused += wait;
      observer?.retry(subject.verb);
      await sleep(time, wait, signal);
    }
  };
}

const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

async function once(server: Server, time: Time, request: HttpRequest, renew: boolean): Promise<HttpAnswer> {
  const { method, path, headers, body, signal } = request;
  signal?.throwIfAborted();
  const authorization = await server.authorization?.(renew);
  if (authorization !== undefined && !HEADER_VALUE.test(authorization)) {
    // The runtime's own error would quote the credentials.
    const text = "the credentials have a character that no header can carry, such as a line feed";
    throw new ClusterError(`${describe(request.subject)}: ${text}`, "Other", 0);
  }
  const limit = new AbortController();
  const cancel = time.after(REQUEST_TIMEOUT, () => limit.abort(new TimedOut()));
  try {
    const response = await server.fetch(server.url + path, {
      method,
      headers: {
        accept: "application/json",
        "user-agent": USER_AGENT,
        ...headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(body === undefined ? {} : { body }),
      // A redirect would carry the token elsewhere.
      redirect: "manual",
      signal: signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]),
    });
    const text = await response.text();
    return {
      status: response.status,
      mediaType: (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "",
      text,
      retryAfter: retryAfter(response.headers.get("retry-after"), Date.now()),
    };
  } finally {
    cancel();
  }
}

class TimedOut extends Error {
  constructor() {
    super(`no answer within ${REQUEST_TIMEOUT / 1000} s`);
  }
}

function unreachable(subject: RequestSubject, error: unknown): ClusterError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : "the connection failed";
  // The runtime's text has the whole URL, with a list's token of many hundred letters.
  const short = text.replace(/ for url \([^)]*\)/, "");
  return new ClusterError(`${describe(subject)}: API server not reached: ${short}`, "Unreachable", 0, {
    cause: error,
  });
}
