import { assertEquals } from "@std/assert";
import { openshift } from "./mod.ts";

// What may hold images, letter for letter (openshift 3).
const LIST = [
  "pods",
  "imagestreams",
  "imagestreams.image.openshift.io",
  "imagestreamtags",
  "imagestreamtags.image.openshift.io",
  "deployments",
  "deployments.apps",
  "deployments.extensions",
  "deploymentconfigs",
  "deploymentconfigs.apps.openshift.io",
  "jobs",
  "jobs.batch",
  "cronjobs",
  "cronjobs.batch",
  "statefulsets",
  "statefulsets.apps",
  "daemonsets",
  "daemonsets.apps",
  "daemonsets.extensions",
  "replicasets",
  "replicasets.apps",
  "replicasets.extensions",
  "replicationcontroller",
  "buildconfigs",
  "buildconfigs.build.openshift.io",
].join(", ");

// openshift T13.9.35: kind and resources, in the order of openshift 3.
const SELECTORS: Readonly<Record<string, readonly [kind: string, resources: string]>> = {
  "01-common-backup-plugin": ["BackupItemAction", LIST],
  "01-common-restore-plugin": ["RestoreItemAction", LIST],
  "01-mtc-common-restore-plugin": ["RestoreItemAction", ""],
  "02-serviceaccount-backup-plugin": ["BackupItemAction", "serviceaccounts"],
  "02-serviceaccount-iba-plugin": ["ItemBlockAction", "serviceaccounts"],
  "02-serviceaccount-restore-plugin": ["RestoreItemAction", "serviceaccounts"],
  "02-namespacescc-backup-plugin": ["BackupItemAction", "serviceaccounts"],
  "02-namespacescc-restore-plugin": ["RestoreItemAction", "serviceaccounts"],
  "03-pv-backup-plugin": ["BackupItemAction", "persistentvolumes"],
  "03-pv-restore-plugin": ["RestoreItemAction", "persistentvolumes"],
  "04-pvc-restore-plugin": ["RestoreItemAction", "persistentvolumeclaims"],
  "04-vmfr-pvc-restore-plugin": ["RestoreItemAction", "persistentvolumeclaims"],
  "04-imagestreamtag-backup-plugin": ["BackupItemAction", "imagestreamtags"],
  "04-imagestreamtag-restore-plugin": ["RestoreItemActionV2", "imagestreamtags"],
  "05-route-restore-plugin": ["RestoreItemAction", "routes"],
  "06-build-restore-plugin": ["RestoreItemAction", "builds"],
  "07-pod-backup-plugin": ["BackupItemAction", "pods"],
  "07-pod-restore-plugin": ["RestoreItemAction", "pods"],
  "08-deploymentconfig-backup-plugin": ["BackupItemAction", "deploymentconfigs"],
  "08-deploymentconfig-restore-plugin": ["RestoreItemAction", "deploymentconfigs"],
  "09-replicationcontroller-backup-plugin": ["BackupItemAction", "replicationcontrollers"],
  "09-replicationcontroller-restore-plugin": ["RestoreItemAction", "replicationcontrollers"],
  "10-job-restore-plugin": ["RestoreItemAction", "jobs"],
  "11-daemonset-restore-plugin": ["RestoreItemAction", "daemonsets.apps"],
  "12-replicaset-restore-plugin": ["RestoreItemAction", "replicasets.apps"],
  "13-deployment-restore-plugin": ["RestoreItemAction", "deployments.apps"],
  "14-statefulset-restore-plugin": ["RestoreItemAction", "statefulsets.apps"],
  "15-service-restore-plugin": ["RestoreItemAction", "services"],
  "16-cronjob-restore-plugin": ["RestoreItemAction", "cronjobs"],
  "17-buildconfig-restore-plugin": ["RestoreItemAction", "buildconfigs"],
  "18-secret-restore-plugin": ["RestoreItemAction", "secrets"],
  "19-is-backup-plugin": ["BackupItemAction", "imagestreams"],
  "19-is-restore-plugin": ["RestoreItemAction", "imagestreams"],
  "20-SCC-restore-plugin": ["RestoreItemAction", "securitycontextconstraints"],
  "21-role-bindings-restore-plugin": ["RestoreItemAction", "rolebinding.authorization.openshift.io"],
  "22-cluster-role-bindings-restore-plugin": [
    "RestoreItemAction",
    "clusterrolebinding.authorization.openshift.io",
  ],
  "23-imagetag-restore-plugin": ["RestoreItemAction", "imagetags"],
  "24-horizontalpodautoscaler-restore-plugin": ["RestoreItemAction", "horizontalpodautoscalers"],
  "25-configmap-backup-plugin": ["BackupItemAction", "configmaps"],
  "25-configmap-restore-plugin": ["RestoreItemAction", "configmaps"],
  "26-nonadmin-restore-plugin": [
    "RestoreItemAction",
    "nonadminbackups.oadp.openshift.io, nonadminrestores.oadp.openshift.io, nonadminbackupstoragelocations.oadp.openshift.io",
  ],
  "26-proxy-backup-plugin": ["BackupItemAction", "proxies.config.openshift.io"],
  "27-rbac-role-bindings-restore-plugin": ["RestoreItemAction", "rolebindings"],
};

for (const [name, [kind, resources]] of Object.entries(SELECTORS)) {
  Deno.test(`${name}: kind and resources (openshift T13.9.35)`, () => {
    const found = openshift.actions.filter((action) => action.name === `openshift.io/${name}`);
    const shown = found.map(({ kind, appliesTo }) => [kind as string, appliesTo]);
    assertEquals(shown, [[kind, { includedResources: resources === "" ? [] : resources.split(", ") }]]);
  });
}

Deno.test("the source has these 43 actions and no others (openshift 3)", () => {
  assertEquals(openshift.actions.length, 43);
  assertEquals(
    openshift.actions.map(({ name }) => name.slice("openshift.io/".length)).sort(),
    Object.keys(SELECTORS).sort(),
  );
});
