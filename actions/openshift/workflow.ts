import type { JsonObject } from "../../objects/json.ts";
import { label } from "../../objects/object.ts";
import { LABELS, MIGRATION } from "./constants.ts";

/**
 * True when a Backup or Restore belongs to the CAM workflow of the Migration Toolkit for Containers; any other is a plain backup or
 * restore (openshift 1). The Backup decides at backup and the Restore at restore, and they may differ.
 */
export function isMigration(run: JsonObject | undefined): boolean {
  return label(run, LABELS.partOf) === MIGRATION;
}
