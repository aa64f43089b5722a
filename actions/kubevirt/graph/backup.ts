/**
 * What must be backed up with an object (kubevirt 4): pure but for what it asks its reader.
 *
 * @module
 */

import type { JsonObject } from "../../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../../objects/object.ts";
import type { ResourceIdentifier } from "../../action.ts";
import type { LauncherPod } from "../launcher_pod.ts";
import { backendNodes, backendNodesInUse, keepsState, tracksBlocks } from "./backend_storage.ts";
import { EXTRA_ROWS, extraNodes } from "./extra_nodes.ts";
import { flagAt, type Place, placeAt } from "./fields.ts";
import { distinct, type GraphNode, isOfKind, nodeOf, NODES } from "./node.ts";
import type { GraphReader } from "./reader.ts";
import { REVISED, revisionNodes } from "./revisions.ts";
import { credentialNodes, volumeNodes } from "./volumes.ts";

/** How far a backup graph goes. */
export interface BackupGraphOptions {
  /** `upstream` leaves out the rows of kubevirt 4.4. */
  readonly profile: "full" | "upstream";
  /** Add cluster-wide instance types and preferences although ControllerRevisions hold their content (kubevirt X11). */
  readonly clusterInstancetypes: boolean;
}

/** A backup graph. */
export interface BackupGraph {
  readonly nodes: readonly GraphNode[];
  /** What the restore cannot know from the object; `undefined` when there is nothing to record (kubevirt G5). */
  readonly recorded: readonly ResourceIdentifier[] | undefined;
  /** The launcher pod, when it was looked for and found. */
  readonly launcher: LauncherPod | undefined;
}

/**
 * The backup graph of an object by its kind; empty for a kind that has none.
 *
 * @throws {Refusal} when a field that is read has a wrong type.
 * @throws {ClusterError} when the cluster does not answer; a part of a graph is never given.
 */
export async function backupGraph(
  object: JsonObject,
  reader: GraphReader,
  options: BackupGraphOptions,
): Promise<readonly GraphNode[]> {
  switch (stringAt(object, "kind")) {
    case "VirtualMachine":
      return (await machineBackupGraph(object, reader, options)).nodes;
    case "VirtualMachineInstance":
      return (await instanceBackupGraph(object, reader, options)).nodes;
    case "VirtualMachineInstanceReplicaSet":
      return await replicaSetBackupGraph(object, reader, options);
    case "DataVolume":
      return dataVolumeBackupGraph(object);
    default:
      return [];
  }
}

/** The backup graph of a VirtualMachine (kubevirt 4.1). Throws as {@link backupGraph}. */
export async function machineBackupGraph(
  vm: JsonObject,
  reader: GraphReader,
  options: BackupGraphOptions,
): Promise<BackupGraph> {
  const [namespace, name] = [namespaceOf(vm), nameOf(vm)];
  const machine = { value: vm, where: "" };
  const spec = specOf(machine, placeAt(machine, "spec.template.spec"), namespace, options);
  const revisions = REVISED.flatMap((field) => revisionNodes(machine, field, namespace));
  const created = flagAt(machine, "status.created");
  const reading = created ? reader.instance(namespace, name) : Promise.resolve(undefined);
  const [rest, launcher] = await Promise.all([
    answer(spec, { namespace, owner: name, self: machine, instance: reading }, reader),
    created ? reader.launcher(namespace, name, reading) : undefined,
  ]);
  const started = created ? [nodeOf(NODES.instances, namespace, name, "status.created")] : [];
  return finish([...revisions, ...started, ...launcherNodes(launcher, namespace)], rest, launcher);
}

/** The backup graph of a VirtualMachineInstance (kubevirt 4.2). Throws as {@link backupGraph}. */
export async function instanceBackupGraph(
  vmi: JsonObject,
  reader: GraphReader,
  options: BackupGraphOptions,
): Promise<BackupGraph> {
  const [namespace, name] = [namespaceOf(vmi), nameOf(vmi)];
  const self = { value: vmi, where: "" };
  const spec = specOf(undefined, placeAt(self, "spec"), namespace, options);
  const [rest, launcher] = await Promise.all([
    answer(spec, { namespace, owner: name, self, instance: Promise.resolve(vmi) }, reader),
    reader.launcher(namespace, name, vmi),
  ]);
  return finish(launcherNodes(launcher, namespace), rest, launcher);
}

/** The backup graph of a replica set: its instances, and what its template hangs on (kubevirt 4.6). Throws as {@link backupGraph}. */
export async function replicaSetBackupGraph(
  replicaSet: JsonObject,
  reader: GraphReader,
  options: BackupGraphOptions,
): Promise<readonly GraphNode[]> {
  const namespace = namespaceOf(replicaSet);
  const template = placeAt({ value: replicaSet, where: "" }, "spec.template.spec");
  const spec = specOf(undefined, template, namespace, options);
  const [replicas, rest] = await Promise.all([
    reader.replicas(replicaSet),
    answer({ ...spec, keepsState: false }, undefined, reader),
  ]);
  const owned = replicas.map((name) => nodeOf(NODES.instances, namespace, name, "spec.selector"));
  return finish(owned, rest, undefined).nodes;
}

