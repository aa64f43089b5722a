/**
 * Objects and a world for tests of the cnpg source.
 *
 * @module
 */

import { ANNOTATIONS, BARMAN_PLUGIN } from "../../actions/cnpg/constants.ts";
import { type Settings, settings } from "../../actions/cnpg/settings.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { cloneJson } from "../../objects/json.ts";
import type { ApplyOptions, Cluster, ResourceKind } from "../../cluster/cluster.ts";
import { defaultsOf } from "./run_action.ts";

/** The defaults, with what a test changes. */
export function settingsWith(changed: Partial<Settings> = {}): Settings {
  return { ...defaultsOf(settings), ...changed };
}

/** An enabled barman-cloud entry of `spec.plugins`. */
export function barman(parameters: JsonObject, more: JsonObject = {}): JsonObject {
  return { name: BARMAN_PLUGIN, ...more, parameters };
}

/** The Cluster `n/c` with the given specification and annotations. */
export function cluster(spec: JsonValue | undefined, annotations?: JsonValue): JsonObject {
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "c", namespace: "n", ...(annotations === undefined ? {} : { annotations }) },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** The Cluster `n/c` that archives as server `s` to ObjectStore `o`. */
export function archived(annotations?: JsonValue, spec: JsonObject = {}): JsonObject {
  return cluster({ plugins: [barman({ serverName: "s", barmanObjectName: "o" })], ...spec }, annotations);
}

/** What a backup wrote on a Cluster with server name `s`. */
export function written(more: JsonObject = {}): JsonObject {
  return { [ANNOTATIONS.serverName]: "s", ...more };
}

/** A completed Backup of Cluster `n/c`, as old as its name says, with changes put over the top-level parts. */
export function backup(
  name: string,
  id: string | undefined,
  created: string,
  more: { spec?: JsonObject; status?: JsonObject; metadata?: JsonObject } = {},
): JsonObject {
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Backup",
    metadata: { name, namespace: "n", creationTimestamp: created, ...more.metadata },
    spec: { cluster: { name: "c" }, ...more.spec },
    status: { phase: "completed", ...(id === undefined ? {} : { backupId: id }), ...more.status },
  };
}

/** One object that was applied. */
export interface Applied {
  readonly kind: ResourceKind;
  readonly object: JsonObject;
  readonly manager: string;
  readonly force: boolean | undefined;
}

/** An `apply` that remembers. */
export function recordApply(): { applied: Applied[]; cluster: Pick<Cluster, "apply"> } {
  const applied: Applied[] = [];
  const apply = (kind: ResourceKind, object: JsonObject, { manager, force }: ApplyOptions) => {
    applied.push({ kind, object: cloneJson(object), manager, force });
    return Promise.resolve(object);
  };
  return { applied, cluster: { apply } };
}
