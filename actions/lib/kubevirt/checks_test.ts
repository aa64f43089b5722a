import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClusterError, type ClusterReason } from "../../../cluster/cluster.ts";
import { prepare, type World } from "../../../tests/kit/run_action.ts";
import { bare, EXCLUDED, vm } from "../../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../../objects/json.ts";
import { Refusal } from "../refusal.ts";
import { isMetadataBackup, refuseUnrestorable, refuseUnsafe } from "./checks.ts";

const VMI = bare("kubevirt.io/v1", "VirtualMachineInstance", "v");
const EXCLUDED_VMI = bare("kubevirt.io/v1", "VirtualMachineInstance", "v", EXCLUDED);

const included = (...includedResources: string[]): JsonObject => ({ spec: { includedResources } });
const excluded = (...excludedResources: string[]): JsonObject => ({ spec: { excludedResources } });

/** The reason of a refusal, `undefined` when there was none, and what was asked. */
async function ask(
  check: typeof refuseUnsafe,
  item: JsonObject,
  backup: JsonObject,
  world: World<unknown>,
) {
  const { context, requests, logs } = prepare(world);
  let reason: string | undefined;
  try {
    await check(item, backup, context, "R");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reason = error.message.replace(/^VM (cannot be safely backed up|would not be restored correctly): /, "");
  }
  return { reason, requests, logs };
}

const NO_VMI = "the VM is Running and virtualmachineinstances are not in the backup";
const NO_PODS = "the VM is Running and persistentvolumeclaims are in the backup but pods are not";
const SAFETY: [
  state: string,
  backup: JsonObject,
  vmi: JsonObject,
  reason: string | undefined,
  rows: string,
][] = [
  ...["Stopped", "Provisioning", "Paused", "Stopping", "Terminating", "Migrating", "Unknown", ""].map((
    state,
  ) =>
    [state, excluded("*"), EXCLUDED_VMI, undefined, "kubevirt T7.3.1; superphenix T4.104"] as typeof SAFETY[0]
  ),
  ["Running", {}, VMI, undefined, "kubevirt T7.3.2; superphenix T4.105"],
  ["Starting", {}, VMI, undefined, "kubevirt T7.3.2; superphenix T4.105"],
  [
    "Running",
    {},
    EXCLUDED_VMI,
    "the VM is Running and VirtualMachineInstance n/v is excluded by its label",
    "kubevirt T7.3.3; superphenix T4.106",
  ],
  [
    "Starting",
    {},
    EXCLUDED_VMI,
    "the VM is Starting and VirtualMachineInstance n/v is excluded by its label",
    "kubevirt T7.3.3; superphenix T4.106",
  ],
  [
    "Running",
    included("pods", "virtualmachineinstances"),
    VMI,
    undefined,
    "kubevirt T7.3.4; superphenix T4.107",
  ],
  ["Running", included("*"), VMI, undefined, "kubevirt 3.2"],
  [
    "Running",
    excluded("pods", "persistentvolumeclaims"),
    VMI,
    undefined,
    "kubevirt T7.3.5; superphenix T4.108",
  ],
  [
    "Running",
    included("virtualmachineinstances", "persistentvolumeclaims"),
    VMI,
    NO_PODS,
    "kubevirt T7.3.6; superphenix T4.109",
  ],
  ["Running", included("virtualmachineinstances"), VMI, undefined, "kubevirt T7.3.7; superphenix T4.110"],
  ["Running", included("pods"), VMI, NO_VMI, "kubevirt T7.3.8; superphenix T4.111"],
  ["Running", excluded("pods"), VMI, NO_PODS, "kubevirt T7.3.9; superphenix T4.112"],
  ["Running", excluded("virtualmachineinstances"), VMI, NO_VMI, "kubevirt T7.3.10; superphenix T4.113"],
  ["Running", excluded("*"), VMI, NO_VMI, "kubevirt 3.2"],
];

Deno.test("refuseUnsafe() refuses a running VM without what makes its backup consistent", async (t) => {
  for (const [state, backup, vmi, expected, rows] of SAFETY) {
    await t.step(`${state}, ${JSON.stringify(backup)} (${rows})`, async () => {
      const { reason, requests } = await ask(refuseUnsafe, vm({ state }), backup, { objects: [vmi] });
      assertEquals(reason, expected);
      const asks = /^(Starting|Running)$/.test(state) && expected !== NO_VMI;
      assertEquals(requests, asks ? ["get virtualmachineinstances.kubevirt.io n/v"] : []);
    });
  }
});

Deno.test("refuseUnsafe() logs that the VMI is not in the backup", async () => {
  const { logs } = await ask(refuseUnsafe, vm({ state: "Running" }), included("pods"), {});
  assertEquals(logs.map(({ level, message }) => [level, message]), [
    ["info", "Backup of a running VM does not contain VMI"],
  ]);
});

