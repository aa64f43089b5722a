import { assertEquals } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { cloneJson, type JsonObject } from "../../objects/json.ts";
import {
  imageStream,
  NEW,
  object,
  OLD,
  registries,
  restoreOf,
  settingsWith,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import type { Settings } from "./settings.ts";

const actionFor = (part: string) =>
  actionOf(openshift, "RestoreItemAction", `openshift.io/${part}-restore-plugin`);

interface Kind {
  readonly rule: string;
  /** The registered name without `openshift.io/` and `-restore-plugin`. */
  readonly part: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** An object's specification around that of its pod. */
  readonly around: (podSpec: JsonObject) => JsonObject;
}

const template = (spec: JsonObject): JsonObject => ({ replicas: 2, template: { metadata: {}, spec } });

const KINDS: readonly Kind[] = [
  {
    rule: "openshift A22",
    part: "09-replicationcontroller",
    apiVersion: "v1",
    kind: "ReplicationController",
    around: template,
  },
  { rule: "openshift A23", part: "10-job", apiVersion: "batch/v1", kind: "Job", around: template },
  { rule: "openshift A24", part: "11-daemonset", apiVersion: "apps/v1", kind: "DaemonSet", around: template },
  {
    rule: "openshift A25",
    part: "12-replicaset",
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    around: template,
  },
  {
    rule: "openshift A26",
    part: "13-deployment",
    apiVersion: "apps/v1",
    kind: "Deployment",
    around: template,
  },
  {
    rule: "openshift A27",
    part: "14-statefulset",
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    around: template,
  },
  {
    rule: "openshift A29",
    part: "16-cronjob",
    apiVersion: "batch/v1",
    kind: "CronJob",
    around: (podSpec) => ({ timeZone: "Etc/UTC", jobTemplate: { spec: template(podSpec) } }),
  },
];

function podSpec(images: readonly string[]): JsonObject {
  const named = (front: string) => images.map((image, index) => ({ name: `${front}${index}`, image }));
  return { containers: named("c"), initContainers: named("i") };
}

interface Row {
  readonly id: string;
  readonly hosts?: Record<string, string>;
  readonly images: string[];
  readonly mapping?: JsonObject;
  readonly result: string[];
}

const MAPPED = { "namespace-old": "namespace-new" };
const HOSTS = registries("backup-host", "restore-host");

const ROWS: readonly Row[] = [
  {
    id: "openshift T13.3.1",
    hosts: registries("foo", "bar"),
    images: ["foo/cat", "foo/cat/y", "foo/dog/x", "boo/cat"],
    mapping: { dog: "puppy", cat: "kitten" },
    result: ["bar/cat", "bar/kitten/y", "bar/puppy/x", "boo/cat"],
  },
  {
    id: "openshift T13.3.2: no old host",
    hosts: registries("", "restore-host"),
    images: ["backup-host/namespace-old/foo", "/namespace-old/foo"],
    mapping: MAPPED,
    result: ["backup-host/namespace-old/foo", "/namespace-old/foo"],
  },
  {
    id: "openshift T13.3.2: no new host",
    hosts: registries("backup-host", ""),
    images: ["backup-host/namespace-old/foo"],
    mapping: MAPPED,
    result: ["backup-host/namespace-old/foo"],
  },
  {
    id: "openshift T13.3.2: no annotation of the new host",
    hosts: { "openshift.io/backup-registry-hostname": "backup-host" },
    images: ["backup-host/namespace-old/foo"],
    mapping: MAPPED,
    result: ["backup-host/namespace-old/foo"],
  },
  {
    id: "openshift T13.3.3",
    hosts: HOSTS,
    images: ["backup-host/namespace/foo"],
    mapping: MAPPED,
    result: ["restore-host/namespace/foo"],
  },
  {
    id: "openshift T13.3.4",
    hosts: HOSTS,
    images: ["backup-host/namespace-old/foo"],
    mapping: MAPPED,
    result: ["restore-host/namespace-new/foo"],
  },
  {
    id: "openshift T13.3.5",
    hosts: HOSTS,
    images: ["backup-host-2/namespace-old/foo"],
    mapping: MAPPED,
    result: ["backup-host-2/namespace-old/foo"],
  },
  {
    id: "openshift T13.3.6",
    hosts: HOSTS,
    images: ["backup-host/openshift/foo@bar"],
    mapping: MAPPED,
    result: ["restore-host/openshift/foo"],
  },
  {
    id: "openshift T13.3.7",
    hosts: registries("statefulsetBackup", "statefulsetRestore"),
    images: ["statefulsetBackup/test"],
    result: ["statefulsetRestore/test"],
  },
  {
    id: "openshift T13.3.7: both empty",
    hosts: registries("", ""),
    images: ["statefulsetBackup/test"],
    result: ["statefulsetBackup/test"],
  },
  {
    id: "openshift T13.3.8",
    hosts: registries("statefulsetBackup", "statefulsetRestore"),
    images: ["statefulsetBackup/enabled/test"],
    mapping: { enabled: "newNameSpace" },
    result: ["statefulsetRestore/newNameSpace/test"],
  },
  {
    id: "openshift T13.3.9",
    images: ["backup-host/namespace/foo"],
    mapping: MAPPED,
    result: ["backup-host/namespace/foo"],
  },
];

for (const { rule, part, apiVersion, kind, around } of KINDS) {
  for (const { id, hosts, images, mapping, result } of ROWS) {
    Deno.test(`${kind}: ${id} (${rule})`, async () => {
      const metadata: JsonObject = hosts === undefined ? {} : { annotations: hosts };
      const of = (named: readonly string[]) =>
        object(apiVersion, kind, "x", { metadata, spec: around(podSpec(named)) });
      const outcome = await runRestore(actionFor(part), {
        item: of(images),
        restore: restoreOf(mapping),
        settings: settingsWith(),
      });
      assertEquals(outcome.item, of(result));
      // What did not change is not sent back.
      assertEquals(
        outcome.result.item === undefined,
        images.every((image, index) => image === result[index]),
      );
      assertEquals(outcome.result.skipRestore ?? false, false);
    });
  }

  Deno.test(`${kind}: openshift T13.3.10, without a template (openshift IMP-02)`, async () => {
    for (
      const spec of [undefined, null, {}, { template: null }, { jobTemplate: {} }, {
        template: { spec: null },
      }]
    ) {
      const item = object(apiVersion, kind, "x", {
        metadata: { annotations: HOSTS },
        ...(spec === undefined ? {} : { spec }),
      });
      const outcome = await runRestore(actionFor(part), {
        item,
        restore: restoreOf(MAPPED),
        settings: settingsWith(),
      });
      assertEquals(outcome.result, {});
    }
  });

  Deno.test(`${kind}: fields that are not named stay (openshift IMP-01)`, async () => {
    const item = object(apiVersion, kind, "x", {
      metadata: { annotations: registries(), labels: { a: "b" } },
      spec: {
        ...around({ ...podSpec([`${OLD}/n/web`]), unknown: { a: [1] }, restartPolicy: "Never" }),
        futureField: { behavior: 1 },
      },
      more: [1],
    });
    const expected = JSON.parse(JSON.stringify(item).replaceAll(`${OLD}/n/web`, `${NEW}/n/web`));
    const outcome = await runRestore(actionFor(part), {
      item,
      restore: restoreOf(),
      settings: settingsWith(),
    });
    assertEquals(outcome.item, expected);
    assertEquals(Object.keys(outcome.item), Object.keys(item));
  });
}

/** A Deployment, `n/x`, whose pods have this specification. */
function deployment(spec: JsonObject, annotations: JsonObject = registries()): JsonObject {
  return object("apps/v1", "Deployment", "x", { metadata: { annotations }, spec: template(spec) });
}

async function restored(spec: JsonObject, world: Partial<Parameters<typeof runRestore>[1]> = {}) {
  const outcome = await runRestore(actionFor("13-deployment"), {
    item: deployment(spec),
    restore: restoreOf({ openshift: "os2" }),
    settings: settingsWith(),
    ...world,
  });
  const { template } = outcome.item.spec as { template: { spec: JsonObject } };
  return { ...outcome, podSpec: template.spec };
}

Deno.test("images of ephemeral containers and image volumes are replaced (openshift IMP-12)", async () => {
  const at = (host: string): JsonObject => ({
    ephemeralContainers: [{ name: "debug", image: `${host}/n/tools` }],
    volumes: [
      { name: "a", image: { reference: `${host}/n/data:1`, pullPolicy: "Always" } },
      { name: "b", image: "odd" },
      { name: "c", emptyDir: {} },
    ],
  });
  assertEquals((await restored(at(OLD))).podSpec, at(NEW));
});

Deno.test("environment variables that the settings name are rewritten (openshift IMP-13)", async () => {
  const at = (host: string): JsonObject => ({
    containers: [{
      name: "c",
      env: [
        { name: "IMAGE", value: `${host}/n/side` },
        { name: "OTHER", value: `${OLD}/n/side` },
        { name: "FROM", valueFrom: { fieldRef: { fieldPath: "x" } } },
      ],
    }],
    initContainers: [{ name: "i", env: [{ name: "IMAGE", value: "elsewhere/n/side" }, null, "x"] }],
  });
  const settings = settingsWith({ "images.rewrite-env": ["IMAGE", "FROM"] });
  assertEquals((await restored(at(OLD), { settings })).podSpec, at(NEW));
  assertEquals((await restored(at(OLD))).result, {});
});

Deno.test("other names of the old registry count when they are set (openshift IMP-11)", async () => {
  const spec = podSpec(["alias:5000/n/web"]);
  const settings = settingsWith({ "registry.aliases": ["alias:5000"] });
  assertEquals((await restored(spec, { settings })).podSpec, podSpec([`${NEW}/n/web`]));
  // They are names of a registry that must be known to exist.
  const item = deployment(spec, registries(""));
  assertEquals((await restored(spec, { settings, item })).result, {});
});

// openshift IMP-10: what becomes of a digest in namespace openshift.
const DIGESTS: [about: string, streams: JsonObject[], result: string][] = [
  [
    "the stream of the target has it",
    [imageStream("os2", "cat", ["sha256:b", "sha256:a"])],
    `${NEW}/os2/cat@sha256:a`,
  ],
  ["the stream has others", [imageStream("os2", "cat", ["sha256:b"])], `${NEW}/os2/cat`],
  ["the stream is in the old namespace", [imageStream("openshift", "cat", ["sha256:a"])], `${NEW}/os2/cat`],
  ["there is no stream", [], `${NEW}/os2/cat`],
  ["the stream has no status", [
    object("image.openshift.io/v1", "ImageStream", "cat", { metadata: { namespace: "os2" } }),
  ], `${NEW}/os2/cat`],
];

for (const [about, objects, result] of DIGESTS) {
  Deno.test(`a digest in namespace openshift: ${about} (openshift IMP-10)`, async () => {
    const outcome = await restored(podSpec([`${OLD}/openshift/cat@sha256:a`]), { objects });
    assertEquals(outcome.podSpec, podSpec([result]));
    assertEquals(outcome.requests, [
      "serves imagestreams.image.openshift.io",
      "get imagestreams.image.openshift.io os2/cat",
    ]);
  });
}

Deno.test("a digest in namespace openshift goes when the cluster cannot be read (openshift IMP-10)", async () => {
  for (const reason of ["NoCluster", "Forbidden", "NotServed"] as const) {
    const get = () => Promise.reject(new ClusterError("get imagestreams", reason, 0));
    const outcome = await restored(podSpec([`${OLD}/openshift/cat@sha256:a`]), { cluster: { get } });
    assertEquals(outcome.podSpec, podSpec([`${NEW}/os2/cat`]));
    assertEquals(messages(outcome.logs, "warn"), []);
  }
});

interface Ownership {
  readonly id: string;
  readonly part: string;
  /** Kinds of the owners of the stored object. */
  readonly owners: readonly string[];
  readonly annotations?: JsonObject;
  readonly settings?: Partial<Settings>;
  readonly skip: boolean;
}

const PAUSED = "openshift.io/paused-owner-ref";

// openshift 8
const OWNERSHIP: readonly Ownership[] = [
  { id: "openshift T13.5.1: none", part: "10-job", owners: [], skip: false },
  { id: "openshift T13.5.1: CronJob", part: "10-job", owners: ["CronJob"], skip: true },
  { id: "openshift T13.5.1: Deployment", part: "10-job", owners: ["Deployment"], skip: false },
  { id: "openshift T13.5.3: none", part: "09-replicationcontroller", owners: [], skip: false },
  {
    id: "openshift T13.5.3: DeploymentConfig",
    part: "09-replicationcontroller",
    owners: ["DeploymentConfig"],
    skip: true,
  },
  {
    id: "openshift T13.5.3: Deployment",
    part: "09-replicationcontroller",
    owners: ["Deployment"],
    skip: false,
  },
  {
    id: "openshift T13.5.4",
    part: "09-replicationcontroller",
    owners: ["DeploymentConfig"],
    annotations: { [PAUSED]: "true" },
    skip: false,
  },
  {
    id: "openshift T13.5.4: whatever the value",
    part: "09-replicationcontroller",
    owners: ["DeploymentConfig"],
    annotations: { [PAUSED]: "" },
    skip: false,
  },
  {
    id: "openshift T13.5.5: the last of three",
    part: "09-replicationcontroller",
    owners: ["NoDeploymentConfig1", "NoDeploymentConfig2", "DeploymentConfig"],
    skip: true,
  },
  {
    id: "openshift T13.5.5: three others",
    part: "09-replicationcontroller",
    owners: ["NoDeploymentConfig1", "NoDeploymentConfig2", "NoDeploymentConfig3"],
    skip: false,
  },
  {
    id: "openshift T13.5.5: one empty reference",
    part: "09-replicationcontroller",
    owners: [""],
    skip: false,
  },
  { id: "openshift T13.5.6: Deployment", part: "12-replicaset", owners: ["Deployment"], skip: false },
  { id: "openshift T13.5.6: none", part: "12-replicaset", owners: [], skip: false },
  {
    id: "openshift T13.5.6: Deployment, as K has it",
    part: "12-replicaset",
    owners: ["Deployment"],
    settings: { "replicaset.skip-owned": true },
    skip: true,
  },
  {
    id: "openshift T13.5.6: none, as K has it",
    part: "12-replicaset",
    owners: [],
    settings: { "replicaset.skip-owned": true },
    skip: false,
  },
  {
    id: "a Deployment of a DeploymentConfig",
    part: "13-deployment",
    owners: ["DeploymentConfig", "CronJob"],
    skip: false,
  },
];

for (const { id, part, owners, annotations = {}, settings, skip } of OWNERSHIP) {
  Deno.test(`owners, ${part}: ${id}`, async () => {
    const item = object("v1", "X", "x", { metadata: { annotations: { a: "b", ...annotations } } });
    const itemFromBackup = cloneJson(item);
    (itemFromBackup.metadata as JsonObject).ownerReferences = owners.map((kind) =>
      kind === "" ? {} : { kind }
    );
    const outcome = await runRestore(actionFor(part), {
      item,
      itemFromBackup,
      restore: restoreOf(),
      settings: settingsWith(settings),
    });
    assertEquals(outcome.result.skipRestore ?? false, skip);
    assertEquals((outcome.item.metadata as JsonObject).annotations, { a: "b" });
  });
}

Deno.test("openshift T13.5.2: a skipped Job comes back as it was sent", async () => {
  const item = object("batch/v1", "Job", "j", {
    metadata: { annotations: HOSTS },
    spec: template(podSpec(["backup-host/openshift/foo@bar"])),
  });
  const itemFromBackup = cloneJson(item);
  (itemFromBackup.metadata as JsonObject).ownerReferences = [{ kind: "CronJob", name: "c" }];
  const outcome = await runRestore(actionFor("10-job"), { item, itemFromBackup, settings: settingsWith() });
  assertEquals(outcome.result, { skipRestore: true });
});
