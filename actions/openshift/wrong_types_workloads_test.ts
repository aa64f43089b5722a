import { assertEquals } from "@std/assert";
import { createTestImages } from "../../tests/kit/images.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { mutationsOf } from "../../tests/kit/mutations.ts";
import {
  account,
  backupOf,
  dockercfg,
  imageStream,
  MIGRATION,
  namespace,
  object,
  OLD,
  openshiftVersion,
  pod,
  registries,
  restoreOf,
  settingsWith,
  waiting,
} from "../../tests/kit/openshift.ts";
import { actionOf, runBackup, runRestore } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";

const WRONG: readonly (JsonValue | undefined)[] = [undefined, 5, "x", "", true, null, [], {}, [5], [null], [
  {},
], { name: 5 }];

const SETTINGS = settingsWith({
  "keep-bookkeeping": false,
  "mtc.labels": true,
  "images.rewrite-env": ["IMAGE"],
  "pod.owned-restore": "fs-backup-only",
  "pod.pull-secret-on-timeout": "warn",
  "replicaset.skip-owned": true,
});

const NOTES = {
  ...registries(),
  "openshift.io/backup-server-version": "1.24",
  "openshift.io/paused-owner-ref": "true",
  "openshift.io/scc": "anyuid",
  "oadp.openshift.io/includes-dm-dc-fix": "true",
  "oadp.openshift.io/pod-labels": "app=a",
  "image.openshift.io/triggers": '[{"from":{"kind":"ImageStreamTag","namespace":"n"}}]',
  "migration.openshift.io/exclude-pvcs": "b",
  "backup.velero.io/backup-volumes-excludes": "b",
  "migration.openshift.io/related-istag": "base:1",
  "migration.openshift.io/related-istag-ns": "n",
};

const POD_SPEC: JsonObject = {
  serviceAccountName: "default",
  imagePullSecrets: [{ name: "default-dockercfg-old" }],
  containers: [{
    name: "c",
    image: `${OLD}/openshift/cat@sha256:a`,
    env: [{ name: "IMAGE", value: `${OLD}/n/x` }],
    volumeMounts: [{ name: "a" }],
    volumeDevices: [{ name: "b" }],
  }],
  initContainers: [{ name: "i", image: `${OLD}/n/i` }],
  volumes: [{ name: "a", persistentVolumeClaim: { claimName: "a" } }, {
    name: "i",
    image: { reference: `${OLD}/n/v` },
  }],
  nodeSelector: { a: "b" },
};

const metadata = (owner: string): JsonObject => ({
  annotations: NOTES,
  labels: { app: "a", deployment: "d-1", deploymentconfig: "d", "migration-included-stage-backup": "t" },
  ownerReferences: [{ kind: owner, name: "d" }],
});
const POD = { ...pod([], POD_SPEC, metadata("ReplicaSet")) };
const TEMPLATE = { metadata: { labels: { app: "a" } }, spec: POD_SPEC };
const DEPLOYMENT_CONFIG = object("apps.openshift.io/v1", "DeploymentConfig", "d", {
  metadata: metadata("X"),
  spec: {
    replicas: 2,
    paused: true,
    selector: { app: "a" },
    template: TEMPLATE,
    triggers: [{
      imageChangeParams: {
        from: { kind: "ImageStreamTag", namespace: "n" },
        lastTriggeredImage: `${OLD}/n/x`,
      },
    }],
  },
});
const CONTROLLER = object("v1", "ReplicationController", "d-1", {
  metadata: metadata("DeploymentConfig"),
  spec: { template: TEMPLATE },
});
const CRON_JOB = object("batch/v1", "CronJob", "c", {
  metadata: metadata("X"),
  spec: { jobTemplate: { spec: { template: TEMPLATE } } },
});
const INPUT = {
  from: { kind: "DockerImage", name: `${OLD}/n/x` },
  pullSecret: { name: "builder-dockercfg-old" },
};
const BUILD_CONFIG = object("build.openshift.io/v1", "BuildConfig", "b", {
  metadata: { annotations: NOTES },
  spec: {
    serviceAccount: "builder",
    output: { to: { kind: "ImageStreamTag", namespace: "n" }, pushSecret: { name: "builder-dockercfg-old" } },
    source: { images: [INPUT] },
    strategy: { sourceStrategy: INPUT, dockerStrategy: INPUT, customStrategy: INPUT },
    triggers: [{
      imageChange: { from: { kind: "ImageStreamTag", namespace: "n" }, lastTriggeredImageID: "x" },
    }],
  },
});
const TAG = object("image.openshift.io/v1", "ImageStreamTag", "web:1", {
  metadata: { annotations: NOTES },
  image: { dockerImageReference: `${OLD}/n/web@sha256:a`, metadata: { name: "sha256:a" } },
  tag: { annotations: {}, from: { kind: "ImageStreamImage", name: "base@sha256:b", namespace: "n" } },
});
const STREAM = imageStream("n", "web", ["sha256:a"], {
  metadata: { annotations: NOTES },
  spec: { tags: [{ name: "x", from: { kind: "DockerImage", name: `${OLD}/n/x` } }] },
});

