/**
 * From a function on messages to a handler of grpc-js: no exception leaves it, sync or async (protocol 3.2).
 *
 * @module
 */

import type { handleUnaryCall, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { DeepPartial } from "./gen/velero.ts";
import type { Method } from "./services.ts";
import { statusOf } from "./status.ts";

/** The functions behind the unary methods of a service. The second argument is the host's user agent. */
export type Handlers<D> = {
  readonly [K in keyof D]: D[K] extends Method<infer I, infer O>
    ? (request: I, userAgent: string) => DeepPartial<O> | Promise<DeepPartial<O>>
    : never;
};

/** Makes the implementation of a service whose methods are all unary. `seen` gets the user agent of every call. */
export function unaryService<D>(
  handlers: Handlers<D>,
  seen: (userAgent: string) => void,
): UntypedServiceImplementation {
  const entries = Object.entries(handlers as Record<string, Unary>);
  return Object.fromEntries(entries.map(([name, handler]) => [name, unary(handler, seen)]));
}

type Unary = (request: unknown, userAgent: string) => unknown;

function unary(handler: Unary, seen: (userAgent: string) => void): handleUnaryCall<unknown, unknown> {
  return async (call, callback) => {
    let answer;
    try {
      const agent = userAgentOf(call);
      seen(agent);
      answer = await handler(call.request, agent);
    } catch (error) {
      callback(statusOf(error));
      return;
    }
    callback(null, answer);
  };
}

function userAgentOf(call: ServerUnaryCall<unknown, unknown>): string {
  return String(call.metadata.get("user-agent")[0] ?? "");
}
