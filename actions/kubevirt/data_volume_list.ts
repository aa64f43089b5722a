import { ClusterError, type ResourceKind } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { remember } from "../lib/remember.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { NODES } from "./graph/node.ts";
import { LIST_AGE_MS } from "./list_age.ts";

/** DataVolumes in the version in which they are read. */
export const DATA_VOLUMES: ResourceKind = { ...NODES.dataVolumes, version: "v1beta1" };

/**
 * The phases of a namespace's DataVolumes by name, as they were up to half a minute ago; one list serves the disks of all its VMs.
 * `undefined` when they cannot be listed: then each must be asked for by itself.
 */
export function dataVolumePhases(
  namespace: string,
  backup: JsonObject | undefined,
  context: Context,
): Promise<ReadonlyMap<string, string> | undefined> {
  const memory = { key: `kubevirt data volumes ${namespace}`, run: backup, maxAge: LIST_AGE_MS };
  return remember(context, memory, async () => {
    const phases = new Map<string, string>();
    try {
      for await (const volume of context.cluster.list(DATA_VOLUMES, { namespace })) {
        phases.set(nameOf(volume), stringAt(volume, "status", "phase") ?? "");
      }
      return phases;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.reason !== "NotServed" && error.reason !== "NoCluster") tellOnce(error, context);
      return undefined;
    }
  });
}

function tellOnce(error: ClusterError, context: Context): void {
  const reason = requestFailure(error, context);
  const told = context.state("kubevirt data volumes not listed", () => ({ yet: false }));
  if (told.yet) return;
  told.yet = true;
  context.log.warn(
    `DataVolumes cannot be listed, so each is asked for by itself, which takes longer: ${reason}`,
  );
}
