/**
 * What a preview said beside what the real Velero then did: archives item by item, restored objects field by field.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { prepareBackup } from "../../cli/preview/backup.ts";
import { prepareRestore } from "../../cli/preview/restore.ts";
import type { Session } from "../../cli/preview/session.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { BackupRun } from "../../preview/backup/backup.ts";
import type { Effect } from "../../cluster/memory/recording.ts";
import type { Note, RunReport } from "../../preview/report/report.ts";
import { writeArchive } from "../../preview/archive/archive.ts";
import { type Change, diff, formatPath } from "../../preview/report/diff.ts";
import { silent } from "../../preview/run/progress.ts";
import { decodeItem } from "../../preview/run/step.ts";
import type { Json } from "../velero/api.ts";
import { archive, backup, NOT_RESTORED, restore, type Run } from "../velero/runs.ts";
import { type KnownChange, SERVER_CHANGES } from "./server_changes.ts";
import type { Testbed } from "../velero/testbed.ts";

/** A previewed backup. */
export interface PreviewedBackup {
  readonly report: RunReport;
  /** Stored objects by their path in the archive. */
  readonly objects: ReadonlyMap<string, Json>;
  /** The archive as `preview backup --archive` writes it. */
  readonly bytes: Uint8Array;
}

function createSession(): Session & { end(): Promise<void> } {
  const ends: (() => Promise<void>)[] = [];
  return {
    atEnd: (end) => void ends.push(end),
    signal: new AbortController().signal,
    progress: silent,
    // A resource that cannot be listed would be missing.
    complain(text) {
      throw new Error(text);
    },
    fail(error) {
      throw error;
    },
    async end() {
      for (const end of ends.reverse()) await end();
    },
  };
}

async function withRun<T>(
  bed: Testbed,
  kind: "Backup" | "Restore",
  metadata: Json,
  spec: Json,
  use: (
    options: { readonly file: string; readonly common: CommonGiven; readonly session: Session },
  ) => Promise<T>,
): Promise<T> {
  const file = await Deno.makeTempFile({ dir: bed.folder, suffix: ".json" });
  const session = createSession();
  try {
    await Deno.writeTextFile(file, JSON.stringify({ apiVersion: "velero.io/v1", kind, metadata, spec }));
    const kubeconfig = `${bed.folder}/cluster/kubeconfig`;
    return await use({ file, common: { ...COMMON, name: metadata["name"], kubeconfig }, session });
  } finally {
    await session.end();
    await Deno.remove(file);
  }
}

const COMMON = { output: "json", color: "never", failOn: "error", namespace: "velero" } as const;
type CommonGiven = typeof COMMON & { readonly name: string; readonly kubeconfig: string };

function finished<T>(run: T | string): T {
  if (typeof run === "string") throw new Error(`the preview ended as a whole: ${run}`);
  return run;
}

function runBackup(bed: Testbed, name: string, spec: Json): Promise<BackupRun | string> {
  const whole = { storageLocation: "default", snapshotVolumes: false, ...spec };
  return withRun(bed, "Backup", { name, namespace: "velero" }, whole, async ({ file, common, session }) => {
    const prepared = await prepareBackup([], { ...common, backup: file }, session);
    return (await prepared(["own"])).run;
  });
}

/** Why a preview says that Velero would fail a whole backup; `undefined` when it does not. */
export async function wholeFailure(bed: Testbed, name: string, spec: Json): Promise<string | undefined> {
  const run = await runBackup(bed, name, spec);
  return typeof run === "string" ? run : undefined;
}

/** What `preview backup` says about a Backup that the server would get. */
export async function previewBackup(bed: Testbed, name: string, spec: Json): Promise<PreviewedBackup> {
  const run = finished(await runBackup(bed, name, spec));
  const objects = new Map(
    [...run.archive.values()].map(({ bytes, ...item }) => {
      const full = item.group === "" ? item.resource : `${item.resource}.${item.group}`;
      const scope = item.namespace === "" ? "cluster" : `namespaces/${item.namespace}`;
      return [`resources/${full}/${scope}/${item.name}.json`, decodeItem(bytes) as Json];
    }),
  );
  return { report: run.report, objects, bytes: await writeArchive(run.archive) };
}

/**
 * Previews a backup, makes it, and compares the archives: the same items, the same content. `moving` are paths of objects that others
 * change meanwhile; they are compared by presence.
 */
export async function compareBackup(
  bed: Testbed,
  name: string,
  spec: Json,
  moving: RegExp = /^$/,
): Promise<PreviewedBackup & { readonly run: Run }> {
  const preview = await previewBackup(bed, name, spec);
  const run = await backup(bed, name, spec);
  // Each object stands there twice: once by the version of its resource.
  const real = new Map([...await archive(bed, name)].filter(([path]) => PLAIN.test(path)));
  assertEquals([...preview.objects.keys()].sort(), [...real.keys()].sort(), `items of backup ${name}`);
  const wrong = [...real].filter(([path]) => !moving.test(path)).flatMap(([path, object]) =>
    diff(preview.objects.get(path) as JsonObject, object as JsonObject).map((change) => tell(path, change))
  );
  assertEquals(wrong, [], `content of backup ${name}`);
  return { ...preview, run };
}

const PLAIN = /^resources\/[^/]+\/(?:cluster|namespaces)\//;

/** What `preview restore` says. */
export interface PreviewedRestore {
  readonly report: RunReport;
  readonly effects: readonly Effect[];
  /** Kind and place of each reported item in the target, with what becomes of it. */
  readonly outcomes: ReadonlyMap<string, string>;
}

