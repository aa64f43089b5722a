import { assertEquals } from "@std/assert";
import { openshift } from "./mod.ts";

// openshift T13.9.35: kind and resources, in the order of openshift 3.
const SELECTORS: Readonly<Record<string, readonly [kind: string, resources: string]>> = {
  "02-serviceaccount-backup-plugin": ["BackupItemAction", "serviceaccounts"],
  "02-serviceaccount-iba-plugin": ["ItemBlockAction", "serviceaccounts"],
  "02-serviceaccount-restore-plugin": ["RestoreItemAction", "serviceaccounts"],
  "02-namespacescc-backup-plugin": ["BackupItemAction", "serviceaccounts"],
  "02-namespacescc-restore-plugin": ["RestoreItemAction", "serviceaccounts"],
  "03-pv-backup-plugin": ["BackupItemAction", "persistentvolumes"],
  "03-pv-restore-plugin": ["RestoreItemAction", "persistentvolumes"],
  "04-pvc-restore-plugin": ["RestoreItemAction", "persistentvolumeclaims"],
  "04-vmfr-pvc-restore-plugin": ["RestoreItemAction", "persistentvolumeclaims"],
  "05-route-restore-plugin": ["RestoreItemAction", "routes"],
  "06-build-restore-plugin": ["RestoreItemAction", "builds"],
  "15-service-restore-plugin": ["RestoreItemAction", "services"],
  "18-secret-restore-plugin": ["RestoreItemAction", "secrets"],
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
    assertEquals(shown, [[kind, { includedResources: resources.split(", ") }]]);
  });
}
