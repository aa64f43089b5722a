import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { annotation, label, objectAt } from "../../objects/object.ts";
import { instance, kubevirtObject, launcher, machine } from "../../tests/kit/kubevirt.ts";
import { defaultsOf, messages, runBackup, type World } from "../../tests/kit/run_action.ts";
import { bare, EXCLUDED } from "../../tests/kit/virtual_machines.ts";
import { GRAPH_EXTRAS } from "../lib/kubevirt/graph_extras.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupVirtualMachineInstance } from "./backup_virtual_machine_instance.ts";
import { formatItem } from "./graph/node.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

type Options = Partial<World<KubevirtSettings>> & { readonly backup?: JsonObject | null };

const run = (item: JsonObject, options: Options = {}) =>
  runBackup(backupVirtualMachineInstance, { item, settings: DEFAULTS, ...options });

const names = async (item: JsonObject, options: Options = {}) =>
  ((await run(item, options)).result.additionalItems ?? []).map(formatItem);

const OWNED = { "cdi.kubevirt.io/velero.isOwned": "true" };
const LEFT_OUT = { "velero.io/skip-from-backup": "true", ...OWNED };
const METADATA = { metadata: { labels: { "velero.kubevirt.io/metadataBackup": "" } } };
const NO_POD = "VM is running but launcher pod is not included in the backup";
const NO_DISKS = "VM has DataVolume or PVC volumes and DataVolumes/PVCs is not included in the backup";
const INSTANCES = "virtualmachineinstances";
const MACHINES = "virtualmachines";
const CLAIMS = "persistentvolumeclaims";

Deno.test("backupVirtualMachineInstance is registered as upstream's action, with the full resource (kubevirt A2)", () => {
  const { kind, name, appliesTo } = backupVirtualMachineInstance;
  assertEquals([kind, name, appliesTo], [
    "BackupItemAction",
    "kubevirt-velero-plugin/backup-virtualmachineinstance-action",
    { includedResources: ["virtualmachineinstances.kubevirt.io"] },
  ]);
});

Deno.test("backupVirtualMachineInstance needs a Backup (kubevirt 5.2)", async () => {
  const refusal = await assertRejects(
    () => run(instance({}), { backup: null }),
    Refusal,
    "backup object nil!",
  );
  assertEquals(refusal.rule, "kubevirt 5.2");
});

// The instances of upstream's tests: kind and version are misspelt there, the owner has nothing but a name.
const fixture = (owned: boolean, paused: boolean, ...volumes: JsonObject[]): JsonObject => ({
  ...kubevirtObject("VirtualMachineInterface", { volumes }, {
    apiVersion: "kubevirt.io",
    metadata: {
      name: "test-vmi",
      namespace: "test-namespace",
      ...(owned ? { ownerReferences: [{ name: "test-owner" }] } : {}),
    },
    status: { phase: "running", conditions: paused ? [{ type: "Paused", status: "True" }] : [] },
  }),
});
const pod = (excluded = false) =>
  kubevirtObject("Pod", {}, {
    apiVersion: "v1",
    metadata: {
      name: "test-virt-launcher",
      namespace: "test-namespace",
      labels: { "kubevirt.io": "virt-launcher", ...(excluded ? EXCLUDED.labels as JsonObject : {}) },
      annotations: { "kubevirt.io/domain": "test-vmi" },
    },
  });
const vm = (metadata: JsonObject = {}) =>
  bare("kubevirt.io/v1", "VirtualMachine", "test-vmi", metadata, "test-namespace");
const included = (...includedResources: string[]): JsonObject => ({ spec: { includedResources } });
const excluded = (...excludedResources: string[]): JsonObject => ({ spec: { excludedResources } });
const both = (a: JsonObject, b: JsonObject): JsonObject => ({
  ...a,
  ...b,
  spec: { ...objectAt(a, "spec"), ...objectAt(b, "spec") },
});
const DV = { dataVolume: { name: "test-dv" } };
const PVC = { persistentVolumeClaim: { claimName: "test-pvc" } };
const DISKS = [
  bare("cdi.kubevirt.io/v1beta1", "DataVolume", "test-dv", {}, "test-namespace"),
  bare("v1", "PersistentVolumeClaim", "test-pvc", {}, "test-namespace"),
];

