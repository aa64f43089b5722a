/**
 * A CloudNativePG Cluster and its surroundings.
 *
 * @module
 */

import type { Api, Json } from "./api.ts";

/** Where CloudNativePG's objects are. */
export const CNPG = "/apis/postgresql.cnpg.io/v1/namespaces";

/** The plugin that archives. */
export const BARMAN = "barman-cloud.cloudnative-pg.io";

/** An object of CloudNativePG or of the Barman plugin. */
export const object = (kind: string, name: string, rest: Json): Json => ({
  apiVersion: kind === "ObjectStore" ? "barmancloud.cnpg.io/v1" : "postgresql.cnpg.io/v1",
  kind,
  metadata: { name },
  ...rest,
});

const base = (name: string, id: string, stoppedAt: string) =>
  object("Backup", name, {
    spec: { cluster: { name: "orders" }, method: "plugin", pluginConfiguration: { name: BARMAN } },
    status: { phase: "completed", method: "plugin", backupId: id, stoppedAt },
  });

/** Of that Cluster. */
export const REPLICA = { source: "other-site", enabled: false };

/** Makes a namespace with Cluster `orders`, its archive, base backups and schedule. */
export async function createCluster(api: Api, namespace: string): Promise<void> {
  await api.create("/api/v1/namespaces", { metadata: { name: namespace } });
  await api.create(
    `/apis/barmancloud.cnpg.io/v1/namespaces/${namespace}/objectstores`,
    object("ObjectStore", "orders-store", {
      spec: { configuration: { destinationPath: "s3://backups/shop" } },
      status: {
        serverRecoveryWindow: { orders: { firstRecoverabilityPoint: "2026-01-01T00:00:00Z" } },
      },
    }),
  );
  await api.create(
    `${CNPG}/${namespace}/clusters`,
    object("Cluster", "orders", {
      spec: {
        instances: 3,
        storage: { size: "1Gi" },
        bootstrap: { initdb: { database: "orders", owner: "orders" } },
        externalClusters: [{ name: "other-site", connectionParameters: { host: "h" } }],
        replica: REPLICA,
        plugins: [{
          name: BARMAN,
          isWALArchiver: true,
          parameters: { barmanObjectName: "orders-store", serverName: "orders" },
        }],
      },
    }),
  );
  const backups = `${CNPG}/${namespace}/backups`;
  await api.create(backups, base("early", "20260102T000000", "2026-01-02T00:10:00Z"));
  await api.create(backups, base("late", "20260103T000000", "2026-01-03T00:10:00Z"));
  await api.create(
    `${CNPG}/${namespace}/scheduledbackups`,
    object("ScheduledBackup", "nightly", {
      spec: { cluster: { name: "orders" }, schedule: "0 0 2 * * *", immediate: true },
    }),
  );
}