const RESTORE = restoreOf({ n: "n" }, {
  hooks: {
    resources: [{
      name: "h",
      includedNamespaces: ["n"],
      includedResources: ["pods"],
      excludedNamespaces: ["o"],
      labelSelector: {
        matchLabels: { app: "a" },
        matchExpressions: [{ key: "b", operator: "DoesNotExist" }],
      },
      postHooks: [{ exec: {} }],
    }],
  },
}, {
  labels: { ...MIGRATION, "migration.openshift.io/migrated-by-migplan": "p" },
  annotations: { "migration.openshift.io/stage-pod-image": "s", "openshift.io/migration-registry": "r" },
});
const BACKUP = backupOf({ includedNamespaces: ["n"] }, {
  labels: MIGRATION,
  annotations: {
    "migration.openshift.io/disable-image-copy": "true",
    "openshift.io/migration-registry": "r",
  },
});
const CLUSTER: readonly JsonObject[] = [
  ...openshiftVersion("4.16.1"),
  namespace("n", "2025-01-01T00:00:00Z"),
  account("default", "default-dockercfg-new"),
  account("builder"),
  dockercfg("builder-dockercfg-new", "builder", "uid-builder"),
  imageStream("openshift", "cat", ["sha256:a"]),
  BACKUP,
  POD,
  DEPLOYMENT_CONFIG,
  {
    apiVersion: "security.openshift.io/v1",
    kind: "SecurityContextConstraints",
    metadata: { name: "anyuid" },
  },
  object("image.openshift.io/v1", "ImageStreamTag", "base:1", { image: { metadata: { name: "sha256:b" } } }),
  {
    apiVersion: "config.openshift.io/v1",
    kind: "Image",
    metadata: { name: "cluster" },
    status: { internalRegistryHostname: "r:5000" },
  },
];

type Call = (item: JsonObject, run?: JsonObject, objects?: readonly JsonObject[]) => Promise<unknown>;

const backingUp = (name: string): Call => (item, backup = BACKUP, objects = CLUSTER) =>
  runBackup(actionOf(openshift, "BackupItemAction", `openshift.io/${name}-backup-plugin`), {
    item,
    backup,
    objects,
    settings: SETTINGS,
    images: createTestImages(),
  });
const restoring = (name: string): Call => (item, restore = RESTORE, objects = CLUSTER) => {
  const kind = name === "04-imagestreamtag" ? "RestoreItemActionV2" : "RestoreItemAction";
  const action = actionOf(openshift, kind, `openshift.io/${name}-restore-plugin`);
  return runRestore(action, {
    item,
    restore,
    objects,
    settings: SETTINGS,
    images: createTestImages(),
    ...waiting(),
  });
};

