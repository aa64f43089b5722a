import type { Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import type { Archive } from "../archive/archive.ts";
import { isForbidden } from "../run/forbidden.ts";
import { decodeItem } from "../run/step.ts";
import { unreadable } from "./create.ts";

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };

/**
 * Makes the target of a namespace, with what the backup has of the original. No action sees it. False when there is one; a text when
 * this account may not read that.
 */
export async function makeNamespace(
  cluster: Cluster,
  archive: Archive,
  original: string,
  name: string,
): Promise<boolean | string> {
  try {
    if (await cluster.get(NAMESPACES, "", name) !== undefined) return false;
  } catch (error) {
    if (isForbidden(error)) return unreadable(NAMESPACES, error);
    throw error;
  }
  const stored = archive.get(`namespaces//${original}`);
  const namespace = stored === undefined ? undefined : decodeItem(stored.bytes);
  const from = objectAt(namespace, "metadata");
  const spec = objectAt(namespace, "spec");
  // The API server sets this label to the namespace's own name.
  const { "kubernetes.io/metadata.name": _, ...labels } = objectAt(from, "labels") ?? {};
  const annotations = objectAt(from, "annotations") ?? {};
  const given = (map: JsonObject, key: string) => Object.keys(map).length === 0 ? {} : { [key]: map };
  await cluster.create(NAMESPACES, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, ...given(labels as JsonObject, "labels"), ...given(annotations, "annotations") },
    ...(spec === undefined ? {} : { spec }),
  });
  return true;
}
