import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { backupOf as aBackup, restoreOf } from "../../tests/kit/openshift.ts";
import { prepare } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { backsUpFilesByDefault, backupOf } from "./backup_lookup.ts";

Deno.test("backupOf() reads the Backup once per restore (openshift 5.7)", async () => {
  const { context, requests } = prepare({ objects: [aBackup({ storageLocation: "l" })] });
  const found = await Promise.all([1, 2].map(() => backupOf(restoreOf(), context)));
  assertEquals(found.map((backup) => (backup.spec as JsonObject).storageLocation), ["l", "l"]);
  await backupOf(restoreOf(), context);
  assertEquals(requests, ["get backups.velero.io velero/b"]);
});

const REFUSED: [about: string, restore: JsonObject | undefined, message: string][] = [
  ["no Restore", undefined, "cannot get backup for an empty name"],
  ["an empty name", restoreOf({}, { backupName: "" }), "cannot get backup for an empty name"],
  ["a name of a wrong type", restoreOf({}, { backupName: 5 }), "cannot get backup for an empty name"],
  ["an empty namespace", restoreOf({}, {}, { namespace: "" }), "cannot get backup for an empty namespace"],
  [
    "a Backup that is gone",
    restoreOf({}, { backupName: "gone" }),
    'backups.velero.io "gone" not found in namespace velero',
  ],
];

for (const [about, restore, message] of REFUSED) {
  Deno.test(`backupOf() refuses ${about} (openshift 5.7)`, async () => {
    const { context } = prepare({ objects: [aBackup()] });
    const error = await assertRejects(() => backupOf(restore, context), Refusal, message);
    assertEquals([error.rule, error.reason], ["openshift 5.7", "invalid_item"]);
  });
}

Deno.test("backupOf() passes failures on (openshift 5.7)", async () => {
  const get = () => Promise.reject(new ClusterError("get: forbidden", "Forbidden", 403));
  const { context } = prepare({ cluster: { get } });
  await assertRejects(() => backupOf(restoreOf(), context), ClusterError, "forbidden");
});

// openshift 4.2: the field under its old and its new name.
const DEFAULTS: [spec: JsonObject, files: boolean][] = [
  [{ defaultVolumesToRestic: true }, true],
  [{ defaultVolumesToFsBackup: true }, true],
  [{ defaultVolumesToRestic: false, defaultVolumesToFsBackup: true }, true],
  [{ defaultVolumesToFsBackup: false }, false],
  [{ defaultVolumesToFsBackup: "true" }, false],
  [{}, false],
];

for (const [spec, files] of DEFAULTS) {
  Deno.test(`backsUpFilesByDefault(): ${JSON.stringify(spec)} (openshift 4.2)`, () => {
    assertEquals(backsUpFilesByDefault(aBackup(spec)), files);
  });
}
