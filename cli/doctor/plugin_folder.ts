/**
 * What lies in Velero's plugin folder: our executable, its library, and other plugins (protocol 1.1, 8.5).
 *
 * @module
 */

import { LIBRARY } from "../install.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** Where this executable lies and how it was started. */
export interface PluginFolder {
  readonly executable: string;
  readonly libraryPath: string;
  /** Velero's plugin folder. */
  readonly dir: string;
  /** False when the program runs from source. */
  readonly compiled: boolean;
  /** Names of the sources of which actions are registered. */
  readonly sources: readonly string[];
}

/** The plugins that this one replaces, by the source that does it, whose name their executables contain. */
const REPLACED: readonly (readonly [source: string, name: string])[] = [
  ["superphenix", "superphenix-velero-plugin"],
  ["vmgroup", "velero-vmgroup-plugin"],
  ["cnpg", "velero-plugin-cnpg-restore"],
  ["openshift", "openshift-velero-plugin"],
  ["kubevirt", "kubevirt-velero-plugin"],
];

/** Looks at the folder; starts nothing. */
export function checkPluginFolder(options: PluginFolder): Finding[] {
  const { executable, dir, compiled, sources } = options;
  if (!compiled) {
    return [
      warning("executable", "the program runs from source", "run the executable in Velero's pod instead"),
    ];
  }
  let files: Deno.DirEntry[];
  try {
    files = [...Deno.readDirSync(dir)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch {
    const remedy = "run this in Velero's pod, or name the folder with --plugin-dir";
    return [problem("executable", `there is no plugin folder ${dir}`, remedy)];
  }
  const own = executable.slice(executable.lastIndexOf("/") + 1);
  return [
    checkExecutable(options),
    checkLibrary(options),
    ...checkOthers(dir, files.filter(({ name }) => name !== own && name !== LIBRARY), sources),
  ];
}

function checkExecutable({ executable, dir }: PluginFolder): Finding {
  if (!executable.startsWith(`${dir}/`)) {
    const remedy = `let the init container install it there: its image copies itself into /target`;
    return problem("executable", `${executable} does not lie in ${dir}, where Velero looks`, remedy);
  }
  const { mode } = Deno.statSync(executable);
  return ((mode ?? 0) & 0o001) === 0
    ? problem(
      "executable",
      `${executable} is not executable for everybody`,
      `chmod 0755, or install it again`,
    )
    : ok("executable", executable);
}

function checkLibrary({ dir, libraryPath }: PluginFolder): Finding {
  const there = exists(`${dir}/${LIBRARY}`);
  const named = libraryPath.split(":").includes(dir);
  if (there && named) return ok("library", `${dir}/${LIBRARY}, found by LD_LIBRARY_PATH=${libraryPath}`);
  const rest = "the server image must bring it along, which Velero's do from 1.17.2 on";
  if (there) {
    const remedy = `add ${dir} to LD_LIBRARY_PATH of the container velero`;
    return warning("library", `LD_LIBRARY_PATH is "${libraryPath}", without ${dir}; ${rest}`, remedy);
  }
  const remedy = `install with the plugin's image, which copies ${LIBRARY} beside the executable`;
  return warning("library", `${LIBRARY} is not in ${dir}; ${rest}`, remedy);
}

// A plugin whose source is switched off may stay (docs/migration.md).
function checkOthers(dir: string, files: readonly Deno.DirEntry[], sources: readonly string[]): Finding[] {
  const executables = files.map(({ name }) => name)
    .filter((name) => ((modeOf(`${dir}/${name}`) ?? 0) & 0o111) !== 0);
  const clashes = executables.flatMap((name) => {
    const [source, replaced] = REPLACED.find(([source]) => name.includes(source)) ?? [];
    if (source === undefined || !sources.includes(source)) return [];
    return [problem(
      "other plugins",
      `${name} looks like ${replaced}, which registers the same actions: Velero does not start with both`,
      `remove its init container (velero plugin remove IMAGE), or leave ${source} out of WORKLOADS_SOURCES; ` +
        `\`actions --conflicts ${dir}\` asks the plugins themselves`,
    )];
  });
  if (clashes.length > 0) return clashes;
  const names = executables.join(", ");
  return [ok("other plugins", names === "" ? "none" : `${names}; none is known to clash`)];
}

function modeOf(path: string): number | null | undefined {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile ? mode : undefined;
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  return modeOf(path) !== undefined;
}
