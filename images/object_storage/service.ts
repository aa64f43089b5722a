/**
 * One request to a storage service: credentials, and what its answers mean.
 *
 * @module
 */

import { retryAfter } from "../../cluster/live/retry_after.ts";
import { discard, type HttpAnswer, type HttpClient, type HttpRequest, mayPass, textOf } from "../http.ts";
import { ImageStoreError, type StoreReason } from "../store.ts";
import type { ObjectContent, StoredObject } from "./object_storage.ts";

/** What a service writes about a request that it does not serve. */
export interface Complaint {
  /** Its word for the error, such as `SlowDown`. */
  readonly code: string;
  /** What it says to people. */
  readonly message: string;
}

/** A service and how to speak to it. */
export interface ServiceOptions {
  /** Names the bucket in messages. */
  readonly name: string;
  readonly http: HttpClient;
  /** Gives the request its credentials; `renew` after the service has refused the last ones. */
  readonly authorize: (request: HttpRequest, renew: boolean) => Promise<HttpRequest>;
  /** Reads the body of an answer that is an error. */
  readonly complaint: (text: string) => Complaint;
  /** Error codes that say that the credentials are no longer good and newer ones may be. */
  readonly expired: readonly string[];
}

/** What is asked, and how it is named in messages. */
export interface ServiceRequest extends HttpRequest {
  /** Such as `get docker/registry/v2/…`; never with a query, which may hold a signature. */
  readonly what: string;
  /** Statuses besides 2xx that are an answer. */
  readonly accept?: readonly number[];
}

/** Sends one request; gives only answers with status 2xx and those that the request accepts. */
export type Service = (request: ServiceRequest) => Promise<HttpAnswer>;

/** Makes a service. When it says that the credentials have expired, the request is sent once more with newer ones. */
export function createService(options: ServiceOptions): Service {
  const { http, authorize } = options;
  // The service has refused the credentials that `authorize` gives.
  let stale = false;
  return async (request) => {
    const { what, accept = [], ...rest } = request;
    const stream = rest.body === undefined || rest.body instanceof Uint8Array ? undefined : rest.body.stream;
    for (let renewed = stale;; renewed = true) {
      const authorized = await authorize(rest, renewed).catch(async (error) => {
        await stream?.cancel(error).catch(() => {});
        throw error;
      });
      const answer = await http(authorized);
      const { status } = answer;
      if ((status >= 200 && status < 300) || accept.includes(status)) {
        stale = false;
        return answer;
      }
      const { said, reason, expired, retryAfter } = await failure(options, answer);
      const again = expired && !renewed;
      stale ||= again;
      if (again && stream === undefined) continue;
      // Whoever has the source of the stream can repeat the request, and gets newer credentials then.
      throw new ImageStoreError(`${options.name}: ${what}: ${said}`, again ? "failed" : reason, {
        retryAfter,
      });
    }
  };
}

/** Sends a request whose answer has no content that anybody needs. */
export async function perform(service: Service, request: ServiceRequest): Promise<HttpAnswer> {
  const answer = await service(request);
  await discard(answer);
  return answer;
}

/** What the headers say of an object; `undefined` when it does not exist. */
export async function headOf(
  service: Service,
  { key, ...request }: {
    readonly key: string;
    readonly url: string;
    readonly signal: AbortSignal | undefined;
  },
): Promise<StoredObject | undefined> {
  const answer = await perform(service, { ...request, method: "HEAD", what: `head ${key}`, accept: [404] });
  if (answer.status === 404) return undefined;
  const modified = new Date(answer.header("last-modified") ?? 0);
  return { key, size: Number(answer.header("content-length")), modified };
}

/** What an answer to a reading from that byte on holds. */
export async function contentOf(answer: HttpAnswer, from: number, what: string): Promise<ObjectContent> {
  const [, total] = /\/(\d+)$/.exec(answer.header("content-range") ?? "") ?? [];
  const size = Number(total ?? answer.header("content-length"));
  if (Number.isInteger(size) && (from === 0 || answer.status === 206)) return { size, body: answer.body };
  await answer.body.cancel();
  throw new ImageStoreError(
    from === 0 ? `${what}: the answer has no length` : `${what}: the service cannot begin in the middle`,
    "refused",
  );
}

async function failure({ complaint, expired }: ServiceOptions, answer: HttpAnswer) {
  const { status } = answer;
  const { code, message } = complaint(await textOf(answer).catch(() => ""));
  return {
    said: [`status ${status}`, shortened(code), shortened(message)].filter((part) => part !== "").join(", "),
    reason: reasonOf(status),
    expired: status === 401 || expired.includes(code),
    retryAfter: retryAfter(answer.header("retry-after"), Date.now()),
  };
}

function reasonOf(status: number): StoreReason {
  if (status === 401 || status === 403) return "denied";
  return mayPass(status) ? "failed" : "refused";
}

// The text comes from outside, and it is for a log line.
function shortened(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return plain.length <= 200 ? plain : `${plain.slice(0, 200)}...`;
}