/** The backup graph of a DataVolume: its claim, once it is filled (kubevirt 4.5). */
export function dataVolumeBackupGraph(dataVolume: JsonObject): GraphNode[] {
  const filled = stringAt(dataVolume, "status", "phase") === "Succeeded";
  const [namespace, name] = [namespaceOf(dataVolume), nameOf(dataVolume)];
  return filled ? distinct([nodeOf(NODES.claims, namespace, name, "status.phase")]) : [];
}

/** What an object says itself, before the cluster is asked. */
interface Spec {
  readonly volumes: readonly GraphNode[];
  readonly keepsState: boolean;
  readonly credentials: readonly GraphNode[];
  /** The rows of kubevirt 4.4, with those nodes marked whose existence must be asked for. */
  readonly extras: readonly { readonly node: GraphNode; readonly optional: boolean }[];
}

function specOf(
  machine: Place | undefined,
  instance: Place | undefined,
  namespace: string,
  { profile, clusterInstancetypes }: BackupGraphOptions,
): Spec {
  const hasRevision = machine !== undefined &&
    REVISED.some((field) => revisionNodes(machine, field, namespace).length > 0);
  const rows = EXTRA_ROWS.filter(({ id }) =>
    profile === "full" && (id !== "kubevirt X11" || clusterInstancetypes || !hasRevision)
  );
  return {
    volumes: instance === undefined ? [] : volumeNodes(instance, namespace),
    keepsState: keepsState(instance),
    credentials: instance === undefined ? [] : credentialNodes(instance, namespace),
    extras: rows.flatMap((row) =>
      extraNodes([row], { machine, instance }, namespace)
        .map((node) => ({ node, optional: row.optional === true }))
    ),
  };
}

/** Whose state is kept in backend storage. */
interface Owner {
  readonly namespace: string;
  readonly owner: string;
  /** The VM or the instance itself. */
  readonly self: Place;
  readonly instance: Promise<JsonObject | undefined>;
}

interface Answered {
  readonly nodes: readonly GraphNode[];
  readonly recorded: readonly GraphNode[];
  readonly keepsState: boolean;
}

async function answer(spec: Spec, owner: Owner | undefined, reader: GraphReader): Promise<Answered> {
  const optional = spec.extras.filter((extra) => extra.optional).map(({ node }) => node);
  const [volumes, state, found] = await Promise.all([
    served(spec.volumes, reader),
    owner === undefined ? { needed: false, nodes: [] } : backendStorage(spec, owner, reader),
    optional.length === 0 ? [] : reader.existing(distinct(optional)),
  ]);
  const exists = new Set(found);
  const extras = spec.extras.filter((extra) => !extra.optional || exists.has(extra.node));
  return {
    nodes: [...volumes, ...state.nodes, ...spec.credentials, ...extras.map(({ node }) => node)],
    recorded: [...state.nodes, ...found],
    keepsState: state.needed,
  };
}

async function backendStorage(
  spec: Spec,
  { namespace, owner, self, instance }: Owner,
  reader: GraphReader,
): Promise<{ needed: boolean; nodes: GraphNode[] }> {
  const early = spec.keepsState || tracksBlocks(self) ? reader.backendClaims(namespace, owner) : undefined;
  // A failure is thrown where it is awaited; the instance may fail before.
  early?.catch(() => {});
  const value = await instance;
  const running = value === undefined ? undefined : { value, where: "" };
  const inUse = backendNodesInUse(running, namespace);
  // The instance has what the VM does not say itself but takes from its preference.
  const needed = running !== undefined &&
    (keepsState(placeAt(running, "spec")) || tracksBlocks(running) || inUse.length > 0);
  const claims = early ?? (needed ? reader.backendClaims(namespace, owner) : undefined);
  if (claims === undefined) return { needed: false, nodes: [] };
  return { needed: true, nodes: distinct([...backendNodes(await claims, namespace), ...inUse]) };
}

// Of what volumes name, only DataVolumes may be of a kind that the cluster does not serve.
async function served(nodes: readonly GraphNode[], reader: GraphReader): Promise<readonly GraphNode[]> {
  const isDataVolume = (node: GraphNode) => isOfKind(node, NODES.dataVolumes);
  if (!nodes.some(isDataVolume) || await reader.serves(NODES.dataVolumes)) return nodes;
  return nodes.filter((node) => !isDataVolume(node));
}

function launcherNodes(launcher: LauncherPod | undefined, namespace: string): GraphNode[] {
  return launcher === undefined ? [] : [nodeOf(NODES.pods, namespace, launcher.name, "launcher pod")];
}

function finish(
  first: readonly GraphNode[],
  { nodes, recorded, keepsState }: Answered,
  launcher: LauncherPod | undefined,
): BackupGraph {
  return {
    nodes: distinct([...first, ...nodes]),
    // An empty record says that there is no state, so that the restore does not look for any.
    recorded: recorded.length > 0 || keepsState ? recorded : undefined,
    launcher,
  };
}