interface Row {
  readonly id: string;
  readonly item: JsonObject;
  readonly backup?: JsonObject;
  readonly excludedPod?: boolean;
  readonly machine?: JsonObject;
  readonly error?: string;
  readonly annotations?: JsonObject;
  /** Resource and name of items that must be among the additional ones. */
  readonly contains?: readonly string[];
}

const EXECUTE: readonly Row[] = [
  {
    id: "kubevirt T7.5.1",
    item: fixture(true, true),
    backup: both(included(INSTANCES, MACHINES), excluded("pods")),
  },
  { id: "kubevirt T7.5.2", item: fixture(true, true), backup: included(INSTANCES, MACHINES) },
  {
    id: "kubevirt T7.5.3",
    item: fixture(true, true),
    backup: included(INSTANCES, MACHINES, "pods"),
    excludedPod: true,
  },
  {
    id: "kubevirt T7.5.4",
    item: fixture(true, false),
    backup: included(INSTANCES, MACHINES, CLAIMS),
    error: NO_POD,
  },
  {
    id: "kubevirt T7.5.5",
    item: fixture(true, false),
    backup: both(included(INSTANCES, MACHINES, CLAIMS), excluded("pods")),
    error: NO_POD,
  },
  {
    id: "kubevirt T7.5.6",
    item: fixture(true, false),
    backup: included(INSTANCES, MACHINES),
    excludedPod: true,
    error: NO_POD,
  },
  { id: "kubevirt T7.5.7", item: fixture(true, false), backup: included(INSTANCES, MACHINES) },
  {
    id: "kubevirt T7.5.8",
    item: fixture(true, false),
    backup: both(included(INSTANCES, MACHINES), excluded("pods", CLAIMS)),
  },
  {
    id: "kubevirt T7.5.9",
    item: fixture(true, false),
    backup: both(included(INSTANCES), excluded(MACHINES)),
    annotations: LEFT_OUT,
  },
  {
    id: "kubevirt T7.5.10",
    item: fixture(true, false),
    backup: included(INSTANCES, MACHINES),
    machine: vm(EXCLUDED),
    annotations: LEFT_OUT,
  },
  { id: "kubevirt T7.5.11", item: fixture(true, false), annotations: OWNED },
  {
    id: "kubevirt T7.5.12",
    item: fixture(false, false, DV),
    backup: included(INSTANCES, "pods"),
    error: NO_DISKS,
  },
  {
    id: "kubevirt T7.5.13",
    item: fixture(false, false, DV),
    backup: excluded("datavolumes"),
    error: NO_DISKS,
  },
  {
    id: "kubevirt T7.5.14",
    item: fixture(false, false, DV),
    backup: both(METADATA, excluded("datavolumes")),
  },
  {
    id: "kubevirt T7.5.15",
    item: fixture(false, false, PVC),
    backup: included(INSTANCES, "pods"),
    error: NO_DISKS,
  },
  { id: "kubevirt T7.5.16", item: fixture(false, false, PVC), backup: excluded(CLAIMS), error: NO_DISKS },
  {
    id: "kubevirt T7.5.17",
    item: fixture(false, false),
    contains: ["pods/test-namespace/test-virt-launcher"],
  },
  {
    id: "kubevirt T7.5.18",
    item: fixture(true, false, PVC, DV),
    contains: [
      "persistentvolumeclaims/test-namespace/test-pvc",
      "datavolumes.cdi.kubevirt.io/test-namespace/test-dv",
    ],
  },
];

Deno.test("backupVirtualMachineInstance answers as upstream's tests have it", async (t) => {
  for (const row of EXECUTE) {
    for (const profile of ["full", "upstream"] as const) {
      await t.step(`${row.id}, profile ${profile}`, async () => {
        const options = {
          backup: row.backup ?? {},
          objects: [pod(row.excludedPod), row.machine ?? vm(), ...DISKS],
          settings: { ...DEFAULTS, "graph-profile": profile },
        };
        if (row.error !== undefined) {
          await assertRejects(() => run(row.item, options), Refusal, row.error);
          return;
        }
        const { item, result } = await run(row.item, options);
        const owned = objectAt(row.item, "metadata")?.ownerReferences !== undefined;
        assertEquals(
          objectAt(item, "metadata", "annotations"),
          row.annotations ?? (owned ? OWNED : undefined),
        );
        const found = (result.additionalItems ?? []).map(formatItem);
        for (const wanted of row.contains ?? []) assertEquals(found.includes(wanted), true, wanted);
        if (row.annotations === LEFT_OUT) assertEquals(result.additionalItems, undefined);
      });
    }
  }
});

