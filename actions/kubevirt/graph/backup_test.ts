import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../../objects/json.ts";
import {
  DV,
  DV_NODES,
  instance,
  kubevirtObject,
  machine,
  PASSWORD,
  SSH,
  tpm,
  VOLUME_NODES,
  VOLUMES,
} from "../../../tests/kit/kubevirt.ts";
import { Refusal } from "../../lib/refusal.ts";
import type { LauncherPod } from "../launcher_pod.ts";
import { backupGraph, type BackupGraphOptions, instanceBackupGraph, machineBackupGraph } from "./backup.ts";
import { formatItem } from "./node.ts";
import type { GraphReader } from "./reader.ts";

const FULL: BackupGraphOptions = { profile: "full", clusterInstancetypes: false };

const POD = { name: "pod" } as LauncherPod;

/** A cluster in which there is nothing but what a test says. */
function reader(own: Partial<GraphReader> = {}): GraphReader {
  return {
    serves: () => Promise.resolve(true),
    instance: () => Promise.resolve(undefined),
    launcher: () => Promise.resolve(undefined),
    backendClaims: () => Promise.resolve([]),
    replicas: () => Promise.resolve([]),
    existing: () => Promise.resolve([]),
    ...own,
  };
}

const found = (pod: LauncherPod = POD): Partial<GraphReader> => ({ launcher: () => Promise.resolve(pod) });
const claims = (...names: string[]): Partial<GraphReader> => ({
  backendClaims: () => Promise.resolve(names),
});
const everything: Partial<GraphReader> = { existing: (nodes) => Promise.resolve(nodes) };

const names = async (
  item: JsonObject,
  own: Partial<GraphReader> = {},
  options: Partial<BackupGraphOptions> = {},
) => (await backupGraph(item, reader(own), { ...FULL, ...options })).map(formatItem);

const CREATED = { status: { created: true } };
const VMI = "virtualmachineinstances.kubevirt.io/n/v";
const revision = (name: string) => ({ controllerRevisionRef: { name } });
const REFERENCES = { instancetypeRef: revision("cr-instancetype"), preferenceRef: revision("cr-preference") };
const REVISIONS = ["controllerrevisions.apps/n/cr-instancetype", "controllerrevisions.apps/n/cr-preference"];
const FLAVOURED = { instancetype: { name: "i" }, preference: { name: "p" } };
const CLOUD = { cloudInitNoCloud: { secretRef: { name: "user" }, networkDataSecretRef: { name: "net" } } };

const flavoured = (persistent: boolean, created: boolean) =>
  machine({ ...tpm(persistent), volumes: [DV], accessCredentials: [SSH] }, FLAVOURED, {
    status: { ...REFERENCES, created },
  });

