/**
 * What a source asks of the API server. deploy/rbac.yaml is made from these tables, `doctor` asks for them, and the tests fail when an
 * action asks for anything else (`tests/kit/declared.ts`).
 *
 * @module
 */

/** The verbs of Kubernetes' authorization that actions need. Server-side apply is `patch`, and `create` while the object is absent. */
export type Verb = "get" | "list" | "create" | "update" | "patch" | "delete";

/** One right, and what it is for. */
export interface Right {
  /** `plural.group` as in selectors, without a group for core; a subresource behind the plural (`imagestreams/layers.image.openshift.io`). */
  readonly resource: string;
  readonly verbs: readonly Verb[];
  /** What the right is for, in a few words. */
  readonly use: string;
  /** The rule that needs it, source first. */
  readonly rule: string;
  /** The actions that ask for it, by the part of the registered name behind the slash; or a command, such as `openshift dc-post-restore`. */
  readonly users: readonly string[];
  /**
   * What happens without it: `error` makes the run PartiallyFailed, `warning` leaves something out and says so, `command` concerns
   * only the command.
   */
  readonly without: "error" | "warning" | "command";
  /** The setting that must be on, or have a value, before the right is used; default: none. */
  readonly setting?: string;
  /** True when runs of the Migration Toolkit for Containers use the right whatever {@link setting} says. */
  readonly migrations?: true;
  /** The setting with which the right is not used, because its value says what would have to be asked. */
  readonly unless?: string;
  /** The namespace when one is enough: Velero's own. Default: all namespaces. */
  readonly only?: "velero";
}

/** When a right is used, in words, such as `with openshift.scc.patch-existing`; empty when it always is. */
export function conditionOf({ setting, migrations, unless }: Right): string {
  return [
    ...(setting === undefined ? [] : [`with ${setting}`]),
    ...(migrations === undefined ? [] : ["or in migrations"]),
    ...(unless === undefined ? [] : [`but without ${unless}`]),
  ].join(", ");
}

/** Group and resource of a right, the subresource still behind the resource: `{ group: "kubeovn.io", resource: "ips" }`. */
export function splitResource(resource: string): { group: string; resource: string } {
  const dot = resource.indexOf(".");
  return dot < 0
    ? { group: "", resource }
    : { group: resource.slice(dot + 1), resource: resource.slice(0, dot) };
}