Deno.test("refuseUnsafe() takes a VMI that does not exist yet as not excluded (superphenix DEV-SPX-3, kubevirt 5.1)", async () => {
  assertEquals((await ask(refuseUnsafe, vm({ state: "Starting" }), {}, {})).reason, undefined);
});

Deno.test("refuseUnsafe() does not take a status that it cannot read for that of a stopped VM (kubevirt 10.2)", async () => {
  for (
    const [status, where] of [["Running", "status"], [
      { printableStatus: ["Running"] },
      "status.printableStatus",
    ]] as const
  ) {
    const { reason, requests } = await ask(refuseUnsafe, { ...vm(), status: status as JsonValue }, {}, {});
    assertEquals(reason, `${where} is not ${where === "status" ? "an object" : "a string"}`);
    assertEquals(requests, []);
  }
});

Deno.test("refuseUnsafe() heeds the label only when it is exactly true", async () => {
  const vmi = bare("kubevirt.io/v1", "VirtualMachineInstance", "v", {
    labels: { "velero.io/exclude-from-backup": "True" },
  });
  assertEquals((await ask(refuseUnsafe, vm({ state: "Running" }), {}, { objects: [vmi] })).reason, undefined);
});

const DV = bare("cdi.kubevirt.io/v1beta1", "DataVolume", "d");
const EXCLUDED_DV = bare("cdi.kubevirt.io/v1beta1", "DataVolume", "d", EXCLUDED);
const PVC = bare("v1", "PersistentVolumeClaim", "d");
const EXCLUDED_PVC = bare("v1", "PersistentVolumeClaim", "d", EXCLUDED);
const OF_DV = [{ name: "root", dataVolume: { name: "d" } }];
const OF_PVC = [{ name: "root", persistentVolumeClaim: { claimName: "d" } }];

const NO_PVCS = 'volume "root" needs persistentvolumeclaims, which are not in the backup';
const NO_DVS = 'volume "root" needs datavolumes, which are not in the backup';
const PVC_OUT = 'PersistentVolumeClaim n/d of volume "root" is excluded by its label';

const RESTORABLE: [
  rows: string,
  volumes: JsonObject[],
  backup: JsonObject,
  objects: JsonObject[],
  reason: string | undefined,
  templates?: string[],
][] = [
  ["kubevirt T7.2.1; superphenix T4.24", OF_DV, {}, [DV], undefined],
  ["kubevirt T7.2.2; superphenix T4.25", OF_DV, included("datavolumes"), [DV], undefined],
  ["kubevirt T7.2.3; superphenix T4.26", OF_DV, excluded("datavolumes"), [], undefined, ["d"]],
  ["kubevirt T7.2.4; superphenix T4.27", OF_DV, included("persistentvolumeclaims"), [PVC], undefined],
  ["kubevirt T7.2.5; superphenix T4.28", OF_DV, excluded("persistentvolumeclaims"), [], NO_PVCS],
  ["kubevirt T7.2.6; superphenix T4.29", OF_DV, included("pods"), [], NO_PVCS],
  [
    "kubevirt T7.2.7; superphenix T4.30",
    OF_DV,
    included("pods", "persistentvolumeclaims"),
    [EXCLUDED_PVC],
    PVC_OUT,
  ],
  ["kubevirt T7.2.8; superphenix T4.31", OF_DV, included("pods", "persistentvolumeclaims"), [DV], NO_DVS],
  ["kubevirt T7.2.9; superphenix T4.32", OF_DV, excluded("datavolumes"), [DV], NO_DVS],
  [
    "kubevirt T7.2.10; superphenix T4.33",
    OF_DV,
    {},
    [EXCLUDED_DV],
    'DataVolume n/d of volume "root" is excluded by its label',
  ],
  ["kubevirt T7.2.11; superphenix T4.34", OF_PVC, included("persistentvolumeclaims"), [PVC], undefined],
  ["kubevirt T7.2.12; superphenix T4.35", OF_PVC, included("pods"), [PVC], NO_PVCS],
  ["kubevirt T7.2.13; superphenix T4.36", OF_PVC, excluded("persistentvolumeclaims"), [PVC], NO_PVCS],
  ["kubevirt T7.2.14; superphenix T4.37", OF_PVC, {}, [EXCLUDED_PVC], PVC_OUT],
  [
    "kubevirt 3.6; superphenix DEV-SPX-15",
    OF_PVC,
    {},
    [],
    'PersistentVolumeClaim n/d of volume "root" does not exist',
  ],
  ["kubevirt 3.6", OF_DV, {}, [], 'PersistentVolumeClaim n/d of volume "root" does not exist'],
  ["the template makes another", OF_DV, {}, [DV], undefined, ["another"]],
  [
    "the second volume",
    [{ name: "c", containerDisk: { image: "i" } }, ...OF_PVC],
    {},
    [],
    'PersistentVolumeClaim n/d of volume "root" does not exist',
  ],
  ["no disk to look for", [{ name: "c", containerDisk: { image: "i" } }], excluded("*"), [], undefined],
  ["a DataVolume without name", [{ dataVolume: {} }], {}, [], 'volume "0" names no DataVolume'],
  [
    "a claim without name",
    [{ persistentVolumeClaim: { claimName: "" } }],
    {},
    [],
    'volume "0" names no PersistentVolumeClaim',
  ],
];

