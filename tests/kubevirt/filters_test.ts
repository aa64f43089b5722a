import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import {
  ALL,
  DV,
  excluding,
  inArchive,
  including,
  INCOMPLETE,
  kept,
  NO_DISKS,
  NO_POD,
  play,
  PVC,
  type Scenario,
  started,
  stopped,
  UNSAFE,
  VM,
  VMI,
} from "./scenario.ts";
import { disk, EXCLUDED, filled, machine, standAlone } from "./world.ts";

const METADATA = { "velero.kubevirt.io/metadataBackup": "true" };

const DISKS: Scenario[] = [
  {
    id: "kubevirt T7.10.1",
    objects: disk(),
    restored: ["DataVolume disk", "PersistentVolumeClaim disk"],
    check: kept,
  },
  {
    id: "kubevirt T7.10.2",
    objects: [...disk({}, { source: { pvc: { namespace: "n", name: "gold" } } }), filled("gold")],
    restored: ["DataVolume disk", "PersistentVolumeClaim disk", "PersistentVolumeClaim gold"],
    check: kept,
  },
  ...[[DV, PVC, "persistentvolumes"], [
    DV,
    PVC,
    "persistentvolumes",
    "volumesnapshots",
    "volumesnapshotcontents",
  ]]
    .map((resources): Scenario => ({
      id: "kubevirt T7.10.3",
      what: resources.join(),
      objects: disk(),
      ...including(...resources),
      restored: ["DataVolume disk", "PersistentVolumeClaim disk"],
      check: kept,
    })),
  { id: "kubevirt T7.10.4", objects: disk(), ...including(DV), restored: ["DataVolume disk"], check: kept },
  ...[including(PVC, "persistentvolumes"), excluding(DV)].map((filters): Scenario => ({
    id: "kubevirt T7.10.5",
    what: JSON.stringify(filters),
    objects: disk(),
    ...filters,
    restored: ["PersistentVolumeClaim disk"],
    check: kept,
  })),
];

const TEMPLATED: Scenario[] = [
  { id: "kubevirt T7.10.6", objects: stopped(), ...including(VM, DV, PVC), restored: ALL, check: kept },
  { id: "kubevirt T7.10.7", objects: started(), ...including(VM, DV, PVC, "pods"), error: UNSAFE },
  { id: "kubevirt T7.10.7", what: "excluded by type", objects: started(), ...excluding(VMI), error: UNSAFE },
  {
    id: "kubevirt T7.10.7",
    what: "excluded by label",
    objects: [...machine({ state: "Running", labels: { vmi: EXCLUDED } }), ...disk()],
    error: UNSAFE,
  },
  { id: "kubevirt T7.10.8", objects: started(), ...including(VM, VMI, PVC), error: UNSAFE },
  { id: "kubevirt T7.10.8", what: "pods excluded", objects: started(), ...excluding("pods"), error: UNSAFE },
  {
    id: "kubevirt T7.10.8",
    what: "pods and DataVolumes excluded",
    objects: started(),
    ...excluding("pods", DV),
    error: UNSAFE,
  },
  {
    id: "kubevirt T7.10.8",
    what: "pod excluded by label",
    objects: [...machine({ state: "Running", labels: { pod: EXCLUDED } }), ...disk()],
    error: NO_POD,
  },
  { id: "kubevirt T7.10.9", objects: started(), ...including(VM, VMI), restored: ["VirtualMachine v"] },
  {
    id: "kubevirt T7.10.10",
    objects: started(),
    backup: { labels: METADATA, spec: { excludedResources: [DV, PVC] } },
    restored: ["VirtualMachine v"],
  },
  {
    id: "kubevirt T7.10.11",
    objects: started(),
    ...excluding("pods", PVC),
    restored: ["DataVolume disk", "VirtualMachine v"],
    check: kept,
  },
  {
    id: "kubevirt T7.10.12",
    objects: [...machine({ state: "Paused" }), ...disk()],
    ...including(VM, DV, PVC),
    restored: ALL,
  },
  {
    id: "kubevirt T7.10.12",
    what: "pods excluded",
    objects: [...machine({ state: "Paused" }), ...disk()],
    ...excluding("pods"),
    restored: ALL,
  },
  {
    id: "kubevirt T7.10.12",
    what: "pod excluded by label",
    objects: [...machine({ state: "Paused", labels: { pod: EXCLUDED } }), ...disk()],
    restored: ALL,
  },
  { id: "kubevirt T7.10.13", objects: stopped(), ...excluding("pods"), restored: ALL, check: kept },
  ...[including(VM, DV), excluding(PVC)].map((filters): Scenario => ({
    id: "kubevirt T7.10.14",
    what: JSON.stringify(filters),
    objects: stopped(),
    ...filters,
    restored: ["DataVolume disk", "VirtualMachine v"],
    check: kept,
  })),
  ...[including(VM, PVC), excluding(DV)].map((filters): Scenario => ({
    id: "kubevirt T7.10.15",
    what: JSON.stringify(filters),
    objects: stopped(),
    ...filters,
    restored: ["PersistentVolumeClaim disk", "VirtualMachine v"],
    check: kept,
  })),
  ...[including(VM), excluding(DV, PVC)].map((filters): Scenario => ({
    id: "kubevirt T7.10.16",
    what: JSON.stringify(filters),
    objects: stopped(),
    ...filters,
    restored: ["VirtualMachine v"],
  })),
  {
    id: "kubevirt T7.10.16",
    what: "excluded by label",
    objects: [...machine(), ...disk({ dv: EXCLUDED, pvc: EXCLUDED })],
    restored: ["VirtualMachine v"],
  },
  ...[
    { what: "excluded by type", objects: started(), ...excluding(VM) },
    {
      what: "excluded by label",
      objects: [...machine({ state: "Running", labels: { vm: EXCLUDED } }), ...disk()],
    },
  ].map((scenario): Scenario => ({
    id: "kubevirt T7.10.17",
    ...scenario,
    restored: ["DataVolume disk", "PersistentVolumeClaim disk"],
    check: ({ archive }) => assertEquals(inArchive(archive).filter((name) => name.includes("instances")), []),
  })),
  {
    id: "kubevirt T7.10.18",
    objects: stopped(),
    ...excluding(VM),
    restored: ["DataVolume disk", "PersistentVolumeClaim disk"],
    check: kept,
  },
];

