import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { nameOf, objectAt, stringAt } from "../../objects/object.ts";
import type { RestoreItemAction } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";
import type { Settings } from "./settings.ts";

/** Takes the pull secrets that the old cluster generated off a service account (openshift A6, openshift IMP-26). */
export const restoreServiceAccount: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/02-serviceaccount-restore-plugin",
  appliesTo: { includedResources: ["serviceaccounts"] },
  execute({ item }, { settings, log }) {
    const prefix = `${nameOf(item)}-dockercfg-`;
    const removed = [
      ...removeReferences(item, "secrets", prefix),
      ...removeReferences(item, "imagePullSecrets", prefix),
      ...(settings["service-account.strip-pull-secret-ref"] ? removeReferenceOfOldCluster(item) : []),
    ];
    if (removed.length === 0) return;
    log.info(`removed generated pull secrets: ${removed.join(", ")}`);
    return { item };
  },
};

function removeReferences(account: JsonObject, field: string, prefix: string): string[] {
  const list = account[field];
  if (!Array.isArray(list)) return [];
  const generated = (entry: JsonValue) =>
    isObject(entry) && (stringAt(entry, "name") ?? "").startsWith(prefix);
  const kept = list.filter((entry) => !generated(entry));
  if (kept.length === list.length) return [];
  if (kept.length > 0) account[field] = kept;
  else delete account[field];
  return list.filter(generated).map((entry) => `${stringAt(entry, "name")} in ${field}`);
}

function removeReferenceOfOldCluster(account: JsonObject): string[] {
  const key = ANNOTATIONS.pullSecretRef;
  const annotations = objectAt(account, "metadata", "annotations") ?? {};
  if (!Object.hasOwn(annotations, key)) return [];
  delete annotations[key];
  return [`annotation ${key}`];
}
