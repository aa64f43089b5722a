import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { instance, kubevirtObject, launcher, machine } from "../../tests/kit/kubevirt.ts";
import { defaultsOf, messages, prepare, type World } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import { formatItem } from "./graph/node.ts";
import { itemBlocks } from "./item_blocks.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const [machineBlock, instanceBlock, podBlock, dataVolumeBlock] = itemBlocks;

type Block = typeof machineBlock;
type Options = Partial<World<KubevirtSettings>> & { readonly backup?: JsonObject | undefined };

async function ask(block: Block, item: JsonObject, options: Options = {}) {
  const { context, logs, requests } = prepare({ settings: DEFAULTS, ...options });
  const related = await block!.relatedItems({ item, backup: options.backup ?? {} }, context) ?? [];
  return { names: related.map(formatItem), warnings: messages(logs, "warn"), requests };
}

const names = async (block: Block, item: JsonObject, objects: JsonObject[] = []) => {
  const { names, warnings } = await ask(block, item, { objects });
  assertEquals(warnings, []);
  return names;
};

const VMI_NODE = "virtualmachineinstances.kubevirt.io/n/v";
const DISK = { dataVolume: { name: "dv" } };
const DISK_NODES = ["datavolumes.cdi.kubevirt.io/n/dv", "persistentvolumeclaims/n/dv"];
const CREATED = { status: { created: true, printableStatus: "Running" } };
const VMI = instance({ volumes: [DISK] }, { metadata: { uid: "vmi-uid" }, status: { phase: "Running" } });
const owned = (item: JsonObject, ...ownerReferences: JsonValue[]) => ({
  ...item,
  metadata: { ...item.metadata as JsonObject, ownerReferences },
});
const owner = (kind: string, name: string, apiVersion = "kubevirt.io/v1") => ({ apiVersion, kind, name });

Deno.test("itemBlocks have their names and resources (kubevirt A11 to A14)", () => {
  assertEquals(itemBlocks.map(({ kind, name, appliesTo }) => [kind, name, appliesTo]), [
    [
      "ItemBlockAction",
      "kubevirt-velero-plugin/block-virtualmachine-action",
      { includedResources: ["virtualmachines.kubevirt.io"] },
    ],
    [
      "ItemBlockAction",
      "kubevirt-velero-plugin/block-virtualmachineinstance-action",
      { includedResources: ["virtualmachineinstances.kubevirt.io"] },
    ],
    [
      "ItemBlockAction",
      "kubevirt-velero-plugin/block-pod-action",
      { includedResources: ["pods"], selector: "kubevirt.io=virt-launcher" },
    ],
    [
      "ItemBlockAction",
      "kubevirt-velero-plugin/block-datavolume-action",
      { includedResources: ["datavolumes.cdi.kubevirt.io"] },
    ],
  ]);
});

Deno.test("the block of a VM has what its backup graph has (kubevirt A11, B14, T7.9.12)", async () => {
  const item = machine({ volumes: [DISK] }, {}, CREATED);
  assertEquals(await names(machineBlock, item), [VMI_NODE, ...DISK_NODES]);
  assertEquals(await names(machineBlock, item, [VMI, launcher("pod")]), [
    VMI_NODE,
    "pods/n/pod",
    ...DISK_NODES,
  ]);
});

Deno.test("the block of an instance has the VM that owns it, too (kubevirt A12)", async () => {
  const objects = [launcher("pod")];
  assertEquals(await names(instanceBlock, VMI, objects), ["pods/n/pod", ...DISK_NODES]);
  const vm = owner("VirtualMachine", "vm");
  assertEquals(await names(instanceBlock, owned(VMI, owner("Thing", "t"), vm), objects), [
    "pods/n/pod",
    ...DISK_NODES,
    "virtualmachines.kubevirt.io/n/vm",
  ]);
  const others = [owner("VirtualMachineInstanceReplicaSet", "s"), owner("VirtualMachine", "vm", "x/v1"), 5];
  assertEquals(await names(instanceBlock, owned(VMI, ...others), objects), ["pods/n/pod", ...DISK_NODES]);
});

Deno.test("the block of a launcher pod has its instance (kubevirt A13)", async () => {
  const pod = launcher("pod");
  assertEquals(await names(podBlock, owned(pod, owner("VirtualMachineInstance", "v"))), [VMI_NODE]);
  const none = [
    pod,
    owned(pod, owner("VirtualMachineInstance", "v", "x/v1")),
    owned(pod, owner("Node", "v")),
  ];
  for (const item of [...none, owned(pod, { ...owner("VirtualMachineInstance", ""), name: 5 })]) {
    assertEquals(await names(podBlock, item), []);
  }
});

