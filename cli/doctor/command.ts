import process from "node:process";
import { connect } from "../../cluster/live/connect.ts";
import { spoolFolderFrom } from "../counters.ts";
import { namespaceFrom, registryFrom } from "../environment.ts";
import { SOURCES } from "../../actions/sources.ts";
import { type Finding, renderFindings, warning } from "./finding.ts";
import { checkServer, checkSettings, checkVelero } from "./in_cluster.ts";
import { checkPluginFolder } from "./plugin_folder.ts";
import { checkMemory, checkSidecar, checkSpool } from "./pod.ts";
import { checkRights, decided } from "./rights.ts";

/** The options as they come from the command line. */
export interface DoctorFlags {
  readonly output: "table" | "json";
  readonly pluginDir: string;
  readonly sidecarUrl: string;
  readonly veleroNamespace?: string;
}

/** Examines the installation around this process. @returns The exit code: 1 when a problem was found, else 0. */
export async function doctor(flags: DoctorFlags, print: (text: string) => void): Promise<number> {
  const findings = await examine(flags);
  print(flags.output === "json" ? `${JSON.stringify(findings, null, 2)}\n` : renderFindings(findings));
  return findings.some(({ state }) => state === "problem") ? 1 : 0;
}

async function examine({ pluginDir, sidecarUrl, veleroNamespace }: DoctorFlags): Promise<Finding[]> {
  const env = (name: string) => Deno.env.get(name);
  const { entries, warnings } = registryFrom(env, SOURCES);
  const sources = SOURCES.filter((source) =>
    entries.some((entry) => entry.source === source && entry.listed)
  );
  const silent = () => {};
  const cluster = connect({ env, log: { debug: silent, warn: silent } });
  const namespace = veleroNamespace ?? namespaceFrom(env, undefined);
  const names = sources.map(({ name }) => name);
  const server = await checkServer(cluster);
  const local = [
    ...checkPluginFolder({
      executable: Deno.execPath(),
      libraryPath: env("LD_LIBRARY_PATH") ?? "",
      dir: pluginDir,
      compiled: Deno.build.standalone,
      sources: names,
    }),
    ...warnings.map((text) => warning("environment", text, "correct the variable of the container velero")),
    // Deno 2.6, with which a test compiles, has no such function.
    checkMemory(process.constrainedMemory?.()),
    checkSpool(spoolFolderFrom(env)),
    await checkSidecar(sidecarUrl),
    server,
  ];
  if (server.state === "problem") return local;
  const settings = await checkSettings(cluster, namespace, sources);
  return [
    ...local,
    await checkVelero(cluster, namespace),
    ...settings.findings,
    ...await checkRights({
      cluster,
      namespace,
      sources: names,
      values: decided(settings.values, env),
    }),
  ];
}
