import { absentWhenNotServed } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { ensureObject, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { OWN_DOMAIN } from "../../actions/lib/own_domain.ts";
import { InputError } from "../../preview/input/input_error.ts";
import type { Archive } from "../../preview/archive/archive.ts";
import { readManifests, readRun } from "../../preview/input/manifests.ts";
import { memoryWorld, type World } from "../../preview/input/world.ts";
import { attach, type Said } from "../../preview/report/attach.ts";
import { failedRun, type Note, type RunReport } from "../../preview/report/report.ts";
import { type Modifiers, NO_MODIFIERS, readModifiers } from "../../preview/restore/modifiers.ts";
import { runRestore } from "../../preview/restore/restore.ts";
import { createRestoreFilter } from "../../preview/run/filter.ts";
import { unmatchedInArchive } from "../../preview/run/unmatched.ts";
import { checkFilter } from "./backup.ts";
import { openSource, sourceOf } from "./restore_source.ts";
import type { Given, Ran, RestoreOptions } from "./options.ts";
import { framed, openLive, stdin, wholly } from "./common.ts";
import { applyFlags, RESTORE_FLAGS } from "./flags.ts";
import { checkOutput, tell } from "./output.ts";
import { OWN_WORD, startActions } from "./plugins.ts";
import type { Session } from "./session.ts";

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
  options: RestoreOptions & Given,
  session: Session,
): Promise<number> {
  const { plugin: plugins = [OWN_WORD] } = options;
  const restore = await prepareRestore(path, options, session);
  const { run, notes, manifest, archive } = await restore(plugins);
  return typeof run === "string"
    ? await tell(failedRun("restore", run), manifest, notes, new Map(), options)
    : await tell(run, manifest, notes, archive, options);
}

/** A restore with some plugins, from the beginning; a text is what would end all of it. */
export type PreparedRestore = (
  plugins: readonly string[],
) => Promise<Ran<RunReport> & { readonly archive: Archive }>;

/** Reads the input of a restore once. */
export async function prepareRestore(
  path: string | undefined,
  options: RestoreOptions & Given,
  session: Session,
): Promise<PreparedRestore> {
  checkOutput(options);
  const { target, emptyTarget = false } = options;
  if (target !== undefined && emptyTarget) {
    throw new InputError("--target and --empty-target cannot be used together");
  }
  const manifest = options.restore === undefined
    ? undefined
    : await readRun(options.restore, "Restore", stdin);
  const source = sourceOf(path, options, manifest);
  const restore = restoreOf(manifest, options);
  const { archive, backup } = await openSource(source, options, session);
  const spec = ensureObject(restore, "spec");
  // The name of a file is only a guess.
  spec.backupName = "path" in source && typeof spec.backupName === "string" ? spec.backupName : backup;
  if ("schedule" in source) spec.scheduleName = source.schedule;
  const objects = target === undefined ? [] : await readManifests(target, stdin);
  const live = target === undefined && !emptyTarget;
  return async (plugins) => {
    const notes: Note[] = [];
    const world = live
      ? await openLive(options, session, notes)
      : await memoryWorld(objects, archive.values());
    checkFilter(() => createRestoreFilter(restore, world.discovery));
    const said: Said[] = [];
    const host = await startActions(world, { plugins, notes, said, options, session });
    const run = await wholly(async () =>
      await runRestore({
        ...world,
        restore,
        archive,
        host,
        modifiers: await modifiersOf(restore, world),
        progress: session.progress,
        // Nothing becomes ready while nothing is done, so there is one question and no wait.
        pause: () => Promise.resolve(),
        resourceTimeout: 0,
      })
    );
    const rest = { world, manifest: restore, archive };
    if (typeof run === "string") return { run, notes, ...rest };
    const told = attach(run, said);
    return {
      run: told.report,
      notes: [...notes, ...told.notes, ...unmatchedInArchive(restore, archive.values(), metBy(run))],
      ...rest,
    };
  };
}

function metBy({ items, warnings, errors }: RunReport): number {
  return items.length + warnings.length + errors.length;
}

async function modifiersOf(restore: JsonObject, { cluster, live }: World): Promise<Modifiers> {
  const reference = objectAt(restore, "spec", "resourceModifier");
  if (reference === undefined) return NO_MODIFIERS;
  const name = stringAt(reference, "name") ?? "";
  const namespace = namespaceOf(restore);
  const kind = { group: "", version: "v1", resource: "configmaps" };
  const found = await absentWhenNotServed(cluster.get(kind, namespace, name));
  if (found !== undefined) return readModifiers(found);
  const text = `namespace "${namespace}" has no ConfigMap "${name}", which spec.resourceModifier names`;
  if (live) throw new SyntaxError(text);
  throw new InputError(`In the manifests of the target, ${text}`);
}

function restoreOf(
  manifest: JsonObject | undefined,
  options: RestoreOptions & Given,
): JsonObject {
  const restore = framed(manifest, "Restore", options);
  applyFlags(restore, RESTORE_FLAGS, options);
  const annotations = ensureObject(restore, "metadata", "annotations");
  for (const [key, value] of Object.entries(NOBODY_ANSWERS)) annotations[`${OWN_DOMAIN}/${key}`] ??= value;
  return restore;
}
