import type { Random, RestoreItemAction } from "../../actions/action.ts";
import { targetNamespace } from "../../actions/lib/namespace_mapping.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, arrayAt, ensureObject, namespaceOf, objectsAt, stringAt } from "../../objects/object.ts";
import { commandOf, hooksFor } from "./hooks.ts";
import { invalid } from "./invalid.ts";

const HOOK = "init.hook.restore.velero.io";

/** The init container in which data of volumes arrives; it stays the first. */
export const WAIT_CONTAINER = "restore-wait";

/** Puts the init containers of hooks into a pod: of its annotations, else of the Restore. */
export const addInitHooks: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/init-restore-hook",
  appliesTo: { includedResources: ["pods"] },
  execute({ item, restore }, { random }) {
    const image = annotation(item, `${HOOK}/container-image`);
    const added = image
      ? [ownContainer(item, image, random)]
      : hooksFor(item, targetNamespace(restore, namespaceOf(item)), restore).flatMap(containersOf);
    if (added.length === 0) return;
    const containers = arrayAt(item, "spec", "initContainers");
    const waiting = stringAt(containers[0], "name") === WAIT_CONTAINER ? 1 : 0;
    ensureObject(item, "spec").initContainers = containers.toSpliced(waiting, 0, ...added);
    return { item };
  },
};

function ownContainer(pod: JsonObject, image: string, random: Random): JsonObject {
  const command = annotation(pod, `${HOOK}/command`);
  if (!command) {
    throw invalid(
      `annotation ${HOOK}/container-image is set without ${HOOK}/command, for which Velero 1.18 fails the pod`,
      "add the command",
    );
  }
  const name = annotation(pod, `${HOOK}/container-name`) ||
    `velero-restore-init-${random.uuid().split("-")[0]}`;
  return { name, image, command: commandOf(command), resources: {} };
}

function containersOf(entry: JsonObject): JsonObject[] {
  return objectsAt(entry, "postHooks").flatMap((hook) => objectsAt(hook, "init", "initContainers")).map(
    (container) => {
      const complete = stringAt(container, "name") !== undefined &&
        stringAt(container, "image") !== undefined && arrayAt(container, "command").length > 0;
      if (complete) return { resources: {}, ...container };
      throw invalid(
        "an init container of the Restore's hooks lacks its name, image or command",
        "complete spec.hooks of the Restore",
      );
    },
  );
}
