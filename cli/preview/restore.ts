import { parseDuration } from "../../actions/settings/setting.ts";
import { absentWhenNotServed, type Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { ensureObject, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { OWN_DOMAIN } from "../../actions/lib/own_domain.ts";
import type { Archive } from "../../preview/archive/archive.ts";
import { readArchive } from "../../preview/archive/read.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { readManifests, readRun } from "../../preview/input/manifests.ts";
import { memoryWorld } from "../../preview/input/world.ts";
import type { Note } from "../../preview/report/report.ts";
import { type Modifiers, NO_MODIFIERS, readModifiers } from "../../preview/restore/modifiers.ts";
import { runRestore } from "../../preview/restore/restore.ts";
import { createRestoreFilter } from "../../preview/run/filter.ts";
import { checkFilter } from "./backup.ts";
import type { RestoreOptions } from "./options.ts";
import { checkOutput, env, framed, namespaceOfVelero, openLive, stdin, tell, wholly } from "./common.ts";
import { applyFlags, RESTORE_FLAGS } from "./flags.ts";
import { OWN_WORD, startActions } from "./plugins.ts";
import { EXIT, type Session } from "./session.ts";

// Nothing appears in a cluster that nothing is done to: no action waits for what the real one would make, and that it is missing
// is no failure.
const NOBODY_ANSWERS = {
  "openshift.pod.pull-secret-timeout": "0s",
  "openshift.pod.pull-secret-on-timeout": "warn",
};

/**
 * The mode `preview restore`. @returns the exit code.
 *
 * @throws {InputError} for everything that was handed in and cannot be used.
 */
export async function previewRestore(
  path: string | undefined,
  options: RestoreOptions & Readonly<Record<string, unknown>>,
  session: Session,
): Promise<number> {
  checkOutput(options);
  const { target, emptyTarget = false, plugin: plugins = [OWN_WORD] } = options;
  if (target !== undefined && emptyTarget) {
    throw new InputError("--target and --empty-target exclude each other");
  }
  if ((path === undefined) === (options.backup === undefined)) {
    throw new InputError("Give either the archive of a backup or --backup NAME");
  }
  const manifest = options.restore === undefined
    ? undefined
    : await readRun(options.restore, "Restore", stdin);
  const restore = restoreOf(manifest, path, options);
  const live = path === undefined || (target === undefined && !emptyTarget)
    ? await openLive(options, session)
    : undefined;
  const archive = path === undefined
    ? await fetchArchive(live?.inner as Cluster, options, session)
    : await readArchiveFile(path);
  const groups = [...new Set([...archive.values()].map(({ group }) => group))];
  const world = target !== undefined
    ? await memoryWorld(await readManifests(target, stdin), groups)
    : live === undefined || emptyTarget
    ? await memoryWorld([], groups)
    : live;
  checkFilter(() => createRestoreFilter(restore, world.discovery));
  const modifiers = await modifiersOf(restore, world.cluster);
  const notes: Note[] = [];
  const host = await startActions(world, {
    plugins,
    namespace: namespaceOfVelero(options),
    env,
    warn: (note) => notes.push(note),
    session,
  });
  const report = await wholly(() =>
    runRestore({
      ...world,
      restore,
      archive,
      host,
      modifiers,
      progress: session.progress,
      // Nothing becomes ready while nothing is done, so there is one question and no wait.
      pause: () => Promise.resolve(),
      resourceTimeout: 0,
    })
  );
  if (typeof report === "string") {
    session.complain(`Velero would fail the whole restore: ${report}`);
    return EXIT.wouldFail;
  }
  return tell(report, notes, options);
}

async function modifiersOf(restore: JsonObject, cluster: Cluster): Promise<Modifiers> {
  const reference = objectAt(restore, "spec", "resourceModifier");
  if (reference === undefined) return NO_MODIFIERS;
  const name = stringAt(reference, "name") ?? "";
  const namespace = namespaceOf(restore);
  const kind = { group: "", version: "v1", resource: "configmaps" };
  const found = await absentWhenNotServed(cluster.get(kind, namespace, name));
  if (found !== undefined) return readModifiers(found);
  throw new InputError(
    `There is no ConfigMap "${name}" in namespace "${namespace}" of the target, which spec.resourceModifier names`,
  );
}

function restoreOf(
  manifest: JsonObject | undefined,
  path: string | undefined,
  options: RestoreOptions & Readonly<Record<string, unknown>>,
): JsonObject {
  const restore = framed(manifest, "Restore", options);
  applyFlags(restore, RESTORE_FLAGS, options);
  const annotations = ensureObject(restore, "metadata", "annotations");
  for (const [key, value] of Object.entries(NOBODY_ANSWERS)) annotations[`${OWN_DOMAIN}/${key}`] ??= value;
  ensureObject(restore, "spec").backupName ??= options.backup ?? backupNameOf(path ?? "");
  return restore;
}

// As the file is called that `velero backup download` writes.
function backupNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/(-data)?\.(tar\.gz|tgz)$/, "");
}

async function readArchiveFile(path: string): Promise<Archive> {
  try {
    const file = await Deno.open(path);
    return await readChecked(file.readable, `"${path}"`);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : (cause as Error).message;
    throw new InputError(`Cannot open the archive "${path}": ${why}`, { cause });
  }
}

async function fetchArchive(
  cluster: Cluster,
  options: RestoreOptions,
  { signal }: Session,
): Promise<Archive> {
  const { backup = "", downloadTimeout, cacert } = options;
  const timeout = parseDuration(downloadTimeout);
  if (timeout === undefined) {
    throw new InputError(`--download-timeout: "${downloadTimeout}" is not a duration such as 30s or 5m`);
  }
  const { downloadBackup } = await import("../../preview/input/download.ts");
  const stream = await downloadBackup({
    cluster,
    namespace: namespaceOfVelero(options),
    backup,
    timeout,
    signal,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    ...(cacert === undefined ? {} : { cacert: await readText(cacert) }),
  });
  return await readChecked(stream, `Backup "${backup}"`);
}

async function readChecked(stream: ReadableStream<Uint8Array>, what: string): Promise<Archive> {
  try {
    return await readArchive(stream);
  } catch (cause) {
    throw new InputError(`${what}: ${(cause as Error).message}`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${(cause as Error).message}`, { cause });
  }
}
