import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { cloneJson, type JsonObject, type JsonValue } from "../../objects/json.ts";
import {
  account,
  backupOf,
  namespace,
  NEW,
  OLD,
  openshiftVersion,
  pod,
  registries,
  restoreOf,
  settingsWith,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";
import type { Settings } from "./settings.ts";

const ACTION = actionOf(openshift, "RestoreItemAction", "openshift.io/07-pod-restore-plugin");
const OBJECTS = [
  ...openshiftVersion("4.16.23"),
  namespace("n", "2025-01-01T00:00:00Z"),
  namespace("ns-2", "2025-01-01T00:00:00Z"),
  account("default", "default-dockercfg-new"),
];
const FIX = { "oadp.openshift.io/includes-dm-dc-fix": "true" };
const EMPTY_DIR = { volumes: [{ name: "tmp", emptyDir: {} }] };
const CONFIG_ONLY = { volumes: [{ name: "c", configMap: { name: "x" } }] };

interface Options {
  readonly spec?: JsonObject;
  readonly metadata?: JsonObject;
  /** Kinds of owners of the stored pod. */
  readonly owners?: readonly string[];
  /** The owners of the stored pod as they stand there, instead. */
  readonly storedOwners?: JsonValue;
  readonly restore?: JsonObject;
  readonly objects?: readonly JsonObject[];
  readonly cluster?: Partial<Cluster>;
  readonly settings?: Partial<Settings>;
}

async function restored(options: Options) {
  const { spec, metadata, owners = [], storedOwners, restore = restoreOf(), objects = OBJECTS } = options;
  const { cluster, settings } = options;
  const item = pod(["quay.io/x"], spec, metadata);
  const itemFromBackup = cloneJson(item);
  const stored = itemFromBackup.metadata as JsonObject;
  stored.ownerReferences = storedOwners ?? owners.map((kind) => ({ kind, name: "o" }));
  const outcome = await runRestore(ACTION, {
    item,
    itemFromBackup,
    restore,
    objects,
    settings: settingsWith(settings),
    ...(cluster === undefined ? {} : { cluster }),
  });
  const requests = outcome.requests.filter((request) => !request.startsWith("serves"));
  return {
    ...outcome,
    requests,
    skipped: outcome.result.skipRestore ?? false,
    metadata: outcome.item.metadata as JsonObject,
  };
}

const hooks = (resources: JsonValue, mapping: JsonObject = {}) =>
  restoreOf(mapping, { hooks: { resources } });
const EXEC = { postHooks: [{ exec: { command: ["echo", "hello"] } }] };
const POST = "post.hook.restore.velero.io/command";

interface Row {
  readonly id: string;
  readonly options: Options;
  readonly skipped: boolean;
}

// An owned pod without volumes is kept by its hooks alone.
const OWNED: readonly Row[] = [
  { id: "openshift T13.6.1", options: { restore: hooks([]) }, skipped: true },
  {
    id: "openshift T13.6.2",
    options: { metadata: { annotations: { [POST]: "" } }, restore: hooks([]) },
    skipped: false,
  },
  {
    id: "openshift T13.6.3",
    options: { metadata: { annotations: { [POST]: "echo 'hello'" } }, restore: hooks([]) },
    skipped: false,
  },
  {
    id: "openshift T13.6.4",
    options: { restore: hooks([{ includedNamespaces: ["n"], ...EXEC }]) },
    skipped: false,
  },
  { id: "openshift T13.6.5", options: { restore: hooks([{ includedNamespaces: ["n"] }]) }, skipped: true },
  {
    id: "openshift T13.6.6, IMP-19",
    options: { restore: hooks([{ includedNamespaces: ["ns-2"], ...EXEC }], { n: "ns-2" }) },
    skipped: false,
  },
  {
    id: "openshift IMP-19: the source namespace does not count",
    options: { restore: hooks([{ includedNamespaces: ["n"], ...EXEC }], { n: "ns-2" }) },
    skipped: true,
  },
  {
    id: "openshift IMP-34: the annotation without hooks in the Restore",
    options: { metadata: { annotations: { [POST]: "x" } } },
    skipped: false,
  },
  {
    id: "labels of the pod",
    options: {
      metadata: { labels: { app: "a" } },
      restore: hooks([{ labelSelector: { matchLabels: { app: "a" } }, ...EXEC }]),
    },
    skipped: false,
  },
  { id: "volumes", options: { spec: EMPTY_DIR }, skipped: false },
  { id: "volumes that do not count", options: { spec: CONFIG_ONLY }, skipped: true },
];

for (const { id, options, skipped } of OWNED) {
  Deno.test(`restore of an owned pod: ${id} (openshift A18, 7.3)`, async () => {
    assertEquals((await restored({ ...options, owners: ["ReplicaSet"] })).skipped, skipped);
    // Nobody else makes a pod without owner.
    assertEquals((await restored(options)).skipped, false);
  });
}

Deno.test("openshift T13.6.12: a build pod is skipped, also with volumes and hooks", async () => {
  const annotations = { "openshift.io/build.name": "api-7", [POST]: "x" };
  const { skipped, result } = await restored({
    spec: EMPTY_DIR,
    metadata: { annotations },
    restore: hooks([EXEC]),
  });
  assertEquals([skipped, result], [true, { skipRestore: true }]);
  const other = await restored({ metadata: { annotations: { "openshift.io/build.name": "" } } });
  assertEquals(other.skipped, false);
});

Deno.test("openshift T13.6.13: an owned pod without volumes and hooks is skipped before any request", async () => {
  const { skipped, requests } = await restored({
    owners: ["StatefulSet"],
    restore: restoreOf({}, { hooks: { resources: [] } }),
  });
  assertEquals([skipped, requests], [true, []]);
});

Deno.test("a hook that cannot be understood fails every pod (openshift 5.8)", async () => {
  const restore = hooks([{ labelSelector: { matchExpressions: [{ key: "a", operator: "Near" }] }, ...EXEC }]);
  await assertRejects(
    () => restored({ spec: EMPTY_DIR, owners: ["ReplicaSet"], restore }),
    Refusal,
    '"Near" is not a valid',
  );
});

Deno.test("a hook that cannot be understood is not looked at for a pod with a hook of its own (openshift 5.8)", async () => {
  const restore = hooks([{ labelSelector: { matchExpressions: [{ key: "a", operator: "Near" }] }, ...EXEC }]);
  const { skipped } = await restored({
    owners: ["ReplicaSet"],
    metadata: { annotations: { [POST]: "x" } },
    restore,
  });
  assertEquals(skipped, false);
});

// What is no reference to an owner makes nobody an owner who would make the pod again.
for (const ownerReferences of [["o"], [null], "o", {}] as JsonValue[]) {
  Deno.test(`a pod with the owners ${JSON.stringify(ownerReferences)} has none (openshift 7.3)`, async () => {
    const { skipped } = await restored({ storedOwners: ownerReferences });
    assertEquals(skipped, false);
  });
}

// openshift T13.6.10
const CNI: [about: string, before: JsonValue, after: JsonValue][] = [
  ["nil annotations", null, null],
  [
    "three and another",
    {
      "k8s.ovn.org/pod-networks": "{}",
      "k8s.v1.cni.cncf.io/network-status": "[]",
      "k8s.v1.cni.cncf.io/networks-status": "[]",
      app: "a",
    },
    { app: "a" },
  ],
  ["one and another", { "k8s.ovn.org/pod-networks": "{}", app: "a" }, { app: "a" }],
  ["others only", { app: "a", version: "1" }, { app: "a", version: "1" }],
];

for (const [about, before, after] of CNI) {
  Deno.test(`network annotations: ${about} (openshift T13.6.10)`, async () => {
    assertEquals((await restored({ metadata: { annotations: before } })).metadata.annotations, after);
  });
}

Deno.test("annotations and node selector go as the settings say (openshift 7.3)", async () => {
  const options = {
    spec: { nodeSelector: { zone: "a" }, nodeName: "w" },
    metadata: { annotations: { "k8s.ovn.org/pod-networks": "{}", mine: "x" } },
  };
  const usual = await restored(options);
  assertEquals(usual.item.spec, { containers: [{ name: "c0", image: "quay.io/x" }], nodeName: "w" });
  const other = await restored({
    ...options,
    settings: { "pod.clear-node-selector": false, "pod.strip-annotations": ["mine"] },
  });
  assertEquals((other.item.spec as JsonObject).nodeSelector, { zone: "a" });
  assertEquals(other.metadata.annotations, { "k8s.ovn.org/pod-networks": "{}" });
});

const DC_LABELS = { deployment: "catalog-3", deploymentconfig: "catalog", app: "catalog" };
const MARK = "oadp.openshift.io/disconnected-from-dc";

interface Disconnection {
  readonly id: string;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
  readonly spec?: JsonObject;
  readonly backup?: JsonObject;
  readonly restore?: JsonObject;
  readonly after: JsonObject;
  readonly requests?: readonly string[];
}

const GET_BACKUP = ["get backups.velero.io velero/b"];
const LONG = "r".repeat(70);
// The first digits of its SHA-256.
const CUT = "r".repeat(57) + "8e08f5";

const DISCONNECTIONS: readonly Disconnection[] = [
  {
    id: "openshift T13.6.14",
    annotations: FIX,
    spec: EMPTY_DIR,
    restore: restoreOf({}, {}, { name: LONG }),
    after: { app: "catalog", [MARK]: CUT },
  },
  { id: "hooks", annotations: { ...FIX, [POST]: "x" }, after: { app: "catalog", [MARK]: "r" } },
  { id: "neither volumes nor hooks", annotations: FIX, after: DC_LABELS },
  {
    id: "openshift T13.6.15",
    labels: { deploymentconfig: "catalog" },
    annotations: FIX,
    spec: EMPTY_DIR,
    after: { deploymentconfig: "catalog" },
  },
  {
    id: "an empty label",
    labels: { deployment: "", deploymentconfig: "catalog" },
    annotations: FIX,
    spec: EMPTY_DIR,
    after: { deployment: "", deploymentconfig: "catalog" },
  },
  {
    id: "openshift T13.6.16: file system backups by default",
    backup: backupOf({ defaultVolumesToFsBackup: true }),
    after: { app: "catalog", [MARK]: "r" },
    requests: GET_BACKUP,
  },
  {
    id: "openshift T13.6.16: the Backup is gone",
    spec: EMPTY_DIR,
    after: DC_LABELS,
    requests: GET_BACKUP,
  },
  {
    id: "an older backup without that default",
    annotations: { "oadp.openshift.io/includes-dm-dc-fix": "" },
    spec: EMPTY_DIR,
    backup: backupOf(),
    after: DC_LABELS,
    requests: GET_BACKUP,
  },
];

for (
  const { id, labels = DC_LABELS, annotations = {}, spec, backup, restore, after, requests = [] }
    of DISCONNECTIONS
) {
  Deno.test(`pod of a DeploymentConfig: ${id} (openshift 7.3)`, async () => {
    const outcome = await restored({
      metadata: { labels, annotations },
      objects: [...OBJECTS, ...(backup === undefined ? [] : [backup])],
      ...(spec === undefined ? {} : { spec }),
      ...(restore === undefined ? {} : { restore }),
    });
    assertEquals(outcome.metadata.labels, after);
    assertEquals(outcome.requests.filter((request) => request.includes("backups")), requests);
  });
}

Deno.test("a Backup that may not be read takes nothing off (openshift 7.3)", async () => {
  const get: Cluster["get"] = (kind) => {
    if (kind.resource === "backups") {
      return Promise.reject(new ClusterError("get backups: no", "Forbidden", 403));
    }
    return Promise.resolve(
      OBJECTS.find((object) => kind.resource === `${String(object.kind).toLowerCase()}s`),
    );
  };
  const { metadata, logs } = await restored({ metadata: { labels: DC_LABELS }, cluster: { get } });
  assertEquals(metadata.labels, DC_LABELS);
  assertEquals(messages(logs, "warn"), []);
});

const fileBackup = (name: string, podName: string, podNamespace = "n", backup = "b"): JsonObject => ({
  apiVersion: "velero.io/v1",
  kind: "PodVolumeBackup",
  metadata: { name, namespace: "velero", labels: { "velero.io/backup-name": backup } },
  spec: { pod: { name: podName, namespace: podNamespace } },
});

// openshift IMP-35: an owned pod with a volume, and the file system backups that there are.
const FILE_BACKUPS: [about: string, objects: JsonObject[], metadata: JsonObject, skipped: boolean][] = [
  ["its own", [fileBackup("1", "other"), fileBackup("2", "p")], {}, false],
  ["of another backup", [fileBackup("1", "p", "n", "c")], {}, true],
  ["of another namespace", [fileBackup("1", "p", "m")], {}, true],
  ["none", [], {}, true],
  ["none, but a hook", [], { annotations: { [POST]: "x" } }, false],
];

for (const [about, objects, metadata, skipped] of FILE_BACKUPS) {
  Deno.test(`owned pods with file system backups only: ${about} (openshift IMP-35)`, async () => {
    const options = { spec: EMPTY_DIR, metadata, owners: ["ReplicaSet"], objects: [...OBJECTS, ...objects] };
    const settings = { "pod.owned-restore": "fs-backup-only" } as const;
    assertEquals((await restored({ ...options, settings })).skipped, skipped);
    assertEquals((await restored(options)).skipped, false);
  });
}

Deno.test("images are replaced in all containers (openshift 7.3)", async () => {
  const at = (host: string): JsonObject => ({
    containers: [{ name: "a", image: `${host}/n/web:1` }, { name: "b", image: "quay.io/y" }],
    initContainers: [{ name: "i", image: `${host}/n/init` }],
  });
  const { item } = await restored({ spec: at(OLD), metadata: { annotations: registries() } });
  assertEquals(item.spec, at(NEW));
});

Deno.test("a pod without specification or metadata is answered (openshift IMP-02)", async () => {
  const world = { restore: restoreOf(), objects: OBJECTS, settings: settingsWith() };
  const bare = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n" } };
  assertEquals((await runRestore(ACTION, { ...world, item: bare })).item, bare);
  await assertRejects(
    () => runRestore(ACTION, { ...world, item: { apiVersion: "v1", kind: "Pod" } }),
    Refusal,
    "metadata.namespace is missing",
  );
});
