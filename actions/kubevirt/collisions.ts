/**
 * Identities of a restored machine that another one of the target cluster has already (kubevirt 8.2).
 *
 * @module
 */

import type { Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { OWN_DOMAIN } from "../lib/own_domain.ts";
import { Refusal } from "../lib/refusal.ts";
import {
  comparable,
  identitiesOf,
  type Identity,
  IDENTITY_FIELDS,
  type IdentityField,
  type Machine,
} from "./identity.ts";
import { createIdentityIndex, type Holder } from "./identity_index.ts";
import type { KubevirtSettings } from "./settings.ts";

const LABEL = `${OWN_DOMAIN}/avoid-collisions`;

const TITLES: Readonly<Record<IdentityField, string>> = {
  mac: "MAC address",
  uuid: "firmware UUID",
  serial: "firmware serial",
};

/**
 * Warns of every identity that another machine has, and takes away those that the Restore says to avoid. True for a change.
 *
 * @param fresh A field that has just been given a new value, so that it needs no comparison.
 * @throws {Refusal} for a label that cannot be understood, and when identities must be avoided and the machines of the cluster
 * cannot be listed for another reason than a missing permission.
 */
export async function handleCollisions(
  item: JsonObject,
  machine: Machine,
  restore: JsonObject | undefined,
  context: Context<KubevirtSettings>,
  fresh?: IdentityField,
): Promise<boolean> {
  const avoided = readAvoided(restore);
  const warns = context.settings["collision-check"] !== "off";
  const all = identitiesOf(machine).filter(({ field }) => field !== fresh && (warns || avoided.has(field)));
  if (all.length === 0) return false;

  const index = context.state("kubevirt/identities", createIdentityIndex);
  await index.refresh(context, restore, avoided.size > 0);
  const self: Holder = {
    kind: stringAt(item, "kind") ?? "",
    namespace: targetNamespace(restore, namespaceOf(item)),
    name: nameOf(item),
  };
  let changed = false;
  for (const identity of all) {
    const others = index.others(comparable(identity), self);
    if (others.length === 0) continue;
    context.count("collisions", [identity.field]);
    const avoids = avoided.has(identity.field);
    context.log.warn(describe(identity, self, others, avoids));
    if (!avoids) continue;
    if (identity.field === "uuid") identity.holder.uuid = context.random.uuid();
    else delete identity.holder[identity.key];
    changed = true;
  }
  // Without waiting in between: of two machines restored at the same time, the second one sees the first.
  index.add(self, identitiesOf(machine).map(comparable));
  return changed;
}

function readAvoided(restore: JsonObject | undefined): ReadonlySet<IdentityField> {
  const value = at(restore, "metadata", "labels", LABEL);
  if (value === undefined || (typeof value === "string" && value.toLowerCase() === "false")) return new Set();
  if (value === "all") return new Set(IDENTITY_FIELDS);
  const words = typeof value === "string" ? value.split(".") : [];
  const fields = IDENTITY_FIELDS.filter((field) => words.includes(field));
  if (fields.length > 0 && fields.length === new Set(words).size) return new Set(fields);
  throw new Refusal(`label ${LABEL} of the Restore is ${JSON.stringify(value)}`, {
    rule: "kubevirt 8.2",
    remedy: `set it to all, or to some of ${IDENTITY_FIELDS.join(", ")} with dots between, or remove it`,
    reason: "invalid_label",
  });
}

const SHOWN = 3;

function describe(identity: Identity, self: Holder, others: readonly Holder[], avoids: boolean): string {
  const { field, value, path } = identity;
  const named = others.slice(0, SHOWN).map(place).join(", ");
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : "";
  const done = !avoids
    ? `label the Restore ${LABEL}: ${field} to restore it without`
    : field === "uuid"
    ? "it gets a new one"
    : "it is removed";
  return `${TITLES[field]} ${value} of ${place(self)} (${path}) is in use by ${named}${more}; ${done}`;
}

function place({ kind, namespace, name }: Holder): string {
  return `${kind} ${namespace}/${name}`;
}
