import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { launcher } from "../../tests/kit/kubevirt.ts";
import { mutationsOf } from "../../tests/kit/mutations.ts";
import { defaultsOf, prepare } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { BackupItemAction, ItemBlockAction } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { formatItem } from "./graph/node.ts";
import { kubevirt } from "./mod.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const OWN = "velero-plugin-for-workloads";
const WRONG: (JsonValue | undefined)[] = [undefined, null, true, 5, "x", "", [], ["x"], [null], {}, {
  x: "y",
}];

const EVERYTHING: KubevirtSettings = {
  ...defaultsOf(settings),
  "vm-name-label": true,
  "label-data-uploads": true,
  "later-kinds": true,
};

const instanceSpec: JsonObject = {
  domain: {
    devices: { tpm: { persistent: true } },
    firmware: {
      bootloader: { efi: { persistent: true } },
      kernelBoot: { container: { imagePullSecret: "x4" } },
    },
  },
  networks: [{ name: "a", multus: { networkName: "nad" } }],
  volumes: [
    { name: "d", dataVolume: { name: "dv" } },
    { name: "p", persistentVolumeClaim: { claimName: "pvc" } },
    { name: "c", cloudInitNoCloud: { secretRef: { name: "user" }, networkDataSecretRef: { name: "net" } } },
    { name: "e", ephemeral: { persistentVolumeClaim: { claimName: "pvc2" } } },
    { name: "s", sysprep: { secret: { name: "answers" } } },
    { name: "i", containerDisk: { imagePullSecret: "pull" } },
  ],
  utilityVolumes: [{ claimName: "utility" }],
  serviceAccountName: "sa",
  accessCredentials: [{
    sshPublicKey: { source: { secret: { secretName: "ssh" } } },
    userPassword: { source: { secret: { secretName: "pw" } } },
  }],
  resourceClaims: [{ resourceClaimName: "gpu" }],
};

const machineSpec: JsonObject = {
  instancetype: { kind: "VirtualMachineInstancetype", name: "it", revisionName: "old" },
  preference: { name: "pref" },
  dataVolumeTemplates: [{
    metadata: { name: "made" },
    spec: {
      source: { http: { secretRef: "http", certConfigMap: "cert" } },
      sourceRef: { kind: "DataSource", name: "ds" },
    },
  }],
  template: { spec: instanceSpec },
};

const metadata: JsonObject = {
  uid: "own-uid",
  resourceVersion: "1",
  labels: { "velero.kubevirt.io/pvc-uid": "users", "velero.io/pvc-uid": "u" },
  annotations: { own: "x", [`${OWN}/graph-extras`]: "[]" },
};
const owner = (kind: string, name: string, apiVersion = "kubevirt.io/v1") => ({
  ownerReferences: [{ apiVersion, kind, name, uid: "set-uid", controller: true }],
});
const object = (
  apiVersion: string,
  kind: string,
  spec: JsonValue,
  status: JsonValue,
  more: JsonObject = {},
): JsonObject => ({
  ...bare(apiVersion, kind, "v", { ...metadata, ...more }),
  spec,
  status,
});

const VM = object("kubevirt.io/v1", "VirtualMachine", machineSpec, {
  created: true,
  printableStatus: "Running",
  instancetypeRef: { controllerRevisionRef: { name: "ri" } },
  preferenceRef: { controllerRevisionRef: { name: "rp" } },
  memoryDumpRequest: { claimName: "dump" },
  changedBlockTracking: { state: "Enabled" },
});
const VMI = object("kubevirt.io/v1", "VirtualMachineInstance", instanceSpec, {
  phase: "Running",
  nodeName: "node-1",
  conditions: [{ type: "Ready", status: "True" }],
  volumeStatus: [{ name: "persistent-state-for-v", persistentVolumeClaimInfo: { claimName: "state2" } }],
}, { uid: "vmi-uid", ...owner("VirtualMachine", "v") });
const ALONE = { ...VMI, metadata: { ...VMI.metadata as JsonObject, ownerReferences: [] } };
const CLAIM = object(
  "v1",
  "PersistentVolumeClaim",
  {},
  { phase: "Bound" },
  owner("DataVolume", "dv", "cdi.kubevirt.io/v1beta1"),
);
const DATA_VOLUME = object("cdi.kubevirt.io/v1beta1", "DataVolume", {}, { phase: "Succeeded" });
const SET = object(
  "kubevirt.io/v1",
  "VirtualMachineInstanceReplicaSet",
  {
    selector: { matchLabels: { app: "a" }, matchExpressions: [{ key: "b", operator: "In", values: ["c"] }] },
    template: { spec: instanceSpec },
  },
  {},
  { uid: "set-uid" },
);
const TEMPLATE = object("template.kubevirt.io/v1alpha1", "VirtualMachineTemplate", {
  virtualMachine: { metadata: { name: "${NAME}" }, spec: machineSpec },
}, {});

