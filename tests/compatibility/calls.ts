/**
 * One call of each kind and operation, the world that they are made in, and the right answers. They are in an order that a server
 * could follow: what one call begins, a later one asks about.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import type { Json } from "../velero/api.ts";
import type { Call } from "./releases.ts";

const BACKUP = {
  apiVersion: "velero.io/v1",
  kind: "Backup",
  metadata: { name: "nightly", namespace: "velero" },
  spec: {},
  status: { phase: "InProgress" },
};
const RESTORE = {
  apiVersion: "velero.io/v1",
  kind: "Restore",
  metadata: { name: "again", namespace: "velero" },
  spec: { backupName: "nightly" },
};

/** The objects of the API server. */
export const WORLD: readonly JsonObject[] = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "settings",
      namespace: "velero",
      labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
    },
    data: { "cnpg.on-demand-backup": "true", "cnpg.skip-owned": "true", "cnpg.check-window": "false" },
  },
  {
    apiVersion: "kubeovn.io/v1",
    kind: "IP",
    metadata: { name: "web.shop" },
    spec: { v4IpAddress: "10.16.0.7", macAddress: "00:00:00:00:01:07" },
  },
  {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Backup",
    metadata: { name: "base", namespace: "shop" },
    spec: {
      cluster: { name: "orders" },
      method: "plugin",
      pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
    },
    status: {
      phase: "completed",
      method: "plugin",
      backupId: "20260102T000000",
      stoppedAt: "2026-01-02T00:10:00Z",
    },
  },
  {
    apiVersion: "vmoperator.vmware.com/v1alpha5",
    kind: "VirtualMachineGroup",
    metadata: { name: "tier", namespace: "shop" },
    spec: {},
  },
];

const virtualMachine = (volumes: Json[] = []): Json => ({
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: { name: "web", namespace: "shop" },
  spec: { running: false, template: { spec: { domain: {}, volumes } } },
});

const postgres = (metadata: Json = {}): Json => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "orders", namespace: "shop", ...metadata },
  spec: {
    instances: 1,
    plugins: [{
      name: "barman-cloud.cloudnative-pg.io",
      isWALArchiver: true,
      parameters: { barmanObjectName: "store", serverName: "orders" },
    }],
  },
});

const GROUP = {
  apiVersion: "vmoperator.vmware.com/v1alpha5",
  kind: "VirtualMachineGroup",
  metadata: { name: "member", namespace: "shop" },
  spec: { groupName: "tier" },
};

const SUPERPHENIX = { kind: "BackupItemAction", action: "superphenix.net/backup-virtualmachine" };
const CNPG_BACKUP = {
  kind: "BackupItemActionV2",
  action: "replicated.com/cnpg-backup-plugin",
  backup: BACKUP,
};
const GROUP_RESTORE = {
  kind: "RestoreItemActionV2",
  action: "lubronzhan.io/vmgroup-restore",
  restore: RESTORE,
};

const OWNED = { kind: "RestoreItemAction", action: "replicated.com/cnpg-owned-restore-plugin" };
const claim = (metadata: Json): Json => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "orders-1", namespace: "shop", ...metadata },
});
const OWNER = {
  ownerReferences: [{
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    name: "orders",
    uid: "u",
    controller: true,
  }],
};

const progress = (Completed: boolean, Err: string, Description: string): Json => ({
  Completed,
  Err,
  NCompleted: 0,
  NTotal: 0,
  OperationUnits: "",
  Description,
  Started: "0001-01-01T00:00:00Z",
  Updated: "0001-01-01T00:00:00Z",
});

/** A call and what must come back. In texts OPERATION stands for the operation's ID, a part of which the API server makes up. */
export interface Expectation {
  readonly call: Call;
  readonly result: Json;
}

const [CLUSTERS, TIER] = [
  "clusters.postgresql.cnpg.io shop/orders",
  "virtualmachinegroups.vmoperator.vmware.com shop/tier",
];
const ADDRESSES = {
  "ovn.kubernetes.io/ip_address": "10.16.0.7",
  "ovn.kubernetes.io/mac_address": "00:00:00:00:01:07",
};

