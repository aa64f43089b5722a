import { absentWhenNotServed, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { FORMAT, writeArchive } from "../../preview/archive/archive.ts";
import { type BackupRun, runBackup } from "../../preview/backup/backup.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { readManifests, readRun } from "../../preview/input/manifests.ts";
import { backupOfSchedule } from "../../preview/input/schedule.ts";
import { memoryWorld } from "../../preview/input/world.ts";
import { attach, type Said } from "../../preview/report/attach.ts";
import { failedRun, type Note } from "../../preview/report/report.ts";
import { createBackupFilter } from "../../preview/run/filter.ts";
import { unmatchedInBackup } from "../../preview/run/unmatched.ts";
import type { BackupOptions, Given, Ran } from "./options.ts";
import { framed, namespaceOfVelero, openLive, stdin, wholly } from "./common.ts";
import { applyFlags, BACKUP_FLAGS } from "./flags.ts";
import { checkOutput, tell } from "./output.ts";
import { OWN_WORD, startActions } from "./plugins.ts";
import type { Session } from "./session.ts";
import { checkPlace, writeBelow } from "./write_below.ts";

/**
 * The mode `preview backup`. @returns the exit code.
 *
 * @throws {InputError} for everything that was handed in and cannot be used.
 */
export async function previewBackup(
  inputs: readonly string[],
  options: BackupOptions & Given,
  session: Session,
): Promise<number> {
  const { archive, plugin: plugins = [OWN_WORD] } = options;
  if (archive !== undefined) checkPlace(archive);
  const backup = await prepareBackup(inputs, options, session);
  const { run, notes, manifest } = await backup(plugins);
  if (typeof run === "string") {
    return await tell(failedRun("backup", run), manifest, notes, new Map(), options);
  }
  if (archive !== undefined) writeBelow(archive, await writeArchive(run.archive));
  return await tell(run.report, manifest, notes, run.archive, options);
}

/** A backup with some plugins, from the beginning; a text is what would end all of it. */
export type PreparedBackup = (plugins: readonly string[]) => Promise<Ran<BackupRun>>;

/** Reads the input of a backup once. */
export async function prepareBackup(
  inputs: readonly string[],
  options: BackupOptions & Given,
  session: Session,
): Promise<PreparedBackup> {
  checkOutput(options);
  const manifest = await manifestOf(options, session);
  const backup = framed(manifest, "Backup", options);
  backup.status = { phase: "InProgress", version: 1, formatVersion: FORMAT };
  applyFlags(backup, BACKUP_FLAGS, options);
  const objects = inputs.length === 0 ? undefined : await readManifests(inputs, stdin);
  return async (plugins) => {
    const notes: Note[] = [];
    const world = objects === undefined
      ? await openLive(options, session, notes)
      : await memoryWorld(objects);
    checkFilter(() => createBackupFilter(backup, world.discovery));
    const said: Said[] = [];
    const host = await startActions(world, { plugins, notes, said, options, session });
    const run = await wholly(() => runBackup({ ...world, backup, host, progress: session.progress }));
    if (typeof run === "string") return { run, notes, world, manifest: backup };
    const told = attach(run.report, said);
    return {
      run: { ...run, report: told.report },
      notes: [...notes, ...told.notes, ...unmatchedInBackup(backup, run.archive.values())],
      world,
      manifest: backup,
    };
  };
}

async function manifestOf(options: BackupOptions, session: Session): Promise<JsonObject | undefined> {
  const { backup, fromSchedule } = options;
  if (backup !== undefined && fromSchedule !== undefined) {
    throw new InputError("--backup and --from-schedule cannot be used together");
  }
  if (backup !== undefined) return await readRun(backup, "Backup", stdin);
  if (fromSchedule === undefined) return undefined;
  const { inner } = await openLive(options, session);
  const namespace = namespaceOfVelero(options);
  try {
    const kind = { group: "velero.io", version: "v1", resource: "schedules" };
    const schedule = await absentWhenNotServed(inner.get(kind, namespace, fromSchedule, session));
    if (schedule !== undefined) return backupOfSchedule(schedule);
  } catch (cause) {
    if (!(cause instanceof ClusterError)) throw cause;
    throw new InputError(`Cannot read Schedule "${fromSchedule}": ${cause.message}`, { cause });
  }
  throw new InputError(`There is no Schedule "${fromSchedule}" in namespace "${namespace}"`);
}

/** Selectors of a manifest are parsed by the filter. */
export function checkFilter(make: () => unknown): void {
  try {
    make();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new InputError(cause.message, { cause });
    throw cause;
  }
}
