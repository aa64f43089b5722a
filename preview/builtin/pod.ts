import type { BackupItemAction, ItemBlockAction, RestoreItemAction } from "../../actions/action.ts";
import type { JsonValue } from "../../objects/json.ts";
import { objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { deleteElements } from "./delete_keys.ts";
import { claimItemsOf, priorityClassOf } from "./related_items.ts";

const PODS = { includedResources: ["pods"] };

/** Asks for the claims and the priority class of a pod. */
export const backupPod: BackupItemAction = {
  kind: "BackupItemAction",
  name: "velero.io/pod",
  appliesTo: PODS,
  execute: ({ item }) => ({ additionalItems: [...priorityClassOf(item), ...claimItemsOf(item)] }),
};

/** Relates a pod to its claims and its priority class. */
export const relatePod: ItemBlockAction = {
  kind: "ItemBlockAction",
  name: "velero.io/pod",
  appliesTo: PODS,
  relatedItems: ({ item }) => [...priorityClassOf(item), ...claimItemsOf(item)],
};

/** Asks for the claims of a pod. */
export const addClaimsOfPod: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/add-pvc-from-pod",
  appliesTo: PODS,
  execute: ({ item }) => ({ additionalItems: claimItemsOf(item) }),
};

/** Takes the node, the number of the priority and the generated token volumes off a pod, and asks for its priority class. */
export const restorePod: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/pod",
  appliesTo: PODS,
  execute({ item }) {
    const spec = objectAt(item, "spec");
    delete spec?.nodeName;
    delete spec?.priority;
    const prefix = `${stringAt(spec, "serviceAccountName") ?? ""}-token-`;
    const isToken = (entry: JsonValue) => stringAt(entry, "name")?.startsWith(prefix) === true;
    deleteElements(spec, "volumes", isToken);
    for (const container of [...objectsAt(spec, "containers"), ...objectsAt(spec, "initContainers")]) {
      deleteElements(container, "volumeMounts", isToken);
    }
    return { item, additionalItems: priorityClassOf(item) };
  },
};
