import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { instance, kubevirtObject } from "../../tests/kit/kubevirt.ts";
import { defaultsOf, runBackup } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupReplicaSet } from "./backup_replica_set.ts";
import { formatItem } from "./graph/node.ts";
import { settings } from "./settings.ts";

const replica = (name: string, uid: string) =>
  instance({}, {
    metadata: {
      name,
      labels: { app: "a" },
      ownerReferences: [{ kind: "VirtualMachineInstanceReplicaSet", uid, name: "v" }],
    },
  });

const SPEC = {
  selector: { matchLabels: { app: "a" } },
  template: { spec: { volumes: [{ dataVolume: { name: "dv" } }, { sysprep: { secret: { name: "s" } } }] } },
};
const SET = kubevirtObject("VirtualMachineInstanceReplicaSet", SPEC, { metadata: { uid: "set-uid" } });

const run = (item: JsonObject, backup: JsonObject | null = {}) =>
  runBackup(backupReplicaSet, {
    item,
    backup,
    settings: defaultsOf(settings),
    objects: [replica("one", "set-uid"), replica("two", "set-uid"), replica("other", "other-uid")],
  });

Deno.test("backupReplicaSet has its name and resource (kubevirt A17)", () => {
  assertEquals([backupReplicaSet.name, backupReplicaSet.appliesTo], [
    "kubevirt-velero-plugin/backup-virtualmachineinstancereplicaset-action",
    { includedResources: ["virtualmachineinstancereplicasets.kubevirt.io"] },
  ]);
});

Deno.test("backupReplicaSet adds its instances and what its template hangs on, and changes nothing (kubevirt 4.6 and 5.14)", async () => {
  const { result } = await run(SET);
  assertEquals(result.item, undefined);
  assertEquals(result.additionalItems?.map(formatItem), [
    "virtualmachineinstances.kubevirt.io/n/one",
    "virtualmachineinstances.kubevirt.io/n/two",
    "datavolumes.cdi.kubevirt.io/n/dv",
    "persistentvolumeclaims/n/dv",
    "secrets/n/s",
  ]);
});

Deno.test("backupReplicaSet needs a Backup, and refuses wrong types", async () => {
  await assertRejects(() => run(SET, null), Refusal, "backup object nil!");
  await assertRejects(
    () => run({ ...SET, spec: { template: [] } }),
    Refusal,
    "spec.template is not an object",
  );
  await assertRejects(() => run({ ...SET, spec: { ...SPEC, selector: 5 } }), Refusal, "spec.selector is not");
});
