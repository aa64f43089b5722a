/**
 * A project in a temporary folder in which the scripts of workflows can run: with the files that they read, and with tools that only
 * note how they were called.
 *
 * @module
 */

import { type Ended, run } from "../packaging/run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** See the module. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Runs `.github/scripts/NAME`. */
  script(name: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** How the tools were called since the last time: one line each. */
  calls(): Promise<string[]>;
}

/**
 * Makes a project.
 *
 * @param tools What each tool does beside noting its call, in shell.
 * @param files What lies in the project.
 */
export async function createProject(
  tools: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const folder = await Deno.makeTempDir({ prefix: "project-" });
  const log = `${folder}/.calls`;
  const write = async (path: string, text: string) => {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  };
  await run("cp", ["-r", `${ROOT}.github`, folder], {});
  await write(".calls", "");
  for (const [name, does] of Object.entries(tools)) {
    await write(`.tools/${name}`, `#!/bin/bash\necho "${name} $*" >>'${log}'\n${does}\n`);
    await Deno.chmod(`${folder}/.tools/${name}`, 0o755);
  }
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const read = (path: string) => Deno.readTextFile(`${folder}/${path}`);
  return {
    folder,
    write,
    read,
    script: (name, env = {}) =>
      run(`${folder}/.github/scripts/${name}`, [], { PATH: `${folder}/.tools:/usr/bin:/bin`, ...env }),
    async calls() {
      const text = await read(".calls");
      await write(".calls", "");
      return text.replaceAll(`${folder}/`, "").trimEnd().split("\n");
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
