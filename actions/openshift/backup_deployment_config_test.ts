import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { backupOf, object, settingsWith } from "../../tests/kit/openshift.ts";
import { actionOf, runBackup } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";

const ACTION = actionOf(openshift, "BackupItemAction", "openshift.io/08-deploymentconfig-backup-plugin");

const dc = (spec: JsonObject, annotations: JsonObject = {}) =>
  object("apps.openshift.io/v1", "DeploymentConfig", "d", { metadata: { annotations }, spec });

const aPod = (
  name: string,
  labels: JsonObject,
  spec: JsonObject = {},
  annotations: JsonObject = {},
  namespace = "n",
) => object("v1", "Pod", name, { metadata: { namespace, labels, annotations }, spec });

const CLAIM = { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "c" } }] };
const HOOK = { "post.hook.restore.velero.io/command": "" };

const PODS = [
  aPod("a-1", { app: "a", zone: "x" }),
  aPod("a-2", { app: "a", zone: "y" }, CLAIM),
  aPod("b-1", { app: "b" }, {}, HOOK),
  aPod("c-1", { app: "c", b: "2", a: "1", "a-b": "3" }),
  aPod("other", { app: "d" }, CLAIM, HOOK, "m"),
];

const selects = (selector: JsonObject): JsonObject => ({ selector });

// What is noted: hooks, volumes, labels (openshift A19).
const ROWS: [about: string, spec: JsonObject, noted: [hooks: string, volumes: string, labels: string]][] = [
  ["volumes of one of two", selects({ app: "a" }), ["false", "true", "app=a,zone=x"]],
  ["all pairs must match", selects({ app: "a", zone: "x" }), ["false", "false", "app=a,zone=x"]],
  ["a hook", selects({ app: "b" }), ["true", "false", "app=b"]],
  ["labels are sorted by key", selects({ app: "c" }), ["false", "false", "a=1,a-b=3,app=c,b=2"]],
  ["no pods", selects({ app: "none" }), ["false", "false", ""]],
  ["pods of its own namespace only", selects({ app: "d" }), ["false", "false", ""]],
  [
    "openshift IMP-23: labels of the template",
    { selector: {}, template: { metadata: { labels: { app: "b" } } } },
    ["true", "false", "app=b"],
  ],
  ["openshift IMP-23: neither selector nor labels", { template: { metadata: { labels: {} } } }, [
    "false",
    "false",
    "",
  ]],
  ["openshift IMP-23: no specification that says it", {}, ["false", "false", ""]],
  ["a selector of wrong types", selects({ app: 5 }), ["false", "false", ""]],
];

for (const [about, spec, [hooks, volumes, labels]] of ROWS) {
  Deno.test(`backup of a DeploymentConfig: ${about} (openshift A19)`, async () => {
    const item = dc(spec, { a: "b", "oadp.openshift.io/pod-labels": "stale=1" });
    const { result } = await runBackup(ACTION, {
      item,
      backup: backupOf(),
      objects: PODS,
      settings: settingsWith(),
    });
    assertEquals(result, {
      item: dc(spec, {
        a: "b",
        "oadp.openshift.io/pod-labels": labels,
        "oadp.openshift.io/includes-dm-dc-fix": "true",
        "oadp.openshift.io/has-pod-restore-hooks": hooks,
        "oadp.openshift.io/pods-have-volumes": volumes,
      }),
    });
  });
}

Deno.test("backup of a DeploymentConfig: a pod without labels is not asked for them (openshift A19)", async () => {
  const objects = [aPod("a-0", { app: "" }), ...PODS];
  const { item } = await runBackup(ACTION, {
    item: dc(selects({ app: "" })),
    objects,
    settings: settingsWith(),
  });
  assertEquals(
    (item.metadata as { annotations: JsonObject }).annotations["oadp.openshift.io/pod-labels"],
    "app=",
  );
});

Deno.test("backup of DeploymentConfigs lists the pods of a namespace once (openshift IMP-03)", async () => {
  const states = new Map<string, unknown>();
  const requests = await Promise.all(["a", "b", "c"].map(async (app) => {
    const world = {
      item: dc(selects({ app })),
      backup: backupOf(),
      objects: PODS,
      settings: settingsWith(),
      states,
    };
    return (await runBackup(ACTION, world)).requests;
  }));
  assertEquals(requests.flat().filter((request) => !request.startsWith("serves")), ["list pods n"]);
});

Deno.test("backup of a DeploymentConfig that has no pods asks nothing (openshift IMP-23)", async () => {
  const { requests } = await runBackup(ACTION, { item: dc({}), objects: PODS, settings: settingsWith() });
  assertEquals(requests, ["serves imagestreams.image.openshift.io"]);
});

Deno.test("backup of a DeploymentConfig fails when pods cannot be listed (openshift A19)", async () => {
  // deno-lint-ignore require-yield
  const list = async function* () {
    await Promise.reject(new ClusterError("list pods n: forbidden", "Forbidden", 403));
  };
  const world = { item: dc(selects({ app: "a" })), cluster: { list }, settings: settingsWith() };
  await assertRejects(() => runBackup(ACTION, world), ClusterError, "list pods n");
});
