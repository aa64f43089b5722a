/**
 * CloudNativePG's and the barman-cloud plugin's resources for the testbed: structural definitions with status subresources, and the
 * webhook's rules on bootstrap, recovery and external clusters as validations (docs/cnpg.md).
 *
 * @module
 */

import type { Json } from "../api.ts";

const string = { type: "string", maxLength: 253 };
const boolean = { type: "boolean" };
const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const strings = { type: "object", additionalProperties: { type: "string" } };
const array = (items: Json) => ({ type: "array", items, maxItems: 100 });
const object = (properties: Json, required: string[] = []) => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required } : {}),
});
const byName = (items: Json) => ({
  ...array(items),
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["name"],
});
const rules = (...rows: [rule: string, message: string][]) => ({
  "x-kubernetes-validations": rows.map(([rule, message]) => ({ rule, message })),
});

const plugin = object({ name: string, enabled: boolean, isWALArchiver: boolean, parameters: strings }, [
  "name",
]);
const local = object({ name: string }, ["name"]);

const TARGETS = ["targetXID", "targetName", "targetLSN", "targetTime", "targetImmediate"];
const present = (fields: string[]) =>
  `[${fields.map((field) => `has(self.${field})`).join(", ")}].filter(x, x).size()`;

const recoveryTarget = {
  ...object({
    ...Object.fromEntries(TARGETS.map((field) => [field, string])),
    backupID: string,
    targetTLI: string,
    targetImmediate: boolean,
    exclusive: boolean,
  }),
  ...rules(
    [`${present(TARGETS)} <= 1`, "recovery targets are mutually exclusive"],
    [
      "has(self.backupID) || !(has(self.targetXID) || has(self.targetName) || has(self.targetImmediate))",
      "backupID is required by this target",
    ],
  ),
};

const snapshot = object({ apiGroup: string, kind: string, name: string }, ["kind", "name"]);
const recovery = {
  ...object({
    source: string,
    backup: local,
    volumeSnapshots: object({
      storage: snapshot,
      walStorage: snapshot,
      tablespaceStorage: { type: "object", additionalProperties: snapshot },
    }, ["storage"]),
    recoveryTarget,
    // The webhook's default, by which a Cluster that lost its own gets a stray database.
    database: { ...string, default: "app" },
    owner: string,
    secret: local,
  }),
  ...rules([
    "!has(self.volumeSnapshots) || !has(self.recoveryTarget) || !has(self.recoveryTarget.backupID)",
    "backupID cannot be used with volume snapshots",
  ]),
};

const known = (field: string) =>
  `!has(self.${field}) || (has(self.externalClusters) && self.externalClusters.exists(e, e.name == self.${field}))`;
const source = (parent: string) =>
  `!has(self.${parent.split(".")[0]})${parent.includes(".") ? ` || !has(self.${parent})` : ""} || ${
    known(`${parent}.source`)
  }`;

const clusterSpec = {
  ...object({
    instances: { type: "integer", minimum: 1 },
    plugins: array(plugin),
    externalClusters: byName(
      object({ name: string, connectionParameters: strings, barmanObjectStore: anything, plugin }, ["name"]),
    ),
    bootstrap: {
      ...object({ initdb: anything, recovery, pg_basebackup: anything }),
      ...rules([
        `${present(["initdb", "recovery", "pg_basebackup"])} <= 1`,
        "only one bootstrap method can be specified",
      ]),
    },
    replica: object({ self: string, primary: string, source: string, enabled: boolean }),
    backup: object({ barmanObjectStore: anything, retentionPolicy: string }),
    superuserSecret: local,
  }),
  "x-kubernetes-preserve-unknown-fields": true,
  ...rules(
    [source("bootstrap.recovery"), "recovery.source is not an external cluster"],
    [source("replica"), "replica.source is not an external cluster"],
  ),
};

const method = { type: "string", enum: ["barmanObjectStore", "volumeSnapshot", "plugin"] };
const pluginConfiguration = object({ name: string, parameters: strings }, ["name"]);

const DEFINITIONS: readonly [group: string, kind: string, plural: string, spec: Json][] = [
  ["postgresql.cnpg.io", "Cluster", "clusters", clusterSpec],
  [
    "postgresql.cnpg.io",
    "Backup",
    "backups",
    object({ cluster: local, method: { ...method, default: "barmanObjectStore" }, pluginConfiguration }, [
      "cluster",
    ]),
  ],
  [
    "postgresql.cnpg.io",
    "ScheduledBackup",
    "scheduledbackups",
    object({
      cluster: local,
      schedule: string,
      immediate: boolean,
      suspend: boolean,
      method,
      pluginConfiguration,
    }, ["cluster", "schedule"]),
  ],
  [
    "barmancloud.cnpg.io",
    "ObjectStore",
    "objectstores",
    object({ configuration: anything, retentionPolicy: string }, ["configuration"]),
  ],
];

/** The CustomResourceDefinitions of both groups. */
export const CNPG_DEFINITIONS: Json[] = DEFINITIONS.map(([group, kind, plural, spec]) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      subresources: { status: {} },
      schema: { openAPIV3Schema: object({ spec, status: anything }, ["spec"]) },
    }],
  },
}));
