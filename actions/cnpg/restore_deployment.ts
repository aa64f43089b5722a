/**
 * Takes init containers out of restored Deployments that would wait for a migration Job (cnpg 6).
 *
 * @module
 */

import type { RestoreItemActionV2 } from "../action.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { NAMES } from "./constants.ts";
import type { Settings } from "./settings.ts";

/** `replicated.com/deployment-restore-plugin` */
export const restoreDeployment: RestoreItemActionV2<Settings> = {
  kind: "RestoreItemActionV2",
  name: NAMES.deployment,
  // Letter for letter upstream's; Velero resolves it to deployments.apps.
  appliesTo: { includedResources: ["deployments"] },
  enabled: (settings) => settings["init-containers"].length > 0,

  execute({ item }, { settings, log }) {
    if (!settings["init-containers-selector"](item)) return {};
    let parent: JsonObject = item;
    for (const [depth, key] of POD_SPEC.entries()) {
      const next = parent[key];
      if (next === undefined || next === null) return {};
      if (!isObject(next)) {
        log.warn(`${POD_SPEC.slice(0, depth + 1).join(".")} is not a map; its init containers stay`);
        return {};
      }
      parent = next;
    }
    const containers = parent.initContainers;
    if (containers === undefined || containers === null) return {};
    if (!Array.isArray(containers)) {
      log.warn("spec.template.spec.initContainers is not a list; it stays as it is");
      return {};
    }
    const names: readonly unknown[] = settings["init-containers"];
    const kept = containers.filter((container) => !isObject(container) || !names.includes(container.name));
    if (kept.length === containers.length) return {};
    if (kept.length === 0) delete parent.initContainers;
    else parent.initContainers = kept;
    log.info(`removed ${containers.length - kept.length} init containers`);
    return { item };
  },
};

const POD_SPEC = ["spec", "template", "spec"];
