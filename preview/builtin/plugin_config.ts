import type { Context } from "../../actions/action.ts";
import { remember } from "../../actions/lib/remember.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, objectAt } from "../../objects/object.ts";
import { invalid } from "./invalid.ts";

/**
 * The texts of the ConfigMap in Velero's namespace that configures a restore action; none without one. It is read once per run.
 *
 * @throws {Refusal} when there are several.
 */
export function pluginConfig(
  action: string,
  restore: JsonObject | undefined,
  context: Context,
): Promise<readonly [key: string, value: string][]> {
  return remember(context, { key: `velero config ${action}`, run: restore }, async () => {
    const found = await Array.fromAsync(
      context.cluster.list({ group: "", version: "v1", resource: "configmaps" }, {
        namespace: namespaceOf(restore ?? {}),
        labelSelector: `velero.io/plugin-config,${action}=RestoreItemAction`,
      }),
    );
    if (found.length > 1) {
      throw invalid(
        `more than one ConfigMap configures ${action}: ${found.map(nameOf).sort().join(", ")}`,
        "remove the labels from all but one of them",
      );
    }
    return Object.entries(objectAt(found[0], "data") ?? {})
      .flatMap(([key, value]): [string, string][] => typeof value === "string" ? [[key, value]] : []);
  });
}
