/**
 * What a golden file holds: a case, and what the upstream plugin answered to it.
 *
 * @module
 */

import type { ActionKind, ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Fault } from "../../cluster/served/faults.ts";
import { type RegistryContent, type RegistrySpec, withOwnDigests } from "./registries.ts";

/** One call and the world around it. */
export interface Case {
  readonly name: string;
  readonly kind: ActionKind;
  readonly plugin: string;
  readonly op?: "execute" | "appliesTo" | "areAdditionalItemsReady" | "progress" | "cancel";
  readonly item?: JsonObject;
  readonly itemFromBackup?: JsonObject;
  readonly backup?: JsonObject;
  readonly restore?: JsonObject;
  readonly additionalItemsIn?: readonly ResourceIdentifier[];
  readonly operationIDIn?: string;
  /** The objects in the API server before the call. */
  readonly cluster?: readonly JsonObject[];
  readonly absentGroups?: readonly string[];
  /** How the API server misbehaves. */
  readonly faults?: readonly Fault[];
  readonly serverVersion?: { readonly major: string; readonly minor: string; readonly gitVersion: string };
  /** Neither a kubeconfig nor an in-cluster environment. */
  readonly noKube?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Consecutive cases of one session run in one process. */
  readonly session?: string;
  /** In a session: leave the objects as the case before left them. */
  readonly keepCluster?: boolean;
  /** Image registries that the case needs. */
  readonly registries?: readonly RegistrySpec[];
}

/** An object that differs from what was loaded. */
export interface ClusterChange extends Omit<ResourceIdentifier, "namespace"> {
  /** Absent for cluster scope. */
  readonly namespace?: string;
  readonly op: "created" | "updated" | "deleted";
  readonly object?: JsonObject;
}

/** What a plugin answered. Empty and false parts are absent. */
export interface Result {
  readonly item?: JsonObject;
  readonly additionalItems?: readonly ResourceIdentifier[];
  readonly skipRestore?: boolean;
  readonly waitForAdditionalItems?: boolean;
  readonly operationID?: string;
  readonly itemsToUpdate?: readonly ResourceIdentifier[];
  readonly ready?: boolean;
  /** As Velero's own type is written to JSON. */
  readonly progress?: JsonObject;
  readonly selector?: JsonObject;
  readonly changes?: readonly ClusterChange[];
  readonly error?: { readonly message: string };
  /** What lies in the registries afterwards. */
  readonly registries?: RegistryContent;
}

/** A case with its recorded result. */
export interface Golden {
  readonly case: Case;
  readonly result: Result;
  /** The item after nothing but upstream's decode and encode, where that alone changes it. */
  readonly roundtrip?: JsonObject;
}

/** The sources with recorded cases. */
export const SOURCES = ["superphenix", "vmgroup", "cnpg", "openshift", "kubevirt"] as const;

/** The cases of a source. */
export async function readGolden(source: string): Promise<Golden[]> {
  const text = await Deno.readTextFile(new URL(`${source}.json`, import.meta.url));
  return await Promise.all((JSON.parse(text) as Golden[]).map(withOwnDigests));
}
