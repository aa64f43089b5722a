import { isObject, type JsonObject } from "../../objects/json.ts";
import { annotation, label, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { ANNOTATIONS, LABELS, RESTORE_ANNOTATIONS } from "./constants.ts";

// What would run the program that is not there any more.
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

/**
 * Makes a pod that a migration only needs for the data of its claims sleep (openshift 7.3). Volumes without a claim go, and with
 * them everything that would use them (openshift IMP-37).
 */
export function becomeStagePod(item: JsonObject, restore: JsonObject | undefined): void {
  const image = annotation(restore, RESTORE_ANNOTATIONS.stagePodImage) ?? "";
  const podSpec = objectAt(item, "spec");
  if (podSpec === undefined || image === "" || (label(item, LABELS.stageBackup) ?? "") === "") return;
  const excluded = (annotation(item, ANNOTATIONS.excludeClaims) ?? "").split(",").map((name) => name.trim());
  const kept = objectsAt(podSpec, "volumes").filter((volume) =>
    isObject(volume.persistentVolumeClaim) && !excluded.includes(stringAt(volume, "name") ?? "")
  );
  if (Array.isArray(podSpec.volumes)) podSpec.volumes = kept;
  const names = new Set(kept.map(({ name }) => name));
  const containers = objectsAt(podSpec, "containers");
  for (const container of [...containers, ...objectsAt(podSpec, "initContainers")]) {
    for (const uses of ["volumeMounts", "volumeDevices"]) {
      if (!Array.isArray(container[uses])) continue;
      container[uses] = objectsAt(container, uses).filter(({ name }) => names.has(name));
    }
  }
  for (const container of containers) {
    Object.assign(container, { image, command: ["sleep"], args: ["infinity"] });
    for (const probe of PROBES) delete container[probe];
  }
}