interface Row {
  readonly id: string;
  readonly item: JsonObject;
  readonly own?: Partial<GraphReader>;
  readonly expected: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    id: "kubevirt T7.9.3 a created VM with revisions, disk and Secret",
    item: flavoured(false, true),
    own: found(),
    expected: [...REVISIONS, VMI, "pods/n/pod", ...DV_NODES, "secrets/n/ssh"],
  },
  {
    id: "kubevirt T7.9.4 the same, not created",
    item: flavoured(false, false),
    own: found(),
    expected: [...REVISIONS, ...DV_NODES, "secrets/n/ssh"],
  },
  {
    id: "kubevirt T7.9.5 the same, created, with a persistent TPM",
    item: flavoured(true, true),
    own: { ...found(), ...claims("backend-pvc") },
    expected: [
      ...REVISIONS,
      VMI,
      "pods/n/pod",
      ...DV_NODES,
      "persistentvolumeclaims/n/backend-pvc",
      "secrets/n/ssh",
    ],
  },
  { id: "kubevirt T7.9.6 volumes of a VMI", item: instance({ volumes: VOLUMES }), expected: VOLUME_NODES },
  {
    id: "kubevirt T7.9.7 credentials of a VMI",
    item: instance({ accessCredentials: [SSH, PASSWORD] }),
    expected: ["secrets/n/ssh", "secrets/n/pw"],
  },
  {
    id: "kubevirt T7.9.9 a DataVolume that is filled",
    item: kubevirtObject("DataVolume", {}, { status: { phase: "Succeeded" } }),
    expected: ["persistentvolumeclaims/n/v"],
  },
  {
    id: "kubevirt T7.9.9 a DataVolume that is not",
    item: kubevirtObject("DataVolume", {}, { status: { phase: "ImportScheduled" } }),
    expected: [],
  },
  {
    id: "kubevirt T7.9.1 a Pod has no graph",
    item: kubevirtObject("Pod", { volumes: VOLUMES }),
    expected: [],
  },
  {
    id: "kubevirt T7.4.5 all volumes of a VM that is not created",
    item: machine({ volumes: VOLUMES }),
    expected: VOLUME_NODES,
  },
  { id: "kubevirt T7.4.4 created, without volumes", item: machine({}, {}, CREATED), expected: [VMI] },
  {
    id: "kubevirt T7.4.6 revisions of the spec, without a status",
    item: machine({}, { instancetype: { revisionName: "r1" }, preference: { revisionName: "r2" } }),
    expected: ["controllerrevisions.apps/n/r1", "controllerrevisions.apps/n/r2"],
  },
  {
    id: "kubevirt 4.1 the status wins over the spec",
    item: machine({}, { instancetype: { revisionName: "old" } }, { status: REFERENCES }),
    expected: ["controllerrevisions.apps/n/cr-instancetype"],
  },
  {
    id: "kubevirt 4.1 a status without a revision falls back to the spec",
    item: machine({}, { preference: { revisionName: "r" } }, { status: { preferenceRef: { name: "p" } } }),
    expected: ["controllerrevisions.apps/n/r"],
  },
  {
    id: "kubevirt 4.1 and so does one whose revision has no name",
    item: machine({}, { preference: { revisionName: "r" } }, { status: { preferenceRef: revision("") } }),
    expected: ["controllerrevisions.apps/n/r"],
  },
  {
    id: "kubevirt 4.1 a status without a spec counts nothing",
    item: machine({}, {}, { status: REFERENCES }),
    expected: [],
  },
  {
    id: "kubevirt B18 cloud-init Secrets of a VM",
    item: machine({ volumes: [CLOUD] }),
    expected: ["secrets/n/user", "secrets/n/net"],
  },
  {
    id: "kubevirt 4.2 a VMI: its pod first, then disks, state, credentials",
    item: instance({ ...tpm(true), volumes: [DV], accessCredentials: [SSH] }),
    own: { ...found(), ...claims("state") },
    expected: ["pods/n/pod", ...DV_NODES, "persistentvolumeclaims/n/state", "secrets/n/ssh"],
  },
  {
    id: "kubevirt 4.6 a replica set: its instances, then its template, without pods and state",
    item: kubevirtObject("VirtualMachineInstanceReplicaSet", {
      template: { spec: { ...tpm(true), volumes: [DV], accessCredentials: [PASSWORD] } },
    }),
    own: { ...found(), ...claims("never asked"), replicas: () => Promise.resolve(["a", "b"]) },
    expected: [
      "virtualmachineinstances.kubevirt.io/n/a",
      "virtualmachineinstances.kubevirt.io/n/b",
      ...DV_NODES,
      "secrets/n/pw",
    ],
  },
  {
    id: "kubevirt G2 and G4 equal nodes once, empty names never",
    item: machine({ volumes: [DV, DV, { dataVolume: {} }, { secret: null }] }),
    expected: DV_NODES,
  },
  {
    id: "kubevirt G3 no DataVolumes where CDI is absent",
    item: machine({ volumes: [DV, { persistentVolumeClaim: { claimName: "pvc" } }] }),
    own: {
      ...everything,
      serves: ({ group }) => Promise.resolve(group !== "cdi.kubevirt.io"),
      existing: () => Promise.resolve([]),
    },
    expected: ["persistentvolumeclaims/n/dv", "persistentvolumeclaims/n/pvc"],
  },
  { id: "kubevirt 5.1 no template", item: kubevirtObject("VirtualMachine", { running: true }), expected: [] },
  {
    id: "an old version",
    item: machine({ volumes: [DV] }, {}, { apiVersion: "kubevirt.io/v1alpha3" }),
    expected: DV_NODES,
  },
];

Deno.test("backupGraph() names what an object hangs on, in order", async (t) => {
  for (const { id, item, own, expected } of ROWS) {
    await t.step(id, async () => assertEquals(await names(item, own), expected));
  }
});

Deno.test("backupGraph() gives the same in the profile of upstream", async (t) => {
  for (const { id, item, own, expected } of ROWS) {
    await t.step(id, async () => assertEquals(await names(item, own, { profile: "upstream" }), expected));
  }
});

