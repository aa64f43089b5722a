/**
 * Which files of a plugin folder register names of ours, so that Velero would not start with both (protocol 1.8). Each file is started
 * as Velero does it and asked what it registers.
 *
 * @module
 */

import { type ListedPlugin, startPlugin } from "../preview/host/plugin.ts";

/** A kind with a name, as Velero registers it. */
export interface Registration {
  readonly kind: string;
  readonly name: string;
}

/** What a file of the folder is. */
export type Found =
  /** A plugin; `clashes` are the actions that we register, too. */
  | {
    readonly file: string;
    readonly is: "plugin";
    readonly actions: number;
    readonly clashes: readonly Registration[];
  }
  /** An executable that is no plugin, with the reason: Velero does not start with it. */
  | { readonly file: string; readonly is: "broken"; readonly why: string }
  /** A file that is not executable: Velero passes over it with a warning. */
  | { readonly file: string; readonly is: "passed over" };

/** What is looked for. */
export interface ConflictOptions {
  readonly dir: string;
  /** What we register. */
  readonly own: readonly Registration[];
  /** Our own executable, which is no conflict with itself; absent when the program runs from source. */
  readonly self?: string;
  /** How long one file may take, in milliseconds. */
  readonly timeout: number;
}

/** Looks at every file of the folder, sub-folders included, in the order in which Velero starts them. */
export async function findConflicts({ dir, own, self, timeout }: ConflictOptions): Promise<Found[]> {
  const keys = new Set(own.map(keyOf));
  const files = [...walk(dir)].filter((file) => self === undefined || realPath(file) !== realPath(self));
  const found: Found[] = [];
  for (const file of files) {
    const { isFile, mode } = statOf(file);
    if (isFile && ((mode ?? 0) & 0o111) === 0) {
      found.push({ file, is: "passed over" });
      continue;
    }
    try {
      const listed = await list(file, timeout);
      const clashes = listed.filter((one) => keys.has(keyOf(one))).map(({ kind, name }) => ({ kind, name }));
      found.push({ file, is: "plugin", actions: listed.length, clashes });
    } catch (error) {
      found.push({ file, is: "broken", why: (error as Error).message });
    }
  }
  return found;
}

/** The result for people: what clashes and what to remove first, then the rest. */
export function renderConflicts(dir: string, found: readonly Found[]): string {
  const lines: string[] = [];
  const clashing = found.filter((one) => one.is === "plugin" && one.clashes.length > 0);
  for (const one of found) {
    if (one.is !== "plugin" || one.clashes.length === 0) continue;
    lines.push(
      `${one.file} registers ${one.clashes.length} of our actions. Remove it (velero plugin remove IMAGE):`,
    );
    lines.push(...one.clashes.map(({ kind, name }) => `  ${kind} ${name}`));
  }
  for (const one of found) {
    if (one.is === "broken") {
      lines.push(`${one.file} is no plugin. Velero does not start with it: ${one.why}`);
    }
    if (one.is === "passed over") lines.push(`${one.file} is not executable. Velero passes over it.`);
    if (one.is === "plugin" && one.clashes.length === 0) {
      lines.push(`${one.file} registers ${one.actions} actions, none of ours.`);
    }
  }
  if (clashing.length === 0) lines.push(`Nothing in ${dir} registers an action of ours.`);
  return lines.map((line) => `${line}\n`).join("");
}

async function list(path: string, timeout: number): Promise<readonly ListedPlugin[]> {
  const plugin = await startPlugin({ path, timeout });
  try {
    return await within(timeout, plugin.list());
  } finally {
    await plugin.stop();
  }
}

async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no list after ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function* walk(dir: string): Generator<string> {
  for (const { name, isDirectory } of [...Deno.readDirSync(dir)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    // A link to a folder is not followed: Velero takes it for a program.
    if (isDirectory) yield* walk(`${dir}/${name}`);
    else yield `${dir}/${name}`;
  }
}

// A link to nothing counts as a program that cannot be started.
function statOf(path: string): { isFile: boolean; mode: number | null } {
  try {
    return Deno.statSync(path);
  } catch {
    return { isFile: false, mode: null };
  }
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

const keyOf = ({ kind, name }: Registration) => `${kind} ${name}`;
