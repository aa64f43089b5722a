import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { actionOf, defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

const TYPE = "openshift.io/migrate-type";
const CLASS = "openshift.io/target-storage-class";
const MODE = "openshift.io/target-access-mode";
const METHOD = "migration.openshift.io/copy-method";
const BETA = "volume.beta.kubernetes.io/storage-class";
const NODE = "volume.kubernetes.io/selected-node";
const SCHEDULE = "reclaimspace.csiaddons.openshift.io/schedule";

const CAM = { labels: { "app.kubernetes.io/part-of": "openshift-migration" } };
const STAGE = {
  annotations: { "migration.openshift.io/migmigration-type": "stage" },
  labels: { ...CAM.labels, "migration-stage-restore": "task" },
};
const FINAL = { ...STAGE, annotations: { "migration.openshift.io/migmigration-type": "final" } };

function scheduled(value: string, metadata: JsonObject = {}): JsonObject {
  return { ...metadata, annotations: { "oadp.openshift.io/reclaim-space-schedule": value } };
}

interface Row {
  readonly id: string;
  readonly annotations?: JsonObject;
  readonly spec?: JsonObject;
  /** Metadata of the Restore. */
  readonly restore: JsonObject;
  readonly skip?: true;
  /** Absent: unchanged. */
  readonly becomes?: { readonly annotations?: JsonObject; readonly spec?: JsonObject };
  readonly warnings?: number;
}

const COPY = { [TYPE]: "copy" };
const MISSING_CLASS = 1;

const VOLUMES: readonly Row[] = [
  { id: "openshift T13.9.19: other annotation", restore: CAM, annotations: { foo: "bar" } },
  {
    id: "openshift T13.9.19: another part-of",
    restore: { labels: { "app.kubernetes.io/part-of": "not-openshift-migration" } },
    annotations: { ...COPY, [CLASS]: "c" },
  },
  { id: "openshift T13.9.19: no label", restore: {}, annotations: { ...COPY, [CLASS]: "c" } },
  {
    id: "openshift T13.9.20",
    restore: CAM,
    annotations: { ...COPY, [CLASS]: "storageClassName", [BETA]: "" },
    becomes: { spec: { storageClassName: "storageClassName" } },
  },
  {
    id: "openshift T13.9.21",
    restore: CAM,
    annotations: { ...COPY, [CLASS]: "c", [BETA]: "not-empty" },
    becomes: { annotations: { ...COPY, [CLASS]: "c", [BETA]: "c" }, spec: { storageClassName: "c" } },
  },
  {
    id: "openshift T13.9.22",
    restore: STAGE,
    annotations: { ...COPY, [METHOD]: "snapshot", [CLASS]: "c" },
    skip: true,
  },
  {
    id: "the final migration restores it",
    restore: FINAL,
    annotations: { ...COPY, [METHOD]: "snapshot", [CLASS]: "c" },
    becomes: { spec: { storageClassName: "c" } },
  },
  {
    id: "a stage without its label restores it",
    restore: { ...STAGE, ...CAM },
    annotations: { ...COPY, [METHOD]: "snapshot", [CLASS]: "c" },
    becomes: { spec: { storageClassName: "c" } },
  },
  {
    id: "a stage with an empty label restores it",
    restore: { ...STAGE, labels: { ...CAM.labels, "migration-stage-restore": "" } },
    annotations: { ...COPY, [METHOD]: "snapshot", [CLASS]: "c" },
    becomes: { spec: { storageClassName: "c" } },
  },
  {
    id: "a stage copies files",
    restore: STAGE,
    annotations: { ...COPY, [METHOD]: "filesystem", [CLASS]: "c" },
    becomes: { spec: { storageClassName: "c" } },
  },
  { id: "openshift T13.9.23", restore: CAM, annotations: { [CLASS]: "c" } },
  {
    id: "moved",
    restore: STAGE,
    annotations: { [TYPE]: "move", [METHOD]: "snapshot", [CLASS]: "c" },
    spec: { storageClassName: "old" },
  },
  {
    id: "openshift IMP-27: no class was chosen",
    restore: CAM,
    annotations: { ...COPY, [BETA]: "old" },
    spec: { storageClassName: "old" },
    warnings: MISSING_CLASS,
  },
  {
    id: "openshift IMP-27: the empty class was chosen",
    restore: CAM,
    annotations: { ...COPY, [CLASS]: "", [BETA]: "old" },
    spec: { storageClassName: "old" },
    becomes: { annotations: { ...COPY, [CLASS]: "", [BETA]: "" }, spec: { storageClassName: "" } },
  },
];

const ALL = { ...COPY, [CLASS]: "c", [MODE]: "", [BETA]: "", [NODE]: "worker" };
const { [NODE]: _node, ...WITHOUT_NODE } = ALL;
const SELECTOR = {
  selector: { matchLabels: { foo: "bar" } },
  accessModes: ["ReadWriteOnce"],
  volumeName: "pv",
};
const CLASSED = { accessModes: ["ReadWriteOnce"], volumeName: "pv", storageClassName: "c" };

const CLAIMS: readonly Row[] = [
  { id: "openshift T13.9.24", restore: CAM, annotations: { [NODE]: "worker" }, becomes: { annotations: {} } },
  {
    id: "openshift T13.9.25",
    restore: CAM,
    annotations: ALL,
    spec: SELECTOR,
    becomes: { annotations: WITHOUT_NODE, spec: CLASSED },
  },
  {
    id: "openshift T13.9.26",
    restore: CAM,
    annotations: { ...ALL, [MODE]: "accessMode" },
    spec: SELECTOR,
    becomes: {
      annotations: { ...WITHOUT_NODE, [MODE]: "accessMode" },
      spec: { ...CLASSED, accessModes: ["accessMode"] },
    },
  },
  {
    id: "openshift T13.9.27",
    restore: CAM,
    annotations: { ...ALL, [BETA]: "non-empty" },
    spec: SELECTOR,
    becomes: { annotations: { ...WITHOUT_NODE, [BETA]: "c" }, spec: CLASSED },
  },
  { id: "openshift T13.9.28: not a migration", restore: {}, annotations: ALL, spec: SELECTOR },
  { id: "openshift T13.9.28: no schedule", restore: scheduled(""), annotations: ALL, spec: SELECTOR },
  {
    id: "openshift T13.9.29",
    restore: STAGE,
    annotations: { ...ALL, [METHOD]: "snapshot" },
    spec: SELECTOR,
    skip: true,
  },
  {
    id: "openshift T13.9.29: with a schedule",
    restore: {
      ...STAGE,
      annotations: { ...STAGE.annotations, ...(scheduled("@daily").annotations as JsonObject) },
    },
    annotations: { ...ALL, [METHOD]: "snapshot" },
    spec: SELECTOR,
    skip: true,
  },
  {
    id: "openshift T13.9.30: B/R",
    restore: scheduled("@weekly"),
    annotations: { keep: "k" },
    spec: SELECTOR,
    becomes: { annotations: { keep: "k", [SCHEDULE]: "@weekly" }, spec: SELECTOR },
  },
  {
    id: "openshift T13.9.30: CAM",
    restore: scheduled("@daily", CAM),
    annotations: { keep: "k" },
    becomes: { annotations: { keep: "k", [SCHEDULE]: "@daily" } },
  },
  {
    id: "openshift T13.9.30: no annotations",
    restore: scheduled("@weekly"),
    becomes: { annotations: { [SCHEDULE]: "@weekly" } },
  },
  {
    id: "an older schedule is replaced",
    restore: scheduled("@weekly"),
    annotations: { [SCHEDULE]: "@daily" },
    becomes: { annotations: { [SCHEDULE]: "@weekly" } },
  },
  {
    id: "moved: the node goes, everything else stays",
    restore: CAM,
    annotations: { ...ALL, [TYPE]: "move" },
    spec: SELECTOR,
    becomes: { annotations: { ...WITHOUT_NODE, [TYPE]: "move" }, spec: SELECTOR },
  },
  {
    id: "openshift IMP-27",
    restore: CAM,
    annotations: COPY,
    spec: { storageClassName: "old" },
    warnings: MISSING_CLASS,
  },
  {
    id: "openshift IMP-27: the selector alone",
    restore: CAM,
    annotations: COPY,
    spec: SELECTOR,
    becomes: { spec: { accessModes: ["ReadWriteOnce"], volumeName: "pv" } },
    warnings: MISSING_CLASS,
  },
  {
    id: "openshift IMP-27: the mode alone",
    restore: CAM,
    annotations: { ...COPY, [MODE]: "m" },
    becomes: { spec: { accessModes: ["m"] } },
    warnings: MISSING_CLASS,
  },
  {
    id: "openshift IMP-27: the rest is done",
    restore: CAM,
    annotations: { ...COPY, [MODE]: "m" },
    spec: SELECTOR,
    becomes: { annotations: { ...COPY, [MODE]: "m" }, spec: { accessModes: ["m"], volumeName: "pv" } },
    warnings: MISSING_CLASS,
  },
];

const ACTIONS = [
  ["openshift A10", "03-pv", "PersistentVolume", VOLUMES],
  ["openshift A11", "04-pvc", "PersistentVolumeClaim", CLAIMS],
] as const;

for (const [rule, name, kind, rows] of ACTIONS) {
  const action = actionOf(openshift, "RestoreItemAction", `openshift.io/${name}-restore-plugin`);
  for (const { id, annotations, spec, restore, skip, becomes, warnings = 0 } of rows) {
    Deno.test(`restored ${kind}, ${rule}: ${id}`, async () => {
      const object = (annotations?: JsonObject, spec: JsonObject = {}) => ({
        apiVersion: "v1",
        kind,
        metadata: { name: "v", ...(annotations && { annotations }) },
        spec,
      });
      const { result, logs, requests } = await runRestore(action, {
        item: object(annotations, spec),
        restore: { metadata: restore },
        settings: defaultsOf(settings),
      });
      const expected = becomes && { item: object(becomes.annotations ?? annotations, becomes.spec ?? spec) };
      assertEquals(result, skip ? { skipRestore: true } : expected ?? {});
      assertEquals(messages(logs, "warn").length, warnings);
      assertEquals(requests.filter((request) => !request.startsWith("serves ")), []);
    });
  }
}
