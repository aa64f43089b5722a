/**
 * Copies the executable into Velero's plugin folder, as the init container of a plugin image does (protocol 8.1 and 8.5).
 *
 * @module
 */

/** The library that a Deno executable needs and that images of Velero before 1.17.2 lack. */
export const LIBRARY = "libgcc_s.so.1";

const LIBRARY_FOLDERS = [
  "/lib/x86_64-linux-gnu",
  "/lib/aarch64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/lib64",
  "/usr/lib64",
  "/lib",
  "/usr/lib",
];

/** What is copied, and where to. */
export interface InstallOptions {
  /** The compiled program. */
  readonly executable: string;
  /** The plugin folder; it must exist. */
  readonly dir: string;
  /** Where the library is looked for after the executable's own folder. */
  readonly libraryFolders?: readonly string[];
  /** False when the program runs from source, where the executable is Deno itself. */
  readonly compiled?: boolean;
}

/** Why nothing, or not everything, was installed. The message says what to do. */
export class InstallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InstallError";
  }
}

/**
 * Installs and gives the paths of the two files.
 *
 * A file appears under its name only when it is complete, and no other executable ever lies in the folder: Velero would start it.
 *
 * @throws {InstallError}
 */
export async function install(options: InstallOptions): Promise<string[]> {
  const { executable, dir, compiled = Deno.build.standalone } = options;
  if (!compiled) {
    throw new InstallError(
      "install copies the compiled executable, but this runs from source: build it first with `deno task build`",
    );
  }
  if (!isFolder(dir)) {
    throw new InstallError(`"${dir}" is not a folder: mount Velero's volume "plugins" there`);
  }
  const own = executable.slice(0, executable.lastIndexOf("/"));
  const folders = [own, ...options.libraryFolders ?? LIBRARY_FOLDERS];
  const library = folders.map((folder) => `${folder}/${LIBRARY}`).find(isFile);
  if (library === undefined) {
    throw new InstallError(
      `Cannot find ${LIBRARY}: put it beside the executable (looked in ${folders.join(", ")})`,
    );
  }
  const name = executable.slice(own.length + 1);
  // The library first: an executable without it stops Velero's start on older images.
  return [
    await place(library, `${dir}/${LIBRARY}`, 0o644),
    await place(executable, `${dir}/${name}`, 0o755),
  ];
}

async function place(from: string, to: string, mode: number): Promise<string> {
  const temporary = `${to.slice(0, to.lastIndexOf("/"))}/.${to.slice(to.lastIndexOf("/") + 1)}.part`;
  try {
    await copy(from, temporary);
    await Deno.rename(temporary, to);
    await Deno.chmod(to, mode);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    const why = error instanceof Deno.errors.NotCapable
      ? "the executable may write only below the working directory, /tmp, /scratch and /target"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new InstallError(`Cannot copy "${from}" to "${to}": ${why}`);
  }
  return to;
}

// Deno.copyFile would also copy the execute bit.
async function copy(from: string, to: string): Promise<void> {
  using source = await Deno.open(from);
  const target = await Deno.open(to, { write: true, create: true, truncate: true, mode: 0o644 });
  await source.readable.pipeTo(target.writable);
}

function isFolder(path: string): boolean {
  return stat(path)?.isDirectory ?? false;
}

function isFile(path: string): boolean {
  return stat(path)?.isFile ?? false;
}

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
