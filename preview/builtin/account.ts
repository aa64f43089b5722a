import type { BackupItemAction, ItemBlockAction, RestoreItemAction } from "../../actions/action.ts";
import { arrayAt, nameOf, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { deleteKeys } from "./delete_keys.ts";
import { bindingsOf } from "./related_items.ts";

const ACCOUNTS = { includedResources: ["serviceaccounts"] };

/** Asks for the cluster-wide rights of a service account. */
export const backupAccount: BackupItemAction = {
  kind: "BackupItemAction",
  name: "velero.io/service-account",
  appliesTo: ACCOUNTS,
  execute: async ({ item, backup }, context) => ({
    additionalItems: await bindingsOf(item, backup, context),
  }),
};

/** Relates a service account to its cluster-wide rights. */
export const relateAccount: ItemBlockAction = {
  kind: "ItemBlockAction",
  name: "velero.io/service-account",
  appliesTo: ACCOUNTS,
  relatedItems: ({ item, backup }, context) => bindingsOf(item, backup, context),
};

/** Takes the generated token off a service account: the last one in its list, and only that. */
export const restoreAccount: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/service-account",
  appliesTo: ACCOUNTS,
  execute({ item }) {
    const secrets = arrayAt(item, "secrets");
    const prefix = `${nameOf(item)}-token-`;
    const last = secrets.findLastIndex((secret) => stringAt(secret, "name")?.startsWith(prefix));
    if (last < 0) return;
    const kept = secrets.toSpliced(last, 1);
    if (kept.length > 0) item.secrets = kept;
    else delete item.secrets;
    return { item };
  },
};

const ACCOUNT_KIND = { group: "", version: "v1", resource: "serviceaccounts" };

/**
 * Leaves out the token of a service account that the cluster made by itself, and empties one that the user made, so that the
 * cluster fills it in. Which is which is told by the accounts that the target has in the namespace of the backup.
 */
export const restoreSecret: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/secret",
  appliesTo: { includedResources: ["secrets"] },
  async execute({ item }, { cluster }) {
    if (item.type !== "kubernetes.io/service-account-token") return;
    for await (const account of cluster.list(ACCOUNT_KIND, { namespace: namespaceOf(item) })) {
      if (nameOf(item).startsWith(`${nameOf(account)}-token-`)) return { skipRestore: true };
    }
    deleteKeys(
      objectAt(item, "metadata"),
      "annotations",
      (key) => key === "kubernetes.io/service-account.uid",
    );
    deleteKeys(item, "data", (key) => key === "token" || key === "ca.crt");
    return { item };
  },
};