const owner = (kind: string, name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: "kubevirt.io/v1",
  kind,
  name,
  ...more,
});
const VM_OWNER = owner("VirtualMachine", "vm");
const SET_OWNER = owner("VirtualMachineInstanceReplicaSet", "set");
const POD = launcher("pod");
const running = (ownerReferences: JsonValue, spec: JsonObject = {}, more: JsonObject = {}) =>
  instance(spec, {
    metadata: { uid: "vmi-uid", ...(ownerReferences === null ? {} : { ownerReferences }), ...more },
    status: { phase: "Running" },
  });
const MACHINE = bare("kubevirt.io/v1", "VirtualMachine", "vm");
const SET = bare("kubevirt.io/v1", "VirtualMachineInstanceReplicaSet", "set");

Deno.test("backupVirtualMachineInstance asks for the owner that an instance has (kubevirt 3.3, B7, T11.7)", async (t) => {
  const excludedSet = { ...SET, metadata: { name: "set", namespace: "n", ...EXCLUDED } };
  const request = (resource: string, name: string) => `get ${resource}.kubevirt.io n/${name}`;
  const machineRequest = request("virtualmachines", "vm");
  const setRequest = request("virtualmachineinstancereplicasets", "set");
  const rows: [
    about: string,
    owners: JsonObject[],
    objects: JsonObject[],
    backup: JsonObject,
    asked: string[],
    annotations: JsonObject,
  ][] = [
    ["a VM", [VM_OWNER], [MACHINE], {}, [machineRequest], OWNED],
    ["a VM that is gone", [VM_OWNER], [], {}, [machineRequest], LEFT_OUT],
    ["a VM, not in the backup", [VM_OWNER], [MACHINE], excluded("vms"), [], LEFT_OUT],
    ["a replica set", [SET_OWNER], [SET], {}, [setRequest], OWNED],
    ["a replica set in a backup without VMs", [SET_OWNER], [SET], excluded(MACHINES), [setRequest], OWNED],
    ["a replica set that is gone", [SET_OWNER], [], {}, [setRequest], LEFT_OUT],
    ["an excluded replica set", [SET_OWNER], [excludedSet], {}, [setRequest], LEFT_OUT],
    [
      "a replica set, not in the backup",
      [SET_OWNER],
      [SET],
      excluded("virtualmachineinstancereplicasets"),
      [],
      LEFT_OUT,
    ],
    ["something else", [owner("Thing", "t")], [], excluded(MACHINES), [], OWNED],
    [
      "a VM of another group",
      [owner("VirtualMachine", "vm", { apiVersion: "vmoperator.vmware.com/v1" })],
      [],
      {},
      [],
      OWNED,
    ],
    [
      "a VM without a version",
      [{ kind: "VirtualMachine", name: "vm" }],
      [MACHINE],
      {},
      [machineRequest],
      OWNED,
    ],
    ["without a kind: a VM of its name", [{ name: "x" }], [machine({})], {}, [
      request("virtualmachines", "v"),
    ], OWNED],
    [
      "the controller",
      [SET_OWNER, { ...VM_OWNER, controller: true }],
      [MACHINE],
      {},
      [machineRequest],
      OWNED,
    ],
    [
      "the first of KubeVirt's",
      [owner("Thing", "t", { apiVersion: "x/v1" }), SET_OWNER, VM_OWNER],
      [SET],
      {},
      [setRequest],
      OWNED,
    ],
  ];
  for (const [about, owners, objects, backup, asked, annotations] of rows) {
    await t.step(about, async () => {
      const { item, requests } = await run(running(owners), { objects: [POD, ...objects], backup });
      if (annotations === LEFT_OUT && asked.length === 0) {
        assertEquals(requests, [], "nothing is asked in vain");
      }
      assertEquals(objectAt(item, "metadata", "annotations"), annotations);
      assertEquals(requests.filter((request) => request.startsWith("get")), asked);
    });
  }
});

