import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, label, objectAt, stringAt } from "../../objects/object.ts";
import { instance, kubevirtObject, launcher, machine, type Rest } from "../../tests/kit/kubevirt.ts";
import { defaultsOf, messages, runBackup, type World } from "../../tests/kit/run_action.ts";
import { bare, EXCLUDED } from "../../tests/kit/virtual_machines.ts";
import { GRAPH_EXTRAS } from "../lib/kubevirt/graph_extras.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { formatItem } from "./graph/node.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

type Options = Partial<World<KubevirtSettings>> & { readonly backup?: JsonObject | null };

const run = (item: JsonObject, options: Options = {}) =>
  runBackup(backupVirtualMachine, { item, settings: DEFAULTS, ...options });

const names = async (item: JsonObject, options: Options = {}) =>
  ((await run(item, options)).result.additionalItems ?? []).map(formatItem);

const VMI_NODE = "virtualmachineinstances.kubevirt.io/n/v";
const DISK = { name: "d", dataVolume: { name: "dv" } };
const DISK_NODES = ["datavolumes.cdi.kubevirt.io/n/dv", "persistentvolumeclaims/n/dv"];
const CLAIM = { name: "p", persistentVolumeClaim: { claimName: "pvc" } };
const PVC = bare("v1", "PersistentVolumeClaim", "pvc");
const VMI = instance({}, { metadata: { uid: "vmi-uid" }, status: { phase: "Running", nodeName: "node-1" } });
const TPM = { domain: { devices: { tpm: { persistent: true } } } };
const METADATA: JsonObject = { metadata: { labels: { "velero.kubevirt.io/metadataBackup": "" } } };

const state = (printableStatus: string, created = true): Rest => ({ status: { printableStatus, created } });
const included = (...includedResources: string[]): JsonObject => ({ spec: { includedResources } });
const excluded = (...excludedResources: string[]): JsonObject => ({ spec: { excludedResources } });

Deno.test("backupVirtualMachine is registered as upstream's action, with the full resource (kubevirt A1)", () => {
  const { kind, name, appliesTo } = backupVirtualMachine;
  assertEquals([kind, name, appliesTo], [
    "BackupItemAction",
    "kubevirt-velero-plugin/backup-virtualmachine-action",
    { includedResources: ["virtualmachines.kubevirt.io"] },
  ]);
});

Deno.test("backupVirtualMachine needs a Backup (kubevirt 5.1)", async () => {
  const refusal = await assertRejects(
    () => run(machine({}), { backup: null }),
    Refusal,
    "backup object nil!",
  );
  assertEquals(refusal.rule, "kubevirt 5.1");
});

// What upstream's tests of the safety check hold.
const SAFETY: [id: string, states: string[], backup: JsonObject, excludedVmi: boolean, safe: boolean][] = [
  [
    "kubevirt T7.3.1",
    ["Stopped", "Provisioning", "Paused", "Stopping", "Terminating", "Migrating", "Unknown"],
    {},
    true,
    true,
  ],
  ["kubevirt T7.3.2", ["Running", "Starting"], {}, false, true],
  ["kubevirt T7.3.3", ["Running", "Starting"], {}, true, false],
  ["kubevirt T7.3.4", ["Running"], included("pods", "virtualmachineinstances"), false, true],
  ["kubevirt T7.3.5", ["Running"], excluded("pods", "persistentvolumeclaims"), false, true],
  [
    "kubevirt T7.3.6",
    ["Running"],
    included("virtualmachineinstances", "persistentvolumeclaims"),
    false,
    false,
  ],
  ["kubevirt T7.3.7", ["Running"], included("virtualmachineinstances"), false, true],
  ["kubevirt T7.3.8", ["Running"], included("pods"), false, false],
  ["kubevirt T7.3.9", ["Running"], excluded("pods"), false, false],
  ["kubevirt T7.3.10", ["Running"], excluded("virtualmachineinstances"), false, false],
];

Deno.test("backupVirtualMachine refuses a running VM without what makes its backup consistent", async (t) => {
  for (const [id, states, backup, excludedVmi, safe] of SAFETY) {
    for (const printableStatus of states) {
      await t.step(`${id} ${printableStatus}`, async () => {
        const metadata = { uid: "vmi-uid", ...(excludedVmi ? EXCLUDED : {}) };
        const options = { backup, objects: [instance({}, { metadata })] };
        const item = machine({}, {}, state(printableStatus));
        if (safe) {
          assertEquals(await names(item, options), [VMI_NODE]);
          return;
        }
        const refusal = await assertRejects(
          () => run(item, options),
          Refusal,
          "VM cannot be safely backed up: ",
        );
        assertEquals([refusal.rule, refusal.reason], ["kubevirt 5.1", "unsafe"]);
      });
    }
  }
});

