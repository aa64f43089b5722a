import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { object } from "../testing/world.ts";
import { copiedVolumes } from "./data.ts";
import { backupCommands, commandOf, restoreCommands } from "./hooks.ts";

const pod = (annotations: JsonObject = {}, spec: JsonObject = {}) =>
  object("v1", "Pod", "shop/web", { metadata: { annotations, labels: { app: "web" } }, spec });
const run = (entry: JsonObject): JsonObject => ({
  spec: { hooks: { resources: [{ name: "h", ...entry }] } },
});
const exec = (...command: string[]) => ({ exec: { container: "c", command } });

Deno.test("commandOf() reads a list of words or one word", () => {
  const texts = ["sync", "a b", '["a", "b"]', "[broken", "[1]"];
  assertEquals(texts.map(commandOf), [["sync"], ["a b"], ["a", "b"], ["[broken"], ["[1]"]]);
});

Deno.test("backupCommands() goes by annotations, else by the Backup", async (t) => {
  const pre = { "pre.hook.backup.velero.io/command": '["sync", "now"]' };
  const spec = { pre: [exec("freeze")], post: [exec("thaw", "it")] };
  const before = "(before its backup)";
  const after = "(after its backup)";
  const cases: [string, JsonObject, JsonObject, string[]][] = [
    ["nothing", pod(), {}, []],
    ["by annotation", pod(pre), {}, [`sync now ${before}`]],
    ["the old annotation is one before", pod({ "hook.backup.velero.io/command": "sync" }), {}, [
      `sync ${before}`,
    ]],
    ["by the Backup", pod(), run(spec), [`freeze ${before}`, `thaw it ${after}`]],
    ["an annotation wins in its phase", pod(pre), run(spec), [`sync now ${before}`, `thaw it ${after}`]],
    ["another namespace", pod(), run({ ...spec, includedNamespaces: ["x"] }), []],
    ["an excluded namespace", pod(), run({ ...spec, excludedNamespaces: ["shop"] }), []],
    ["another resource", pod(), run({ ...spec, includedResources: ["deployments"] }), []],
    ["pods by name", pod(), run({ ...spec, includedResources: ["pods"] }), [
      `freeze ${before}`,
      `thaw it ${after}`,
    ]],
    ["another label", pod(), run({ ...spec, labelSelector: { matchLabels: { app: "db" } } }), []],
  ];
  for (const [name, object, backup, expected] of cases) {
    await t.step(name, () => assertEquals(backupCommands(object, "shop", backup), expected));
  }
});

Deno.test("restoreCommands() goes by the annotation, else by the Restore", () => {
  const own = pod({ "post.hook.restore.velero.io/command": "warm" });
  const spec = run({ postHooks: [exec("fill"), { init: { initContainers: [] } }] });
  assertEquals([
    restoreCommands(pod(), "shop", {}),
    restoreCommands(own, "shop", spec),
    restoreCommands(pod(), "shop", spec),
  ], [[], ["warm (once it runs)"], ["fill (once it runs)"]]);
});

Deno.test("copiedVolumes() names what Velero's file system backup takes", () => {
  const volumes = [{ name: "a", emptyDir: {} }, { name: "b", hostPath: { path: "/" } }, {
    name: "c",
    persistentVolumeClaim: { claimName: "c" },
  }];
  const all = { spec: { defaultVolumesToFsBackup: true } };
  assertEquals([
    copiedVolumes(pod({}, { volumes }), {}),
    copiedVolumes(pod({ "backup.velero.io/backup-volumes": "c, a" }, { volumes }), {}),
    copiedVolumes(pod({}, { volumes }), all),
    copiedVolumes(pod({ "backup.velero.io/backup-volumes-excludes": "a" }, { volumes }), all),
  ], [[], ["c", "a"], ["a", "c"], ["c"]]);
});
