/**
 * Which filters of a Backup leave VMs restorable and which do not: the matrix of kubevirt 7.10 on a real Velero. Each namespace holds one
 * workload; each row is a backup of it.
 */

import { assertEquals } from "@std/assert";
import type { Json } from "./api.ts";
import { DEFINITIONS } from "./crds.ts";
import { collection, makersOf, owner } from "./kubevirt_objects.ts";
import { archive, backup, restore } from "./runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "./testbed.ts";
import { present } from "./tools.ts";

const ignore = !present("testcluster", "velero", "fsstore");
let bed: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    const definitions = DEFINITIONS.filter((one) => one["spec"].group !== "kubeovn.io");
    bed = await startTestbed(BEST_ACCESS, definitions);
    for (const [namespace, make] of Object.entries(WORKLOADS)) {
      await bed.api.create("/api/v1/namespaces", { metadata: { name: namespace } });
      await make(namespace);
    }
  });
  Deno.test.afterAll(() => bed?.stop());
}

const DISK = "root";
const dataVolumeDisk = [{ name: "root", dataVolume: { name: DISK } }];
const claimDisk = [{ name: "root", persistentVolumeClaim: { claimName: DISK } }];
const PAUSED = [{ type: "Paused", status: "True" }];

/** VM `v` in that state with these volumes; a running or paused one with its instance and launcher pod. */
async function machine(
  namespace: string,
  printableStatus: string,
  volumes: readonly Json[],
  { templates = false, conditions = [] as Json[] } = {},
): Promise<void> {
  const { create, instance } = makersOf(bed.api, namespace);
  const domain = { devices: {} };
  const vm = await create("virtualmachines.kubevirt.io", {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "v" },
    spec: {
      runStrategy: printableStatus === "Stopped" ? "Halted" : "Always",
      ...(templates
        ? { dataVolumeTemplates: [{ metadata: { name: DISK }, spec: { source: { blank: {} } } }] }
        : {}),
      template: { spec: { domain, volumes } },
    },
    status: { printableStatus, created: printableStatus !== "Stopped" },
  });
  if (printableStatus === "Stopped") return;
  const metadata = { ownerReferences: [owner("kubevirt.io/v1", "VirtualMachine", vm)] };
  await instance("v", { domain, volumes }, metadata, conditions);
}

const disk = (namespace: string, source?: Json) =>
  makersOf(bed.api, namespace).dataVolume(DISK, "Succeeded", "Bound", source);

const WORKLOADS: Readonly<Record<string, (namespace: string) => Promise<void>>> = {
  disk: (namespace) => disk(namespace),
  clone: (namespace) => disk(namespace, { pvc: { namespace: "disk", name: DISK } }),
  async stopped(namespace) {
    await disk(namespace);
    await machine(namespace, "Stopped", dataVolumeDisk, { templates: true });
  },
  async running(namespace) {
    await disk(namespace);
    await machine(namespace, "Running", dataVolumeDisk, { templates: true });
  },
  async agent(namespace) {
    await disk(namespace);
    const conditions = [{ type: "AgentConnected", status: "True" }];
    await machine(namespace, "Running", dataVolumeDisk, { templates: true, conditions });
  },
  async paused(namespace) {
    await disk(namespace);
    await machine(namespace, "Paused", dataVolumeDisk, { templates: true, conditions: PAUSED });
  },
  async plain(namespace) {
    await disk(namespace);
    await machine(namespace, "Stopped", dataVolumeDisk);
  },
  async collected(namespace) {
    await makersOf(bed.api, namespace).claim(DISK, "Bound");
    await machine(namespace, "Stopped", dataVolumeDisk);
  },
  async claim(namespace) {
    await makersOf(bed.api, namespace).claim(DISK, "Bound");
    await machine(namespace, "Stopped", claimDisk);
  },
  async alone(namespace) {
    await disk(namespace);
    await makersOf(bed.api, namespace).instance("v", { domain: { devices: {} }, volumes: dataVolumeDisk });
  },
  async "alone-paused"(namespace) {
    await disk(namespace);
    const spec = { domain: { devices: {} }, volumes: dataVolumeDisk };
    await makersOf(bed.api, namespace).instance("v", spec, {}, PAUSED);
  },
};

