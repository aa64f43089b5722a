import { isObject, type JsonObject } from "../../objects/json.ts";
import { nameOf, objectAt } from "../../objects/object.ts";

/** The Backup that Velero makes of a Schedule: its template, with the labels of the template or else its own, and its annotations. */
export function backupOfSchedule(schedule: JsonObject): JsonObject {
  const { metadata: templateMetadata, ...spec } = objectAt(schedule, "spec", "template") ?? {};
  const own = objectAt(schedule, "metadata", "labels");
  const labels = isObject(templateMetadata) ? objectAt(templateMetadata, "labels") ?? own : own;
  const annotations = objectAt(schedule, "metadata", "annotations");
  return structuredClone({
    apiVersion: "velero.io/v1",
    kind: "Backup",
    metadata: {
      labels: { ...labels, "velero.io/schedule-name": nameOf(schedule) },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec,
  });
}
