/**
 * The spool folder as the writer and the gatherer see it: few operations, so that a test can fail each of them.
 *
 * A lock belongs to an open file (`flock`); the kernel gives it back when the process ends in whatever way. So a lock tells whether a
 * process lives, also across containers that share a volume but not a process namespace.
 *
 * @module
 */

/** A file of the spool with its size. */
export interface Listed {
  readonly name: string;
  readonly bytes: number;
}

/** How an attempt to lock ended. Some network file systems and older runtimes have no such locks. */
export type Locking = "locked" | "busy" | "unsupported";

/** An open file. */
export interface OpenFile {
  /** The whole text, or no more than its first bytes. */
  read(bytes?: number): string;
  /** Replaces the whole text. */
  write(text: string): void;
  /** Waits until the text is on the disk. */
  sync(): void;
  /** Takes the exclusive lock, without waiting; closing gives it back. */
  tryLock(): Locking;
  /** Identifies the file behind the name, which a rename may have changed meanwhile. */
  inode(): number | null;
  close(): void;
}

/** The folder. Names are without a path; every operation may throw what the file system says. */
export interface SpoolFiles {
  makeFolder(): void;
  /** Plain files; throws `Deno.errors.NotFound` when there is no folder. */
  list(): Listed[];
  /** Opens an existing file for reading, or makes one that is not there; `undefined` when it is absent and not made. */
  open(name: string, how: "read" | "make"): OpenFile | undefined;
  /** The inode behind a name now, `undefined` when it is absent. */
  inode(name: string): number | null | undefined;
  rename(from: string, to: string): void;
  remove(name: string): void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// One for all reads, as buffers lie outside the heap and a scraper reads for ever. Nothing waits between filling and decoding it.
let buffer = new Uint8Array(64 * 1024);

/** A folder on disk. */
export function spoolFiles(folder: string): SpoolFiles {
  const path = (name: string) => `${folder}/${name}`;
  return {
    makeFolder() {
      if (absent(() => Deno.statSync(folder)) !== undefined) return;
      Deno.mkdirSync(folder, { recursive: true });
      share(folder, 0o777);
    },
    list() {
      const listed: Listed[] = [];
      for (const { name, isFile } of Deno.readDirSync(folder)) {
        if (!isFile) continue;
        const bytes = absent(() => Deno.statSync(path(name)).size);
        if (bytes !== undefined) listed.push({ name, bytes });
      }
      return listed;
    },
    open(name, how) {
      if (how === "read") return absent(() => openFile(Deno.openSync(path(name), { read: true })));
      const file = Deno.openSync(path(name), { read: true, write: true, create: true });
      share(path(name), 0o666, file);
      return openFile(file);
    },
    inode: (name) => absent(() => Deno.statSync(path(name)).ino),
    rename: (from, to) => Deno.renameSync(path(from), path(to)),
    remove: (name) => void absent(() => Deno.removeSync(path(name))),
  };
}

// The containers of a pod may run as different users, and either may be the first to make a file that both write.
function share(path: string, mode: number, file?: Deno.FsFile): void {
  if (((file?.statSync().mode ?? 0) & mode) === mode) return;
  try {
    Deno.chmodSync(path, mode);
  } catch {
    // It is another user's, who has done it, or whose next process will.
  }
}

function absent<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function openFile(file: Deno.FsFile): OpenFile {
  return {
    read(bytes) {
      file.seekSync(0, Deno.SeekMode.Start);
      if (bytes !== undefined) {
        return decoder.decode(buffer.subarray(0, file.readSync(buffer.subarray(0, bytes)) ?? 0));
      }
      let length = 0;
      for (let read: number | null = 0; read !== null; length += read ?? 0) {
        if (length === buffer.length) {
          const larger = new Uint8Array(2 * length);
          larger.set(buffer);
          buffer = larger;
        }
        read = file.readSync(buffer.subarray(length));
      }
      return decoder.decode(buffer.subarray(0, length));
    },
    write(text) {
      const bytes = encoder.encode(text);
      file.truncateSync(0);
      file.seekSync(0, Deno.SeekMode.Start);
      for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    },
    sync: () => file.syncDataSync(),
    tryLock() {
      // Deno 2.6 has no such method.
      if (typeof file.tryLockSync !== "function") return "unsupported";
      try {
        return file.tryLockSync(true) ? "locked" : "busy";
      } catch {
        return "unsupported";
      }
    },
    inode: () => file.statSync().ino,
    close: () => file.close(),
  };
}
