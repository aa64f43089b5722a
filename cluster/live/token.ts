import { ClusterError } from "../cluster.ts";
import type { Server } from "./http.ts";
import { systemTime, type Time } from "./time.ts";

// Kubelets renew a projected token long before it ends; client-go looks once a minute too.
const LIFETIME = 60_000;

/**
 * A header that is renewed every minute, and when the server has refused it. When a later renewal fails, the last header stays in
 * use.
 */
export function renewed(
  get: () => Promise<string | undefined>,
  time: Time = systemTime,
): NonNullable<Server["authorization"]> {
  let last: { readonly header: string | undefined; readonly at: number } | undefined;
  return async (renew) => {
    if (last !== undefined && !renew && time.now() - last.at < LIFETIME) return last.header;
    try {
      last = { header: await get(), at: time.now() };
    } catch (error) {
      if (last === undefined) throw error;
    }
    return last.header;
  };
}

/** The bearer token in a file, read anew as {@link renewed} says. */
export function fileToken(
  path: string,
  { time = systemTime, read = Deno.readTextFile }: { time?: Time; read?: (path: string) => Promise<string> } =
    {},
): NonNullable<Server["authorization"]> {
  return renewed(async () => {
    const token = (await read(path).catch((cause) => {
      throw new ClusterError(`Cannot read the token file "${path}"`, "Other", 0, { cause });
    })).trim();
    if (token === "") throw new ClusterError(`The token file "${path}" is empty`, "Other", 0);
    return `Bearer ${token}`;
  }, time);
}
