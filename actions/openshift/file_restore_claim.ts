import type { JsonObject } from "../../objects/json.ts";
import { annotation, stringAt } from "../../objects/object.ts";
import type { Context, Random, RestoreItemAction, RestoreRequest, RestoreResult } from "../action.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { Refusal } from "../lib/refusal.ts";
import { RESTORE_ANNOTATIONS } from "./constants.ts";
import { VOLUME_CLAIMS } from "./kinds.ts";
import type { Settings } from "./settings.ts";
import { validName } from "./valid_name.ts";
import { writable } from "./writable.ts";
import { required } from "./required.ts";

const PREFIX = "oadp.openshift.io/vmfr-";

/** Restores a claim beside the one in use, so that files of a VM can be taken from it (openshift A12). */
export const restoreFileRestoreClaim: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/04-vmfr-pvc-restore-plugin",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },
  execute,
};

async function execute(
  { item, restore }: RestoreRequest,
  { cluster, random, log }: Context<Settings>,
): Promise<RestoreResult | void> {
  if (annotation(restore, RESTORE_ANNOTATIONS.fileRestore) !== "true") return;
  const name = required(item, "metadata", "name");
  const backup = backupOf(restore);
  const namespace = targetNamespace(restore, required(item, "metadata", "namespace"));
  const there = await cluster.get(VOLUME_CLAIMS, namespace, name, { metadataOnly: true });
  const metadata = writable(item, "metadata");
  if (there !== undefined) {
    metadata.name = nameBeside(backup, random);
    log.info(`restored as ${metadata.name}, beside the claim that has the name`);
  }
  Object.assign(writable(item, "metadata", "annotations"), {
    [`${PREFIX}backup`]: backup,
    [`${PREFIX}original-name`]: name,
  });
  Object.assign(writable(item, "metadata", "labels"), {
    [`${PREFIX}backup`]: await validName(backup),
    [`${PREFIX}primary`]: String(there === undefined),
  });
  log.info("labelled for the restore of single files");
  return { item };
}

function backupOf(restore: JsonObject | undefined): string {
  const name = stringAt(restore, "spec", "backupName");
  if (name !== undefined) return name;
  throw new Refusal("the Restore names no Backup", {
    rule: "openshift A12",
    remedy: "set spec.backupName of the Restore",
    reason: "invalid_item",
  });
}

/**
 * A name for a claim that cannot keep its own: the beginning of the Backup's name and ten random characters, at most the 253
 * characters of a name.
 */
export function nameBeside(backup: string, random: Random): string {
  // A cut may leave a dash or dot, after which no name may go on with a dash.
  const front = backup.slice(0, 242).replace(/[^a-z0-9]+$/, "");
  // The first ten digits of a UUID are all random.
  return `${front}-${random.uuid().replaceAll("-", "").slice(0, 10)}`;
}