const CALLS: Readonly<Record<string, [JsonObject, Call]>> = {
  "common backup": [DEPLOYMENT_CONFIG, backingUp("01-common")],
  "common restore": [DEPLOYMENT_CONFIG, restoring("01-common")],
  "migration labels": [CONTROLLER, restoring("01-mtc-common")],
  "tag at backup": [TAG, backingUp("04-imagestreamtag")],
  "tag at restore": [TAG, restoring("04-imagestreamtag")],
  "pod at backup": [POD, backingUp("07-pod")],
  "pod at restore": [POD, restoring("07-pod")],
  "DeploymentConfig at backup": [DEPLOYMENT_CONFIG, backingUp("08-deploymentconfig")],
  "DeploymentConfig at restore": [DEPLOYMENT_CONFIG, restoring("08-deploymentconfig")],
  "ReplicationController at backup": [CONTROLLER, backingUp("09-replicationcontroller")],
  "ReplicationController at restore": [CONTROLLER, restoring("09-replicationcontroller")],
  "ReplicaSet": [CONTROLLER, restoring("12-replicaset")],
  "CronJob": [CRON_JOB, restoring("16-cronjob")],
  "BuildConfig": [BUILD_CONFIG, restoring("17-buildconfig")],
  "image stream at backup": [STREAM, backingUp("19-is")],
  "image stream at restore": [STREAM, restoring("19-is")],
};

async function failuresOf(
  object: JsonObject,
  call: (value: JsonObject) => Promise<unknown>,
): Promise<string[]> {
  const failures: string[] = [];
  for (const { about, value } of mutationsOf(object, WRONG)) {
    try {
      await call(value);
    } catch (error) {
      if (!(error instanceof Refusal)) failures.push(`${about}: ${error}`);
    }
  }
  return failures;
}

for (const [name, [object, call]] of Object.entries(CALLS)) {
  Deno.test(`wrong types, ${name}: an answer or the refusal of a rule (openshift IMP-02)`, async () => {
    assertEquals(await failuresOf(object, (value) => call(value)), []);
  });
}

for (const name of ["04-imagestreamtag", "07-pod", "08-deploymentconfig", "19-is"]) {
  const item = {
    "04-imagestreamtag": TAG,
    "07-pod": POD,
    "08-deploymentconfig": DEPLOYMENT_CONFIG,
    "19-is": STREAM,
  }[name] ?? {};
  Deno.test(`wrong types, Backup and Restore of ${name}: an answer or the refusal of a rule (openshift IMP-02)`, async () => {
    assertEquals(await failuresOf(BACKUP, (backup) => backingUp(name)(item, backup)), []);
    assertEquals(await failuresOf(RESTORE, (restore) => restoring(name)(item, restore)), []);
  });
}

// What actions read of the cluster; only what a memory cluster takes can be there.
for (const [index, object] of CLUSTER.entries()) {
  Deno.test(`wrong types, ${object.kind} ${index} in the cluster: an answer or the refusal of a rule (openshift IMP-02)`, async () => {
    const { apiVersion, kind, metadata, ...rest } = object;
    const { name, namespace, ...more } = metadata as JsonObject;
    const rebuilt = ({ rest, more }: { rest: JsonObject; more: JsonObject }): JsonObject => ({
      ...rest,
      apiVersion: apiVersion ?? null,
      kind: kind ?? null,
      metadata: { ...more, name: name ?? null, ...(namespace === undefined ? {} : { namespace }) },
    });
    const whole = { rest, more };
    const failures = await failuresOf(whole, async (value) => {
      const [rest, more] = [value.rest, value.more].map((part) =>
        (typeof part === "object" && !Array.isArray(part) ? part ?? {} : {}) as JsonObject
      );
      const objects = CLUSTER.with(index, rebuilt({ rest: rest ?? {}, more: more ?? {} }));
      await backingUp("08-deploymentconfig")(DEPLOYMENT_CONFIG, BACKUP, objects);
      await backingUp("09-replicationcontroller")(CONTROLLER, BACKUP, objects);
      await backingUp("04-imagestreamtag")(TAG, BACKUP, objects);
      await backingUp("01-common")(TAG, BACKUP, objects);
      await restoring("07-pod")(POD, RESTORE, objects);
      await restoring("17-buildconfig")(BUILD_CONFIG, RESTORE, objects);
    });
    assertEquals(failures, []);
  });
}
