/**
 * What upstream leaves out of a VM's graph (kubevirt 4.4), as a table.
 *
 * @module
 */

import { parseNetworkName } from "../../lib/kubevirt/nad.ts";
import { namedAt, type Place, placesIn, textAt } from "./fields.ts";
import { type GraphNode, type NodeKind, nodeOf, NODES } from "./node.ts";

/** The nodes that one object of an item names. */
type Find = (place: Place, namespace: string) => GraphNode[];

/** A row of the table. */
export interface ExtraRow {
  /** The row in the specification. */
  readonly id: string;
  /** Where its paths begin: at the VM, or at the spec of its instance. */
  readonly of: "machine" | "instance";
  /** A list, for each element of which `find` is asked; absent: it is asked once. */
  readonly list?: string;
  readonly find: readonly Find[];
  /** Added to a backup only when the object exists, and to a restore only when it was recorded then (kubevirt G5). */
  readonly optional?: true;
}

const named = (path: string, kind: NodeKind): Find => (place, namespace) =>
  namedAt(place, path, kind, namespace);

/** The rows in order; their order is that of the nodes. */
export const EXTRA_ROWS: readonly ExtraRow[] = [
  {
    id: "kubevirt X1",
    of: "instance",
    list: "volumes",
    find: [named("sysprep.secret.name", NODES.secrets), named("sysprep.configMap.name", NODES.configMaps)],
  },
  {
    id: "kubevirt X2",
    of: "instance",
    list: "volumes",
    find: [named("ephemeral.persistentVolumeClaim.claimName", NODES.claims)],
  },
  {
    id: "kubevirt X3",
    of: "instance",
    list: "volumes",
    find: [named("containerDisk.imagePullSecret", NODES.secrets)],
  },
  {
    id: "kubevirt X4",
    of: "instance",
    find: [named("domain.firmware.kernelBoot.container.imagePullSecret", NODES.secrets)],
  },
  { id: "kubevirt X5", of: "instance", list: "utilityVolumes", find: [named("claimName", NODES.claims)] },
  { id: "kubevirt X6", of: "machine", find: [named("status.memoryDumpRequest.claimName", NODES.claims)] },
  { id: "kubevirt X7", of: "instance", find: [named("serviceAccountName", NODES.serviceAccounts)] },
  {
    id: "kubevirt X8",
    of: "instance",
    list: "volumes",
    find: [named("persistentVolumeClaim.claimName", NODES.dataVolumes)],
    optional: true,
  },
  { id: "kubevirt X9", of: "instance", list: "networks", find: [networkNode], optional: true },
  {
    id: "kubevirt X10",
    of: "machine",
    find: [
      matcher("instancetype", /^virtualmachineinstancetypes?$/i, NODES.instancetypes),
      matcher("preference", /^virtualmachinepreferences?$/i, NODES.preferences),
    ],
    optional: true,
  },
  {
    id: "kubevirt X11",
    of: "machine",
    find: [
      matcher("instancetype", /^(virtualmachineclusterinstancetypes?)?$/i, NODES.clusterInstancetypes),
      matcher("preference", /^(virtualmachineclusterpreferences?)?$/i, NODES.clusterPreferences),
    ],
    optional: true,
  },
  {
    id: "kubevirt X12",
    of: "machine",
    list: "spec.dataVolumeTemplates",
    find: importSources("secretRef", NODES.secrets),
    optional: true,
  },
  {
    id: "kubevirt X13",
    of: "machine",
    list: "spec.dataVolumeTemplates",
    find: importSources("certConfigMap", NODES.configMaps),
    optional: true,
  },
  {
    id: "kubevirt X14",
    of: "machine",
    list: "spec.dataVolumeTemplates",
    find: [dataSourceNode],
    optional: true,
  },
  {
    id: "kubevirt X15",
    of: "instance",
    list: "resourceClaims",
    find: [
      named("resourceClaimTemplateName", NODES.resourceClaimTemplates),
      named("resourceClaimName", NODES.resourceClaims),
    ],
    optional: true,
  },
];

function networkNode(network: Place, namespace: string): GraphNode[] {
  const path = "multus.networkName";
  const nad = parseNetworkName(textAt(network, path), namespace);
  return nad === undefined
    ? []
    : [nodeOf(NODES.networks, nad.namespace, nad.name, `${network.where}.${path}`)];
}

// A VM names its instance type and its preference by kind, in any case, and name; without a kind it means the cluster-wide one.
function matcher(field: string, wanted: RegExp, kind: NodeKind): Find {
  const clusterWide = kind.resource.includes("cluster");
  return (vm, namespace) =>
    wanted.test(textAt(vm, `spec.${field}.kind`))
      ? namedAt(vm, `spec.${field}.name`, kind, clusterWide ? "" : namespace)
      : [];
}

function importSources(field: string, kind: NodeKind): Find[] {
  return ["http", "s3", "gcs", "registry", "imageio", "vddk"].map((source) =>
    named(`spec.source.${source}.${field}`, kind)
  );
}

function dataSourceNode(template: Place, namespace: string): GraphNode[] {
  if (textAt(template, "spec.sourceRef.kind") !== "DataSource") return [];
  const home = textAt(template, "spec.sourceRef.namespace") || namespace;
  return home === namespace ? namedAt(template, "spec.sourceRef.name", NODES.dataSources, namespace) : [];
}

/** The nodes that some rows give for an object, in order. `machine` is absent for an instance without a VM. */
export function extraNodes(
  rows: readonly ExtraRow[],
  { machine, instance }: { readonly machine?: Place | undefined; readonly instance: Place | undefined },
  namespace: string,
): GraphNode[] {
  return rows.flatMap(({ of, list, find }) => {
    const start = of === "machine" ? machine : instance;
    if (start === undefined) return [];
    const places = list === undefined ? [start] : placesIn(start, list);
    return places.flatMap((place) => find.flatMap((each) => each(place, namespace)));
  });
}