const VM = "virtualmachines.kubevirt.io";
const VMI = "virtualmachineinstances.kubevirt.io";
const DV = "datavolumes.cdi.kubevirt.io";
const PVC = "persistentvolumeclaims";
const PV = "persistentvolumes";
const POD = "pods";
const LAUNCHER = "virt-launcher-v-x7k2p";

const only = (...includedResources: string[]): Json => ({ includedResources });
const without = (...excludedResources: string[]): Json => ({ excludedResources });
/** What carries the label that excludes it while this row's backup runs. */
const labelled = (...objects: [resource: string, name: string][]): Json => ({ labelled: objects });

/** What the backup must be: all right, with these resources of the workload in its archive, or refused (PartiallyFailed). */
type Expected = "refused" | readonly string[];

type Row = readonly [id: string, namespace: string, filter: Json, expected: Expected];

const ROWS: readonly Row[] = [
  ["kubevirt T7.10.1", "disk", {}, [DV, PVC]],
  ["kubevirt T7.10.2", "clone", {}, [DV, PVC]],
  ["kubevirt T7.10.3", "disk", only(DV, PVC, PV), [DV, PVC]],
  ["kubevirt T7.10.3", "disk", only(DV, PVC, PV, "volumesnapshots.snapshot.storage.k8s.io"), [DV, PVC]],
  ["kubevirt T7.10.4", "disk", only(DV), [DV]],
  ["kubevirt T7.10.5", "disk", only(PVC, PV), [PVC]],
  ["kubevirt T7.10.5", "disk", without(DV), [PVC]],
  ["kubevirt T7.10.6", "stopped", only(VM, DV, PVC), [DV, PVC, VM]],
  ["kubevirt T7.10.7", "running", only(VM, DV, PVC), "refused"],
  ["kubevirt T7.10.7", "running", without(VMI), "refused"],
  ["kubevirt T7.10.7", "running", labelled([VMI, "v"]), "refused"],
  ["kubevirt T7.10.8", "running", only(VM, VMI, PVC), "refused"],
  ["kubevirt T7.10.8", "running", without(POD), "refused"],
  ["kubevirt T7.10.8", "running", without(POD, DV), "refused"],
  ["kubevirt T7.10.8", "running", labelled([POD, LAUNCHER]), "refused"],
  ["kubevirt T7.10.9", "running", only(VM, VMI), [VMI, VM]],
  ["kubevirt T7.10.10", "running", { ...without(DV, PVC), metadata: true }, [POD, VMI, VM]],
  ["kubevirt T7.10.11", "running", without(POD, PVC), [DV, VMI, VM]],
  ["kubevirt T7.10.12", "paused", without(VMI, POD), [DV, PVC, VM]],
  ["kubevirt T7.10.12", "paused", without(POD), [DV, PVC, VMI, VM]],
  ["kubevirt T7.10.12", "paused", labelled([POD, LAUNCHER]), [DV, PVC, VMI, VM]],
  ["kubevirt T7.10.13", "stopped", without(POD), [DV, PVC, VM]],
  ["kubevirt T7.10.14", "stopped", only(VM, DV), [DV, VM]],
  ["kubevirt T7.10.14", "stopped", without(PVC), [DV, VM]],
  ["kubevirt T7.10.15", "stopped", only(VM, PVC), [PVC, VM]],
  ["kubevirt T7.10.15", "stopped", without(DV), [PVC, VM]],
  ["kubevirt T7.10.16", "stopped", only(VM), [VM]],
  ["kubevirt T7.10.16", "stopped", without(DV, PVC), [VM]],
  ["kubevirt T7.10.16", "stopped", labelled([DV, DISK], [PVC, DISK]), [VM]],
  ["kubevirt T7.10.17", "running", without(VM), [DV, PVC, POD]],
  ["kubevirt T7.10.17", "running", labelled([VM, "v"]), [DV, PVC, POD]],
  ["kubevirt T7.10.18", "stopped", without(VM), [DV, PVC]],
  ["kubevirt T7.10.19", "plain", without(DV), "refused"],
  ["kubevirt T7.10.19", "plain", labelled([DV, DISK]), "refused"],
  ["kubevirt T7.10.19", "collected", without(PVC), "refused"],
  ["kubevirt T7.10.19", "claim", without(PVC), "refused"],
  ["kubevirt T7.10.19", "claim", labelled([PVC, DISK]), "refused"],
  ["kubevirt T7.10.20", "plain", without(PVC), [DV, VM]],
  ["kubevirt T7.10.20", "plain", labelled([PVC, DISK]), [DV, VM]],
  ["kubevirt T7.10.21", "running", only(VM, PVC), "refused"],
  ["kubevirt T7.10.22", "alone", {}, [DV, PVC, POD, VMI]],
  ["kubevirt T7.10.23", "alone", without(DV), "refused"],
  ["kubevirt T7.10.23", "alone", without(POD), "refused"],
  ["kubevirt T7.10.23", "alone", labelled([POD, LAUNCHER]), "refused"],
  ["kubevirt T7.10.24", "alone-paused", without(POD), [DV, PVC, VMI]],
  ["kubevirt T7.10.25", "alone", without(VMI), [DV, PVC, POD]],
  ["kubevirt T7.10.27", "stopped", { includedNamespaces: ["*"], excludedNamespaces: others("stopped") }, [
    DV,
    PVC,
    VM,
  ]],
  ["kubevirt T7.10.28", "running", {}, [DV, PVC, POD, VMI, VM]],
  ["kubevirt T7.10.28", "agent", {}, [DV, PVC, POD, VMI, VM]],
];