Deno.test("refuseUnrestorable() refuses a VM whose disks the backup would not hold", async (t) => {
  for (const [rows, volumes, backup, objects, expected, templates = []] of RESTORABLE) {
    await t.step(`${rows}: ${JSON.stringify(backup)}`, async () => {
      const { reason } = await ask(refuseUnrestorable, vm({ volumes, templates }), backup, { objects });
      assertEquals(reason, expected);
    });
  }
});

Deno.test("refuseUnrestorable() reads the disks side by side and names the first missing one", async () => {
  const volumes = [
    { dataVolume: { name: "one" } },
    { persistentVolumeClaim: { claimName: "two" } },
    { persistentVolumeClaim: { claimName: "three" } },
  ];
  const objects = [
    bare("v1", "PersistentVolumeClaim", "one"),
    bare("v1", "PersistentVolumeClaim", "two", EXCLUDED),
  ];
  const { reason, requests } = await ask(refuseUnrestorable, vm({ volumes }), {}, { objects });
  assertEquals(reason, 'PersistentVolumeClaim n/two of volume "1" is excluded by its label');
  assertEquals(requests, [
    "get datavolumes.cdi.kubevirt.io n/one",
    "get persistentvolumeclaims n/two",
    "get persistentvolumeclaims n/three",
    "get persistentvolumeclaims n/one",
  ]);
});

Deno.test("refuseUnrestorable() reads nothing behind a volume that it refuses without a request", async () => {
  const volumes = [
    { persistentVolumeClaim: { claimName: "one" } },
    { persistentVolumeClaim: {} },
    { persistentVolumeClaim: { claimName: "three" } },
  ];
  const two = await ask(refuseUnrestorable, vm({ volumes }), {}, {
    objects: [bare("v1", "PersistentVolumeClaim", "one")],
  });
  assertEquals(two.reason, 'volume "1" names no PersistentVolumeClaim');
  assertEquals(two.requests, ["get persistentvolumeclaims n/one"]);
  const one = await ask(refuseUnrestorable, vm({ volumes }), {}, {});
  assertEquals(one.reason, 'PersistentVolumeClaim n/one of volume "0" does not exist');
  assertEquals((await ask(refuseUnrestorable, vm({ volumes: OF_PVC }), included("pods"), {})).requests, []);
});

Deno.test("the checks throw at once what they can tell without a request", () => {
  const { context } = prepare({});
  const pods = included("pods");
  assertThrows(() => refuseUnsafe(vm({ state: "Running" }), pods, context, "R"), Refusal, NO_VMI);
  assertThrows(() => refuseUnrestorable(vm({ volumes: OF_PVC }), pods, context, "R"), Refusal, NO_PVCS);
  assertThrows(() => refuseUnrestorable(vm({ volumes: ["x"] }), {}, context, "R"), Refusal, "volumes[0]");
});

Deno.test("refuseUnrestorable() takes a cluster without CDI as one without DataVolumes", async () => {
  const world = { objects: [PVC], absentGroups: ["cdi.kubevirt.io"] };
  assertEquals((await ask(refuseUnrestorable, vm({ volumes: OF_DV }), {}, world)).reason, undefined);
});

Deno.test("the checks pass on what the cluster refuses", async (t) => {
  const failing = (reason: ClusterReason, status: number) => ({
    cluster: { get: () => Promise.reject(new ClusterError("no", reason, status)) },
  });
  for (const [reason, status] of [["Forbidden", 403], ["Unreachable", 0]] as const) {
    await t.step(reason, async () => {
      const world = failing(reason, status);
      await assertRejects(() => ask(refuseUnsafe, vm({ state: "Running" }), {}, world), ClusterError);
      await assertRejects(() => ask(refuseUnrestorable, vm({ volumes: OF_DV }), {}, world), ClusterError);
      await assertRejects(() => ask(refuseUnrestorable, vm({ volumes: OF_PVC }), {}, world), ClusterError);
    });
  }
  await t.step("an unserved VMI cannot be", async () => {
    const world = failing("NotServed", 404);
    await assertRejects(() => ask(refuseUnsafe, vm({ state: "Running" }), {}, world), ClusterError);
  });
});