const named = (labels = {}, volumes?: JsonObject[]) =>
  machine({ template: false, labels, ...(volumes === undefined ? {} : { volumes }) });
const CLAIM: JsonObject[] = [{ name: "d", persistentVolumeClaim: { claimName: "disk" } }];

const UNTEMPLATED: Scenario[] = [
  { id: "kubevirt T7.10.19", objects: [...named(), ...disk()], ...excluding(DV), error: INCOMPLETE },
  {
    id: "kubevirt T7.10.19",
    what: "DataVolume excluded by label",
    objects: [...named(), ...disk({ dv: EXCLUDED })],
    error: INCOMPLETE,
  },
  {
    id: "kubevirt T7.10.19",
    what: "DataVolume collected, PVC excluded",
    objects: [...named(), filled("disk")],
    ...excluding(PVC),
    error: INCOMPLETE,
  },
  {
    id: "kubevirt T7.10.19",
    what: "PVC excluded",
    objects: [...named({}, CLAIM), filled("disk")],
    ...excluding(PVC),
    error: INCOMPLETE,
  },
  {
    id: "kubevirt T7.10.19",
    what: "PVC excluded by label",
    objects: [...named({}, CLAIM), filled("disk", { pvc: EXCLUDED })],
    error: INCOMPLETE,
  },
  {
    id: "kubevirt T7.10.20",
    objects: [...named(), ...disk()],
    ...excluding(PVC),
    restored: ["DataVolume disk", "VirtualMachine v"],
    check: kept,
  },
  {
    id: "kubevirt T7.10.20",
    what: "PVC excluded by label",
    objects: [...named(), ...disk({ pvc: EXCLUDED })],
    restored: ["DataVolume disk", "VirtualMachine v"],
    check: kept,
  },
  { id: "kubevirt T7.10.21", objects: started(), ...including(VM, PVC), error: UNSAFE },
];

const alone = (options = {}) => [...standAlone(options), ...disk()];
const ALONE = ["DataVolume disk", "PersistentVolumeClaim disk", "VirtualMachineInstance v"];

const INSTANCES: Scenario[] = [
  {
    id: "kubevirt T7.10.22",
    objects: alone(),
    ...including(VMI, DV, PVC, "pods"),
    restored: ALONE,
    check: kept,
  },
  {
    id: "kubevirt T7.10.23",
    what: "without DataVolume",
    objects: alone(),
    ...including(VMI, PVC, "pods"),
    error: NO_DISKS,
  },
  {
    id: "kubevirt T7.10.23",
    what: "without PVC",
    objects: [...standAlone({ volumes: CLAIM }), filled("disk")],
    ...including(VMI, DV, "pods"),
    error: NO_DISKS,
  },
  {
    id: "kubevirt T7.10.23",
    what: "without pod",
    objects: alone(),
    ...including(VMI, DV, PVC),
    error: NO_POD,
  },
  { id: "kubevirt T7.10.23", what: "pod excluded", objects: alone(), ...excluding("pods"), error: NO_POD },
  {
    id: "kubevirt T7.10.23",
    what: "pod excluded by label",
    objects: alone({ labels: { pod: EXCLUDED } }),
    error: NO_POD,
  },
  {
    id: "kubevirt T7.10.24",
    objects: alone({ state: "Paused" }),
    ...excluding("pods"),
    restored: ALONE,
    check: kept,
  },
  {
    id: "kubevirt T7.10.25",
    objects: alone(),
    ...excluding(VMI),
    restored: ["DataVolume disk", "PersistentVolumeClaim disk"],
    check: kept,
  },
];

Deno.test("what a backup may leave out of a virtual machine (kubevirt 7.10)", async (t) => {
  await play(t, [...DISKS, ...TEMPLATED, ...UNTEMPLATED, ...INSTANCES]);
});
