import type { Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { OBJECT_STORES, REQUEST_LIMIT_MS } from "./constants.ts";

/** The result of reading an ObjectStore: the object, or that it does not exist (`missing`), or why it could not be read. */
export type ObjectStore =
  | { readonly name: string; readonly object: JsonObject }
  | { readonly name: string; readonly missing: true }
  | { readonly name: string; readonly failure: string };

/** Reads an ObjectStore of the barman-cloud plugin. Only the end of the call is thrown. */
export async function readObjectStore(
  namespace: string,
  name: string,
  context: Pick<Context, "cluster" | "clock" | "signal">,
): Promise<ObjectStore> {
  try {
    const signal = context.clock.timeout(REQUEST_LIMIT_MS);
    const object = await context.cluster.get(OBJECT_STORES, namespace, name, { signal });
    return object === undefined ? { name, missing: true } : { name, object };
  } catch (error) {
    return { name, failure: requestFailure(error, context, REQUEST_LIMIT_MS) };
  }
}