/** See the module. */
export const EXPECTATIONS: readonly Expectation[] = [
  {
    call: { ...SUPERPHENIX, name: "BIA v1: an item that changes", item: virtualMachine(), backup: BACKUP },
    result: {
      item: {
        ...virtualMachine(),
        spec: {
          running: false,
          template: { metadata: { annotations: ADDRESSES }, spec: { domain: {}, volumes: [] } },
        },
      },
    },
  },
  {
    call: {
      ...SUPERPHENIX,
      name: "BIA v1: an item that stays as it is",
      item: { ...virtualMachine(), metadata: { name: "other", namespace: "shop" } },
      backup: BACKUP,
    },
    result: { item: { ...virtualMachine(), metadata: { name: "other", namespace: "shop" } } },
  },
  {
    call: { ...CNPG_BACKUP, name: "BIA v2: an operation begins", item: postgres() },
    result: {
      item: postgres({
        annotations: {
          "velero-cnpg/serverName": "orders",
          "velero-cnpg/current-backup-id": "20260102T000000",
        },
      }),
      operationID: "OPERATION",
      operationItems: [CLUSTERS],
    },
  },
  {
    call: { ...CNPG_BACKUP, name: "BIA v2: its progress", op: "progress", operationID: "BEGUN" },
    result: { progress: progress(false, "", "pending") },
  },
  {
    call: { ...CNPG_BACKUP, name: "BIA v2: it is cancelled", op: "cancel", operationID: "BEGUN" },
    result: {},
  },
  {
    call: {
      ...CNPG_BACKUP,
      name: "BIA v2: the progress of what is gone",
      op: "progress",
      operationID: "BEGUN",
    },
    result: { progress: progress(true, "Backup OPERATION does not exist", "") },
  },
  {
    call: {
      ...OWNED,
      name: "RIA v1: an item is skipped",
      item: claim(OWNER),
      restore: RESTORE,
    },
    result: { item: claim(OWNER), skip: true },
  },
  {
    call: { ...OWNED, name: "RIA v1: an item is restored", item: claim({}), restore: RESTORE },
    result: { item: claim({}) },
  },
  {
    call: {
      ...OWNED,
      name: "RIA v1: an error names the setting",
      item: claim({}),
      restore: {
        ...RESTORE,
        metadata: {
          ...RESTORE.metadata,
          annotations: { "velero-plugin-for-workloads/cnpg.skip-owned": "maybe" },
        },
      },
    },
    result: {
      error:
        "rpc error: code = Unknown desc = replicated.com/cnpg-owned-restore-plugin: PersistentVolumeClaim " +
        'shop/orders-1: setting cnpg.skip-owned is "maybe"; allowed: true, false (rule protocol 12.1); correct ' +
        "the settings ConfigMap in Velero's namespace or the annotation on the Backup or Restore",
    },
  },
  {
    call: { ...GROUP_RESTORE, name: "RIA v2: more items come first", item: GROUP },
    result: { item: GROUP, related: [TIER], wait: true },
  },
  {
    call: {
      ...GROUP_RESTORE,
      name: "RIA v2: they are there",
      op: "ready",
      additionalItems: [
        { group: "vmoperator.vmware.com", resource: "virtualmachinegroups", namespace: "shop", name: "tier" },
      ],
    },
    result: { ready: true },
  },
  {
    call: {
      ...GROUP_RESTORE,
      name: "RIA v2: progress without an operation",
      op: "progress",
      operationID: "shop/x",
    },
    result: { progress: progress(false, "", "") },
  },
  {
    call: {
      ...GROUP_RESTORE,
      name: "RIA v2: cancel without an operation",
      op: "cancel",
      operationID: "shop/x",
    },
    result: {},
  },
  {
    call: {
      name: "IBA: what belongs together",
      kind: "ItemBlockAction",
      action: "kubevirt-velero-plugin/block-virtualmachine-action",
      item: virtualMachine([{ name: "root", dataVolume: { name: "web-root" } }]),
      backup: BACKUP,
    },
    result: {
      related: ["datavolumes.cdi.kubevirt.io shop/web-root", "persistentvolumeclaims shop/web-root"],
    },
  },
];

const SAMPLE = { name: "a", namespace: "shop" };
const configMap = (data: Json): Json => ({ apiVersion: "v1", kind: "ConfigMap", metadata: SAMPLE, data });
const SECRET = "secrets shop/a-secret";

/** The same for the actions of tests/protocol, which do what no action of ours does: delete, and fail at every step. */
export const SAMPLE_EXPECTATIONS: readonly Expectation[] = [
  {
    call: {
      name: "DIA: an item is deleted",
      kind: "DeleteItemAction",
      action: "protocol.test/delete",
      item: configMap({}),
      backup: BACKUP,
    },
    result: {},
  },
  {
    call: {
      name: "BIA v1: more items",
      kind: "BackupItemAction",
      action: "protocol.test/mark",
      item: configMap({ k: "v" }),
      backup: BACKUP,
    },
    result: { item: configMap({ k: "v", marked: "yes" }), related: [SECRET] },
  },
  {
    call: {
      name: "BIA v1: a crash",
      kind: "BackupItemAction",
      action: "protocol.test/throw",
      item: configMap({}),
      backup: BACKUP,
    },
    result: {
      error:
        "rpc error: code = Aborted desc = plugin panicked: protocol.test/throw: ConfigMap shop/a: TypeError: thrown at once",
    },
  },
  {
    call: {
      name: "BIA v2: an operation's numbers and times",
      kind: "BackupItemActionV2",
      action: "protocol.test/operation",
      op: "progress",
      operationID: "o-1",
      backup: BACKUP,
    },
    result: {
      progress: {
        Completed: true,
        Err: "failed o-1",
        NCompleted: 3,
        NTotal: 4,
        OperationUnits: "bytes",
        Description: "copying",
        Started: "2026-01-02T03:04:05.678Z",
        Updated: "0001-01-01T00:00:00Z",
      },
    },
  },
  {
    call: {
      name: "BIA v2: a cancel that fails",
      kind: "BackupItemActionV2",
      action: "protocol.test/operation",
      op: "cancel",
      operationID: "o-1",
      backup: BACKUP,
    },
    result: {
      error:
        "rpc error: code = Aborted desc = plugin panicked: protocol.test/operation: Error: cannot cancel o-1",
    },
  },
  {
    call: {
      name: "RIA v2: an operation begins",
      kind: "RestoreItemActionV2",
      action: "protocol.test/wait",
      item: configMap({}),
      restore: RESTORE,
    },
    result: { item: configMap({}), related: [SECRET], operationID: "o-2", wait: true },
  },
  {
    call: {
      name: "RIA v2: they are not there yet",
      kind: "RestoreItemActionV2",
      action: "protocol.test/wait",
      op: "ready",
      additionalItems: [{ group: "", resource: "secrets", namespace: "shop", name: "a-secret" }],
      restore: RESTORE,
    },
    result: { ready: false },
  },
  {
    call: {
      name: "IBA: a related item",
      kind: "ItemBlockAction",
      action: "protocol.test/block",
      item: configMap({}),
      backup: BACKUP,
    },
    result: { related: [SECRET] },
  },
];