Deno.test("backupVirtualMachineInstance leaves out the instance of an excluded VM whatever else is amiss (kubevirt B1)", async () => {
  const list: Cluster["list"] = async function* () {
    yield await Promise.reject(new ClusterError("list pods: 403", "Forbidden", 403));
  };
  const item = running([VM_OWNER], { volumes: "not a list" });
  const { result } = await run(item, { cluster: { list } });
  assertEquals(objectAt(result.item!, "metadata", "annotations"), LEFT_OUT);
  assertEquals(result.additionalItems, undefined);
});

Deno.test("backupVirtualMachineInstance fails when its owner cannot be read", async () => {
  const get: Cluster["get"] = () => Promise.reject(new ClusterError("get: 403", "Forbidden", 403));
  await assertRejects(
    () => run(running([VM_OWNER]), { objects: [POD], cluster: { get } }),
    ClusterError,
    "get: 403",
  );
});

Deno.test("backupVirtualMachineInstance needs the pod only of an instance that runs (kubevirt B11 and B12)", async (t) => {
  const withPhase = (phase: JsonValue, conditions: JsonValue = []) => ({
    ...running(null),
    status: { phase, conditions },
  });
  const missing = "pod for running VMI not found";
  for (const phase of ["Pending", "Scheduling", "Succeeded", "Failed"]) {
    await t.step(phase, async () => assertEquals(await names(withPhase(phase)), []));
  }
  for (const phase of ["Scheduled", "Running", "WaitingForSync", "future", null]) {
    await t.step(String(phase), async () => {
      const refusal = await assertRejects(() => run(withPhase(phase)), Refusal, missing);
      assertEquals([refusal.rule, refusal.reason], ["kubevirt 5.2", "pod_missing"]);
    });
  }
  await t.step("paused", async () => {
    assertEquals(await names(withPhase("Running", [{ type: "Paused", status: "True" }])), []);
    await assertRejects(
      () => run(withPhase("Running", [{ type: "Paused", status: "False" }])),
      Refusal,
      missing,
    );
  });
  await t.step("a backup of metadata", async () => {
    assertEquals(await names(withPhase("Running"), { backup: METADATA }), []);
  });
  await t.step("a pod that has ended counts when there is no other", async () => {
    const ended = launcher("ended", { status: { phase: "Succeeded" } });
    assertEquals(await names(withPhase("Running"), { objects: [ended] }), ["pods/n/ended"]);
  });
});

Deno.test("backupVirtualMachineInstance says why the pod is not in the backup", async () => {
  const refusal = (backup: JsonObject, objects: JsonObject[]) =>
    assertRejects(() => run(running(null), { backup, objects }), Refusal);
  const byKind = await refusal(excluded("pods"), [POD]);
  assertEquals(byKind.message, `${NO_POD}: persistentvolumeclaims are in the backup but pods are not`);
  const byLabel = await refusal({}, [launcher("pod", {}, EXCLUDED.labels as JsonObject)]);
  assertEquals(byLabel.message, `${NO_POD}: Pod n/pod is excluded by its label`);
  assertEquals([byKind.reason, byLabel.reason], ["unsafe", "unsafe"]);
});

Deno.test("backupVirtualMachineInstance tells of the missing pod before the missing disk", async () => {
  const item = running(null, { volumes: [{ persistentVolumeClaim: { claimName: "gone" } }] });
  await assertRejects(() => run(item), Refusal, "pod for running VMI not found");
  await assertRejects(
    () => run(item, { objects: [POD] }),
    Refusal,
    `${NO_DISKS}: PersistentVolumeClaim n/gone`,
  );
});

const TPM = { domain: { devices: { tpm: { persistent: true } } } };
const STATE = bare("v1", "PersistentVolumeClaim", "state", { labels: { "persistent-state-for": "v" } });
const NAD = bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "nad");
const RICH = { ...TPM, networks: [{ multus: { networkName: "nad" } }] };

