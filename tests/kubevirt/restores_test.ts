import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { at, label, objectAt } from "../../objects/object.ts";
import { decodeItem } from "../../preview/run/step.ts";
import { ALL, DV, inArchive, play, PVC, type Scenario, started, stopped, VM, VMI } from "./scenario.ts";
import { type Cycle, disk, filled, machine, object, standAlone } from "./world.ts";

const ALONE = ["DataVolume disk", "PersistentVolumeClaim disk", "VirtualMachineInstance v"];

const SELECTED = { backup: { spec: { labelSelector: { matchLabels: { pick: "me" } } } } };
const PICK = { pick: "me" };

const SELECTIONS: Scenario[] = [
  {
    id: "kubevirt T7.10.26",
    what: "DataVolume",
    objects: [...machine(), ...disk({ dv: PICK })],
    ...SELECTED,
    restored: ["DataVolume disk", "PersistentVolumeClaim disk"],
  },
  {
    id: "kubevirt T7.10.26",
    what: "stopped VM",
    objects: [...machine({ labels: { vm: PICK } }), ...disk()],
    ...SELECTED,
    restored: ALL,
  },
  {
    id: "kubevirt T7.10.26",
    what: "running VM",
    objects: [...machine({ state: "Running", labels: { vm: PICK } }), ...disk()],
    ...SELECTED,
    restored: ALL,
    check: ({ archive }) =>
      assertEquals(inArchive(archive), [
        `${DV} disk`,
        `${PVC} disk`,
        "pods virt-launcher-v",
        `${VMI} v`,
        `${VM} v`,
      ]),
  },
  {
    id: "kubevirt T7.10.26",
    what: "instance without VM",
    objects: [...standAlone({ labels: { vmi: PICK } }), ...disk()],
    ...SELECTED,
    restored: ALONE,
    check: ({ archive }) =>
      assertEquals(inArchive(archive), [`${DV} disk`, `${PVC} disk`, "pods virt-launcher-v", `${VMI} v`]),
  },
  ...[{ includedNamespaces: ["n"] }, { excludedNamespaces: ["m"] }].map((spec): Scenario => ({
    id: "kubevirt T7.10.27",
    what: JSON.stringify(spec),
    objects: [
      ...stopped(),
      object("kubevirt.io/v1", "VirtualMachine", "other", { metadata: { namespace: "m" } }),
    ],
    backup: { spec },
    restored: ALL,
  })),
];

const IDENTITY: JsonObject = {
  domain: {
    devices: { interfaces: [{ name: "a", macAddress: "02:00:00:00:00:01" }] },
    firmware: { uuid: "7f0c2a55-6a7a-4d1c-9a55-3e3c8a4b7d21" },
  },
};

const vmSpec = ({ find }: Cycle) => objectAt(find("VirtualMachine", "v"), "spec");
const domain = (run: Cycle) => at(vmSpec(run), "template", "spec", "domain");

const RUNNING: Scenario[] = [
  ...["True", "False"].map((status): Scenario => ({
    id: "kubevirt T7.10.28",
    what: `guest agent ${status}`,
    objects: started().map((object) =>
      object.kind === "VirtualMachineInstance"
        ? { ...object, status: { phase: "Running", conditions: [{ type: "AgentConnected", status }] } }
        : object
    ),
    restored: ALL,
    check: (run) => assertEquals(vmSpec(run)?.runStrategy, "Always"),
  })),
  ...([["Always", stopped()], ["Halted", started()]] as const).map(([strategy, objects]): Scenario => ({
    id: "kubevirt T7.10.29",
    what: strategy,
    objects,
    restore: { labels: { "velero.kubevirt.io/restore-run-strategy": strategy } },
    restored: ALL,
    check: (run) => assertEquals(vmSpec(run)?.runStrategy, strategy),
  })),
  {
    id: "kubevirt T7.10.30",
    objects: [...machine({ instance: IDENTITY }), ...disk()],
    restore: {
      labels: {
        "velero.kubevirt.io/generate-new-firmware-uuid": "true",
        "velero.kubevirt.io/clear-mac-address": "true",
      },
    },
    restored: ALL,
    check: (run) =>
      assertEquals(domain(run), {
        devices: { interfaces: [{ name: "a" }] },
        firmware: { uuid: "00000000-0000-4000-8000-000000000001" },
      }),
  },
  {
    id: "kubevirt T7.10.31",
    objects: [
      ...machine({
        labels: { vm: PICK },
        instance: { domain: { devices: { tpm: { persistent: true } } } },
      }),
      ...disk(),
      filled("persistent-state-for-v-x7k2p", { pvc: { "persistent-state-for": "v" } }),
    ],
    ...SELECTED,
    restored: [...ALL, "PersistentVolumeClaim persistent-state-for-v-x7k2p"].sort(),
  },
];

