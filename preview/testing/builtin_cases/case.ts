/**
 * What the tables of cases have in common.
 *
 * @module
 */

import type { ActionKind } from "../../../actions/action.ts";
import type { JsonObject } from "../../../objects/json.ts";
import { object } from "../world.ts";

/** A call of one action. */
export interface BuiltinCase {
  readonly id: string;
  readonly kind: ActionKind;
  readonly action: string;
  readonly item: JsonObject;
  /** The item as it was backed up; default: the item. */
  readonly stored?: JsonObject;
  /** `spec` of the Backup or Restore. */
  readonly spec?: JsonObject;
  readonly cluster?: readonly JsonObject[];
  readonly expected: {
    /** Default: as it was. */
    readonly item?: JsonObject;
    /** `resource.group namespace/name` of additional or related items, sorted. */
    readonly asks?: readonly string[];
    readonly skipped?: true;
    /** Part of our error text; the real action fails as well, in other words. */
    readonly fails?: string;
    /** What a preview says that it does not show. */
    readonly told?: string;
  };
  /** Why the real action cannot be asked for this, where it cannot. */
  readonly ours?: string;
}

/** The Backup or Restore of a case. */
export function runOf({ kind, spec = {} }: BuiltinCase): JsonObject {
  const backup = kind.startsWith("Backup") || kind === "ItemBlockAction";
  return {
    apiVersion: "velero.io/v1",
    kind: backup ? "Backup" : "Restore",
    metadata: { name: backup ? "b" : "r", namespace: "velero" },
    spec: { ...(backup ? {} : { backupName: "b" }), ...spec },
  };
}

/** Kinds of actions. */
export const BACKUP = "BackupItemAction";
/** See {@link BACKUP}. */
export const RESTORE = "RestoreItemAction";
/** See {@link BACKUP}. */
export const BLOCK = "ItemBlockAction";

/** What a row may say besides. */
export type Rest = Partial<BuiltinCase>;
/** Rows of one action: what the case is about, the item, what comes of it, and the rest. */
export const table = (
  kind: ActionKind,
  action: string,
  rows: [string, JsonObject, BuiltinCase["expected"], Rest?][],
) =>
  rows.map(([id, item, expected, rest = {}]): BuiltinCase => ({
    id: `${action}: ${id}`,
    kind,
    action,
    item,
    expected,
    ...rest,
  }));

/** A claim of namespace shop. */
export const claim = (spec: JsonObject, metadata: JsonObject = {}, phase = "Bound") =>
  object("v1", "PersistentVolumeClaim", "shop/data", { metadata, spec, status: { phase } });
/** A pod of namespace shop. */
export const pod = (spec: JsonObject, metadata: JsonObject = {}, rest: JsonObject = {}) =>
  object("v1", "Pod", "shop/web", { metadata, spec, ...rest });
/** A volume of a pod. */
export const using = (claimName: string) => ({ name: "v", persistentVolumeClaim: { claimName } });
/** The ConfigMap that configures an action. */
export const config = (name: string, action: string, data: JsonObject) =>
  object("v1", "ConfigMap", `velero/${name}`, {
    metadata: { labels: { "velero.io/plugin-config": "", [action]: "RestoreItemAction" } },
    data,
  });
/** A container. */
export const container = (image: string, rest: JsonObject = {}) => ({ name: "c", image, ...rest });

/** The spec of a bound claim. */
export const BOUND = { volumeName: "pv1", storageClassName: "fast" };
/** The volume of a bound claim. */
export const VOLUME = "persistentvolumes /pv1";
/** The spec of a Restore under another name. */
export const MAPPED = { namespaceMapping: { shop: "copy" } };

/** One container. */
export const PLAIN = [container("x")];

/** A service account as the subject of a binding. */
export function subject(name: string, namespace: string): JsonObject {
  return { kind: "ServiceAccount", name, namespace };
}

/** A binding of the ClusterRole view. */
export function binding(
  name: string,
  subjects: JsonObject[],
  kind = "ClusterRoleBinding",
  path = name,
): JsonObject {
  return object("rbac.authorization.k8s.io/v1", kind, path, {
    subjects,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
  });
}

/** A CustomResourceDefinition. */
export function definition(spec: JsonObject = {}, schema: JsonObject = {}): JsonObject {
  return object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
    spec: {
      group: "example.com",
      names: { plural: "widgets", kind: "Widget" },
      scope: "Namespaced",
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", ...schema } },
      }],
      ...spec,
    },
  });
}