const fixture = (spec: JsonObject, status: JsonObject = {}) =>
  kubevirtObject("VirtualMachine", spec, {
    metadata: { name: "test-vm", namespace: "test-namespace" },
    status,
  });
const template = (...volumes: JsonObject[]) => ({ template: { spec: { volumes } } });
const RUNNING = { printableStatus: "Running", created: true };
const NOT_A_DISK = "test-namespace/test";

// What upstream's tests of Execute hold; additional items compare as sets, and nothing but the volumes is there.
const EXECUTE: [id: string, item: JsonObject, backup: JsonObject, items: string[] | undefined][] = [
  ["kubevirt T7.4.1", fixture({}, RUNNING), included("pods"), undefined],
  ["kubevirt T7.4.2", fixture(template({ test: {} }), RUNNING), included("datavolume"), undefined],
  [
    "kubevirt T7.4.3",
    fixture(template({ dataVolume: { name: "test-dv" } }), RUNNING),
    {
      ...METADATA,
      spec: {
        includedResources: ["virtualmachineinstances"],
        excludedResources: ["datavolumes", "persistentvolumeclaims"],
      },
    },
    [
      "virtualmachineinstances.kubevirt.io/test-namespace/test-vm",
      `datavolumes.cdi.kubevirt.io/${NOT_A_DISK}-dv`,
      `persistentvolumeclaims/${NOT_A_DISK}-dv`,
    ],
  ],
  [
    "kubevirt T7.4.4",
    fixture({}, { created: true }),
    {},
    ["virtualmachineinstances.kubevirt.io/test-namespace/test-vm"],
  ],
  [
    "kubevirt T7.4.5",
    fixture(template(
      { dataVolume: { name: "test-dv" } },
      { persistentVolumeClaim: { claimName: "test-pvc" } },
      { memoryDump: { claimName: "test-memory-dump" } },
      { configMap: { name: "test-config-map" } },
      { secret: { secretName: "test-secret" } },
      { serviceAccount: { serviceAccountName: "test-service-account" } },
    )),
    {},
    [
      `datavolumes.cdi.kubevirt.io/${NOT_A_DISK}-dv`,
      `persistentvolumeclaims/${NOT_A_DISK}-dv`,
      `persistentvolumeclaims/${NOT_A_DISK}-pvc`,
      `persistentvolumeclaims/${NOT_A_DISK}-memory-dump`,
      `configmaps/${NOT_A_DISK}-config-map`,
      `secrets/${NOT_A_DISK}-secret`,
      `serviceaccounts/${NOT_A_DISK}-service-account`,
    ],
  ],
  [
    "kubevirt T7.4.6",
    fixture({
      instancetype: { revisionName: "test-revision1" },
      preference: { revisionName: "test-revision2" },
    }),
    {},
    [
      "controllerrevisions.apps/test-namespace/test-revision1",
      "controllerrevisions.apps/test-namespace/test-revision2",
    ],
  ],
  ["kubevirt T7.4.7", fixture({}, { printableStatus: "Stopped" }), {}, []],
];

Deno.test("backupVirtualMachine adds what a VM hangs on", async (t) => {
  const disks = ["test-dv", "test-pvc"].map((name) =>
    bare("v1", "PersistentVolumeClaim", name, {}, "test-namespace")
  );
  for (const [id, item, backup, expected] of EXECUTE) {
    for (const profile of ["full", "upstream"] as const) {
      await t.step(`${id}, profile ${profile}`, async () => {
        const options = { backup, objects: disks, settings: { ...DEFAULTS, "graph-profile": profile } };
        if (expected === undefined) await assertRejects(() => run(item, options), Refusal);
        else {
          assertEquals(await names(item, options), expected);
          assertEquals((await run(item, options)).result.item, undefined);
        }
      });
    }
  }
});