const REVISED: Scenario[] = (["VirtualMachine", "VirtualMachineCluster"] as const).map((kinds) => {
  const clusterWide = kinds === "VirtualMachineCluster";
  const place = clusterWide ? { metadata: { namespace: "" } } : {};
  const group = "instancetype.kubevirt.io/v1beta1";
  return {
    id: "kubevirt T7.10.32",
    what: clusterWide ? "of the cluster" : "of the namespace",
    objects: [
      ...machine({
        state: "Running",
        labels: { vm: PICK },
        spec: {
          instancetype: { kind: `${kinds}Instancetype`, name: "medium" },
          preference: { kind: `${kinds}Preference`, name: "linux" },
        },
        status: {
          instancetypeRef: { controllerRevisionRef: { name: "medium-then" } },
          preferenceRef: { controllerRevisionRef: { name: "linux-then" } },
        },
      }),
      ...disk(),
      object("apps/v1", "ControllerRevision", "medium-then", { data: { cpu: 2 } }),
      object("apps/v1", "ControllerRevision", "linux-then", { data: { bus: "virtio" } }),
      object(group, `${kinds}Instancetype`, "medium", { ...place, spec: { cpu: { guest: 8 } } }),
      object(group, `${kinds}Preference`, "linux", { ...place, spec: {} }),
    ],
    ...SELECTED,
    restored: [
      ...ALL,
      "ControllerRevision linux-then",
      "ControllerRevision medium-then",
      ...(clusterWide ? [] : ["VirtualMachineInstancetype medium", "VirtualMachinePreference linux"]),
    ].sort(),
    check: (run) => {
      assertEquals(at(vmSpec(run), "instancetype", "revisionName"), "medium-then");
      assertEquals(at(vmSpec(run), "preference", "revisionName"), "linux-then");
      assertEquals(at(run.find("ControllerRevision", "medium-then"), "data"), { cpu: 2 });
    },
  };
});

const EVERYTHING: JsonObject[] = [
  { name: "d", dataVolume: { name: "disk" } },
  { name: "p", persistentVolumeClaim: { claimName: "alone" } },
  { name: "h", persistentVolumeClaim: { claimName: "plugged", hotpluggable: true } },
  { name: "c", configMap: { name: "config" } },
  { name: "s", secret: { secretName: "secret" } },
  { name: "a", serviceAccount: { serviceAccountName: "account" } },
];

const PARTS: Scenario[] = [
  {
    id: "kubevirt T7.10.33",
    objects: [
      ...machine({
        state: "Running",
        labels: { vm: PICK },
        volumes: EVERYTHING,
        instance: {
          accessCredentials: [
            { sshPublicKey: { source: { secret: { secretName: "keys" } } } },
            { userPassword: { source: { secret: { secretName: "password" } } } },
          ],
        },
      }),
      ...disk(),
      filled("alone"),
      filled("plugged"),
      object("v1", "ConfigMap", "config"),
      ...["secret", "keys", "password", "unused"].map((name) => object("v1", "Secret", name)),
      object("v1", "ServiceAccount", "account"),
    ],
    ...SELECTED,
    restored: [
      ...ALL,
      "ConfigMap config",
      "PersistentVolumeClaim alone",
      "PersistentVolumeClaim plugged",
      "Secret keys",
      "Secret password",
      "Secret secret",
      "ServiceAccount account",
    ].sort(),
    check: (run) => assertEquals(at(vmSpec(run), "template", "spec", "volumes"), EVERYTHING),
  },
  {
    id: "kubevirt T7.10.34",
    objects: [filled("mine", { pvc: { "velero.kubevirt.io/pvc-uid": "my-value" } })],
    restored: ["PersistentVolumeClaim mine"],
    check: ({ archive, find }) => {
      const [stored] = archive.values();
      assertEquals(
        label(decodeItem(stored!.bytes), "velero.kubevirt.io/pvc-uid"),
        "uid-of-PersistentVolumeClaim-mine",
      );
      assertEquals(label(find("PersistentVolumeClaim", "mine"), "velero.kubevirt.io/pvc-uid"), "my-value");
      const annotations = objectAt(find("PersistentVolumeClaim", "mine"), "metadata", "annotations") ?? {};
      assertEquals(Object.keys(annotations).filter((key) => key.includes("original")), []);
    },
  },
  {
    id: "kubevirt T7.10.35",
    objects: [
      ...started(),
      filled("other"),
      ...["disk", "other"].map((name) =>
        object("snapshot.storage.k8s.io/v1", "VolumeSnapshot", `snapshot-of-${name}`, {
          spec: { source: { persistentVolumeClaimName: name } },
        })
      ),
    ],
    restore: {
      spec: {
        labelSelector: { matchLabels: { "velero.kubevirt.io/pvc-uid": "uid-of-PersistentVolumeClaim-disk" } },
      },
    },
    restored: ["PersistentVolumeClaim disk", "VolumeSnapshot snapshot-of-disk"],
    check: ({ restored }) =>
      assertEquals(restored.map((object) => label(object, "velero.kubevirt.io/pvc-uid")), [
        undefined,
        undefined,
      ]),
  },
];

Deno.test("what a restore brings back of a virtual machine, and how (kubevirt 7.10)", async (t) => {
  await play(t, [...SELECTIONS, ...RUNNING, ...REVISED, ...PARTS]);
});
