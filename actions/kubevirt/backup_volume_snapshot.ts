import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { BackupItemAction, Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { remember } from "../lib/remember.ts";
import { requireBackup } from "./backup_run.ts";
import { textAt } from "./graph/fields.ts";
import { READ } from "./lookups.ts";
import type { KubevirtSettings } from "./settings.ts";
import { KEPT_UID, selectsByUid, setUidLabel } from "./uid_label.ts";
import { LIST_AGE_MS } from "./list_age.ts";

const RULE = "kubevirt 5.5";
/** Labels a VolumeSnapshot with the UID of its PVC, so that a restore that selects the PVC finds it (kubevirt 5.5). */
export const backupVolumeSnapshot: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-volumesnapshot-action",
  appliesTo: { includedResources: ["volumesnapshots.snapshot.storage.k8s.io"] },

  async execute({ item, backup }, context) {
    const run = requireBackup(backup, RULE);
    const claim = textAt({ value: item, where: "" }, "spec.source.persistentVolumeClaimName");
    if (claim === "" || !await selectsByUid(context)) return;
    const uid = await uidOfClaim(namespaceOf(item), claim, run, context);
    if (uid === undefined) context.log.debug(`PVC ${claim} does not exist any more, so its UID is not known`);
    if (uid === undefined || uid === "") return;
    return setUidLabel(item, uid, KEPT_UID.VolumeSnapshot) ? { item } : {};
  },
};

/** The UID of a PVC, empty when it has none; `undefined` for a PVC that is not there. The PVCs of a namespace are read together. */
async function uidOfClaim(
  namespace: string,
  name: string,
  backup: JsonObject,
  context: Context,
): Promise<string | undefined> {
  let mine = false;
  const load = () => {
    mine = true;
    return listUids(namespace, context);
  };
  try {
    const key = `kubevirt claims ${namespace}`;
    const uids = await remember(context, { key, run: backup, maxAge: LIST_AGE_MS }, load);
    const known = uids.get(name);
    if (known !== undefined || mine) return known;
    // It may be younger than the list.
    const claim = await context.cluster.get(READ.claims, namespace, name, { metadataOnly: true });
    return claim && (stringAt(claim, "metadata", "uid") ?? "");
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== "NoCluster") throw error;
    throw new Refusal(`Kubernetes client not available: ${error.message}`, {
      rule: RULE,
      remedy: "run Velero in the cluster, or give it a kubeconfig",
      reason: "lookup_failed",
      cause: error,
    });
  }
}

async function listUids(namespace: string, { cluster }: Context): Promise<ReadonlyMap<string, string>> {
  const uids = new Map<string, string>();
  for await (const claim of cluster.list(READ.claims, { namespace, metadataOnly: true })) {
    uids.set(nameOf(claim), stringAt(claim, "metadata", "uid") ?? "");
  }
  return uids;
}