/** Previews a restore of a backup of the real Velero. */
function previewRestore(bed: Testbed, spec: Json, metadata: Json): Promise<PreviewedRestore> {
  const whole = { ...metadata, namespace: "velero" };
  return withRun(bed, "Restore", whole, spec, async ({ file, common, session }) => {
    const path = `${bed.folder}/tmp/${spec["backupName"]}-preview.tar.gz`;
    await bed.velero("backup", "download", spec["backupName"], "--force", "-o", path);
    const options = { ...common, restore: file, downloadTimeout: "1m" };
    const prepared = await prepareRestore(path, options, session);
    const { run, world } = await prepared(["own"]);
    const report = finished(run);
    const outcomes = new Map(report.items.map(({ item, target, outcome, reason }) => {
      const kind = world.discovery.find(item.group, item.resource)?.kind ?? item.resource;
      const place = [target ?? item.namespace, item.name].filter((part) => part !== "").join("/");
      return [`${kind} ${place}`, outcome === "exists" && reason !== undefined ? "differs" : outcome];
    }));
    return { report, effects: world.cluster.effects(), outcomes };
  });
}

/** Previews a restore, makes it, and compares objects, outcomes, and how many errors and warnings there are. */
export async function compareWhole(
  bed: Testbed,
  name: string,
  given: Json,
  metadata: Json = {},
): Promise<PreviewedRestore> {
  const spec = { excludedResources: NOT_RESTORED, ...given };
  const preview = await previewRestore(bed, spec, { ...metadata, name });
  const run = await restore(bed, name, spec, metadata);
  await compareRestore(bed, name, preview);
  const { errors, warnings } = preview.report;
  assertEquals(errors.length, run.errors.length, told("errors", errors, run.errors));
  assertEquals(warnings.length, run.warnings.length, told("warnings", warnings, run.warnings));
  return preview;
}

function told(what: string, ours: readonly Note[], theirs: readonly string[]): string {
  const texts = ours.map(({ item, text }) => `${item?.name}: ${text}`);
  return [`${what} of the preview:`, ...texts, `${what} of Velero:`, ...theirs].join("\n");
}

/** Compares what a preview would have written with what the cluster has, and its outcomes with Velero's list. */
async function compareRestore(bed: Testbed, name: string, preview: PreviewedRestore): Promise<void> {
  const expected = new Map<string, Effect>();
  for (const effect of preview.effects) {
    const { kind: { group, version, resource }, namespace, name } = effect;
    const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    expected.set(`${root}${namespace === "" ? "" : `/namespaces/${namespace}`}/${resource}/${name}`, effect);
  }
  const wrong: string[] = [];
  for (const [path, { object }] of expected) {
    const real = await bed.api.get(path);
    if (real === undefined || object === undefined) {
      wrong.push(`${path}: ${real === undefined ? "is not there" : "should not be there"}`);
      continue;
    }
    const changes = diff(object, real as JsonObject).flatMap(leaves);
    wrong.push(...changes.filter((change) => !isKnown(real, change)).map((change) => tell(path, change)));
  }
  assertEquals(wrong, [], `objects of restore ${name}`);
  assertEquals(await differingOutcomes(bed, name, preview.outcomes), [], `outcomes of restore ${name}`);
}

// A new or missing object is looked at key by key.
function leaves({ path, before, after }: Change): Change[] {
  const only = before === undefined ? after : after === undefined ? before : undefined;
  if (typeof only !== "object" || only === null || Array.isArray(only) || Object.keys(only).length === 0) {
    return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
  }
  return Object.entries(only as JsonObject).flatMap(([key, value]) =>
    leaves({
      path: [...path, key],
      ...(before === undefined ? { after: value ?? null } : { before: value ?? null }),
    })
  );
}

/** Rows of the table that a comparison has needed. */
export const NEEDED = new Set<KnownChange>();

function isKnown(object: Json, { path, before, after }: Change): boolean {
  const text = formatPath(path);
  const how = before === undefined ? "added" : after === undefined ? "missing" : "changed";
  const row = SERVER_CHANGES.find((row) =>
    (row.kind === undefined || row.kind === object["kind"]) && row.path.test(text) && row.how === how
  );
  if (row !== undefined) NEEDED.add(row);
  return row !== undefined;
}

function tell(path: string, change: Change): string {
  const { before, after } = change;
  return `${path}: ${formatPath(change.path)}: preview ${JSON.stringify(before)}, Velero ${
    JSON.stringify(after)
  }`;
}

// Velero's words for what became of an item: an object that differs counts as failed there, with a warning.
const WORDS: Readonly<Record<string, string>> = { exists: "skipped", differs: "failed" };

async function differingOutcomes(
  bed: Testbed,
  name: string,
  outcomes: ReadonlyMap<string, string>,
): Promise<string[]> {
  const file = await Deno.open(
    `${bed.folder}/store/b1/restores/${name}/restore-${name}-resource-list.json.gz`,
  );
  const list: Json = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).json();
  const real = new Map<string, string>();
  for (const [kind, entries] of Object.entries<string[]>(list)) {
    for (const entry of entries) {
      const [, place = "", word = ""] = /^(.*)\((\w+)\)$/.exec(entry) ?? [];
      real.set(`${kind.slice(kind.lastIndexOf("/") + 1)} ${place}`, word);
    }
  }
  const wrong: string[] = [];
  for (const [key, outcome] of outcomes) {
    const word = real.get(key);
    // What the filters or the state of an item leave out is in no list.
    if (outcome === "skipped" && word === undefined) continue;
    if (word !== (WORDS[outcome] ?? outcome)) wrong.push(`${key}: preview ${outcome}, Velero ${word}`);
  }
  for (const [key, word] of real) {
    if (!outcomes.has(key)) wrong.push(`${key}: Velero ${word}`);
  }
  return wrong;
}
