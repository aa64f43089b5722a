/**
 * The modes for people, and the sidecar: one command each. What a command needs is loaded when it runs.
 *
 * @module
 */

import { Command, Option } from "commander";
import type { PostRestoreFlags } from "./dc_post_restore/command.ts";
import type { DoctorFlags } from "./doctor/command.ts";
import type { GcFlags } from "./images_gc/command.ts";
import { DEFAULT_LISTEN } from "../sidecar/serve.ts";

const DESCRIPTION = "A Velero plugin for workloads whose backups need more than a copy of their manifests. " +
  "Velero starts it by itself. These commands are for you.";

/** Runs a command. A wrong one ends the process with exit code 1 and a text on stderr. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const program = new Command("velero-plugin-for-workloads")
    .description(DESCRIPTION)
    .helpCommand("help [command]", "explain a command");

  program.command("version")
    .description("print the version")
    .action(async () => {
      const { VERSION } = await import("./version.ts");
      print(`velero-plugin-for-workloads ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.arch})\n`);
    });

  program.command("actions")
    .description("list all actions with their resources, and say which of them Velero gets to see, and why")
    .addOption(
      new Option("-o, --output <format>", "format of the list").choices(["table", "json"]).default("table"),
    )
    .option(
      "--conflicts <dir>",
      "instead, start each plugin of that folder, and list those that register an action of ours",
    )
    .action(async ({ output, conflicts }: { output: "table" | "json"; conflicts?: string }) => {
      if (conflicts !== undefined) Deno.exit(await tellConflicts(conflicts, output));
      const { listActions } = await import("./actions.ts");
      const { text, warnings } = listActions((name) => Deno.env.get(name), output);
      for (const warning of warnings) complain(warning);
      print(text);
    });

  program.command("doctor")
    .description("say what is wrong with an installation; run it in Velero's pod")
    .addOption(
      new Option("-o, --output <format>", "format of the report").choices(["table", "json"]).default("table"),
    )
    .option("--plugin-dir <dir>", "Velero's plugin folder", "/plugins")
    .option("--sidecar-url <url>", "where the sidecar listens", "http://127.0.0.1:8087")
    .option(
      "-n, --velero-namespace <namespace>",
      "Velero's namespace; default: that of this process, else velero",
    )
    .action(async (options: DoctorFlags) => {
      const { doctor } = await import("./doctor/command.ts");
      Deno.exit(await doctor(options, print));
    });

  program.command("install")
    .description("copy the executable and libgcc_s.so.1 into Velero's plugin folder, for init containers")
    .argument("<dir>", "the folder; in an init container it is /target")
    .action(async (dir: string) => {
      const { install, InstallError } = await import("./install.ts");
      try {
        for (const path of await install({ executable: Deno.execPath(), dir })) print(`${path}\n`);
      } catch (error) {
        if (!(error instanceof InstallError)) throw error;
        complain(error.message);
        Deno.exit(1);
      }
    });

  const openshift = program.command("openshift")
    .description("what backups and restores of OpenShift resources leave to do");
  openshift.command("dc-post-restore")
    .description(
      "start the DeploymentConfigs that a restore scaled down, and delete the pods it restored beside them",
    )
    .argument("<restore>", "name of the Restore")
    .option(
      "-n, --velero-namespace <namespace>",
      "namespace of the Restore; default: that of this process, else velero",
    )
    .option("--namespace <namespace...>", "work only in these target namespaces")
    .option("--dry-run", "print what would be done, and change nothing", false)
    .option("--force", "go on even if the Restore has not ended", false)
    .option(
      "--delete-first",
      "delete all pods before their DeploymentConfig starts, not only pods with a ReadWriteOnce claim",
      false,
    )
    .action(async (restore: string, options: PostRestoreFlags) => {
      const { dcPostRestore } = await import("./dc_post_restore/command.ts");
      Deno.exit(await dcPostRestore(restore, options, print, complain));
    });

  openshift.command("images")
    .description("look after the images that backups keep in object storage")
    .command("gc")
    .description("delete images that no backup in the bucket of a BackupStorageLocation names any more")
    .argument("[location]", "name of the BackupStorageLocation", "default")
    .option(
      "-n, --velero-namespace <namespace>",
      "namespace of the BackupStorageLocation; default: that of this process, else velero",
    )
    .option("--delete", "delete, instead of only printing what would be deleted", false)
    .option("--older-than <duration>", "keep what is younger", "24h")
    .action(async (location: string, options: GcFlags) => {
      const { imagesGc } = await import("./images_gc/command.ts");
      Deno.exit(await imagesGc(location, options, print, complain));
    });

  const { addPreview } = await import("./preview/commands.ts");
  addPreview(program);

  // Only for its help text: main.ts runs the sidecar without this library.
  program.command("sidecar")
    .description("serve health, metrics and a status page from a container beside Velero")
    .option("--listen <host:port>", "where to listen", DEFAULT_LISTEN);

  await program.parseAsync([...args], { from: "user" });
}

async function tellConflicts(dir: string, format: "table" | "json"): Promise<number> {
  const { findConflicts, renderConflicts } = await import("./conflicts.ts");
  const { registrations } = await import("./actions.ts");
  try {
    const found = await findConflicts({
      dir,
      own: registrations((name) => Deno.env.get(name)),
      ...(Deno.build.standalone ? { self: Deno.execPath() } : {}),
      timeout: 20_000,
    });
    print(format === "json" ? `${JSON.stringify(found, null, 2)}\n` : renderConflicts(dir, found));
    return found.some((one) => one.is === "broken" || (one.is === "plugin" && one.clashes.length > 0))
      ? 1
      : 0;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    complain(`"${dir}" is not a folder`);
    return 2;
  }
}

const encoder = new TextEncoder();

function print(text: string): void {
  writeAll(Deno.stdout, text);
}

function complain(text: string): void {
  writeAll(Deno.stderr, `${text}\n`);
}

function writeAll(file: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}
