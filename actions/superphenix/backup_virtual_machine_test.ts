import { assertEquals, assertRejects } from "@std/assert";
import { defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { bare, EXCLUDED, ip, vm } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const MEASURED = [ip("v.n", "10.0.0.1", "fd00::1", "aa"), ip("v.n.nad.n.ovn", "10.1.0.1", "", "bb")];
const DEFAULT = { "ovn.kubernetes.io/ip_address": "10.0.0.1,fd00::1", "ovn.kubernetes.io/mac_address": "aa" };
const NAD = { "nad.n.ovn.kubernetes.io/ip_address": "10.1.0.1", "nad.n.ovn.kubernetes.io/mac_address": "bb" };

const multus = (networkName: string, more = {}) => ({ name: "b", multus: { networkName, ...more } });

function backup(item: JsonObject, objects: JsonObject[] = MEASURED, more: Partial<World> = {}) {
  return runBackup(backupVirtualMachine, { item, objects, settings: DEFAULTS, ...more });
}

type World = Parameters<typeof runBackup<typeof DEFAULTS>>[1];

const annotationsOf = (item: JsonObject) => objectAt(item, "spec", "template", "metadata", "annotations");

Deno.test("backupVirtualMachine is registered as upstream's action", () => {
  assertEquals(backupVirtualMachine.kind, "BackupItemAction");
  assertEquals(backupVirtualMachine.name, "superphenix.net/backup-virtualmachine");
  assertEquals(backupVirtualMachine.appliesTo, { includedResources: ["virtualmachines.kubevirt.io"] });
});

Deno.test("backupVirtualMachine gives the golden vector with its requests in order (superphenix T10.1)", async () => {
  const item = vm({ networks: [{ name: "a", pod: {} }, multus("n/nad")] });
  const { result, requests, logs } = await backup(item);
  assertEquals(annotationsOf(result.item!), { ...DEFAULT, ...NAD });
  assertEquals(requests, [
    "serves ips.kubeovn.io",
    "get ips.kubeovn.io v.n",
    "get ips.kubeovn.io v.n.nad.n.ovn",
  ]);
  assertEquals(logs, []);
  assertEquals(result.additionalItems, undefined);
});

// Upstream's rows from IP objects to annotations, and what was measured beyond them (superphenix 4).
const EXECUTE: [
  what: string,
  item: JsonObject,
  objects: JsonObject[],
  annotations: JsonObject | undefined,
  warnings: number,
][] = [
  ["no networks (superphenix T4.17, T4.61, T4.66, T4.72, T4.76, T4.79, T4.82)", vm(), MEASURED, DEFAULT, 0],
  [
    "pod and NAD (superphenix T4.41, T4.62, T4.73, T4.80, T4.83)",
    vm({ networks: [multus("n/nad"), { name: "a", pod: {} }] }),
    MEASURED,
    { ...NAD, ...DEFAULT },
    0,
  ],
  [
    "existing annotation stays (superphenix S6, T4.18)",
    vm({ annotations: { "existing.annotation": "preserved" } }),
    MEASURED,
    { "existing.annotation": "preserved", ...DEFAULT },
    0,
  ],
  [
    "own annotation is overwritten (superphenix S6, T4.49)",
    vm({ annotations: { "ovn.kubernetes.io/ip_address": "9.9.9.9" } }),
    MEASURED,
    DEFAULT,
    0,
  ],
  [
    "two NADs and the implied default (superphenix S5, T4.21)",
    vm({ networks: [multus("n/nad1"), multus("n/nad2")] }),
    [
      ip("v.n.nad1.n.ovn", "10.0.0.11", "", "11"),
      ip("v.n.nad2.n.ovn", "10.0.0.22", "", "22"),
      ip("v.n", "10.0.0.1", "", "01"),
    ],
    {
      "nad1.n.ovn.kubernetes.io/ip_address": "10.0.0.11",
      "nad1.n.ovn.kubernetes.io/mac_address": "11",
      "nad2.n.ovn.kubernetes.io/ip_address": "10.0.0.22",
      "nad2.n.ovn.kubernetes.io/mac_address": "22",
      "ovn.kubernetes.io/ip_address": "10.0.0.1",
      "ovn.kubernetes.io/mac_address": "01",
    },
    0,
  ],
  [
    "NAD as default (superphenix T4.22)",
    vm({ networks: [multus("n/nad", { default: true })] }),
    MEASURED,
    NAD,
    0,
  ],
  ["NAD without namespace (superphenix T4.23, T4.42)", vm({ networks: [multus("nad")] }), MEASURED, {
    ...NAD,
    ...DEFAULT,
  }, 0],
  ["network without source (superphenix T4.51)", vm({ networks: [{ name: "a" }] }), MEASURED, DEFAULT, 0],
  [
    "bridge network without IP object (superphenix T4.43)",
    vm({ networks: [{ pod: {} }, multus("n/bridge")] }),
    MEASURED,
    DEFAULT,
    1,
  ],
  [
    "invalid networkName (superphenix DEV-SPX-6)",
    vm({ networks: [multus("n/nad/x")] }),
    MEASURED,
    DEFAULT,
    1,
  ],
  [
    "NAD of another namespace (superphenix T4.44)",
    vm({ networks: [{ pod: {} }, multus("shared/nad")] }),
    [ip("v.n.nad.shared.ovn", "10.2.0.1", "", "cc")],
    {
      "nad.shared.ovn.kubernetes.io/ip_address": "10.2.0.1",
      "nad.shared.ovn.kubernetes.io/mac_address": "cc",
    },
    1,
  ],
  [
    "NAD with dots, IPAM only (superphenix DEV-SPX-10, T4.45)",
    vm({ networks: [multus("n/my.nad", { default: true })] }),
    [ip("v.n.my.nad.n", "10.3.0.1", "", "dd")],
    { "my.nad.n.kubernetes.io/ip_address": "10.3.0.1", "my.nad.n.kubernetes.io/mac_address": "dd" },
    0,
  ],
  ["never ran (superphenix T4.16, T4.47, T4.65, T4.67, T4.81, T4.84)", vm(), [], undefined, 1],
  [
    "IP object without addresses (superphenix DEV-SPX-13, T4.48, T4.75, T4.78)",
    vm(),
    [ip("v.n", "", "", "")],
    undefined,
    0,
  ],
  ["MAC alone", vm(), [ip("v.n", "", "", "aa")], { "ovn.kubernetes.io/mac_address": "aa" }, 0],
  ["IPv6 alone (superphenix T4.74)", vm(), [ip("v.n", "", "fd00::3", "")], {
    "ovn.kubernetes.io/ip_address": "fd00::3",
  }, 0],
];

Deno.test("backupVirtualMachine writes the addresses that Kube-OVN keeps", async (t) => {
  for (const [what, item, objects, annotations, warnings] of EXECUTE) {
    await t.step(what, async () => {
      const answer = await backup(item, objects);
      assertEquals(annotationsOf(answer.item), annotations);
      assertEquals(answer.result.item === undefined, annotations === undefined, "unchanged means no item");
      assertEquals(messages(answer.logs, "warn").length, warnings);
      assertEquals(messages(answer.logs, "error"), []);
    });
  }
});

Deno.test("backupVirtualMachine changes nothing but the annotations (superphenix DEV-SPX-1, S7, T4.38)", async () => {
  const item = vm({ annotations: { a: "1" } });
  objectAt(item, "spec")!.future = { deep: [1, null, {}] };
  const { result } = await backup(item);
  delete annotationsOf(result.item!)!["ovn.kubernetes.io/ip_address"];
  delete annotationsOf(result.item!)!["ovn.kubernetes.io/mac_address"];
  assertEquals(JSON.stringify(result.item), JSON.stringify(item));
});

Deno.test("backupVirtualMachine leaves its own output alone", async () => {
  const first = await backup(vm());
  assertEquals((await backup(first.item)).result, {});
});

Deno.test("backupVirtualMachine refuses a call without a Backup (superphenix S1, T4.19)", async () => {
  const error = await assertRejects(() => backup(vm(), MEASURED, { backup: null }), Refusal);
  assertEquals([error.message, error.rule], ["backup object is nil", "superphenix S1"]);
});

Deno.test("backupVirtualMachine does nothing where Kube-OVN is not installed (superphenix DEV-SPX-19)", async () => {
  const running = vm({ state: "Running" });
  const excluded = { spec: { excludedResources: ["pods"] } };
  const answer = await backup(running, [], { absentGroups: ["kubeovn.io"], backup: excluded });
  assertEquals(answer.result, {});
  assertEquals(answer.requests, ["serves ips.kubeovn.io"]);
  assertEquals(answer.logs, []);
});

Deno.test("backupVirtualMachine without a template makes the safety check only (superphenix S2, DEV-SPX-2, T4.46)", async () => {
  const item = vm({ state: "Running" });
  delete objectAt(item, "spec")!.template;
  const answer = await backup(item);
  assertEquals(answer.result, {});
  assertEquals(answer.requests, ["serves ips.kubeovn.io", "get virtualmachineinstances.kubevirt.io n/v"]);
  assertEquals(messages(answer.logs, "warn").length, 1);
  const excluded = { spec: { excludedResources: ["pods"] } };
  await assertRejects(() => backup(item, MEASURED, { backup: excluded }), Refusal, "cannot be safely");
});

const VMI = bare("kubevirt.io/v1", "VirtualMachineInstance", "v");
const EXCLUDED_VMI = bare("kubevirt.io/v1", "VirtualMachineInstance", "v", EXCLUDED);
const CLAIMED = vm({ volumes: [{ name: "root", persistentVolumeClaim: { claimName: "gone" } }] });

Deno.test("backupVirtualMachine makes the checks unless the Backup is for metadata (superphenix S3, S4, DEV-SPX-16)", async () => {
  const running = vm({ state: "Running" });
  const metadata = (value: string) => ({
    metadata: { labels: { "velero.kubevirt.io/metadataBackup": value } },
  });
  const objects = [...MEASURED, EXCLUDED_VMI];

  const unsafe = await assertRejects(
    () => backup(running, objects),
    Refusal,
    "VM cannot be safely backed up",
  );
  assertEquals([unsafe.rule, unsafe.reason], ["superphenix S3", "unsafe"]);
  const instances = { spec: { includedResources: ["virtualmachineinstances"] } }; // superphenix T4.20
  await assertRejects(
    () => backup(running, objects, { backup: instances }),
    Refusal,
    "excluded by its label",
  );
  // superphenix DEV-SPX-15
  const lost = await assertRejects(() => backup(CLAIMED), Refusal, "PersistentVolumeClaim n/gone");
  assertEquals(lost.message.startsWith("VM would not be restored correctly: "), true);
  assertEquals([lost.rule, lost.reason], ["superphenix S4", "not_restorable"]);

  for (const value of ["", "true", "anything"]) {
    for (const item of [running, CLAIMED]) {
      const answer = await backup(item, objects, { backup: metadata(value) });
      assertEquals(annotationsOf(answer.item), DEFAULT);
      assertEquals(answer.requests, ["serves ips.kubeovn.io", "get ips.kubeovn.io v.n"]);
    }
  }
  // superphenix DEV-SPX-14
  for (const value of ["false", "False"]) {
    await assertRejects(() => backup(running, objects, { backup: metadata(value) }), Refusal, "safely");
    await assertRejects(() => backup(CLAIMED, objects, { backup: metadata(value) }), Refusal, "correctly");
  }
});

Deno.test("backupVirtualMachine writes the addresses of a running VM", async (t) => {
  const rows: [row: string, backup: JsonObject][] = [
    ["* means every resource (superphenix DEV-SPX-4, T4.39)", { spec: { includedResources: ["*"] } }],
    ["no filters (superphenix T4.40)", {}],
  ];
  for (const [row, filter] of rows) {
    await t.step(row, async () => {
      const answer = await backup(vm({ state: "Running" }), [...MEASURED, VMI], { backup: filter });
      assertEquals(annotationsOf(answer.item), DEFAULT);
    });
  }
});

Deno.test("backupVirtualMachine refuses a VM without name or namespace", async (t) => {
  const rows = [
    ["superphenix T4.5, T4.53, T4.59", "", "test-ns"],
    ["superphenix T4.6, T4.54", "test-vm", ""],
    ["superphenix T4.55", "", ""],
  ] as const;
  for (const [row, name, namespace] of rows) {
    await t.step(row, async () => {
      await assertRejects(
        () => backup(vm({ name, namespace })),
        Refusal,
        `expected a VM name/namespace, got '${name}' and '${namespace}'`,
      );
    });
  }
});
