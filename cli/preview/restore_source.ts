import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import type { Archive } from "../../preview/archive/archive.ts";
import { newestBackup, RESTORABLE } from "../../preview/gate/schedules.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { fetchArchive, readArchiveFile } from "./archive_input.ts";
import { namespaceOfVelero, openLive } from "./common.ts";
import type { RestoreOptions } from "./options.ts";
import type { Session } from "./session.ts";

/** Where the archive of a restore comes from: a file, a Backup, or the newest Backup of a Schedule. */
export type RestoreSource =
  | { readonly path: string }
  | { readonly backup: string }
  | { readonly schedule: string };

/**
 * What the command line names, or else the Restore manifest.
 *
 * @throws {InputError} when that is nothing or too much.
 */
export function sourceOf(
  path: string | undefined,
  { backup, fromBackup, fromSchedule }: RestoreOptions,
  manifest: JsonObject | undefined,
): RestoreSource {
  const sources = (path: string | undefined, names: readonly (string | undefined)[], schedule?: string) => [
    ...(path === undefined ? [] : [{ path }]),
    ...names.filter((name) => name !== undefined).map((backup) => ({ backup })),
    ...(schedule === undefined ? [] : [{ schedule }]),
  ];
  const given = sources(path, [backup, fromBackup], fromSchedule);
  const [source, ...more] = given.length > 0 ? given : sources(
    undefined,
    [stringAt(manifest, "spec", "backupName")],
    stringAt(manifest, "spec", "scheduleName"),
  );
  if (source !== undefined && more.length === 0) return source;
  throw new InputError(
    "Give exactly one of these: the archive of a backup, --backup NAME, or --from-schedule NAME",
  );
}

/**
 * Opens it.
 *
 * @returns the archive and the name of its Backup.
 * @throws {InputError}
 */
export async function openSource(
  source: RestoreSource,
  options: RestoreOptions,
  session: Session,
): Promise<{ readonly archive: Archive; readonly backup: string }> {
  if ("path" in source) {
    return { archive: await readArchiveFile(source.path), backup: backupNameOf(source.path) };
  }
  const { inner } = await openLive(options, session);
  const backup = "backup" in source ? source.backup : await newest();
  return { archive: await fetchArchive(inner, backup, options, session), backup };

  // Velero takes only a backup that lacks nothing, unless it is told otherwise.
  async function newest(): Promise<string> {
    const schedule = "schedule" in source ? source.schedule : "";
    const partly = [true, "true"].includes(options.allowPartiallyFailed ?? false);
    const phases = partly ? RESTORABLE : ["Completed"];
    const namespace = namespaceOfVelero(options);
    try {
      const found = await newestBackup(inner, namespace, schedule, phases, session);
      if (found !== undefined) return found.name;
    } catch (cause) {
      if (!(cause instanceof ClusterError)) throw cause;
      throw new InputError(`Cannot read the backups of Schedule "${schedule}": ${cause.message}`, { cause });
    }
    const hint = partly ? "" : ". To take one that is PartiallyFailed, add --allow-partially-failed";
    throw new InputError(
      `Schedule "${schedule}" has no backup in namespace "${namespace}" that is ${
        phases.join(" or ")
      }${hint}`,
    );
  }
}

// As the file is called that `velero backup download` writes.
function backupNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/(-data)?\.(tar\.gz|tgz)$/, "");
}
