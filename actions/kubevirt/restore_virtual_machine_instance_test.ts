import { assertEquals, assertRejects } from "@std/assert";
import { defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { formatItem } from "./graph/node.ts";
import { restoreReplicaSet } from "./restore_replica_set.ts";
import { restoreVirtualMachineInstance } from "./restore_virtual_machine_instance.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

const OWNED = "cdi.kubevirt.io/velero.isOwned";
const EXTRAS = "velero-plugin-for-workloads/graph-extras";

const vmi = (metadata: JsonObject = {}, spec: JsonValue = {}): JsonObject => ({
  ...bare("kubevirt.io/v1", "VirtualMachineInstance", "v", metadata),
  spec,
});

type Request = Parameters<typeof runRestore<KubevirtSettings>>[1];

const run = (item: JsonObject, request: Partial<Request> = {}) =>
  runRestore(restoreVirtualMachineInstance, { item, settings: DEFAULTS, ...request });

Deno.test("the actions on instances and replica sets are v1 actions (kubevirt A7, A17)", () => {
  assertEquals([restoreVirtualMachineInstance.kind, restoreVirtualMachineInstance.name], [
    "RestoreItemAction",
    "kubevirt-velero-plugin/restore-vmi-action",
  ]);
  assertEquals(restoreVirtualMachineInstance.appliesTo, {
    includedResources: ["virtualmachineinstances.kubevirt.io"],
  });
  assertEquals([restoreReplicaSet.kind, restoreReplicaSet.name], [
    "RestoreItemAction",
    "kubevirt-velero-plugin/restore-virtualmachineinstancereplicaset-action",
  ]);
  assertEquals(restoreReplicaSet.appliesTo, {
    includedResources: ["virtualmachineinstancereplicasets.kubevirt.io"],
  });
});

Deno.test("an instance that its owner makes anew is left out (kubevirt 5.7, B1)", async (t) => {
  const owner = (kind: JsonValue, apiVersion: JsonValue = "kubevirt.io/v1"): JsonObject => ({
    apiVersion,
    kind,
    name: "v",
  });
  const owned = (value: JsonValue): JsonObject => ({ annotations: { [OWNED]: value } });
  const rows: [
    what: string,
    metadata: JsonObject,
    owners: JsonValue | undefined,
    restore: JsonObject | null,
    skipped: string | undefined,
  ][] = [
    ["kubevirt T7.8.8", owned("true"), undefined, null, "its owner"],
    ["marked, with a Restore", owned("true"), undefined, {}, "its owner"],
    ["marked otherwise", owned("false"), undefined, {}, undefined],
    ["marked in capitals", owned("True"), undefined, {}, undefined],
    ["marked with a wrong type", { annotations: { [OWNED]: true } }, undefined, {}, undefined],
    ["owned by a VM, without a mark", {}, [owner("VirtualMachine")], {}, "its VirtualMachine"],
    ["owned by a VM, marked otherwise", owned("false"), [owner("VirtualMachine")], {}, "its VirtualMachine"],
    [
      "by a VM of an old version",
      {},
      [owner("VirtualMachine", "kubevirt.io/v1alpha3")],
      {},
      "its VirtualMachine",
    ],
    ["by a VM without version", {}, [owner("VirtualMachine", "kubevirt.io")], {}, "its VirtualMachine"],
    [
      "by a replica set",
      {},
      [owner("VirtualMachineInstanceReplicaSet")],
      {},
      "its VirtualMachineInstanceReplicaSet",
    ],
    ["the second owner", {}, [owner("A", "b/v1"), owner("VirtualMachine")], {}, "its VirtualMachine"],
    ["by a VM of another group", {}, [owner("VirtualMachine", "e.com/v1")], {}, undefined],
    ["by another kind of the group", {}, [owner("VirtualMachinePool")], {}, undefined],
    [
      "owners of wrong types",
      {},
      [5, null, "VirtualMachine", owner(5), owner("VirtualMachine", 5)],
      {},
      undefined,
    ],
    ["owners that are no list", {}, "VirtualMachine", {}, undefined],
  ];
  for (const [what, metadata, ownerReferences, restore, skipped] of rows) {
    await t.step(what, async () => {
      const stored = vmi({ ...metadata, ...(ownerReferences === undefined ? {} : { ownerReferences }) });
      const { result, logs } = await run(vmi(metadata), { itemFromBackup: stored, restore });
      if (skipped === undefined) assertEquals(result, { additionalItems: [] });
      else {
        assertEquals(result, { skipRestore: true });
        assertEquals(messages(logs, "info"), [`left out: ${skipped} makes it anew`]);
      }
    });
  }
});

const RESTRICTED = {
  "kubevirt.io/created-by": "u",
  "kubevirt.io/migrationJobUID": "m",
  "kubevirt.io/nodeName": "a",
  "kubevirt.io/migrationTargetNodeName": "b",
  "kubevirt.io/schedulable": "true",
  "kubevirt.io/install-strategy": "",
};

Deno.test("labels that KubeVirt refuses are removed (kubevirt 5.7)", async (t) => {
  const rows: [row: string, labels: JsonValue | undefined, after: JsonValue | "unchanged"][] = [
    ["kubevirt T7.8.9", {}, "unchanged"],
    ["kubevirt T7.8.10", { ...RESTRICTED, "some.other/label": "x" }, { "some.other/label": "x" }],
    ["nothing but these", RESTRICTED, {}],
    ["one of them", { "kubevirt.io/nodeName": "a", "kubevirt.io/domain": "v" }, {
      "kubevirt.io/domain": "v",
    }],
    ["of a wrong type", { "kubevirt.io/nodeName": 5 }, {}],
    ["no labels", undefined, "unchanged"],
    ["null", null, "unchanged"],
  ];
  for (const [row, labels, after] of rows) {
    await t.step(row, async () => {
      const { result } = await run(vmi(labels === undefined ? {} : { labels }));
      assertEquals(result.item, after === "unchanged" ? undefined : vmi({ labels: after }));
      assertEquals([result.skipRestore, result.additionalItems], [undefined, []]);
    });
  }
});

const MACHINE: JsonObject = {
  domain: {
    devices: { interfaces: [{ name: "a", macAddress: "02:00:00:00:00:01" }] },
    firmware: { uuid: "u", serial: "s" },
  },
};

Deno.test("an instance of its own is restored with the identity that the Restore wants (kubevirt 5.7, B2)", async () => {
  const restore = {
    metadata: {
      labels: {
        "velero.kubevirt.io/clear-mac-address": "true",
        "velero.kubevirt.io/generate-new-firmware-uuid": "true",
        "velero.kubevirt.io/restore-run-strategy": "nonsense, and not for instances",
      },
    },
  };
  const { item } = await run(vmi({}, MACHINE), { restore });
  assertEquals(
    item,
    vmi({}, {
      domain: {
        devices: { interfaces: [{ name: "a" }] },
        firmware: { uuid: "00000000-0000-4000-8000-000000000001", serial: "s" },
      },
    }),
  );
});

Deno.test("an instance is compared with the other machines, one that is left out is not (kubevirt 8.2)", async () => {
  const objects = [{ ...vmi({}, MACHINE), metadata: { name: "other", namespace: "n" } }];
  const kept = await run(vmi({}, MACHINE), { objects });
  assertEquals(kept.counts, ["collisions mac", "collisions uuid", "collisions serial"]);
  const left = await run(vmi({ annotations: { [OWNED]: "true" } }, MACHINE), { objects });
  assertEquals([left.counts, left.requests], [[], []]);
});

Deno.test("what only the archive carries is taken off an instance (kubevirt G5, B23)", async () => {
  const metadata = {
    labels: { "velero-plugin-for-workloads/vm-name": "v" },
    annotations: { [EXTRAS]: JSON.stringify(["persistentvolumeclaims/n/state"]) },
  };
  const { result } = await run(vmi(metadata));
  assertEquals(result.item, vmi());
  assertEquals(result.additionalItems?.map(formatItem), ["persistentvolumeclaims/n/state"]);
});

Deno.test("an instance of a wrong shape is refused (kubevirt 10.2)", async (t) => {
  const rows: [item: JsonObject, message: string][] = [
    [vmi({}, "x"), "spec is not an object"],
    [vmi({ labels: ["x"] }), "metadata.labels is not an object"],
    [vmi({ annotations: 5 }), "metadata.annotations is not an object"],
    [vmi({}, { domain: { firmware: "x" } }), "spec.domain.firmware is not an object"],
  ];
  for (const [item, message] of rows) {
    await t.step(message, async () => {
      await assertRejects(() => run(item, { itemFromBackup: vmi() }), Refusal, message);
    });
  }
  await t.step("without a spec there is nothing to change", async () => {
    assertEquals((await run(bare("kubevirt.io/v1", "VirtualMachineInstance", "v"))).result, {
      additionalItems: [],
    });
  });
});

Deno.test("a replica set names what its instances need, and keeps its identities (kubevirt 5.14)", async () => {
  const item: JsonObject = {
    ...bare("kubevirt.io/v1alpha3", "VirtualMachineInstanceReplicaSet", "r"),
    spec: {
      template: {
        spec: {
          ...MACHINE,
          volumes: [{ name: "d", containerDisk: { imagePullSecret: "pull" } }, {
            name: "c",
            cloudInitNoCloud: { secretRef: { name: "init" } },
          }],
        },
      },
    },
  };
  const restore = {
    metadata: {
      labels: {
        "velero.kubevirt.io/clear-mac-address": "",
        "velero.kubevirt.io/generate-new-firmware-uuid": "",
        "velero-plugin-for-workloads/avoid-collisions": "all",
      },
    },
  };
  const { result, requests } = await runRestore(restoreReplicaSet, { item, restore, settings: DEFAULTS });
  assertEquals(result.item, undefined);
  assertEquals(result.additionalItems?.map(formatItem), ["secrets/n/init", "secrets/n/pull"]);
  assertEquals(requests, []);
  const upstream = { ...DEFAULTS, "graph-profile": "upstream" } as const;
  const smaller = await runRestore(restoreReplicaSet, { item, settings: upstream });
  assertEquals(smaller.result.additionalItems?.map(formatItem), ["secrets/n/init"]);
});
