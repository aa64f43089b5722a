import type { Right } from "../right.ts";

const BACKUP = ["cnpg-backup-plugin"];
const RESTORE = ["cnpg-restore-plugin"];

/** What cnpg asks of the API server (cnpg 10). */
export const rights: readonly Right[] = [
  {
    resource: "backups.postgresql.cnpg.io",
    verbs: ["list"],
    use: "the last base backup",
    rule: "cnpg 4.2",
    users: BACKUP,
    without: "warning",
  },
  {
    resource: "clusters.postgresql.cnpg.io",
    verbs: ["get"],
    use: "is there a Cluster in the place of the restore",
    rule: "cnpg 5.1",
    users: RESTORE,
    without: "error",
  },
  {
    resource: "configmaps",
    verbs: ["create", "patch"],
    use: "the new server name of a restored Cluster",
    rule: "cnpg 5.2",
    users: RESTORE,
    without: "error",
  },
  {
    resource: "objectstores.barmancloud.cnpg.io",
    verbs: ["get"],
    use: "is there something to recover from, and with which Secrets",
    rule: "cnpg E13",
    users: [...BACKUP, ...RESTORE],
    without: "warning",
    setting: "cnpg.check-window",
  },
  {
    resource: "backups.postgresql.cnpg.io",
    verbs: ["create", "get", "delete"],
    use: "a new base backup with each Velero backup",
    rule: "cnpg 9",
    users: BACKUP,
    without: "error",
    setting: "cnpg.on-demand-backup",
  },
  {
    resource: "volumesnapshots.snapshot.storage.k8s.io",
    verbs: ["get"],
    use: "the snapshots to recover from",
    rule: "cnpg 9",
    users: RESTORE,
    without: "error",
    setting: "cnpg.volume-snapshot",
  },
];