// What a VM of every row of kubevirt 4.4 hangs on.
const RICH = machine(
  {
    volumes: [
      { sysprep: { secret: { name: "x1s" } } },
      { sysprep: { configMap: { name: "x1c" } } },
      { ephemeral: { persistentVolumeClaim: { claimName: "x2" } } },
      { containerDisk: { imagePullSecret: "x3" } },
      { persistentVolumeClaim: { claimName: "x8" } },
    ],
    domain: { firmware: { kernelBoot: { container: { imagePullSecret: "x4" } } } },
    utilityVolumes: [{ claimName: "x5" }],
    serviceAccountName: "x7",
    networks: [
      { pod: {} },
      { multus: { networkName: "x9" } },
      { multus: { networkName: "shared/x9" } },
      { multus: { networkName: "a/b/c" } },
    ],
    resourceClaims: [{ resourceClaimTemplateName: "x15t" }, { resourceClaimName: "x15c" }],
  },
  {
    instancetype: { kind: "VirtualMachineInstancetype", name: "x10i" },
    preference: { kind: "virtualmachinepreference", name: "x10p" },
    dataVolumeTemplates: [
      { spec: { source: { http: { secretRef: "x12h", certConfigMap: "x13h" } } } },
      { spec: { source: { vddk: { secretRef: "x12v" } } } },
      { spec: { source: { registry: { certConfigMap: "x13r" } } } },
      { spec: { sourceRef: { kind: "DataSource", name: "x14" } } },
      { spec: { sourceRef: { kind: "DataSource", name: "mine too", namespace: "n" } } },
      { spec: { sourceRef: { kind: "DataSource", name: "of others", namespace: "images" } } },
    ],
  },
  { status: { memoryDumpRequest: { claimName: "x6" } } },
);
// In the order of the table (kubevirt G1): kubevirt X1, X2, X3, X4, X5, X6 and X7.
const ALWAYS = [
  "persistentvolumeclaims/n/x8",
  "secrets/n/x1s",
  "configmaps/n/x1c",
  "persistentvolumeclaims/n/x2",
  "secrets/n/x3",
  "secrets/n/x4",
  "persistentvolumeclaims/n/x5",
  "persistentvolumeclaims/n/x6",
  "serviceaccounts/n/x7",
];
// kubevirt X8, X9, X10, X12, X13, X14 and X15.
const OPTIONAL = [
  "datavolumes.cdi.kubevirt.io/n/x8",
  "network-attachment-definitions.k8s.cni.cncf.io/n/x9",
  "network-attachment-definitions.k8s.cni.cncf.io/shared/x9",
  "virtualmachineinstancetypes.instancetype.kubevirt.io/n/x10i",
  "virtualmachinepreferences.instancetype.kubevirt.io/n/x10p",
  "secrets/n/x12h",
  "secrets/n/x12v",
  "configmaps/n/x13h",
  "configmaps/n/x13r",
  "datasources.cdi.kubevirt.io/n/x14",
  "datasources.cdi.kubevirt.io/n/mine too",
  "resourceclaimtemplates.resource.k8s.io/n/x15t",
  "resourceclaims.resource.k8s.io/n/x15c",
];

Deno.test("backupGraph() adds the further nodes, the optional ones only when they exist (kubevirt 4.4)", async () => {
  assertEquals(await names(RICH, everything), [...ALWAYS, ...OPTIONAL]);
  assertEquals(await names(RICH), ALWAYS);
  const some: Partial<GraphReader> = {
    existing: (nodes) => Promise.resolve(nodes.filter(({ name }) => name === "x9")),
  };
  assertEquals(await names(RICH, some), [
    ...ALWAYS,
    "network-attachment-definitions.k8s.cni.cncf.io/n/x9",
    "network-attachment-definitions.k8s.cni.cncf.io/shared/x9",
  ]);
});

Deno.test("backupGraph() has none of them in the profile of upstream, and asks for none", async () => {
  const own: Partial<GraphReader> = { existing: () => Promise.reject(new Error("asked")) };
  assertEquals(await names(RICH, own, { profile: "upstream" }), ["persistentvolumeclaims/n/x8"]);
});

Deno.test("backupGraph() of an instance has the rows that its spec can have", async () => {
  const { template } = RICH.spec as { template: { spec: JsonObject } };
  const ofMachine = /x6|x10|x12|x13|x14|mine too/;
  assertEquals(
    await names(instance(template.spec), everything),
    [...ALWAYS, ...OPTIONAL].filter((name) => !ofMachine.test(name)),
  );
});

