/**
 * The programs that the end-to-end tests start, all in `bin/`, where `build_tools.ts` puts them. A test that needs a missing
 * program is ignored by name.
 *
 * @module
 */

import { makeBundle } from "../../packaging/make_bundle.ts";

/** This folder, with a slash behind. */
export const HERE = new URL(".", import.meta.url).pathname;

/** The repository, with a slash behind. */
export const ROOT = new URL("../../", import.meta.url).pathname;

/** The path of a built program. */
export function tool(name: string): string {
  return `${HERE}bin/${name}`;
}

/** Whether that file is there. */
export function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether all these programs were built. */
export function present(...names: readonly string[]): boolean {
  return names.every((name) => exists(tool(name)));
}

/** The name of the compiled plugin in `bin/`. */
export const COMPILED = "velero-plugin-for-workloads";

// A test starts the present sources, also when nobody has built them.
if (!present(COMPILED)) await makeBundle();

/** What is started as our plugin: the compiled executable, or the launcher of the same files where none can be compiled. */
export function pluginExecutable(): string {
  return present(COMPILED) ? tool(COMPILED) : `${ROOT}tests/plugin.sh`;
}

/** The environment for what starts the plugin: the launcher takes this very Deno. */
export const PLUGIN_ENVIRONMENT = { DENO: Deno.execPath(), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
