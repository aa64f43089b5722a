import { absentWhenNotServed, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, stringAt } from "../../objects/object.ts";
import type { Context, RestoreItemAction, RestoreRequest, RestoreResult } from "../action.ts";
import { namespaceMapping } from "../lib/namespace_mapping.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { patchFresh } from "./fresh_patch.ts";
import { SCCS } from "./kinds.ts";
import { required } from "./required.ts";
import type { Settings } from "./settings.ts";
import { mapNames, mappedGroup, mappedUser } from "./subjects.ts";

/** Maps the namespaces of the service accounts that an SCC names (openshift A34, openshift IMP-31). */
export const restoreScc: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/20-SCC-restore-plugin",
  appliesTo: { includedResources: ["securitycontextconstraints"] },
  execute,
};

async function execute(
  { item, restore }: RestoreRequest,
  context: Context<Settings>,
): Promise<RestoreResult | void> {
  const mapping = namespaceMapping(restore);
  const mapped = {
    users: mapNames(item.users, mappedUser, mapping),
    groups: mapNames(item.groups, mappedGroup, mapping),
  };
  if (mapped.users.length + mapped.groups.length === 0) return;
  context.log.info(`mapped the namespace of ${[...mapped.users, ...mapped.groups].join(", ")}`);
  // With this policy Velero brings the existing SCC up to date itself.
  if (stringAt(restore, "spec", "existingResourcePolicy") !== "update") {
    const name = required(item, "metadata", "name");
    if (context.settings["scc.patch-existing"]) await addToExisting(name, mapped, context);
    else await warnOfExisting(name, mapped, context);
  }
  return { item };
}

/** Names in the two lists of an SCC. */
interface Members {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

function missing(scc: JsonObject, { users, groups }: Members): Members {
  const lacks = (field: string) => (name: string) => !arrayAt(scc, field).includes(name);
  return { users: users.filter(lacks("users")), groups: groups.filter(lacks("groups")) };
}

async function addToExisting(name: string, mapped: Members, { cluster, log }: Context): Promise<void> {
  let added: readonly string[] = [];
  await patchFresh(cluster, SCCS, name, (scc) => {
    const { users, groups } = missing(scc, mapped);
    added = [...users, ...groups];
    if (added.length === 0) return undefined;
    return {
      ...(users.length > 0 && { users: [...arrayAt(scc, "users"), ...users] }),
      ...(groups.length > 0 && { groups: [...arrayAt(scc, "groups"), ...groups] }),
    };
  });
  if (added.length > 0) log.info(`added ${added.join(", ")} to the SCC in the cluster`);
}

// The restore is right without this, so no failure here fails it.
async function warnOfExisting(name: string, mapped: Members, context: Context): Promise<void> {
  const { cluster, log } = context;
  try {
    const scc = await absentWhenNotServed(cluster.get(SCCS, "", name));
    if (scc === undefined) return;
    const { users, groups } = missing(scc, mapped);
    if (users.length + groups.length === 0) return;
    log.warn(
      `the SCC is in the cluster already and Velero does not change it, but it lacks ${
        [...users, ...groups].join(", ")
      }; add them, or set openshift.scc.patch-existing`,
    );
  } catch (error) {
    const why = requestFailure(error, context);
    const level = error instanceof ClusterError && error.reason === "NoCluster" ? "debug" : "warn";
    log[level](`cannot see whether the SCC exists and lacks a mapped user: ${why}`);
  }
}