/** Items of every action, by the end of its name. */
const ITEMS: Readonly<Record<string, readonly JsonObject[]>> = {
  "backup-virtualmachine-action": [VM],
  "backup-virtualmachineinstance-action": [VMI, ALONE],
  "backup-virtualmachineinstancereplicaset-action": [SET],
  "backup-datavolume-action": [DATA_VOLUME, CLAIM],
  "backup-pvc-action": [CLAIM],
  "backup-volumesnapshot-action": [
    object(
      "snapshot.storage.k8s.io/v1",
      "VolumeSnapshot",
      { source: { persistentVolumeClaimName: "pvc" } },
      {},
    ),
  ],
  "backup-dataupload-action": [
    object("velero.io/v2alpha1", "DataUpload", { sourceNamespace: "n", sourcePVC: "pvc" }, {}),
  ],
  "backup-virtualmachinetemplate-action": [TEMPLATE],
  "backup-datasource-action": [
    object("cdi.kubevirt.io/v1beta1", "DataSource", { source: { pvc: { name: "p", namespace: "n" } } }, {}),
  ],
  "block-virtualmachine-action": [VM],
  "block-virtualmachineinstance-action": [VMI],
  "block-pod-action": [object("v1", "Pod", {}, {}, owner("VirtualMachineInstance", "v"))],
  "block-datavolume-action": [DATA_VOLUME],
  "block-virtualmachinetemplate-action": [TEMPLATE],
};

const BACKUP: JsonObject = {
  metadata: {
    uid: "b",
    labels: { [`${OWN}/graph-profile`]: "full", [`${OWN}/include-cluster-instancetypes`]: "" },
  },
  spec: {
    includedResources: ["*"],
    excludedResources: ["nodes"],
    includedNamespaceScopedResources: ["*"],
    excludedNamespaceScopedResources: ["leases"],
    defaultVolumesToFsBackup: true,
  },
};

const OBJECTS: JsonObject[] = [
  VM,
  VMI,
  DATA_VOLUME,
  { ...DATA_VOLUME, metadata: { name: "dv", namespace: "n" } },
  launcher("pod"),
  ...["pvc", "pvc2", "utility", "dv", "x"].map((name) =>
    bare("v1", "PersistentVolumeClaim", name, { uid: name })
  ),
  bare("v1", "PersistentVolumeClaim", "state", { labels: { "persistent-state-for": "v" } }),
  bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "nad"),
  bare("v1", "Secret", "http"),
];

// Nothing here writes, so all calls may share it.
const CLUSTER = createMemoryCluster({ objects: OBJECTS });

type BackupAction = BackupItemAction | ItemBlockAction;

const actions = kubevirt.actions.filter((action): action is BackupAction =>
  action.kind === "BackupItemAction" || action.kind === "ItemBlockAction"
);

Deno.test("every backup action has an item to be wrong", () => {
  const names = actions.map(({ name }) => name.replace("kubevirt-velero-plugin/", ""));
  assertEquals(names.toSorted(), Object.keys(ITEMS).toSorted());
});

type Answer =
  | { readonly refused: false; readonly items: readonly string[]; readonly warnings: number }
  | { readonly refused: true };

/** What an action answers; a refusal that names a rule is an answer too. */
async function attempt(action: BackupAction, item: JsonObject, backup: JsonObject): Promise<Answer> {
  const { context, logs } = prepare<unknown>({ settings: EVERYTHING, cluster: CLUSTER });
  try {
    const related = action.kind === "ItemBlockAction"
      ? await action.relatedItems({ item: structuredClone(item), backup }, context)
      : (await action.execute({ item: structuredClone(item), backup }, context))?.additionalItems;
    const warnings = logs.filter(({ level }) => level === "warn").length;
    return { refused: false, items: (related ?? []).map(formatItem), warnings };
  } catch (error) {
    if (error instanceof Refusal && error.rule.startsWith("kubevirt ")) return { refused: true };
    throw error;
  }
}

for (const action of actions) {
  const items = ITEMS[action.name.replace("kubevirt-velero-plugin/", "")] ?? [];
  Deno.test(`${action.name} has an answer to a wrong type at every level (kubevirt 10.2)`, async () => {
    const faults: string[] = [];
    let tried = 0;
    const tell = async (about: string, item: JsonObject, backup: JsonObject) => {
      tried++;
      try {
        await attempt(action, item, backup);
      } catch (error) {
        faults.push(`${about}: ${error}`);
      }
    };
    for (const item of items) {
      for (const { about, value } of mutationsOf(item, WRONG)) await tell(`item ${about}`, value, BACKUP);
      for (const { about, value } of mutationsOf(BACKUP, WRONG)) await tell(`Backup ${about}`, item, value);
    }
    assertEquals(faults, []);
    assertEquals(tried > 200, true);
  });
}

for (const name of ["backup-virtualmachine-action", "backup-virtualmachineinstance-action"]) {
  const action = actions.find((action) => action.name.endsWith(`/${name}`))!;
  Deno.test(`${action.name} drops no part of a machine because of a number where there is none (kubevirt 10.2)`, async () => {
    const lost: string[] = [];
    let refused = 0;
    for (const item of ITEMS[name] ?? []) {
      const whole = await attempt(action, item, BACKUP);
      if (whole.refused) throw new Error("the item itself is refused");
      for (const { about, value } of mutationsOf({ spec: item.spec ?? null }, [5])) {
        const answer = await attempt(action, { ...item, ...value }, BACKUP);
        if (answer.refused) refused++;
        else if (JSON.stringify(answer.items) !== JSON.stringify(whole.items)) lost.push(about);
      }
    }
    assertEquals(lost, []);
    assertEquals(refused > 40, true);
  });
}
