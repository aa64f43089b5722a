/**
 * How a registry is told who asks: not at all, with a password, with OpenShift's token, or with a token of a token service
 * (openshift 10.2).
 *
 * @module
 */

import type { Time } from "../../cluster/live/time.ts";
import { type HttpClient, textOf } from "../http.ts";
import { ImageStoreError } from "../store.ts";
import { refusal } from "./answers.ts";
import { sendFollowing } from "./redirects.ts";

/** A name with a password. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Gives the login. `renew` after the registry refused the last one; `undefined` for anonymous. */
export type LoginSource = (renew: boolean) => Promise<Login | undefined>;

/** Makes Authorization headers. */
export interface Authorization {
  /** Takes the challenge of a 401; what is known of tokens is forgotten. */
  challenged(header: string | undefined): void;
  /**
   * The header for requests of these scopes, such as `repository:n/s:pull`; `undefined` for none.
   *
   * @throws {ImageStoreError} when the token service refuses.
   */
  header(scopes: readonly string[], signal: AbortSignal | undefined): Promise<string | undefined>;
}

/** What a registry wants. */
interface Challenge {
  readonly scheme: "basic" | "bearer";
  readonly realm: string;
  readonly service: string | undefined;
}

interface Token {
  readonly header: Promise<string>;
  /** Of the call that asked for it. */
  readonly signal: AbortSignal | undefined;
  until: number;
}

// In seconds, as token services mean it when they say nothing.
const DEFAULT_LIFETIME = 60;

/** Makes the authorization at one registry, which begins without one. */
export function createAuthorization(
  { host, login, send, time }: { host: string; login: LoginSource; send: HttpClient; time: Time },
): Authorization {
  let challenge: Challenge | undefined;
  let renew = false;
  const tokens = new Map<string, Token>();

  const currentLogin = async () => {
    const wanted = renew;
    renew = false;
    return await login(wanted);
  };

  async function exchange(
    { realm, service }: Challenge,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
    lives: (seconds: number) => void,
  ): Promise<string> {
    const known = await currentLogin();
    // OpenShift's token service gives back the token that it is given, and the registry takes it as it is.
    if (known !== undefined && new URL(realm).pathname.endsWith("/openshift/token")) {
      lives(DEFAULT_LIFETIME);
      return `Bearer ${known.password}`;
    }
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    const what = `${host}: token of ${url.host}`;
    const headers: Record<string, string> = known === undefined ? {} : { authorization: basic(known) };
    const answer = await sendFollowing(send, what, { method: "GET", url: url.href, headers, signal });
    if (answer.status !== 200) {
      throw await refusal({ what, absent: "refused", right: "the credentials are not accepted" }, answer);
    }
    const body = parseObject(await textOf(answer));
    const token = body.token ?? body.access_token;
    if (typeof token !== "string" || token === "") {
      throw new ImageStoreError(`${what}: the answer has no token`, "refused");
    }
    lives(typeof body.expires_in === "number" ? body.expires_in : DEFAULT_LIFETIME);
    return `Bearer ${token}`;
  }

  function begin(
    wanted: Challenge,
    key: string,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Token {
    const began = time.now();
    const entry: Token = {
      until: Infinity,
      signal,
      header: exchange(wanted, scopes, signal, (seconds) => {
        // A token is used for four fifths of its time.
        entry.until = began + seconds * 800;
      }),
    };
    tokens.set(key, entry);
    return entry;
  }

  return {
    challenged(header) {
      challenge = parseChallenge(header) ?? challenge;
      renew = true;
      tokens.clear();
    },
    async header(scopes, signal) {
      if (challenge === undefined) return undefined;
      if (challenge.scheme === "basic") {
        const known = await currentLogin();
        return known === undefined ? undefined : basic(known);
      }
      const key = scopes.join(" ");
      while (true) {
        const known = tokens.get(key);
        const fresh = known !== undefined && known.until > time.now();
        const entry = fresh ? known : begin(challenge, key, scopes, signal);
        try {
          return await entry.header;
        } catch (error) {
          if (tokens.get(key) === entry) tokens.delete(key);
          // The call that had begun to ask is over; this one is not.
          const othersEnd = fresh && entry.signal?.aborted === true && signal?.aborted !== true;
          if (!othersEnd) throw error;
        }
      }
    },
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function basic({ username, password }: Login): string {
  return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
}

/** The challenge of a `WWW-Authenticate` header; of several, a token service comes first. */
function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined) return undefined;
  const bearer = /(?:^|,)\s*bearer\s+(.*)/i.exec(header)?.[1];
  const realm = bearer === undefined ? undefined : parameter(bearer, "realm");
  if (bearer !== undefined && realm !== undefined && /^https?:/.test(realm) && URL.canParse(realm)) {
    return { scheme: "bearer", realm, service: parameter(bearer, "service") };
  }
  return /(?:^|,)\s*basic\b/i.test(header) ? { scheme: "basic", realm: "", service: undefined } : undefined;
}

function parameter(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|[,\\s])${name}="([^"]*)"`, "i").exec(text)?.[1];
}
