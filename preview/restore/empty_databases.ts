/**
 * Databases that come back without their data. Velero and the operator are content with them, so nobody else would say it.
 *
 * @module
 */

import type { Cluster } from "../../cluster/cluster.ts";
import { absentWhenNotServed } from "../../cluster/cluster.ts";
import { isObject } from "../../objects/json.ts";
import { at, stringAt } from "../../objects/object.ts";
import { type Archive, itemKey } from "../archive/archive.ts";
import type { ItemReport, Note } from "../report/report.ts";
import { groupResource } from "../run/resources.ts";
import { decodeItem } from "../run/step.ts";

const CLUSTERS = { group: "postgresql.cnpg.io", version: "v1", resource: "clusters" };
const OWNER = "cnpg.io/cluster";

/** A note for each CloudNativePG Cluster that would be created, fills itself from nowhere, and gets none of its volumes back. */
export async function emptyDatabases(
  reports: readonly ItemReport[],
  archive: Archive,
  cluster: Cluster,
): Promise<Note[]> {
  const created = reports.filter(({ item, outcome }) =>
    outcome === "created" && groupResource(item) === groupResource(CLUSTERS)
  );
  if (created.length === 0) return [];
  const filled = new Set(reports.flatMap((report) => ownerOf(report, archive)));
  const notes: Note[] = [];
  for (const { item, target = item.namespace } of created) {
    if (filled.has(`${item.namespace}/${item.name}`)) continue;
    const restored = await absentWhenNotServed(cluster.get(CLUSTERS, target, item.name));
    const bootstrap = at(restored, "spec", "bootstrap");
    const fills = ["recovery", "pg_basebackup"].some((way) => isObject(at(bootstrap, way))) ||
      isObject(at(bootstrap, "initdb", "import"));
    if (restored === undefined || fills) continue;
    const text =
      "it would begin as an empty database: spec.bootstrap takes its content from nowhere, and none of " +
      "its volumes is restored";
    notes.push({ item, text });
  }
  return notes;
}

/** `namespace/name` of the Cluster whose volume comes back, or is there. */
function ownerOf({ item, outcome }: ItemReport, archive: Archive): string[] {
  if (groupResource(item) !== "persistentvolumeclaims" || outcome === "skipped" || outcome === "failed") {
    return [];
  }
  const stored = archive.get(itemKey(item));
  const owner = stored && stringAt(decodeItem(stored.bytes), "metadata", "labels", OWNER);
  return owner === undefined ? [] : [`${item.namespace}/${owner}`];
}