Deno.test("backupVirtualMachine refuses a VM whose disks the backup would not hold (kubevirt 3.6 and 5.1)", async (t) => {
  const rows: [about: string, backup: JsonObject, objects: JsonObject[], reason: string | undefined][] = [
    ["there", {}, [PVC], undefined],
    ["gone", {}, [], 'PersistentVolumeClaim n/pvc of volume "p" does not exist'],
    [
      "excluded by its label",
      {},
      [bare("v1", "PersistentVolumeClaim", "pvc", EXCLUDED)],
      "is excluded by its label",
    ],
    ["its kind is excluded", excluded("pvc"), [PVC], 'volume "p" needs persistentvolumeclaims'],
    ["a backup of metadata", { ...METADATA, ...excluded("pvc") }, [], undefined],
  ];
  for (const [about, backup, objects, reason] of rows) {
    await t.step(about, async () => {
      const item = machine({ volumes: [CLAIM] });
      if (reason === undefined) {
        assertEquals(await names(item, { backup, objects }), ["persistentvolumeclaims/n/pvc"]);
        return;
      }
      const refusal = await assertRejects(() => run(item, { backup, objects }), Refusal, reason);
      assertEquals(refusal.message.startsWith("VM would not be restored correctly: "), true, refusal.message);
      assertEquals([refusal.rule, refusal.reason], ["kubevirt 5.1", "not_restorable"]);
    });
  }
});

Deno.test("backupVirtualMachine asks for no disk that the VM itself makes again (kubevirt 5.1)", async () => {
  const item = machine({ volumes: [DISK] }, { dataVolumeTemplates: [{ metadata: { name: "dv" } }] });
  const { requests, result } = await run(item, { backup: excluded("datavolumes", "persistentvolumeclaims") });
  assertEquals(requests, ["serves datavolumes.cdi.kubevirt.io"]);
  assertEquals(result.additionalItems?.map(formatItem), DISK_NODES);
});

Deno.test("backupVirtualMachine makes no check for a backup of metadata alone (kubevirt B12)", async () => {
  const backup = { ...METADATA, spec: { excludedResources: ["virtualmachineinstances", "pods"] } };
  const item = machine({ volumes: [CLAIM] }, {}, state("Running"));
  assertEquals(await names(item, { backup, objects: [VMI] }), [VMI_NODE, "persistentvolumeclaims/n/pvc"]);
  const not = { ...backup, metadata: { labels: { "velero.kubevirt.io/metadataBackup": "False" } } };
  await assertRejects(() => run(item, { backup: not }), Refusal, "VM cannot be safely backed up");
});

Deno.test("backupVirtualMachine takes a starting VM without an instance as it is (kubevirt B11)", async () => {
  assertEquals(await names(machine({}, {}, state("Starting", false))), []);
  assertEquals(await names(machine({}, {}, state("Starting"))), [VMI_NODE]);
});

const REVISED = { instancetype: { name: "i", revisionName: "old" }, preference: { name: "p" } };
const references = (...names: string[]) => ({
  instancetypeRef: { controllerRevisionRef: { name: names[0] ?? "" } },
  preferenceRef: { controllerRevisionRef: { name: names[1] ?? "" } },
});

Deno.test("backupVirtualMachine writes the revisions of the status into the spec (kubevirt 5.1)", async () => {
  const item = machine({}, REVISED, { status: references("ri", "rp") });
  const { result, item: stored } = await run(item);
  assertEquals(objectAt(stored, "spec", "instancetype"), { name: "i", revisionName: "ri" });
  assertEquals(objectAt(stored, "spec", "preference"), { name: "p", revisionName: "rp" });
  assertEquals(result.additionalItems?.map(formatItem), [
    "controllerrevisions.apps/n/ri",
    "controllerrevisions.apps/n/rp",
  ]);
  assertEquals((await run(stored)).result.item, undefined, "its own output stays as it is");
  for (const status of [references("", ""), { instancetypeRef: { name: "i" } }, {}]) {
    assertEquals((await run(machine({}, REVISED, { status }))).result.item, undefined);
  }
  assertEquals((await run(machine({}, {}, { status: references("ri", "rp") }))).result.item, undefined);
});

Deno.test("backupVirtualMachine changes nothing but what it is about (kubevirt B3, 11)", async () => {
  const item = machine({ volumes: [DISK, { futureSource: {} }], futureField: [1, null] }, {
    ...REVISED,
    dataVolumeTemplates: [{ metadata: { name: "dv", creationTimestamp: null } }],
  }, { status: references("ri", "rp") });
  const { item: stored } = await run(item);
  delete objectAt(stored, "spec", "preference")!.revisionName;
  objectAt(stored, "spec", "instancetype")!.revisionName = "old";
  assertEquals(JSON.stringify(stored), JSON.stringify(item));
});

