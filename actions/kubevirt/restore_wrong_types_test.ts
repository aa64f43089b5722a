import { assertEquals } from "@std/assert";
import { mutationsOf } from "../../tests/kit/mutations.ts";
import { defaultsOf, runRestore } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import type { RestoreItemAction } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { kubevirt } from "./mod.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const WRONG: (JsonValue | undefined)[] = [undefined, null, true, 5, "x", "", [], ["x"], [null], {}, {
  x: "y",
}];

const OWN = "velero-plugin-for-workloads";
const EVERYTHING: KubevirtSettings = { ...defaultsOf(settings), "later-kinds": true };

const marks: JsonObject = {
  labels: { [`${OWN}/vm-name`]: "v", "velero.kubevirt.io/pvc-uid": "u", "kubevirt.io/nodeName": "a" },
  annotations: {
    [`${OWN}/graph-extras`]: '["secrets/n/pull","persistentvolumeclaims/n/state"]',
    "velero.kubevirt.io/original-pvc-uid": "mine",
    "velero.kubevirt.io/original-volumesnapshot-uid": "mine",
  },
  ownerReferences: [{
    apiVersion: "cdi.kubevirt.io/v1beta1",
    kind: "DataVolume",
    name: "d",
    controller: true,
  }],
};

const machine: JsonObject = {
  domain: {
    devices: { interfaces: [{ name: "a", macAddress: "02:00:00:00:00:01" }], tpm: { persistent: true } },
    firmware: { uuid: "u", serial: "s", kernelBoot: { container: { imagePullSecret: "p" } } },
  },
  networks: [{ name: "a", multus: { networkName: "n/net" } }],
  volumes: [{ name: "d", dataVolume: { name: "d" } }, {
    name: "c",
    cloudInitNoCloud: { secretRef: { name: "c" } },
  }],
  accessCredentials: [{ sshPublicKey: { source: { secret: { secretName: "k" } } } }],
};

const source: JsonObject = { pvc: { name: "p", namespace: "n" }, snapshot: { name: "p", namespace: "n" } };
const temporary = { apiGroup: "cdi.kubevirt.io", kind: "VolumeImportSource", name: "x" };

const spec: JsonObject = {
  running: true,
  instancetype: { kind: "VirtualMachineInstancetype", name: "i", revisionName: "r" },
  dataVolumeTemplates: [{
    metadata: { name: "d" },
    spec: { source, sourceRef: { name: "g", namespace: "n" } },
  }],
  template: { spec: machine },
};

const object = (apiVersion: string, kind: string, spec: JsonValue, status?: JsonValue): JsonObject => ({
  ...bare(apiVersion, kind, "v", marks),
  spec,
  ...(status === undefined ? {} : { status }),
});

/** One item per action that reads one. */
const ITEMS: Readonly<Record<string, JsonObject>> = {
  "restore-vm-action": object("kubevirt.io/v1", "VirtualMachine", spec),
  "restore-vmi-action": object("kubevirt.io/v1", "VirtualMachineInstance", machine),
  "restore-virtualmachineinstancereplicaset-action": object(
    "kubevirt.io/v1",
    "VirtualMachineInstanceReplicaSet",
    spec,
  ),
  "restore-pod-action": object("v1", "Pod", {}),
  "restore-pvc-action": object("v1", "PersistentVolumeClaim", {
    dataSource: temporary,
    dataSourceRef: temporary,
  }, {
    phase: "Bound",
  }),
  "restore-volumesnapshot-action": object("snapshot.storage.k8s.io/v1", "VolumeSnapshot", {}),
  "restore-datavolume-action": object("cdi.kubevirt.io/v1beta1", "DataVolume", { source }, {
    phase: "Succeeded",
  }),
  "restore-one-shot-action": object("clone.kubevirt.io/v1beta1", "VirtualMachineClone", {}),
  "restore-virtualmachinetemplate-action": object("template.kubevirt.io/v1alpha1", "VirtualMachineTemplate", {
    virtualMachine: { metadata: { name: "${NAME}" }, spec },
  }),
  "restore-datasource-action": object("cdi.kubevirt.io/v1beta1", "DataSource", { source }),
  "restore-networkattachmentdefinition-action": object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", {
    config: '{"netAttachDefName":"n/net"}',
  }),
};

const RESTORE: JsonObject = {
  metadata: {
    labels: {
      "velero.kubevirt.io/restore-run-strategy": "Halted",
      "velero.kubevirt.io/clear-mac-address": "true",
      "velero.kubevirt.io/generate-new-firmware-uuid": "true",
      [`${OWN}/clear-firmware-serial`]: "true",
      [`${OWN}/avoid-collisions`]: "all",
    },
  },
  spec: { namespaceMapping: { n: "m" } },
};

const actions = kubevirt.actions.filter((action): action is RestoreItemAction =>
  action.kind === "RestoreItemAction"
);

Deno.test("every restore action has an item to be wrong", () => {
  const names = actions.map(({ name }) => name.replace("kubevirt-velero-plugin/", ""));
  assertEquals(names.toSorted(), Object.keys(ITEMS).toSorted());
});

/** Runs an action; a refusal is an answer, everything else that is thrown is told. */
async function attempt(action: RestoreItemAction, about: string, request: {
  item: JsonObject;
  itemFromBackup: JsonObject;
  restore: JsonObject | null;
}): Promise<string | undefined> {
  try {
    await runRestore(action, { ...request, settings: EVERYTHING });
    return undefined;
  } catch (error) {
    return error instanceof Refusal && error.rule.startsWith("kubevirt ") ? undefined : `${about}: ${error}`;
  }
}

for (const action of actions) {
  const item = ITEMS[action.name.replace("kubevirt-velero-plugin/", "")] ?? {};
  Deno.test(`${action.name} has an answer to a wrong type at every level (kubevirt 10.2)`, async () => {
    const faults: (string | undefined)[] = [];
    let tried = 0;
    for (const restore of [RESTORE, {}, null]) {
      for (const { about, value } of mutationsOf(item, WRONG)) {
        tried++;
        faults.push(await attempt(action, `item ${about}`, { item: value, itemFromBackup: item, restore }));
        faults.push(await attempt(action, `stored ${about}`, { item, itemFromBackup: value, restore }));
      }
    }
    for (const { about, value } of mutationsOf(RESTORE, WRONG)) {
      faults.push(await attempt(action, `Restore ${about}`, { item, itemFromBackup: item, restore: value }));
    }
    assertEquals(faults.filter((fault) => fault !== undefined), []);
    assertEquals(tried > 100, true);
  });
}

Deno.test("without a label of the Restore a machine of any shape is refused or left as it is (kubevirt 11)", async () => {
  let unchanged = 0;
  for (const name of ["restore-vm-action", "restore-vmi-action"]) {
    const action = actions.find((action) => action.name.endsWith(`/${name}`))!;
    for (const { about, value } of mutationsOf({ spec: ITEMS[name]?.spec ?? null }, WRONG)) {
      const item = { ...bare("kubevirt.io/v1", "Machine", "v"), ...value };
      const answer = await runRestore(action, { item, settings: EVERYTHING }).catch((error) => error);
      if (answer instanceof Refusal) continue;
      assertEquals(answer.result.item, undefined, about);
      unchanged++;
    }
  }
  assertEquals(unchanged > 200, true);
});