Deno.test("backupVirtualMachineInstance records the graph of an instance that nobody owns (kubevirt G5)", async () => {
  const objects = [POD, STATE, NAD, MACHINE];
  const alone = await run(running(null, RICH), { objects });
  const nodes = ["persistentvolumeclaims/n/state", "network-attachment-definitions.k8s.cni.cncf.io/n/nad"];
  assertEquals(annotation(alone.item, GRAPH_EXTRAS), JSON.stringify(nodes));
  assertEquals(alone.result.additionalItems?.map(formatItem), ["pods/n/pod", ...nodes]);
  assertEquals((await run(alone.item, { objects })).result.item, undefined, "its own output stays as it is");
  const owned = await run(running([VM_OWNER], RICH), { objects });
  assertEquals(objectAt(owned.item, "metadata", "annotations"), OWNED);
  assertEquals(owned.result.additionalItems?.map(formatItem), ["pods/n/pod", ...nodes]);
});

Deno.test("backupVirtualMachineInstance answers unchanged where it has nothing to write", async () => {
  const { result } = await run(running(null), { objects: [POD] });
  assertEquals(result, { additionalItems: [{ group: "", resource: "pods", namespace: "n", name: "pod" }] });
});

Deno.test("backupVirtualMachineInstance asks everything at once, and nothing twice (kubevirt 11)", async () => {
  const { requests } = await run(running([VM_OWNER], RICH), { objects: [POD, STATE, NAD, MACHINE] });
  assertEquals(requests.toSorted(), [
    "get network-attachment-definitions.k8s.cni.cncf.io n/nad",
    "get virtualmachines.kubevirt.io n/vm",
    "list persistentvolumeclaims n",
    "list pods n",
    "serves network-attachment-definitions.k8s.cni.cncf.io",
  ]);
});

const HOOKS = /no hooks that freeze the guest/;

Deno.test("backupVirtualMachineInstance warns of a pod without freeze hooks (kubevirt 8.3)", async () => {
  const bald = launcher("pod", { metadata: { annotations: { "kubevirt.io/domain": "v" } } });
  const skipping = { annotations: { "kubevirt.io/skip-backup-hooks": "true" } };
  const warned = async (item: JsonObject, options: Options) =>
    messages((await run(item, options)).logs, "warn").filter((line) => HOOKS.test(line)).length;
  assertEquals(await warned(running(null), { objects: [POD] }), 0);
  assertEquals(await warned(running(null), { objects: [bald] }), 1);
  assertEquals(await warned(running(null, {}, skipping), { objects: [bald] }), 0);
  assertEquals(await warned(running([VM_OWNER]), { objects: [bald, MACHINE] }), 1);
  const skippingVm = bare("kubevirt.io/v1", "VirtualMachine", "vm", skipping);
  assertEquals(await warned(running([VM_OWNER]), { objects: [bald, skippingVm] }), 0);
  assertEquals(await warned(running(null), { objects: [bald], backup: METADATA }), 0);
  const paused = { ...running(null), status: { conditions: [{ type: "Paused", status: "True" }] } };
  assertEquals(await warned(paused, { objects: [bald] }), 0);
  assertEquals(await warned(running(null), { objects: [bald], backup: excluded("pods", "pvc") }), 0);
});

Deno.test("backupVirtualMachineInstance labels an instance with its VM when asked to (kubevirt B23)", async () => {
  const settings = { ...DEFAULTS, "vm-name-label": true };
  const named = async (owners: JsonValue, objects: JsonObject[]) =>
    label(
      (await run(running(owners), { settings, objects: [POD, ...objects] })).item,
      "velero-plugin-for-workloads/vm-name",
    );
  assertEquals(await named([VM_OWNER], [MACHINE]), "vm");
  assertEquals(await named([SET_OWNER], [SET]), undefined);
  assertEquals(await named(null, []), undefined);
});

Deno.test("backupVirtualMachineInstance refuses a wrong type where it reads", async (t) => {
  const rows: [item: JsonObject, message: string][] = [
    [{ ...running(null), spec: "text" }, "spec is not an object"],
    [running(null, { volumes: {} }), "spec.volumes is not a list"],
    [running(null, { accessCredentials: 5 }), "spec.accessCredentials is not a list"],
    [running([VM_OWNER], {}, { annotations: "text" }), "metadata.annotations is not an object"],
  ];
  for (const [item, message] of rows) {
    await t.step(message, async () => {
      await assertRejects(() => run(item, { objects: [POD, MACHINE] }), Refusal, message);
    });
  }
  await t.step("owners that are no list own nothing", async () => {
    const { item } = await run(running("text"), { objects: [POD] });
    assertEquals(objectAt(item, "metadata", "annotations"), undefined);
  });
});