const CLUSTER_WIDE = {
  instancetype: { kind: "VirtualMachineClusterInstancetype", name: "small" },
  preference: { name: "fedora" },
};
const CLUSTER_NODES = [
  "virtualmachineclusterinstancetypes.instancetype.kubevirt.io//small",
  "virtualmachineclusterpreferences.instancetype.kubevirt.io//fedora",
];

Deno.test("backupGraph() adds cluster-wide instance types without any revision, or when asked to (kubevirt X11)", async () => {
  assertEquals(await names(machine({}, CLUSTER_WIDE), everything), CLUSTER_NODES);
  const revised = machine({}, CLUSTER_WIDE, { status: { preferenceRef: revision("r") } });
  assertEquals(await names(revised, everything), ["controllerrevisions.apps/n/r"]);
  assertEquals(await names(revised, everything, { clusterInstancetypes: true }), [
    "controllerrevisions.apps/n/r",
    ...CLUSTER_NODES,
  ]);
});

const record = async (item: JsonObject, own: Partial<GraphReader>) => {
  const graph = item.kind === "VirtualMachine" ? machineBackupGraph : instanceBackupGraph;
  return (await graph(item, reader(own), FULL)).recorded?.map(formatItem);
};

Deno.test("what the restore cannot know is recorded: optional nodes and claims with state (kubevirt G5)", async () => {
  assertEquals(await record(RICH, everything), OPTIONAL);
  assertEquals(await record(RICH, {}), undefined);
  assertEquals(await record(machine(tpm(true)), claims("state")), ["persistentvolumeclaims/n/state"]);
  assertEquals(await record(instance(tpm(true)), claims("a", "b")), [
    "persistentvolumeclaims/n/a",
    "persistentvolumeclaims/n/b",
  ]);
  assertEquals(await record(machine(tpm(true)), {}), [], "nothing found is recorded too");
  assertEquals(await record(machine(tpm(false)), claims("not asked for")), undefined);
});

const tracked = (state: string) => ({ status: { changedBlockTracking: { state } } });

Deno.test("the state of a VM: what asks for it, whose it is, where it is found (kubevirt 3.5)", async (t) => {
  const rows: [string, JsonObject, Partial<GraphReader>, string[]][] = [
    ["EFI", machine({ domain: { firmware: { bootloader: { efi: { persistent: true } } } } }), claims("s"), [
      "s",
    ]],
    ["block tracking of the VM begins", machine({}, {}, tracked("Initializing")), claims("s"), ["s"]],
    ["block tracking of the VM", machine({}, {}, tracked("Enabled")), claims("s"), ["s"]],
    ["block tracking that is off", machine({}, {}, tracked("Disabled")), claims("s"), []],
    ["block tracking of the instance alone", machine({}, {}, CREATED), {
      ...claims("s"),
      instance: () => Promise.resolve(instance({}, tracked("Enabled"))),
    }, ["s"]],
    ["a TPM that only the instance has, from a preference", machine({}, {}, CREATED), {
      ...claims("s"),
      instance: () => Promise.resolve(instance(tpm(true))),
    }, ["s"]],
    ["neither has any", machine({}, {}, CREATED), {
      ...claims("s"),
      instance: () => Promise.resolve(instance(tpm(false))),
    }, []],
    ["what the running instance uses, whatever asks for it", machine({}, {}, CREATED), {
      instance: () =>
        Promise.resolve(instance({}, {
          status: {
            volumeStatus: [{
              name: "persistent-state-for-v",
              persistentVolumeClaimInfo: { claimName: "s2" },
            }],
          },
        })),
    }, ["s2"]],
    ["what the running instance uses, too", machine(tpm(true), {}, CREATED), {
      ...claims("s"),
      instance: () =>
        Promise.resolve(instance({}, {
          status: {
            volumeStatus: [
              { name: "persistent-state-for-v", persistentVolumeClaimInfo: { claimName: "s2" } },
              { name: "persistent-state-for-v", persistentVolumeClaimInfo: { claimName: "s" } },
              { name: "persistent-state-for-v" },
              { name: "disk", persistentVolumeClaimInfo: { claimName: "d" } },
            ],
          },
        })),
    }, ["s", "s2"]],
  ];
  for (const [about, item, own, expected] of rows) {
    await t.step(about, async () => {
      const nodes = (await names(item, own)).filter((name) => name.startsWith("persistentvolumeclaims/"));
      assertEquals(nodes, expected.map((name) => `persistentvolumeclaims/n/${name}`));
    });
  }
  const asked: string[] = [];
  const own: Partial<GraphReader> = {
    backendClaims: (namespace, owner) =>
      Promise.resolve(void asked.push(`${namespace}/${owner}`)).then(() => []),
  };
  await names(machine(tpm(true)), own);
  await names(instance(tpm(true), { metadata: { name: "i" } }), own);
  assertEquals(asked, ["n/v", "n/i"]);
});

