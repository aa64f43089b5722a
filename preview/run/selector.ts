/**
 * Which actions run for an item (protocol 4.1).
 *
 * @module
 */

import { ACTION_KINDS, type ActionKind } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { parseLabelSelector } from "../../objects/label_selector.ts";
import type { ActionHost } from "./actions.ts";
import { createIncludes } from "../../actions/lib/includes.ts";
import type { Discovery } from "./resources.ts";
import type { ActionReport } from "../report/report.ts";

/** A registered action with its resolved selector. */
export interface ResolvedAction extends ActionReport {
  /** By `plural.group` and namespace; in a restore the namespace is the target. Empty namespace: cluster scope. */
  appliesTo(resource: string, namespace: string): boolean;
  /** By labels. */
  selects(object: JsonObject): boolean;
}

/**
 * Asks the actions of some kinds what they apply to; gives them in registration order.
 *
 * @throws {SyntaxError} for a label selector that cannot be parsed: Velero fails the whole run for it.
 */
export async function resolveActions(
  host: ActionHost,
  discovery: Discovery,
  kinds: readonly ActionKind[],
): Promise<ResolvedAction[]> {
  const resolved: ResolvedAction[] = [];
  for (const { kind: text, name } of await host.list()) {
    const kind = ACTION_KINDS.find((known) => known === text);
    if (kind === undefined || !kinds.includes(kind)) continue;
    const selector = await host.appliesTo(kind, name);
    const resources = createIncludes(
      selector.includedResources.map(discovery.resolve),
      selector.excludedResources?.map(discovery.resolve),
    );
    const namespaces = createIncludes(selector.includedNamespaces ?? [], selector.excludedNamespaces);
    resolved.push({
      kind,
      name,
      selector,
      ...(host.isBuiltin?.(kind, name) === true ? { builtin: true } : {}),
      appliesTo: (resource, namespace) =>
        resources.has(resource) && (namespace === "" ? namespaces.everything : namespaces.has(namespace)),
      selects: parseLabelSelector(selector.selector ?? ""),
    });
  }
  return resolved;
}
