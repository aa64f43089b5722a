/**
 * Requests to one registry: where it is, who asks, redirects, and what went wrong in words (openshift 9.5 and 10.2).
 *
 * @module
 */

import { discard, type HttpAnswer, type HttpRequest } from "../http.ts";
import { ImageStoreError, type StoreReason } from "../store.ts";
import { type Asked, refusal } from "./answers.ts";
import type { Authorization } from "./authorization.ts";
import { sendFollowing } from "./redirects.ts";
import type { Connection } from "./trust.ts";

/** What a request is about. */
export interface Subject {
  readonly repo: string;
  readonly right: "pull" | "push";
  /** In words, such as `put blob sha256:…`. */
  readonly what: string;
  /** What a 404 means; default `refused`. */
  readonly absent?: StoreReason;
  /** A repository to mount from. */
  readonly fromRepo?: string;
}

/** What to send. */
export interface RegistryRequest extends Omit<HttpRequest, "url"> {
  /** Below the repository, such as `blobs/uploads/`, or an address that the registry has given. */
  readonly path: string | URL;
  /** The statuses of success. */
  readonly expect: readonly number[];
  /** The answer may take minutes. */
  readonly patient?: boolean;
}

/** A successful answer, with the address that was asked. */
export interface RegistryAnswer extends HttpAnswer {
  readonly url: string;
}

/** Sends requests to one registry. */
export interface Requests {
  /** @throws {ImageStoreError} for every status that is not expected. */
  send(subject: Subject, request: RegistryRequest): Promise<RegistryAnswer>;
  /** The subject in words, with the registry. */
  describe(subject: Subject): string;
}

/** What requests are made with. */
export interface RequestsOptions {
  readonly host: string;
  /** Whether plain HTTP may be spoken when TLS cannot be. */
  readonly plainHttp: boolean;
  readonly connection: Connection;
  readonly authorization: Authorization;
  /** Rights are OpenShift's, on `imagestreams/layers`. */
  readonly openShift: boolean;
}

/** Makes the requests to one registry. The first asks how the registry wants to be talked to. */
export function createRequests(options: RequestsOptions): Requests {
  const { host, authorization, openShift, connection } = options;
  const pushed = new Set<string>();
  let probing: Promise<string> | undefined;

  // Found once. An error is not kept, and does not end another call that waits.
  const base = async (signal: AbortSignal | undefined): Promise<string> => {
    while (true) {
      const own = probing === undefined;
      const current = probing ??= probe(signal);
      try {
        return await current;
      } catch (error) {
        if (probing === current) probing = undefined;
        if (own || signal?.aborted === true || error instanceof ImageStoreError) throw error;
      }
    }
  };

  async function probe(signal: AbortSignal | undefined): Promise<string> {
    const ask = async (scheme: string) => {
      const url = `${scheme}://${host}/v2/`;
      const answer = await sendFollowing(connection.send, host, { method: "GET", url, signal });
      if (answer.status === 401) authorization.challenged(answer.header("www-authenticate"));
      else if (answer.status !== 200) {
        const right = "the registry refuses every request";
        throw await refusal({ what: `${host}: ask for the registry`, absent: "refused", right }, answer);
      }
      await discard(answer);
      return url;
    };
    try {
      return await ask("https");
    } catch (error) {
      const unreachable = error instanceof ImageStoreError && error.reason === "unreachable";
      if (!options.plainHttp || !unreachable) throw error;
      return await ask("http");
    }
  }

  const scopesOf = ({ repo, right, fromRepo }: Subject): string[] => {
    if (right === "push") pushed.add(repo);
    // A repository that is written to is read with the same token.
    const actions = pushed.has(repo) ? "pull,push" : "pull";
    const more = fromRepo === undefined ? [] : [`repository:${fromRepo}:pull`];
    return [`repository:${repo}:${actions}`, ...more];
  };

  const describe = ({ repo, what }: Subject) => `${what} of ${host}/${repo}`;

  const askedOf = (subject: Subject): Asked => {
    const { repo, right, absent = "refused" } = subject;
    const verb = right === "push" ? "update" : "get";
    return {
      what: describe(subject),
      absent,
      right: openShift
        ? `grant Velero's service account "${verb}" on imagestreams/layers in namespace ${repo.split("/")[0]}`
        : `the credentials for ${host} do not allow to ${right}`,
    };
  };

  return {
    describe,
    async send(subject, { path, expect, patient = false, ...request }) {
      const { signal, body } = request;
      const root = await base(signal);
      const url = path instanceof URL ? path.href : `${root}${subject.repo}/${path}`;
      // An upload may go to another host, which the credentials are not for.
      const own = new URL(url).origin === new URL(root).origin;
      const client = patient ? connection.sendPatiently : connection.send;
      for (let renewed = false;; renewed = true) {
        const header = own ? await authorization.header(scopesOf(subject), signal) : undefined;
        const headers = { ...request.headers, ...(header === undefined ? {} : { authorization: header }) };
        const answer = await sendFollowing(client, describe(subject), { ...request, url, headers });
        if (expect.includes(answer.status)) return { ...answer, url };
        if (answer.status !== 401 || !own || renewed) throw await refusal(askedOf(subject), answer);
        authorization.challenged(answer.header("www-authenticate"));
        await discard(answer);
        // A stream has been sent; whoever has it begins anew.
        if (body !== undefined && !(body instanceof Uint8Array)) {
          throw new ImageStoreError(`${describe(subject)}: status 401`, "failed");
        }
      }
    },
  };
}
