/**
 * Asks the API server for the rights that the sources declare (SelfSubjectAccessReview), as far as their kinds are served.
 *
 * @module
 */

import { AT_ONCE } from "../../actions/lib/together.ts";
import { conditionOf, type Right, splitResource } from "../../actions/right.ts";
import { RIGHTS, SETTINGS_RIGHT } from "../../actions/rights.ts";
import { atMost } from "../../cluster/at_most.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { backupByDefault } from "../../images/connect.ts";
import { at } from "../../objects/object.ts";
import type { Env } from "../environment.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { messageOf } from "./in_cluster.ts";

const REVIEWS = { group: "authorization.k8s.io", version: "v1", resource: "selfsubjectaccessreviews" };

/** A source has work to do where this kind is served. */
const PRESENT: Readonly<Record<string, readonly [group: string, resource: string]>> = {
  superphenix: ["kubeovn.io", "ips"],
  vmgroup: ["vmoperator.vmware.com", "virtualmachinegroups"],
  cnpg: ["postgresql.cnpg.io", "clusters"],
  openshift: ["image.openshift.io", "imagestreams"],
  kubevirt: ["kubevirt.io", "virtualmachines"],
};

/** Where the Migration Toolkit for Containers is installed, both in the old cluster and in the new one. */
const MIGRATIONS = ["migration.openshift.io", "migmigrations"] as const;

/** Where and for what to ask. */
export interface RightsOptions {
  readonly cluster: Cluster;
  /** Velero's. */
  readonly namespace: string;
  /** Names of the sources that are switched on. */
  readonly sources: readonly string[];
  /** Settings by their whole key; a right whose setting is off is not asked for. An unknown setting counts as on. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** A finding for each source, and one for each right that is missing. */
export async function checkRights(options: RightsOptions): Promise<Finding[]> {
  const own = { ...options, cluster: atMost(options.cluster, AT_ONCE) };
  try {
    const settings = await missing([SETTINGS_RIGHT], own);
    const found = await Promise.all(options.sources.map((source) => checkSource(source, own)));
    return [...settings.map((one) => finding("settings", one)), ...found.flat()];
  } catch (error) {
    const remedy =
      "every account may ask for its rights unless somebody took that away: restore role system:basic-user";
    return [problem("rights", `cannot ask for them: ${messageOf(error)}`, remedy)];
  }
}

async function checkSource(source: string, options: RightsOptions): Promise<Finding[]> {
  const about = `rights of ${source}`;
  const present = PRESENT[source];
  if (present !== undefined && (await options.cluster.serves(...present)).length === 0) {
    return [ok(about, `nothing to do in this cluster: ${present.toReversed().join(".")} is not served`)];
  }
  const migrates = (await options.cluster.serves(...MIGRATIONS)).length > 0;
  const wanted = (RIGHTS[source] ?? []).filter((right) => isUsed(right, options.values, migrates));
  const refused = await missing(wanted, options);
  return refused.length === 0
    ? [ok(about, `all ${wanted.length} are granted`)]
    : refused.map((one) => finding(source, one));
}

interface Missing {
  readonly right: Right;
  readonly verbs: readonly string[];
}

async function missing(rights: readonly Right[], options: RightsOptions): Promise<Missing[]> {
  const all = await Promise.all(rights.map(async (right) => {
    const answers = await Promise.all(right.verbs.map((verb) => isAllowed(right, verb, options)));
    return { right, verbs: right.verbs.filter((_, index) => !answers[index]) };
  }));
  return all.filter(({ verbs }) => verbs.length > 0);
}

async function isAllowed(
  right: Right,
  verb: string,
  { cluster, namespace }: RightsOptions,
): Promise<boolean> {
  const { group, resource } = splitResource(right.resource);
  const [plural = "", subresource = ""] = resource.split("/");
  // Nobody asks for a kind that is not there.
  if (group !== "" && (await cluster.serves(group, plural)).length === 0) return true;
  // An empty namespace means all of them.
  const where = right.only === "velero" ? { namespace } : {};
  const resourceAttributes = {
    group,
    resource: plural,
    verb,
    ...where,
    ...(subresource === "" ? {} : { subresource }),
  };
  const review = await cluster.create(REVIEWS, {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  });
  return at(review, "status", "allowed") === true;
}

function finding(source: string, { right, verbs }: Missing): Finding {
  const { resource, use, rule, users, without, only } = right;
  const condition = conditionOf(right);
  const where = only === undefined ? "" : " in Velero's namespace";
  const by = users.length === 0 ? "every action" : users.join(", ");
  const text = `${verbs.join(", ")} ${resource}${where} is refused; ${by} needs it: ${use} (${rule})` +
    (condition === "" ? "" : `, ${condition}`);
  const remedy = "grant it to Velero's service account; deploy/rbac.yaml has all rights";
  return without === "error"
    ? problem(`rights of ${source}`, text, remedy)
    : warning(`rights of ${source}`, text, remedy);
}

// `upstream` is how the replaced plugin does it, which never asks for more than the other values.
const OFF: readonly unknown[] = [false, "false", "off", "upstream", ""];

/** The settings with what the environment decides in the place of `auto` (openshift 9.2). */
export function decided(values: RightsOptions["values"], env: Env): RightsOptions["values"] {
  const images = "openshift.images.backup";
  return values[images] === "auto" ? { ...values, [images]: backupByDefault(env) } : values;
}

function isUsed(
  { setting, migrations, unless }: Right,
  values: RightsOptions["values"],
  migrates: boolean,
): boolean {
  const isOff = (key: string) => key in values && OFF.includes(values[key]);
  if (unless !== undefined && unless in values && !isOff(unless)) return false;
  return setting === undefined || !isOff(setting) || (migrations === true && migrates);
}
