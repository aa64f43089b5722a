/** The order of resources in a restore (protocol 4.7 step 1): Velero's defaults. */
const FIRST: readonly string[] = [
  "customresourcedefinitions.apiextensions.k8s.io",
  "namespaces",
  "storageclasses.storage.k8s.io",
  "volumesnapshotclasses.snapshot.storage.k8s.io",
  "volumesnapshotcontents.snapshot.storage.k8s.io",
  "volumesnapshots.snapshot.storage.k8s.io",
  "datauploads.velero.io",
  "persistentvolumes",
  "persistentvolumeclaims",
  "clusterroles.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "serviceaccounts",
  "clusterrolebindings.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "secrets",
  "configmaps",
  "limitranges",
  "priorityclasses.scheduling.k8s.io",
  "pods",
  "replicasets.apps",
  "clusterclasses.cluster.x-k8s.io",
  "endpoints",
  "services",
];

const LAST: readonly string[] = [
  "clusterbootstraps.run.tanzu.vmware.com",
  "clusters.cluster.x-k8s.io",
  "clusterresourcesets.addons.cluster.x-k8s.io",
  "apps.kappctrl.k14s.io",
  "packageinstalls.packaging.carvel.dev",
];

/** Sorts names of the form `plural.group` as a restore takes them. */
export function orderResources(names: Iterable<string>): string[] {
  const rank = (name: string) => {
    const first = FIRST.indexOf(name);
    return first >= 0 ? first : FIRST.length + 1 + LAST.indexOf(name);
  };
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
