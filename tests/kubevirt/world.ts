/**
 * Virtual machines, and a backup and a restore of them by the host of `preview/`, without a wire.
 *
 * @module
 */

import { type BackupItemActionV2, defineSource } from "../../actions/action.ts";
import { kubevirt } from "../../actions/kubevirt/mod.ts";
import { createMemoryCluster, type MemoryCluster } from "../../cluster/memory/memory.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { ensureObject, nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Archive } from "../../preview/archive/archive.ts";
import { runBackup } from "../../preview/backup/backup.ts";
import type { RunReport } from "../../preview/report/report.ts";
import { runRestore } from "../../preview/restore/restore.ts";
import { builtinHost } from "../../preview/builtin/builtin.ts";
import { directHost } from "../../preview/run/actions.ts";
import { joinHosts } from "../../preview/run/hosts.ts";
import { createDiscovery } from "../../preview/run/resources.ts";
import { createProcess } from "../../preview/testing/world.ts";

/** A backup, and what a restore of it brings into an empty cluster. */
export interface Cycle {
  readonly archive: Archive;
  readonly backup: RunReport;
  readonly restore: RunReport;
  /** The restored objects, but for namespaces. */
  readonly restored: readonly JsonObject[];
  /** `Kind name` of each of them, sorted. */
  names(): string[];
  find(kind: string, name: string): JsonObject | undefined;
}

/** What a cycle is made of. */
export interface CycleOptions {
  readonly objects: readonly JsonObject[];
  readonly backup?: { readonly labels?: JsonObject; readonly spec?: JsonObject };
  readonly restore?: { readonly labels?: JsonObject; readonly spec?: JsonObject };
}

/** Backs objects up, and restores them into an empty cluster. */
export async function cycle({ objects, backup = {}, restore = {} }: CycleOptions): Promise<Cycle> {
  const run = (
    kind: string,
    { labels = {}, spec = {} }: NonNullable<CycleOptions["backup"]>,
  ): JsonObject => ({
    apiVersion: "velero.io/v1",
    kind,
    metadata: { name: "run", namespace: "velero", labels },
    spec,
  });
  const source = createMemoryCluster({ objects });
  const made = await runBackup({ backup: run("Backup", backup), cluster: source, ...await hostOf(source) });
  const target = createMemoryCluster();
  const report = await runRestore({
    restore: run("Restore", { ...restore, spec: { backupName: "run", ...restore.spec } }),
    archive: made.archive,
    cluster: target,
    ...await hostOf(target),
  });
  const restored = target.objects().filter(({ kind }) => kind !== "Namespace");
  return {
    archive: made.archive,
    backup: made.report,
    restore: report,
    restored,
    names: () => restored.map((object) => `${object.kind} ${nameOf(object)}`).sort(),
    find: (kind, name) => restored.find((object) => object.kind === kind && nameOf(object) === name),
  };
}

// Stands for Velero's CSI action: Velero collects no VolumeSnapshots, they only follow their claims.
const followSnapshots: BackupItemActionV2 = {
  kind: "BackupItemActionV2",
  name: "csi/pvc-backupper",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },
  async execute({ item }, { cluster }) {
    const kind = { group: "snapshot.storage.k8s.io", version: "v1", resource: "volumesnapshots" };
    const namespace = namespaceOf(item);
    if ((await cluster.serves(kind.group, kind.resource)).length === 0) return;
    const snapshots = (await Array.fromAsync(cluster.list(kind, { namespace })))
      .filter((found) => stringAt(found, "spec", "source", "persistentVolumeClaimName") === nameOf(item));
    if (snapshots.length === 0) return;
    ensureObject(item, "metadata", "annotations")["backup.velero.io/must-include-additional-items"] = "true";
    const { group, resource } = kind;
    return {
      item,
      additionalItems: snapshots.map((found) => ({ group, resource, namespace, name: nameOf(found) })),
    };
  },
};

// Each backup and restore has a process of its own.
async function hostOf(cluster: MemoryCluster) {
  const { registry, runner } = createProcess(cluster, [
    kubevirt,
    defineSource("csi", {}, [followSnapshots]),
  ]);
  const discovery = await createDiscovery(() => Promise.resolve(cluster.store.resources()));
  const host = await joinHosts([
    { name: "velero", host: builtinHost({ cluster }) },
    { name: "own", host: directHost(registry, runner) },
  ]);
  return { discovery, host };
}

/** The label that keeps an object out of a backup. */
export const EXCLUDED = { "velero.io/exclude-from-backup": "true" };

