import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { backupOf, object, settingsWith } from "../../tests/kit/openshift.ts";
import { actionOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";

const ACTION = actionOf(openshift, "BackupItemAction", "openshift.io/09-replicationcontroller-backup-plugin");
const PAUSED = { "openshift.io/paused-owner-ref": "true" };

const dc = (name: string, spec: JsonObject[string]) =>
  object("apps.openshift.io/v1", "DeploymentConfig", name, { spec });
const rc = (owners: JsonObject[string], annotations?: JsonObject) =>
  object("v1", "ReplicationController", "d-1", {
    metadata: { ownerReferences: owners, ...(annotations === undefined ? {} : { annotations }) },
    spec: { selector: { app: "d" }, replicas: 1 },
  });
const owner = (name: string, kind = "DeploymentConfig") => ({ kind, name });

const OBJECTS = [dc("paused", { paused: true }), dc("running", { paused: false }), dc("silent", {})];

// openshift A21
const ROWS: [about: string, owners: JsonObject[string], noted: boolean, warnings: string[]][] = [
  ["a paused owner", [owner("paused")], true, []],
  ["an owner that is not paused", [owner("running")], false, []],
  ["an owner that does not say", [owner("silent")], false, []],
  ["no owner", undefined, false, []],
  ["owners of other kinds", [owner("paused", "Deployment"), owner("x", "X")], false, []],
  ["the second owner", [owner("x", "X"), owner("paused")], true, []],
  ["openshift IMP-24: an owner that is gone", [owner("gone")], false, [
    "DeploymentConfig n/gone, its owner, does not exist",
  ]],
  ["an owner without a name", [{ kind: "DeploymentConfig" }], false, []],
  ["owners of a wrong type", [null, 5, "x"], false, []],
  ["no list of owners", "x", false, []],
];

for (const [about, owners, noted, warnings] of ROWS) {
  Deno.test(`backup of a ReplicationController: ${about} (openshift A21)`, async () => {
    const world = { item: rc(owners), backup: backupOf(), objects: OBJECTS, settings: settingsWith() };
    const { result, logs } = await runBackup(ACTION, world);
    assertEquals(result, noted ? { item: rc(owners, PAUSED) } : {});
    assertEquals(messages(logs, "warn"), warnings);
  });
}

Deno.test("backup of ReplicationControllers asks once for their DeploymentConfig (openshift IMP-03)", async () => {
  const states = new Map<string, unknown>();
  const requests: string[] = [];
  for (let index = 0; index < 10; index++) {
    const world = {
      item: rc([owner("paused")]),
      backup: backupOf(),
      objects: OBJECTS,
      settings: settingsWith(),
      states,
    };
    requests.push(...(await runBackup(ACTION, world)).requests);
  }
  assertEquals(requests.filter((request) => !request.startsWith("serves")), [
    "get deploymentconfigs.apps.openshift.io n/paused",
  ]);
});

Deno.test("backup of a ReplicationController: DeploymentConfigs that are not served are gone (openshift IMP-24)", async () => {
  const world = {
    item: rc([owner("paused")]),
    absentGroups: ["apps.openshift.io"],
    settings: settingsWith(),
  };
  const { result, logs } = await runBackup(ACTION, world);
  assertEquals([result, messages(logs, "warn").length], [{}, 1]);
});

Deno.test("backup of a ReplicationController fails when its owner cannot be read (openshift A21)", async () => {
  const get = () => Promise.reject(new ClusterError("get: forbidden", "Forbidden", 403));
  const world = { item: rc([owner("paused")]), cluster: { get }, settings: settingsWith() };
  await assertRejects(() => runBackup(ACTION, world), ClusterError, "forbidden");
});