const NAD = bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "nad");
const STATE = bare("v1", "PersistentVolumeClaim", "state", { labels: { "persistent-state-for": "v" } });

Deno.test("backupVirtualMachine records what the restore cannot know (kubevirt G5)", async () => {
  const item = machine({ ...TPM, networks: [{ multus: { networkName: "nad" } }] });
  const { item: stored, result } = await run(item, { objects: [NAD, STATE] });
  const nodes = ["persistentvolumeclaims/n/state", "network-attachment-definitions.k8s.cni.cncf.io/n/nad"];
  assertEquals(annotation(stored, GRAPH_EXTRAS), JSON.stringify(nodes));
  assertEquals(result.additionalItems?.map(formatItem), nodes);
  assertEquals((await run(stored, { objects: [NAD, STATE] })).result.item, undefined);
  const { item: later } = await run(stored, { objects: [STATE] });
  assertEquals(annotation(later, GRAPH_EXTRAS), '["persistentvolumeclaims/n/state"]');
});

Deno.test("backupVirtualMachine records that there is no state, and else nothing (kubevirt T11.5)", async () => {
  const { item, result } = await run(machine(TPM));
  assertEquals([annotation(item, GRAPH_EXTRAS), result.additionalItems], ["[]", []]);
  const stale = machine({}, {}, { metadata: { annotations: { [GRAPH_EXTRAS]: '["secrets/n/forged"]' } } });
  const { item: cleaned } = await run(stale);
  assertEquals(cleaned, machine({}));
});

Deno.test("backupVirtualMachine takes ephemeral disks and pull secrets along (kubevirt T11.6)", async () => {
  const volumes = [
    { ephemeral: { persistentVolumeClaim: { claimName: "base" } } },
    { containerDisk: { image: "i", imagePullSecret: "pull" } },
  ];
  const item = machine({ volumes }, {}, state("Running"));
  assertEquals(await names(item), [VMI_NODE, "persistentvolumeclaims/n/base", "secrets/n/pull"]);
  const upstream = {
    backup: { metadata: { labels: { "velero-plugin-for-workloads/graph-profile": "upstream" } } },
  };
  assertEquals(await names(item, upstream), [VMI_NODE]);
});

Deno.test("labels of the Backup decide how far the graph goes (kubevirt 6)", async () => {
  const labelled = (key: string, value: string) => ({
    backup: { metadata: { labels: { [`velero-plugin-for-workloads/${key}`]: value } } },
  });
  const item = machine({}, { preference: { name: "fedora", revisionName: "r" } });
  const objects = [{
    apiVersion: "instancetype.kubevirt.io/v1beta1",
    kind: "VirtualMachineClusterPreference",
    metadata: { name: "fedora" },
  }];
  const revision = "controllerrevisions.apps/n/r";
  const preference = "virtualmachineclusterpreferences.instancetype.kubevirt.io//fedora";
  assertEquals(await names(item, { objects }), [revision]);
  const wide = labelled("include-cluster-instancetypes", "yes");
  assertEquals(await names(item, { objects, ...wide }), [revision, preference]);
  assertEquals(await names(item, { objects, ...labelled("include-cluster-instancetypes", "false") }), [
    revision,
  ]);
  const full = labelled("graph-profile", "full");
  const settings = { ...DEFAULTS, "graph-profile": "upstream" as const };
  const sysprep = machine({ volumes: [{ sysprep: { secret: { name: "s" } } }] });
  assertEquals(await names(sysprep, { settings }), []);
  assertEquals(await names(sysprep, { settings, ...full }), ["secrets/n/s"]);
  const refusal = await assertRejects(
    () => run(item, labelled("graph-profile", "Full")),
    Refusal,
    'the Backup\'s label velero-plugin-for-workloads/graph-profile is "Full"',
  );
  assertEquals(refusal.reason, "invalid_label");
});

const running = (spec: JsonObject = {}) => machine(spec, {}, state("Running"));