Deno.test("isMetadataBackup() reads the label of the Backup (superphenix DEV-SPX-14, kubevirt 3.3)", () => {
  const of = (value: string) =>
    isMetadataBackup({ metadata: { labels: { "velero.kubevirt.io/metadataBackup": value } } });
  assertEquals([of(""), of("true"), of("no"), of("false"), of("FALSE"), isMetadataBackup({})], [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

/** What each of some calls of one process asked, `refused` for one that was refused. */
async function asked(
  check: typeof refuseUnsafe,
  calls: readonly {
    readonly item: JsonObject;
    readonly backup: JsonObject;
    readonly objects?: JsonObject[];
  }[],
) {
  const states = new Map<string, unknown>();
  const seen: (number | "refused")[] = [];
  for (const { item, backup, objects = [VMI, bare("v1", "PersistentVolumeClaim", "p")] } of calls) {
    const { reason, requests } = await ask(check, item, backup, { objects, states });
    seen.push(reason === undefined ? requests.length : "refused");
  }
  return seen;
}

Deno.test("a check that a VM has passed in a backup is not made again for the same version (kubevirt 11)", async (t) => {
  const version = (uid: string, resourceVersion: string) => {
    const volumes = [{ name: "d", persistentVolumeClaim: { claimName: "p" } }];
    const item = vm({ state: "Running", volumes });
    return { ...item, metadata: { ...item.metadata as JsonObject, uid, resourceVersion } };
  };
  const item = version("vm-uid", "7");
  const backup = { metadata: { uid: "backup-uid" } };
  for (const check of [refuseUnsafe, refuseUnrestorable]) {
    await t.step(check.name, async () => {
      const rows: { item: JsonObject; backup: JsonObject }[] = [
        { item, backup },
        { item, backup },
        { item: version("vm-uid", "8"), backup },
        { item: version("other-uid", "7"), backup },
        { item, backup: { metadata: { uid: "other-backup" } } },
        { item, backup },
        { item, backup: {} },
        { item: vm({ state: "Running", volumes: [{ persistentVolumeClaim: { claimName: "p" } }] }), backup },
      ];
      assertEquals(await asked(check, rows), [1, 0, 1, 1, 1, 0, 1, 1]);
    });
  }
  await t.step("what an action has changed in the item, and other filters, are looked at anew", async () => {
    const changed = (volumes: JsonValue, templates: readonly string[] = []) => ({
      ...vm({ state: "Running", volumes, templates }),
      metadata: item.metadata as JsonObject,
    });
    const [p, q] = ["p", "q"].map((claimName) => [{ name: "d", persistentVolumeClaim: { claimName } }]);
    const of = [{ name: "d", dataVolume: { name: "made" } }];
    const rows = [p, q, "x", of].map((volumes) => ({ item: changed(volumes!), backup }));
    const made = { item: changed(of, ["made"]), backup };
    const excluded = { ...backup, spec: { excludedResources: ["pvc"] } };
    assertEquals(
      await asked(refuseUnrestorable, [...rows, made, { item, backup: excluded }, { item, backup }]),
      [1, "refused", "refused", "refused", 0, "refused", 0],
    );
    const pods = { ...backup, spec: { excludedResources: ["pods"] } };
    assertEquals(await asked(refuseUnsafe, [{ item, backup }, { item, backup: pods }]), [1, "refused"]);
  });
  await t.step("one does not stand for the other", async () => {
    const states = new Map<string, unknown>();
    const objects = [VMI, bare("v1", "PersistentVolumeClaim", "p")];
    assertEquals((await ask(refuseUnsafe, item, backup, { objects, states })).requests.length, 1);
    assertEquals((await ask(refuseUnrestorable, item, backup, { objects, states })).requests.length, 1);
  });
  await t.step("a refusal is not kept", async () => {
    const rows = [{ item, backup, objects: [EXCLUDED_VMI] }, { item, backup }, { item, backup }];
    assertEquals(await asked(refuseUnsafe, rows), ["refused", 1, 0]);
  });
  await t.step("a failure is not kept", async () => {
    const states = new Map<string, unknown>();
    const get = () => Promise.reject(new ClusterError("no", "Unreachable", 0));
    await assertRejects(() => ask(refuseUnsafe, item, backup, { states, cluster: { get } }), ClusterError);
    assertEquals((await ask(refuseUnsafe, item, backup, { states, objects: [VMI] })).requests.length, 1);
  });
});
