/**
 * The service account with which the plugin runs in a testbed: it has the rights of deploy/rbac.yaml and no others, not even Velero's.
 *
 * @module
 */

import { parseAllDocuments } from "yaml";
import type { Api, Json } from "./api.ts";
import { ROOT } from "./tools.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ACCOUNTS = "/api/v1/namespaces/velero/serviceaccounts";
const COLLECTIONS: Readonly<Record<string, string>> = {
  ClusterRole: `${RBAC}/clusterroles`,
  ClusterRoleBinding: `${RBAC}/clusterrolebindings`,
  Role: `${RBAC}/namespaces/velero/roles`,
  RoleBinding: `${RBAC}/namespaces/velero/rolebindings`,
  ConfigMap: "/api/v1/namespaces/velero/configmaps",
  ServiceAccount: ACCOUNTS,
  CronJob: "/apis/batch/v1/namespaces/velero/cronjobs",
};
const NAME = "velero-plugin-for-workloads";

/** Creates the account `velero` with the roles of deploy/rbac.yaml, and gives a token for it. The namespace must exist. */
export async function createAccount(api: Api): Promise<string> {
  await api.create(ACCOUNTS, { metadata: { name: "velero" } });
  await createManifests(api, "deploy/rbac.yaml");
  return await createToken(api, "velero");
}

/** Creates what a file of the repository has for Velero's namespace and for the cluster. */
export async function createManifests(api: Api, file: string): Promise<void> {
  for (const manifest of parseAllDocuments(await Deno.readTextFile(`${ROOT}${file}`))) {
    const object: Json = manifest.toJS();
    await api.create(COLLECTIONS[object["kind"]] ?? "", object);
  }
}

/** A token for a service account in Velero's namespace. */
export async function createToken(api: Api, name: string): Promise<string> {
  const asked = { spec: { expirationSeconds: 24 * 3600 } };
  return (await api.create(`${ACCOUNTS}/${name}/token`, asked))["status"].token;
}

/** A kubeconfig as the testbed writes them, with another token. */
export function withToken(kubeconfig: string, token: string): string {
  return kubeconfig.replace(/token: "[^"]+"/, `token: "${token}"`);
}

/** The roles as they stand in the API server, cluster-wide first. */
export async function rolesOf(api: Api): Promise<{ path: string; rules: Json[] }[]> {
  const paths = ["ClusterRole", "Role"].map((kind) => `${COLLECTIONS[kind]}/${NAME}`);
  return await Promise.all(
    paths.map(async (path) => ({ path, rules: (await api.get(path) as Json)["rules"] })),
  );
}

/** The rules without one verb on one resource (`ips.kubeovn.io`), wherever it is granted. */
export function without(rules: readonly Json[], verb: string, resource: string): Json[] {
  const [plural = "", ...group] = resource.split(".");
  return rules.flatMap((rule) => {
    if (!rule["resources"].includes(plural) || rule["apiGroups"][0] !== group.join(".")) return [rule];
    const verbs = rule["verbs"].filter((one: string) => one !== verb);
    return verbs.length === 0 ? [] : [{ ...rule, verbs }];
  });
}