Deno.test("the block of a DataVolume has its PVC once that is filled (kubevirt A14, T7.9.9)", async () => {
  const dataVolume = (phase: string) => kubevirtObject("DataVolume", {}, { status: { phase } });
  assertEquals(await names(dataVolumeBlock, dataVolume("Succeeded")), ["persistentvolumeclaims/n/v"]);
  assertEquals(await names(dataVolumeBlock, dataVolume("ImportScheduled")), []);
});

Deno.test("only a pod that can take the hooks is related (kubevirt 8.3, B15)", async (t) => {
  const compute = (ready: boolean) => [{ name: "compute", ready }];
  const rows: [about: string, pod: JsonObject][] = [
    ["not ready", launcher("pod", { status: { phase: "Running", containerStatuses: compute(false) } })],
    ["pending", launcher("pod", { status: { phase: "Pending", containerStatuses: compute(true) } })],
    ["ended", launcher("pod", { status: { phase: "Succeeded", containerStatuses: compute(true) } })],
    ["going away", launcher("pod", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })],
  ];
  const item = machine({ volumes: [DISK] }, {}, CREATED);
  for (const [about, pod] of rows) {
    await t.step(about, async () => {
      assertEquals(await names(machineBlock, item, [VMI, pod]), [VMI_NODE, ...DISK_NODES]);
      assertEquals(await names(instanceBlock, VMI, [pod]), DISK_NODES);
    });
  }
  await t.step("an instance that waits for its node", async () => {
    const pending = { ...VMI, status: { phase: "Scheduling" } };
    assertEquals(await names(instanceBlock, pending), DISK_NODES);
  });
});

Deno.test("VM, instance, pod and disks lead to each other, whichever comes first (kubevirt 8.3)", async () => {
  const hotplugged = bare("v1", "PersistentVolumeClaim", "hot");
  const spec = { volumes: [DISK, { persistentVolumeClaim: { claimName: "hot", hotpluggable: true } }] };
  const vm = machine(spec, {}, { ...CREATED, metadata: { name: "v" } });
  const vmi = { ...owned(VMI, owner("VirtualMachine", "v")), spec };
  const pod = owned(launcher("pod"), owner("VirtualMachineInstance", "v"));
  const objects = [vm, vmi, pod, hotplugged];
  const blocks: Record<string, [Block, JsonObject]> = {
    "virtualmachines.kubevirt.io/n/v": [machineBlock, vm],
    [VMI_NODE]: [instanceBlock, vmi],
    "pods/n/pod": [podBlock, pod],
  };
  /** Everything that Velero puts into one block with an item. */
  const blockOf = async (first: string) => {
    const seen = new Set<string>([first]);
    for (const name of seen) {
      const [block, item] = blocks[name] ?? [];
      if (block === undefined || item === undefined) continue;
      for (const related of await names(block, item, objects)) seen.add(related);
    }
    return [...seen].toSorted();
  };
  const whole = [...Object.keys(blocks), ...DISK_NODES, "persistentvolumeclaims/n/hot"].toSorted();
  for (const first of Object.keys(blocks)) assertEquals(await blockOf(first), whole, first);
});

Deno.test("a block whose items cannot be told is empty, with a warning (kubevirt T7.9.13, 10.2)", async (t) => {
  const TEXT =
    "the item block may be incomplete, so the guest may not be frozen while all its disks are copied: ";
  const fail: Cluster["get"] = () => Promise.reject(new ClusterError("get: 500", "Other", 500));
  const profile = { metadata: { labels: { "velero-plugin-for-workloads/graph-profile": "none" } } };
  const rows: [about: string, block: Block, item: JsonObject, options: Options, reason: string][] = [
    ["spec is a string", machineBlock, kubevirtObject("VirtualMachine", "text"), {}, "spec is not an object"],
    ["spec is a string", instanceBlock, instance("text"), {}, "spec is not an object"],
    ["no answer", machineBlock, machine({}, {}, CREATED), { cluster: { get: fail } }, "get: 500"],
    [
      "a wrong label of the Backup",
      machineBlock,
      machine({}),
      { backup: profile },
      `the Backup's label velero-plugin-for-workloads/graph-profile is "none"`,
    ],
  ];
  for (const [about, block, item, options, reason] of rows) {
    await t.step(`${about}, ${block?.name}`, async () => {
      const { names, warnings } = await ask(block, item, options);
      assertEquals([names, warnings.length], [[], 1]);
      assertEquals(warnings[0]?.startsWith(TEXT + reason), true, warnings[0]);
    });
  }
  await t.step("no metadata at all", async () => {
    for (const block of itemBlocks) assertEquals((await ask(block, {})).names, []);
  });
  await t.step("a call that is over is over", async () => {
    const signal = AbortSignal.abort(new Error("out of time"));
    const over = () => ask(machineBlock, machine({}, {}, CREATED), { signal, cluster: { get: fail } });
    await assertRejects(over, Error, "out of time");
  });
});
