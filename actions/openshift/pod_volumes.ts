import { isObject, type JsonObject } from "../../objects/json.ts";
import { annotation, objectsAt } from "../../objects/object.ts";
import { ANNOTATIONS } from "./constants.ts";

// What is in these comes from elsewhere.
const NOT_COUNTED = ["hostPath", "secret", "configMap", "projected", "downwardAPI"];

/**
 * True when a pod has a volume with data of its own (openshift 5.9). It counts also when the pod keeps it out of file system
 * backups, and an `emptyDir` counts.
 */
export function podHasVolumes(pod: JsonObject): boolean {
  const optedOut = (annotation(pod, ANNOTATIONS.backupVolumesExcludes) ?? "").split(",");
  return objectsAt(pod, "spec", "volumes").some((volume) => {
    if (NOT_COUNTED.some((source) => isObject(volume[source]))) return false;
    const name = typeof volume.name === "string" ? volume.name : "";
    return optedOut.includes(name) || !name.startsWith("default-token");
  });
}
