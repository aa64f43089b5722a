/**
 * For tests: a spool folder whose user can be killed at any operation.
 *
 * @module
 */

import type { OpenFile, SpoolFiles } from "./files.ts";

/** Thrown by every operation of a user that is dead. */
export class Killed extends Error {}

/** Called before (`done` false) and after each operation; calls `kill` to end the user there. */
export type Watch = (operation: string, done: boolean) => void;

/** A folder with a user that can be killed. */
export interface Mortal {
  readonly files: SpoolFiles;
  /** From now on nothing this user does reaches the folder, and its locks are free, as after SIGKILL. */
  kill(): void;
  alive(): boolean;
}

/** Puts `watch` in front of each operation on `files`. A text whose writing is cut off by a kill is half there. */
export function mortal(files: SpoolFiles, watch: Watch): Mortal {
  const open = new Set<OpenFile>();
  let alive = true;
  const kill = () => {
    alive = false;
    for (const file of open) file.close();
    open.clear();
  };
  const check = () => {
    if (!alive) throw new Killed("killed");
  };
  function step<T>(operation: string, run: () => T): T {
    check();
    watch(operation, false);
    check();
    const result = run();
    watch(operation, true);
    check();
    return result;
  }
  const wrap = (file: OpenFile): OpenFile => {
    open.add(file);
    return {
      read: (bytes) => step("read", () => file.read(bytes)),
      write(text) {
        check();
        file.write(text.slice(0, text.length / 2));
        step("write", () => file.write(text));
      },
      sync: () => step("sync", () => file.sync()),
      tryLock: () => step("lock", () => file.tryLock()),
      inode: () => step("inode", () => file.inode()),
      close() {
        if (!open.delete(file)) return;
        file.close();
        step("close", () => {});
      },
    };
  };
  return {
    files: {
      makeFolder: () => step("folder", () => files.makeFolder()),
      list: () => step("list", () => files.list()),
      open: (name, how) =>
        step(`open ${name}`, () => {
          const file = files.open(name, how);
          return file === undefined ? undefined : wrap(file);
        }),
      inode: (name) => step("inode", () => files.inode(name)),
      rename: (from, to) => step(`rename ${to}`, () => files.rename(from, to)),
      remove: (name) => step(`remove ${name}`, () => files.remove(name)),
    },
    kill,
    alive: () => alive,
  };
}

/**
 * The same folder with locks that this process keeps itself.
 *
 * The kernel's belong to open files, and a program that any other test starts has them too between its fork and its exec: then a lock
 * seems taken for a moment. Locks of real processes are tested with real processes.
 */
export function withOwnLocks(files: SpoolFiles): SpoolFiles {
  const holders = new Map<number | null, OpenFile>();
  return {
    ...files,
    open(name, how) {
      const file = files.open(name, how);
      if (file === undefined) return undefined;
      const inode = file.inode();
      const own: OpenFile = {
        ...file,
        tryLock() {
          const holder = holders.get(inode) ?? own;
          holders.set(inode, holder);
          return holder === own ? "locked" : "busy";
        },
        close() {
          if (holders.get(inode) === own) holders.delete(inode);
          file.close();
        },
      };
      return own;
    },
  };
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
