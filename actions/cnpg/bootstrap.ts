/**
 * `spec.bootstrap` of a restored Cluster (cnpg R12; setting `recovery-target`).
 *
 * @module
 */

import type { Log } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, objectAt, stringAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS, EXTERNAL_CLUSTER, TARGET_TIME } from "./constants.ts";
import { malformed } from "./archive_entry.ts";
import { readAnnotation } from "./annotations.ts";
import { parseInstant } from "./rfc3339.ts";
import type { Settings } from "./settings.ts";

/** Where recovery starts and stops. */
export interface Recovery {
  readonly recoveryTarget?: JsonObject;
  readonly volumeSnapshots?: JsonObject;
}

/** Replaces `spec.bootstrap` by a recovery from the external cluster; database, owner and secret of the old one stay. */
export function setBootstrap(spec: JsonObject, recovery: Recovery): void {
  const old = previousBootstrap(spec);
  const made: JsonObject = { source: EXTERNAL_CLUSTER, ...recovery };
  for (const field of ["database", "owner"]) {
    const value = stringAt(old, field);
    if (value !== undefined) made[field] = value;
  }
  const secret = objectAt(old, "secret");
  if (secret !== undefined && Object.keys(secret).length > 0) made.secret = secret;
  spec.bootstrap = { recovery: made };
}

/** The bootstrap method that a Cluster has, whose application database must survive. */
export function previousBootstrap(spec: JsonObject): JsonObject | undefined {
  return objectAt(spec, "bootstrap", "recovery") ?? objectAt(spec, "bootstrap", "pg_basebackup") ??
    objectAt(spec, "bootstrap", "initdb");
}

/**
 * The recovery target, at most one; `undefined` means the end of the archive.
 *
 * @param backupID The base backup that the item names.
 * @throws {Refusal} when a time is not RFC 3339 with zone.
 */
export function chooseTarget(
  item: JsonObject,
  restore: JsonObject | undefined,
  backupID: string | undefined,
  mode: Settings["recovery-target"],
  log: Log,
): JsonObject | undefined {
  const wanted = targetTime(restore);
  // Without an ID, the operator takes the last base backup that ended before that time.
  if (wanted !== undefined) return { targetTime: wanted };
  const base = backupID === undefined ? {} : { backupID };
  if (mode === "immediate") {
    if (backupID !== undefined) return { ...base, targetImmediate: true };
    log.warn(
      "no base backup is named, so recovery cannot stop at its end and runs to the end of the archive",
    );
  }
  if (mode === "backup-time") {
    const time = readAnnotation(item, ANNOTATIONS.backupTime, "backup time", "cnpg E3");
    if (time === undefined) {
      log.warn(`no annotation ${ANNOTATIONS.backupTime}, so recovery runs to the end of the archive`);
    } else if (parseInstant(time) === undefined) {
      throw malformed(
        `annotation ${ANNOTATIONS.backupTime} is "${time}", not an RFC 3339 time`,
        "cnpg E3",
      );
    } else {
      log.warn(`recovery stops at ${time}; it fails when no transaction was committed afterwards`);
      return { ...base, targetTime: time };
    }
  }
  return backupID === undefined ? undefined : base;
}

/**
 * The instant that the Restore asks for.
 *
 * @throws {Refusal} when the annotation is there and not RFC 3339 with zone.
 */
export function targetTime(restore: JsonObject | undefined): string | undefined {
  if (objectAt(restore, "metadata", "annotations")?.[TARGET_TIME] === undefined) return undefined;
  const time = annotation(restore, TARGET_TIME);
  if (time !== undefined && parseInstant(time) !== undefined) return time;
  throw new Refusal(
    `annotation ${TARGET_TIME} of the Restore is ${JSON.stringify(time ?? null)}, not a time`,
    {
      rule: "cnpg E3",
      remedy: "write it as RFC 3339 with zone, for example 2026-11-21T03:28:47Z",
      reason: "invalid_label",
    },
  );
}