/** An object in namespace `n`; `more.metadata` is added to its own. */
export function object(apiVersion: string, kind: string, name: string, more: JsonObject = {}): JsonObject {
  const { metadata, ...rest } = more;
  const own = isObject(metadata) ? metadata : {};
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: "n", uid: `uid-of-${kind}-${name}`, ...own },
    ...rest,
  };
}

/** Labels by object: `vm`, `vmi`, `pod`, `dv`, `pvc`. */
export type Labels = Readonly<Partial<Record<"vm" | "vmi" | "pod" | "dv" | "pvc", JsonObject>>>;

const metadataOf = (labels: JsonObject | undefined): JsonObject => labels === undefined ? {} : { labels };

/** DataVolume `disk` with its filled PVC. */
export function disk(labels: Labels = {}, spec: JsonObject = { source: { blank: {} } }): JsonObject[] {
  const dataVolume = object("cdi.kubevirt.io/v1beta1", "DataVolume", "disk", {
    metadata: metadataOf(labels.dv),
    spec,
    status: { phase: "Succeeded" },
  });
  return [dataVolume, filled("disk", labels, [ownerOf(dataVolume)])];
}

/** A bound PVC. */
export function filled(name: string, labels: Labels = {}, ownerReferences?: JsonObject[]): JsonObject {
  return object("v1", "PersistentVolumeClaim", name, {
    metadata: { ...metadataOf(labels.pvc), ...(ownerReferences === undefined ? {} : { ownerReferences }) },
    spec: { volumeName: `pv-${name}` },
    status: { phase: "Bound" },
  });
}

function ownerOf({ apiVersion = "", kind = "", metadata }: JsonObject): JsonObject {
  const { name = "", uid = "" } = isObject(metadata) ? metadata : {};
  return { apiVersion, kind, name, uid, controller: true };
}

/** What a test says about VM `v`; by default it is stopped and makes DataVolume `disk` itself. */
export interface MachineOptions {
  readonly state?: "Stopped" | "Running" | "Paused";
  /** False: the VM only names its disk. */
  readonly template?: boolean;
  readonly volumes?: JsonObject[];
  readonly labels?: Labels;
  /** More of the spec of its instance. */
  readonly instance?: JsonObject;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

const DISK: JsonObject[] = [{ name: "d", dataVolume: { name: "disk" } }];

/** VM `v`, without its disk; with an instance and a launcher pod unless it is stopped. */
export function machine(options: MachineOptions = {}): JsonObject[] {
  const { state = "Stopped", template = true, volumes = DISK, labels = {}, instance = {} } = options;
  const vm = object("kubevirt.io/v1", "VirtualMachine", "v", {
    metadata: metadataOf(labels.vm),
    spec: {
      runStrategy: state === "Stopped" ? "Halted" : "Always",
      ...(template
        ? { dataVolumeTemplates: [{ metadata: { name: "disk" }, spec: { source: { blank: {} } } }] }
        : {}),
      template: { spec: { ...instance, volumes } },
      ...options.spec,
    },
    status: { printableStatus: state, created: state !== "Stopped", ...options.status },
  });
  return state === "Stopped" ? [vm] : [vm, ...running(state, { ...options, volumes }, [ownerOf(vm)])];
}

/** Instance `v` without a VM, with its launcher pod. */
export function standAlone(options: MachineOptions = {}): JsonObject[] {
  const { state = "Running", volumes = DISK } = options;
  return running(state, { ...options, volumes }, undefined);
}

function running(
  state: string,
  { labels = {}, instance = {}, volumes = [] }: MachineOptions,
  ownerReferences: JsonObject[] | undefined,
): JsonObject[] {
  const vmi = object("kubevirt.io/v1", "VirtualMachineInstance", "v", {
    metadata: { ...metadataOf(labels.vmi), ...(ownerReferences === undefined ? {} : { ownerReferences }) },
    spec: { ...instance, volumes },
    status: {
      phase: "Running",
      conditions: state === "Paused" ? [{ type: "Paused", status: "True" }] : [],
    },
  });
  const pod = object("v1", "Pod", "virt-launcher-v", {
    metadata: {
      labels: {
        ...labels.pod,
        "kubevirt.io": "virt-launcher",
        "kubevirt.io/created-by": "uid-of-VirtualMachineInstance-v",
      },
      annotations: { "kubevirt.io/domain": "v" },
      ownerReferences: [ownerOf(vmi)],
    },
    spec: {},
    status: { phase: "Running", containerStatuses: [{ name: "compute", ready: true }] },
  });
  return [vmi, pod];
}
