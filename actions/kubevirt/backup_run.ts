/**
 * What the backup actions take from Velero's Backup (kubevirt 5.1 and 6).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { label, nameOf, namespaceOf, switchedOn } from "../../objects/object.ts";
import { OWN_DOMAIN } from "../lib/own_domain.ts";
import { Refusal } from "../lib/refusal.ts";
import type { BackupGraphOptions } from "./graph/backup.ts";
import type { KubevirtSettings } from "./settings.ts";

/**
 * The Backup, which a host always sends.
 *
 * @throws {Refusal} when there is none.
 */
export function requireBackup(backup: JsonObject | undefined, rule: string): JsonObject {
  if (backup !== undefined) return backup;
  throw new Refusal("backup object nil!", {
    rule,
    remedy: "call the action with a Backup",
    reason: "invalid_item",
  });
}

/**
 * Does nothing for an item with a name and a namespace.
 *
 * @throws {Refusal} as {@link requireNamed}.
 */
export function requireName(item: JsonObject, rule: string): void {
  requireNamed(namespaceOf(item), nameOf(item), rule);
}

/**
 * Does nothing with the namespace and name of an item. Without them the cluster would be asked for something else.
 *
 * @throws {Refusal} when one of them is empty.
 */
export function requireNamed(namespace: string, name: string, rule: string): void {
  if (namespace !== "" && name !== "") return;
  throw new Refusal(`metadata has no ${name === "" ? "name" : "namespace"}`, {
    rule,
    remedy: "correct the object; the API server would not accept it either",
    reason: "invalid_item",
  });
}

const PROFILE = `${OWN_DOMAIN}/graph-profile`;

/**
 * How far graphs go in a backup: its labels, else the settings.
 *
 * @throws {Refusal} when the label names no profile.
 */
export function graphOptions(
  backup: JsonObject | undefined,
  settings: KubevirtSettings,
): BackupGraphOptions {
  const profile = label(backup, PROFILE) ?? settings["graph-profile"];
  if (profile !== "full" && profile !== "upstream") {
    throw new Refusal(`the Backup's label ${PROFILE} is "${profile}"`, {
      rule: "kubevirt 6",
      remedy: "set it to full or upstream, or remove it",
      reason: "invalid_label",
    });
  }
  return { profile, clusterInstancetypes: switchedOn(backup, `${OWN_DOMAIN}/include-cluster-instancetypes`) };
}