Deno.test("backupGraph() says which field leads to each node", async () => {
  const item = machine({ ...tpm(true), volumes: [CLOUD] }, FLAVOURED, {
    status: { ...REFERENCES, created: true },
  });
  const nodes = await backupGraph(item, reader({ ...found(), ...claims("s") }), FULL);
  assertEquals(nodes.map(({ reason }) => reason), [
    "status.instancetypeRef.controllerRevisionRef.name",
    "status.preferenceRef.controllerRevisionRef.name",
    "status.created",
    "launcher pod",
    "spec.template.spec.volumes[0].cloudInitNoCloud.secretRef.name",
    "spec.template.spec.volumes[0].cloudInitNoCloud.networkDataSecretRef.name",
    "label persistent-state-for",
  ]);
});

Deno.test("backupGraph() gives no part of a graph when a look-up fails (kubevirt G6)", async (t) => {
  const item = machine({ ...tpm(true), volumes: [DV] }, {}, CREATED);
  const failure = () => Promise.reject(new Error("no answer"));
  for (const look of ["serves", "instance", "launcher", "backendClaims", "existing"] as const) {
    await t.step(look, async () => {
      const rich = look === "existing" ? RICH : item;
      await assertRejects(() => names(rich, { [look]: failure }), Error, "no answer");
    });
  }
  // Every look-up fails at once: one failure, and none that nobody takes.
  await assertRejects(
    () => names(item, { instance: failure, launcher: failure, backendClaims: failure }),
    Error,
  );
});

Deno.test("backupGraph() refuses a wrong type before it asks anything", async (t) => {
  const asked = () => Promise.reject(new Error("asked"));
  const own = { serves: asked, instance: asked, launcher: asked, backendClaims: asked, existing: asked };
  const rows: [item: JsonObject, message: string][] = [
    [kubevirtObject("VirtualMachine", "text"), "spec is not an object"],
    [kubevirtObject("VirtualMachine", { template: [] }), "spec.template is not an object"],
    [machine({}, { instancetype: 5 }), "spec.instancetype is not an object"],
    [machine({}, {}, { status: { created: "true" } }), "status.created is not true or false"],
    [machine({}, FLAVOURED, { status: "x" }), "status is not an object"],
    [machine({}, FLAVOURED, { status: { preferenceRef: [] } }), "status.preferenceRef is not an object"],
    [machine({}, { dataVolumeTemplates: {} }), "spec.dataVolumeTemplates is not a list"],
    [machine({}, { dataVolumeTemplates: [{ spec: { source: { s3: "x" } } }] }), "source.s3 is not an object"],
    [machine({}, { instancetype: { kind: 5, name: "i" } }), "spec.instancetype.kind is not a string"],
    [
      machine({ networks: [{ multus: { networkName: 1 } }] }),
      "networks[0].multus.networkName is not a string",
    ],
    [machine({ resourceClaims: ["c"] }), "resourceClaims[0] is not an object"],
    [machine({ volumes: [{ dataVolume: "d" }] }), "volumes[0].dataVolume is not an object"],
    [machine({ domain: { devices: { tpm: { persistent: "yes" } } } }), "persistent is not true or false"],
    [instance({ volumes: 5 }), "spec.volumes is not a list"],
    [instance([]), "spec is not an object"],
  ];
  for (const [item, message] of rows) {
    await t.step(message, async () => {
      const created = { ...item, status: item.status ?? {} };
      const refusal = await assertRejects(() => names(created, own), Refusal, message);
      assertEquals([refusal.rule, refusal.reason], ["kubevirt 4", "invalid_item"]);
    });
  }
});

Deno.test("backupGraph() takes 10,000 nodes with names of 253 letters", async () => {
  const long = (index: number) => `${"a".repeat(248)}${String(index).padStart(5, "0")}`;
  const volumes = Array.from({ length: 10_000 }, (_, index) => ({
    persistentVolumeClaim: { claimName: long(index) },
  }));
  const found = await names(machine({ volumes: [...volumes, ...volumes] }), everything);
  assertEquals(found.length, 20_000);
  assertEquals(found.at(-1), `datavolumes.cdi.kubevirt.io/n/${long(9999)}`);
});
