/**
 * Restore actions whose only question is whether an object is restored at all (openshift A16, A31, A37, A40, A41).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, nameOf, objectAt, stringAt } from "../../objects/object.ts";
import type { RestoreItemAction } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";
import type { Settings } from "./settings.ts";

interface Skip {
  readonly name: string;
  readonly resources: readonly string[];
  /** Why the object is left out, for the log; `undefined` when it is restored. */
  why(item: JsonObject, settings: Settings): string | undefined;
}

const SKIPS: readonly Skip[] = [
  {
    name: "06-build-restore-plugin",
    resources: ["builds"],
    why: () => "BuildConfigs make their builds themselves",
  },
  {
    name: "18-secret-restore-plugin",
    resources: ["secrets"],
    why: (item, settings) => servingCertificate(item) ?? generatedPullSecret(item, settings),
  },
  {
    name: "23-imagetag-restore-plugin",
    resources: ["imagetags"],
    why: () => "it is a view of an ImageStream's tag",
  },
  {
    name: "25-configmap-restore-plugin",
    resources: ["configmaps"],
    why: (item) =>
      GO_TRUE.has(annotation(item, ANNOTATIONS.skipBuildConfigMap) ?? "")
        ? "it belongs to a build, which makes its own"
        : undefined,
  },
  {
    name: "26-nonadmin-restore-plugin",
    resources: [
      "nonadminbackups.oadp.openshift.io",
      "nonadminrestores.oadp.openshift.io",
      "nonadminbackupstoragelocations.oadp.openshift.io",
    ],
    why: (item) =>
      stringAt(item, "apiVersion")?.startsWith("oadp.openshift.io/") && NON_ADMIN.has(item.kind)
        ? "backups and restores of users are not part of a restore"
        : undefined,
  },
];

/** The actions of the table. A skipped object comes back as it was sent. */
export const skips: readonly RestoreItemAction<Settings>[] = SKIPS.map(({ name, resources, why }) => ({
  kind: "RestoreItemAction",
  name: `openshift.io/${name}`,
  appliesTo: { includedResources: resources },
  execute({ item }, { settings, log }) {
    const reason = why(item, settings);
    if (reason === undefined) return;
    log.info(`not restored: ${reason}`);
    return { skipRestore: true };
  },
}));

/** What Go's `strconv.ParseBool` takes for true. */
const GO_TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "TRUE", "true", "True"]);

const NON_ADMIN: ReadonlySet<unknown> = new Set([
  "NonAdminBackup",
  "NonAdminRestore",
  "NonAdminBackupStorageLocation",
]);

// openshift IMP-29: the newer name of the annotation counts as well. The key alone decides, whatever its value.
function servingCertificate(secret: JsonObject): string | undefined {
  const annotations = objectAt(secret, "metadata", "annotations") ?? {};
  const { originatingService, originatingServiceBeta } = ANNOTATIONS;
  return [originatingService, originatingServiceBeta].some((key) => Object.hasOwn(annotations, key))
    ? "OpenShift issues a new serving certificate for the Service"
    : undefined;
}

// openshift IMP-30: restored, it would log in to the registry of the old cluster.
function generatedPullSecret(secret: JsonObject, settings: Settings): string | undefined {
  if (!settings["secret.skip-generated-dockercfg"] || secret.type !== "kubernetes.io/dockercfg") return;
  const { tokenServiceAccount, serviceAccountName } = ANNOTATIONS;
  const accounts = [tokenServiceAccount, serviceAccountName].map((key) => annotation(secret, key) ?? "");
  return accounts.some((account) => account !== "" && nameOf(secret).startsWith(`${account}-dockercfg-`))
    ? "OpenShift generates a new pull secret for the ServiceAccount"
    : undefined;
}
