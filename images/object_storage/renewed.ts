import { systemTime, type Time } from "../../cluster/live/time.ts";

/** A credential, and until when it is good. */
export interface Credential<T> {
  readonly value: T;
  /** Milliseconds from now on; absent: until the service refuses it. */
  readonly lifetime?: number;
}

/** Why a service that hands out credentials answered with another status than success: it may do so later, or it refuses. */
export function credentialReason(status: number): "failed" | "denied" {
  return status >= 500 || status === 429 ? "failed" : "denied";
}

// A service may refuse several requests at once; only the first of them is a reason to get another credential.
const YOUNG = 5_000;
// Not at the last moment: a request takes time, and clocks differ.
const EARLY = 300_000;

/**
 * A credential that is got when it is first needed, before it ends, and when a service has refused it. Requests at the same time get it
 * together; a failure is not remembered.
 */
export function renewed<T>(
  get: () => Promise<Credential<T>>,
  time: Time = systemTime,
): (renew: boolean) => Promise<T> {
  let last: { readonly value: Promise<T>; since: number; until: number } | undefined;
  return (renew) => {
    const now = time.now();
    if (last !== undefined && now < last.until && !(renew && now - last.since > YOUNG)) return last.value;
    const got = get();
    const entry = { value: got.then(({ value }) => value), since: Infinity, until: Infinity };
    last = entry;
    got.then(({ lifetime = Infinity }) => {
      entry.since = time.now();
      entry.until = entry.since + Math.max(lifetime - EARLY, lifetime / 2);
    }, () => {
      if (last === entry) last = undefined;
    });
    return entry.value;
  };
}
