import { InputError } from "../../preview/input/input_error.ts";

/**
 * Refuses a path that is not below the working directory.
 *
 * @throws {InputError}
 */
export function checkPlace(path: string): void {
  const slash = path.lastIndexOf("/");
  const folder = slash < 0 ? "." : path.slice(0, slash + 1);
  let real: string;
  try {
    real = Deno.realPathSync(folder);
  } catch (cause) {
    throw new InputError(`Cannot write "${path}": the folder "${folder}" does not exist`, { cause });
  }
  const here = Deno.realPathSync(".");
  if (real !== here && !real.startsWith(here === "/" ? "/" : `${here}/`)) {
    throw new InputError(`Cannot write "${path}": it is not below the working directory "${here}"`);
  }
}

/**
 * Writes a file whole or not at all.
 *
 * @throws {InputError} when it cannot be written.
 */
export function writeBelow(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.part`;
  try {
    // Without a turn of the event loop in between, in which Ctrl-C could leave a part behind.
    Deno.writeFileSync(temporary, bytes);
    Deno.renameSync(temporary, path);
  } catch (cause) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It never came to be.
    }
    throw new InputError(`Cannot write "${path}": ${(cause as Error).message}`, { cause });
  }
}
