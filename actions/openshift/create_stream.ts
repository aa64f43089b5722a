import { ClusterError } from "../../cluster/cluster.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { nameOf, objectAt, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";
import { IMAGE_STREAMS } from "./kinds.ts";
import type { Settings } from "./settings.ts";
import { required } from "./required.ts";
import { validName } from "./valid_name.ts";

const { backupServerVersion, restoreServerVersion, backupRegistry, restoreRegistry } = ANNOTATIONS;
const OWN: readonly string[] = [
  backupServerVersion,
  restoreServerVersion,
  backupRegistry,
  restoreRegistry,
  ANNOTATIONS.migrationRegistry,
  ANNOTATIONS.imageDigests,
];

/**
 * Creates the ImageStream into which images are pushed, without tags: the push would make one without labels, annotations and lookup policy.
 * One that exists stays as it is (openshift IMP-48).
 */
export async function createStream(
  item: JsonObject,
  { namespace, restore }: { namespace: string; restore: JsonObject | undefined },
  { cluster }: Context<Settings>,
): Promise<void> {
  const name = required(item, "metadata", "name");
  if (await cluster.get(IMAGE_STREAMS, namespace, name, { metadataOnly: true }) !== undefined) return;
  const lookupPolicy = objectAt(item, "spec", "lookupPolicy");
  const annotations = Object.entries(objectAt(item, "metadata", "annotations") ?? {})
    .filter(([key]) => !OWN.includes(key));
  const labels = {
    ...objectAt(item, "metadata", "labels"),
    "velero.io/backup-name": await validName(stringAt(restore, "spec", "backupName") ?? ""),
    "velero.io/restore-name": await validName(nameOf(restore ?? {})),
  };
  try {
    await cluster.create(IMAGE_STREAMS, {
      apiVersion: "image.openshift.io/v1",
      kind: "ImageStream",
      metadata: {
        name,
        namespace,
        labels,
        ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
      },
      ...(isObject(lookupPolicy) ? { spec: { lookupPolicy } } : {}),
    });
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof ClusterError) || error.reason !== "AlreadyExists") throw error;
  }
}
