import type { JsonObject } from "../../../objects/json.ts";
import type { LauncherPod } from "../launcher_pod.ts";
import type { GraphNode, NodeKind } from "./node.ts";

/** What a backup graph asks about the cluster. Errors of the first five fail the item (kubevirt G6 and 10.2). */
export interface GraphReader {
  /** True when the cluster serves a kind (kubevirt G3). */
  serves(kind: NodeKind): Promise<boolean>;
  /** A VirtualMachineInstance, whole. */
  instance(namespace: string, name: string): Promise<JsonObject | undefined>;
  /** The pod in which an instance runs (kubevirt 3.4). `instance` is the instance itself, as far as it is known. */
  launcher(
    namespace: string,
    name: string,
    instance: JsonObject | undefined | Promise<JsonObject | undefined>,
  ): Promise<LauncherPod | undefined>;
  /** The names of the claims with the state of a VM or instance (kubevirt 3.5). */
  backendClaims(namespace: string, owner: string): Promise<readonly string[]>;
  /** The names of the instances that a replica set owns (kubevirt 4.6). */
  replicas(replicaSet: JsonObject): Promise<readonly string[]>;
  /** Those of some optional nodes that exist, in their order; one that cannot be asked for is left out (kubevirt G5). */
  existing(nodes: readonly GraphNode[]): Promise<readonly GraphNode[]>;
}
