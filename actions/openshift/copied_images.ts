/**
 * Which images a restore has copied: the tags that their pushes make are not restored as well (openshift IMP-44).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";

function copiedIn(restore: JsonObject | undefined, { state }: Pick<Context, "state">): Set<string> {
  const uid = stringAt(restore, "metadata", "uid") ?? nameOf(restore ?? {});
  return state(`openshift copied images ${uid}`, () => new Set<string>());
}

const keyOf = (namespace: string, stream: string, digest: string) => `${namespace}/${stream}@${digest}`;

/** Notes images of a stream, which has the namespace of the backup. */
export function noteCopied(
  stream: JsonObject,
  digests: readonly string[],
  restore: JsonObject | undefined,
  context: Context,
): void {
  const copied = copiedIn(restore, context);
  for (const digest of digests) copied.add(keyOf(namespaceOf(stream), nameOf(stream), digest));
}

/** True when the image of an ImageStreamTag was copied with its stream, which comes before its tags. */
export function wasCopied(
  tag: JsonObject,
  digest: string,
  restore: JsonObject | undefined,
  context: Context,
): boolean {
  const stream = nameOf(tag).replace(/:.*/, "");
  return copiedIn(restore, context).has(keyOf(namespaceOf(tag), stream, digest));
}
