import { writeArchive } from "../../preview/archive/archive.ts";
import { runBackup } from "../../preview/backup/backup.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { readManifests, readRun } from "../../preview/input/manifests.ts";
import { memoryWorld } from "../../preview/input/world.ts";
import type { Note } from "../../preview/report/report.ts";
import { createBackupFilter } from "../../preview/run/filter.ts";
import type { BackupOptions } from "./options.ts";
import { checkOutput, env, framed, namespaceOfVelero, openLive, stdin, tell, wholly } from "./common.ts";
import { applyFlags, BACKUP_FLAGS } from "./flags.ts";
import { OWN_WORD, startActions } from "./plugins.ts";
import { EXIT, type Session } from "./session.ts";
import { checkPlace, writeBelow } from "./write_below.ts";

/**
 * The mode `preview backup`. @returns the exit code.
 *
 * @throws {InputError} for everything that was handed in and cannot be used.
 */
export async function previewBackup(
  inputs: readonly string[],
  options: BackupOptions & Readonly<Record<string, unknown>>,
  session: Session,
): Promise<number> {
  checkOutput(options);
  const { archive, plugin: plugins = [OWN_WORD] } = options;
  if (archive !== undefined) checkPlace(archive);
  const manifest = options.backup === undefined ? undefined : await readRun(options.backup, "Backup", stdin);
  const backup = framed(manifest, "Backup", options);
  backup.status = { phase: "InProgress", version: 1, formatVersion: "1.1.0" };
  applyFlags(backup, BACKUP_FLAGS, options);
  const world = inputs.length === 0
    ? await openLive(options, session)
    : await memoryWorld(await readManifests(inputs, stdin));
  checkFilter(() => createBackupFilter(backup, world.discovery));
  const notes: Note[] = [];
  const host = await startActions(world, {
    plugins,
    namespace: namespaceOfVelero(options),
    env,
    warn: (note) => notes.push(note),
    session,
  });
  const run = await wholly(() => runBackup({ ...world, backup, host, progress: session.progress }));
  if (typeof run === "string") {
    session.complain(`Velero would fail the whole backup: ${run}`);
    return EXIT.wouldFail;
  }
  if (archive !== undefined) await writeBelow(archive, await writeArchive(run.archive));
  return tell(run.report, notes, options);
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