function others(namespace: string): string[] {
  return [...Object.keys(WORKLOADS).filter((name) => name !== namespace), "velero", "kube-system", "default"];
}

/** The resources of the workload in the backup, once each. */
async function storedResources(name: string, namespace: string): Promise<string[]> {
  const pattern = new RegExp(`^resources/([^/]+)/namespaces/${namespace}/[^/]+\\.json$`);
  const found = [...(await archive(bed, name)).keys()].flatMap((path) => pattern.exec(path)?.[1] ?? []);
  return found.filter((resource) => [VM, VMI, DV, PVC, POD].includes(resource)).toSorted();
}

const EXCLUDE = "velero.io/exclude-from-backup";

async function label(namespace: string, objects: readonly [string, string][], value: string | null) {
  for (const [resource, name] of objects) {
    await bed.api.patch(`${collection(namespace, resource)}/${name}`, {
      metadata: { labels: { [EXCLUDE]: value } },
    });
  }
}

ROWS.forEach(([id, namespace, { labelled: objects = [], metadata = false, ...filter }, expected], index) => {
  const words = JSON.stringify(objects.length > 0 ? { labelled: objects } : filter);
  Deno.test({
    name: `kubevirt filters: ${namespace} with ${words} (${id})`,
    ignore,
    async fn() {
      await label(namespace, objects, "true");
      const name = `row-${index}`;
      const labels = metadata ? { "velero.kubevirt.io/metadataBackup": "true" } : {};
      const { phase, errors } = await backup(bed, name, { includedNamespaces: [namespace], ...filter }, {
        labels,
      });
      await label(namespace, objects, null);
      if (expected === "refused") {
        assertEquals(phase, "PartiallyFailed", errors.join("\n"));
        return;
      }
      assertEquals({ phase, errors }, { phase: "Completed", errors: [] });
      assertEquals(await storedResources(name, namespace), expected.toSorted());
    },
  });
});

Deno.test({
  name:
    "kubevirt filters: what is left of a VM that was left out is not started (kubevirt T7.10.17, T7.10.25)",
  ignore,
  async fn() {
    for (const id of ["kubevirt T7.10.17", "kubevirt T7.10.25"]) {
      const [row] = ROWS.flatMap(([one], index) => one === id ? [index] : []);
      const [, namespace = ""] = ROWS[row ?? 0] ?? [];
      const target = `${namespace}-copy`;
      const spec = { backupName: `row-${row}`, namespaceMapping: { [namespace]: target } };
      assertEquals((await restore(bed, `row-${row}`, spec)).phase, "Completed");
      const names = async (resource: string) =>
        ((await bed.api.get(collection(target, resource)))?.["items"] ?? []).map((o: Json) =>
          o["metadata"].name
        );
      assertEquals([await names(VMI), await names(POD)], [[], []], id);
      assertEquals([await names(DV), await names(PVC)], [[DISK], [DISK]], id);
    }
  },
});
