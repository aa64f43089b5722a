import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import {
  backupOf,
  NEW,
  object,
  OLD,
  registries,
  restoreOf,
  settingsWith,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";

const ACTION = actionOf(openshift, "RestoreItemAction", "openshift.io/08-deploymentconfig-restore-plugin");

const dc = (spec: JsonObject, metadata: JsonObject = {}) =>
  object("apps.openshift.io/v1", "DeploymentConfig", "d", { metadata, spec });

const restored = (item: JsonObject, restore = restoreOf(), objects: JsonObject[] = []) =>
  runRestore(ACTION, { item, restore, objects, settings: settingsWith() });

const trigger = (namespace: string | undefined, more: JsonObject = {}) => ({
  type: "ImageChange",
  imageChangeParams: {
    automatic: true,
    from: { kind: "ImageStreamTag", name: "web:latest", ...(namespace === undefined ? {} : { namespace }) },
    ...more,
  },
});
const OLD_SPACES = { "old-namespace": "new-namespace", "old-namespace-2": "new-namespace-2" };

Deno.test("openshift T13.7.1: image and triggers, each by the namespace it names (openshift IMP-38, A20)", async () => {
  const of = (image: string, one: string, two: string) =>
    dc({
      template: { spec: { containers: [{ name: "c", image }], initContainers: [{ name: "i", image }] } },
      triggers: [{ type: "ConfigChange" }, trigger(one), trigger(two), trigger("unmapped")],
    }, { namespace: "old-namespace", annotations: registries("foo", "bar") });
  const { item } = await restored(of("foo/cat", "old-namespace", "old-namespace-2"), restoreOf(OLD_SPACES));
  assertEquals(item, of("bar/cat", "new-namespace", "new-namespace-2"));
});

Deno.test("openshift T13.7.2: triggers without parameters or namespace stay", async () => {
  for (
    const triggers of [
      [{ type: "ConfigChange" }, trigger(undefined), trigger("")],
      [null, 5, { imageChangeParams: 5 }],
      "x",
      null,
    ]
  ) {
    const item = dc({ triggers });
    assertEquals((await restored(item, restoreOf({ n: "m", "": "x" }))).result, {});
  }
});

// openshift IMP-38: what a trigger saw last goes when its registry changed.
const SEEN: [about: string, host: string, seen: string, kept: boolean][] = [
  ["the old registry", NEW, `${OLD}/n/web@sha256:a`, false],
  ["the same registry", OLD, `${OLD}/n/web@sha256:a`, true],
  ["another registry", NEW, "quay.io/n/web@sha256:a", true],
  ["no registry any more", "", `${OLD}/n/web@sha256:a`, false],
];

for (const [about, host, lastTriggeredImage, kept] of SEEN) {
  Deno.test(`last triggered image of ${about} (openshift IMP-38)`, async () => {
    const of = (seen: JsonObject) =>
      dc({ triggers: [trigger("n", seen)] }, { annotations: registries(OLD, host) });
    const { item } = await restored(of({ lastTriggeredImage }));
    assertEquals(item, of(kept ? { lastTriggeredImage } : {}));
  });
}

const FIX = "oadp.openshift.io/includes-dm-dc-fix";
const VOLUMES = "oadp.openshift.io/pods-have-volumes";
const HOOKS = "oadp.openshift.io/has-pod-restore-hooks";
const LABELS = "oadp.openshift.io/pod-labels";
const EXEC = { postHooks: [{ exec: {} }] };
const hooked = (hook: JsonObject, mapping: JsonObject = {}) =>
  restoreOf(mapping, { hooks: { resources: [{ ...hook, ...EXEC }] } });

interface Row {
  readonly id: string;
  readonly spec?: JsonObject;
  readonly annotations: JsonObject;
  readonly restore?: JsonObject;
  readonly backup?: JsonObject;
  /** Annotation values for replicas and paused; `undefined`: not scaled down. */
  readonly noted: [replicas: string, paused: string] | undefined;
}

const NEITHER = { [FIX]: "true", [VOLUMES]: "false", [HOOKS]: "false", [LABELS]: "app=x,tier=" };
const NOTED: [string, string] = ["3", "false"];

const ROWS: readonly Row[] = [
  {
    id: "openshift T13.7.3",
    spec: { replicas: 3, paused: true },
    annotations: { ...NEITHER, [VOLUMES]: "true" },
    noted: ["3", "true"],
  },
  {
    id: "openshift T13.7.4",
    spec: { replicas: 0 },
    annotations: { ...NEITHER, [VOLUMES]: "true" },
    noted: undefined,
  },
  {
    id: "openshift T13.7.5",
    annotations: NEITHER,
    restore: hooked({ labelSelector: { matchLabels: { app: "x" } } }),
    noted: NOTED,
  },
  { id: "hooks of its pods", annotations: { ...NEITHER, [HOOKS]: "true" }, noted: NOTED },
  { id: "neither", annotations: NEITHER, noted: undefined },
  {
    id: "a hook for other labels",
    annotations: NEITHER,
    restore: hooked({ labelSelector: { matchLabels: { app: "y" } } }),
    noted: undefined,
  },
  {
    id: "a hook for the target namespace (openshift IMP-19)",
    annotations: NEITHER,
    restore: hooked({ includedNamespaces: ["m"] }, { n: "m" }),
    noted: NOTED,
  },
  {
    id: "a hook for the source namespace (openshift IMP-19)",
    annotations: NEITHER,
    restore: hooked({ includedNamespaces: ["n"] }, { n: "m" }),
    noted: undefined,
  },
  {
    id: "a hook that cannot be understood",
    annotations: NEITHER,
    restore: hooked({ labelSelector: { matchExpressions: [{ key: "a", operator: "Near" }] } }),
    noted: undefined,
  },
  {
    id: "labels that are none",
    annotations: { ...NEITHER, [LABELS]: "app" },
    restore: hooked({}),
    noted: undefined,
  },
  {
    id: "labels with two signs",
    annotations: { ...NEITHER, [LABELS]: "a=b=c" },
    restore: hooked({}),
    noted: undefined,
  },
  {
    id: "labels without a key",
    annotations: { ...NEITHER, [LABELS]: "=x" },
    restore: hooked({}),
    noted: undefined,
  },
  { id: "labels that are not noted", annotations: { [FIX]: "true" }, restore: hooked({}), noted: NOTED },
  { id: "no labels", annotations: { ...NEITHER, [LABELS]: "" }, restore: hooked({}), noted: NOTED },
  {
    id: "an older backup, file system backups by default",
    annotations: { [VOLUMES]: "false" },
    backup: backupOf({ defaultVolumesToRestic: true }),
    noted: NOTED,
  },
  { id: "an older backup without", annotations: { [VOLUMES]: "true" }, backup: backupOf(), noted: undefined },
  { id: "an older backup that is gone", annotations: { [FIX]: "" }, noted: undefined },
  {
    id: "replicas of a wrong type",
    spec: { replicas: "3" },
    annotations: { ...NEITHER, [VOLUMES]: "true" },
    noted: undefined,
  },
  { id: "no replicas", spec: {}, annotations: { ...NEITHER, [VOLUMES]: "true" }, noted: undefined },
];

for (const { id, spec = { replicas: 3 }, annotations, restore, backup, noted } of ROWS) {
  Deno.test(`pods beside a DeploymentConfig: ${id} (openshift 7.4)`, async () => {
    const item = dc({ ...spec, test: false }, { annotations, labels: { a: "b" } });
    const outcome = await restored(item, restore, backup === undefined ? [] : [backup]);
    if (noted === undefined) return assertEquals(outcome.result, {});
    assertEquals(
      outcome.item,
      dc({ replicas: 0, test: false }, {
        annotations: {
          ...annotations,
          "oadp.openshift.io/original-replicas": noted[0],
          "oadp.openshift.io/original-paused": noted[1],
        },
        labels: { a: "b", "oadp.openshift.io/replicas-modified": "r" },
      }),
    );
  });
}

Deno.test("a DeploymentConfig reads the Backup only when it needs it (openshift 5.7)", async () => {
  const asked = async (spec: JsonObject, annotations: JsonObject) =>
    (await restored(dc(spec, { annotations }))).requests.filter((request) => !request.startsWith("serves"));
  assertEquals(await asked({ replicas: 3 }, NEITHER), []);
  assertEquals(await asked({ replicas: 0 }, {}), []);
  assertEquals(await asked({ replicas: 3 }, {}), ["get backups.velero.io velero/b"]);
});

Deno.test("a long restore name is cut in the label (openshift V10)", async () => {
  const restore = restoreOf({}, {}, { name: "r".repeat(70) });
  const { item, logs } = await restored(
    dc({ replicas: 1 }, { annotations: { ...NEITHER, [VOLUMES]: "true" } }),
    restore,
  );
  const { labels } = item.metadata as { labels: JsonObject };
  assertEquals(labels, { "oadp.openshift.io/replicas-modified": "r".repeat(57) + "8e08f5" });
  assertEquals(messages(logs, "info"), [
    'scaled down from 1; run "openshift dc-post-restore" when the restore is done',
  ]);
});