Deno.test("backupVirtualMachine asks everything at once, and nothing twice (kubevirt 11)", async () => {
  const item = running({
    ...TPM,
    volumes: [DISK, CLAIM],
    networks: [{ pod: {} }, { multus: { networkName: "nad" } }, { multus: { networkName: "nad" } }],
  });
  const objects = [
    VMI,
    launcher("pod"),
    PVC,
    NAD,
    STATE,
    bare("cdi.kubevirt.io/v1beta1", "DataVolume", "dv"),
  ];
  const { requests, result } = await run(item, { objects });
  assertEquals(requests.filter((request) => !request.startsWith("serves")).toSorted(), [
    "get datavolumes.cdi.kubevirt.io n/dv",
    "get network-attachment-definitions.k8s.cni.cncf.io n/nad",
    "get persistentvolumeclaims n/pvc",
    "get virtualmachineinstances.kubevirt.io n/v",
    "list datavolumes.cdi.kubevirt.io n",
    "list persistentvolumeclaims n",
    "list pods n",
  ]);
  assertEquals(result.additionalItems?.map(formatItem), [
    VMI_NODE,
    "pods/n/pod",
    ...DISK_NODES,
    "persistentvolumeclaims/n/pvc",
    "persistentvolumeclaims/n/state",
    "network-attachment-definitions.k8s.cni.cncf.io/n/nad",
  ]);
});

Deno.test("backupVirtualMachine asks nothing for a VM that it refuses by the filters alone", async () => {
  let asked = 0;
  const get: Cluster["get"] = () => Promise.resolve(void asked++).then(() => undefined);
  const refused = run(running({ volumes: [CLAIM] }), { backup: excluded("vmi"), cluster: { get } });
  await assertRejects(() => refused, Refusal, "virtualmachineinstances are not in the backup");
  assertEquals(asked, 0);
});

Deno.test("what vanishes between two reads ends in a refusal or stays named, never in a part that is missing", async (t) => {
  /** Answers the first requests for an object with it, and the later ones with nothing. */
  const vanishing = (gone: string, objects: JsonObject[]): Options => {
    const found = new Map(
      objects.map((object) => [`${object.kind}/${stringAt(object, "metadata", "name")}`, object]),
    );
    let asked = 0;
    const get: Cluster["get"] = (kind, _namespace, name) => {
      const kinds: Record<string, string> = {
        datavolumes: "DataVolume",
        persistentvolumeclaims: "PersistentVolumeClaim",
        virtualmachineinstances: "VirtualMachineInstance",
      };
      const key = `${kinds[kind.resource]}/${name}`;
      const there = key === gone ? asked++ === 0 : true;
      return Promise.resolve(there ? found.get(key) : undefined);
    };
    return { cluster: { get } };
  };
  const volume = bare("cdi.kubevirt.io/v1beta1", "DataVolume", "dv");
  await t.step(
    "a DataVolume: it was there when it was checked, and Velero tells when it is not",
    async () => {
      assertEquals(
        await names(machine({ volumes: [DISK] }), vanishing("DataVolume/dv", [volume])),
        DISK_NODES,
      );
    },
  );
  await t.step("DataVolume and PVC", async () => {
    const refused = run(machine({ volumes: [DISK] }), vanishing("nothing", []));
    await assertRejects(() => refused, Refusal, "PersistentVolumeClaim n/dv");
  });
  await t.step("the instance: one answer serves all rules", async () => {
    const options = vanishing("VirtualMachineInstance/v", [VMI]);
    assertEquals(await names(running(), { ...options, objects: [launcher("pod")] }), [
      VMI_NODE,
      "pods/n/pod",
    ]);
  });
  await t.step("a revision or a Secret: named without asking", async () => {
    const item = machine({ volumes: [{ secret: { secretName: "gone" } }] }, REVISED);
    const { requests, result } = await run(item, { settings: { ...DEFAULTS, "graph-profile": "upstream" } });
    assertEquals([requests, result.additionalItems?.map(formatItem)], [
      [],
      ["controllerrevisions.apps/n/old", "secrets/n/gone"],
    ]);
  });
});

Deno.test("backupVirtualMachine fails when the cluster does not answer what it must know", async (t) => {
  const forbidden = (of: string) => new ClusterError(`${of}: 403 Forbidden`, "Forbidden", 403);
  const list: Cluster["list"] = async function* (kind) {
    yield await Promise.reject(forbidden(`list ${kind.resource}`));
  };
  const get: Cluster["get"] = (kind) => Promise.reject(forbidden(`get ${kind.resource}`));
  const rows: [about: string, item: JsonObject, cluster: Partial<Cluster>, text: string][] = [
    ["instance", running(), { get }, "get virtualmachineinstances: 403"],
    ["pods", running(), { list }, "failed to get launcher pod from VMI n/v: list pods: 403"],
    ["claims with state", machine(TPM), { list }, "failed to find the PVCs with the state of VM n/v: list"],
    ["a disk", machine({ volumes: [CLAIM] }), { get }, "get persistentvolumeclaims: 403"],
  ];
  for (const [about, item, cluster, text] of rows) {
    await t.step(about, async () => {
      await assertRejects(() => run(item, { cluster, objects: [VMI] }), Error, text);
    });
  }
  await t.step("an optional node: a warning", async () => {
    const { result, logs, counts } = await run(machine({ networks: [{ multus: { networkName: "nad" } }] }), {
      cluster: { get },
    });
    assertEquals([result, messages(logs, "warn").length, counts], [{ additionalItems: [] }, 1, [
      "graphNodes",
    ]]);
  });
});

