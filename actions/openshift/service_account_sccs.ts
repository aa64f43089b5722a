/**
 * The SecurityContextConstraints that admit the pods of a service account go into its backup (openshift A4, A5).
 *
 * @module
 */

import { absentWhenNotServed } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, nameOf, namespaceOf } from "../../objects/object.ts";
import type {
  BackupItemAction,
  BackupRequest,
  Context,
  ItemBlockAction,
  ResourceIdentifier,
} from "../action.ts";
import { SCCS, SERVICE_ACCOUNTS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";
import type { Settings } from "./settings.ts";

/** Backs up the SCCs of a service account with it (openshift A4). */
export const backupServiceAccount: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/02-serviceaccount-backup-plugin",
  appliesTo: { includedResources: ["serviceaccounts"] },
  execute: async (request, context) => ({ additionalItems: await sccsOf(request, context) }),
};

/** Puts the SCCs of a service account into its item block (openshift A5). */
export const relateServiceAccount: ItemBlockAction<Settings> = {
  kind: "ItemBlockAction",
  name: "openshift.io/02-serviceaccount-iba-plugin",
  appliesTo: { includedResources: ["serviceaccounts"] },
  relatedItems: sccsOf,
};

async function sccsOf(
  { item, backup }: BackupRequest,
  context: Context<Settings>,
): Promise<ResourceIdentifier[]> {
  const namespace = namespaceOf(item);
  const index = await remember(context, { key: "openshift sccs", run: backup }, () => readIndex(context));
  const grants = index.get(namespace) ?? [];
  const accounts = grants.some(({ account }) => account === undefined)
    ? await remember(
      context,
      { key: `openshift service accounts of ${namespace}`, run: backup },
      () => readNames(context, namespace),
    )
    : undefined;
  const names = grants
    .filter(({ account }) => account === undefined ? accounts?.has(nameOf(item)) : account === nameOf(item))
    .map(({ scc }) => scc);
  const { group, resource } = SCCS;
  return [...new Set(names)].map((name) => ({ group, resource, namespace: "", name }));
}

/** An SCC that a service account of a namespace, or without `account` each of them, may use. */
export interface Grant {
  readonly scc: string;
  readonly account?: string;
}

/** Who may use which SCC, by namespace, in the order of the SCCs (openshift IMP-20). Whole SCCs are not kept. */
export type SccIndex = ReadonlyMap<string, readonly Grant[]>;

/** Adds an SCC's users and groups to an index. */
export function addToIndex(index: Map<string, Grant[]>, scc: JsonObject): void {
  const name = nameOf(scc);
  const add = (namespace: string, grant: Grant) => {
    if (namespace === "" || name === "") return;
    const grants = index.get(namespace);
    if (grants === undefined) index.set(namespace, [grant]);
    else grants.push(grant);
  };
  for (const user of arrayAt(scc, "users")) {
    const [, word, namespace, account] = typeof user === "string" ? user.split(":") : [];
    if (word !== "serviceaccount" || namespace === undefined) continue;
    add(namespace, account === undefined ? { scc: name } : { scc: name, account });
  }
  for (const group of arrayAt(scc, "groups")) {
    const [, word, namespace] = typeof group === "string" ? group.split(":") : [];
    if (word === "serviceaccounts" && namespace !== undefined) add(namespace, { scc: name });
  }
}

async function readIndex(context: Context): Promise<SccIndex> {
  const index = new Map<string, Grant[]>();
  // Without the API there are no SCCs to take along.
  await absentWhenNotServed((async () => {
    for await (const scc of context.cluster.list(SCCS)) addToIndex(index, scc);
  })());
  return index;
}

async function readNames(context: Context, namespace: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const account of context.cluster.list(SERVICE_ACCOUNTS, { namespace, metadataOnly: true })) {
    names.add(nameOf(account));
  }
  return names;
}