const FILES = /file-system backups of a VM's disks cannot be restored/;
const warnings = async (item: JsonObject, options: Options) => {
  const { logs, counts } = await run(item, options);
  return [messages(logs, "warn").filter((line) => FILES.test(line)).length, counts.length];
};

Deno.test("backupVirtualMachine warns of file-system backups of disks (kubevirt B27)", async () => {
  const pod = launcher("pod", { metadata: { annotations: { "backup.velero.io/backup-volumes": "disk" } } });
  const disks = running({ volumes: [CLAIM] });
  const backup = { spec: { defaultVolumesToFsBackup: true } };
  assertEquals(await warnings(disks, { objects: [VMI, PVC, launcher("pod")] }), [0, 0]);
  assertEquals(await warnings(disks, { objects: [VMI, PVC, pod] }), [1, 1]);
  assertEquals(await warnings(disks, { objects: [VMI, PVC, launcher("pod")], backup }), [1, 1]);
  assertEquals(await warnings(machine({ volumes: [CLAIM] }), { objects: [PVC], backup }), [1, 1]);
  assertEquals(await warnings(running(), { objects: [VMI], backup }), [0, 0], "no disk");
});

Deno.test("backupVirtualMachine labels the VM with its name when asked to (kubevirt B23)", async () => {
  const settings = { ...DEFAULTS, "vm-name-label": true };
  const { item } = await run(machine({}), { settings });
  assertEquals(label(item, "velero-plugin-for-workloads/vm-name"), "v");
  assertEquals((await run(item, { settings })).result.item, undefined);
  const long = machine({}, {}, { metadata: { name: "v".repeat(253) } });
  const { result, logs } = await run(long, { settings });
  assertEquals(result.item, undefined);
  assertEquals(messages(logs, "warn").length, 1);
});

Deno.test("backupVirtualMachine takes a VM of v1alpha3, and of no version at all (kubevirt 10.1)", async () => {
  for (const apiVersion of ["kubevirt.io/v1alpha3", "kubevirt.io"]) {
    assertEquals(await names(machine({ volumes: [CLAIM] }, {}, { apiVersion }), { objects: [PVC] }), [
      "persistentvolumeclaims/n/pvc",
    ]);
  }
});

Deno.test("backupVirtualMachine asks nothing for a VM without name or namespace (kubevirt 10.2)", async (t) => {
  const nameless = [[{ name: 5 }, "name"], [{ namespace: "" }, "namespace"]] as const;
  const asking: [what: string, spec: JsonObject, rest: Rest][] = [
    ["its instance is asked for", {}, state("Running", false)],
    ["its launcher pod is asked for", {}, state("Migrating")],
    ["its state is asked for", TPM, state("Stopped", false)],
  ];
  for (const [metadata, missing] of nameless) {
    for (const [what, spec, rest] of asking) {
      await t.step(`${missing}: ${what}`, async () => {
        const never = (): never => {
          throw new RangeError("asked");
        };
        const refused = run(machine(spec, {}, { ...rest, metadata }), {
          cluster: { get: never, list: never },
        });
        const refusal = await assertRejects(() => refused, Refusal, `metadata has no ${missing}`);
        assertEquals([refusal.rule, refusal.reason], ["kubevirt 10.2", "invalid_item"]);
      });
    }
    await t.step(`${missing}: nothing is asked`, async () => {
      const item = machine({ volumes: [DISK, CLAIM] }, {}, { ...state("Stopped", false), metadata });
      const { result, requests } = await run(item, { backup: METADATA });
      const namespace = missing === "namespace" ? "" : "n";
      assertEquals(result.additionalItems?.map(formatItem), [
        `datavolumes.cdi.kubevirt.io/${namespace}/dv`,
        `persistentvolumeclaims/${namespace}/dv`,
        `persistentvolumeclaims/${namespace}/pvc`,
      ]);
      assertEquals(requests.filter((request) => request.startsWith("list") && namespace === ""), []);
    });
  }
});
