/**
 * The command line of `preview`. What a command needs is loaded when it runs.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { BACKUP_FLAGS, type Flag, RESTORE_FLAGS } from "./flags.ts";
import type { BackupOptions, GateOptions, Given, RestoreOptions } from "./options.ts";
import { EXIT, inSession, type Session } from "./session.ts";

/** Adds `preview` and its commands. */
export function addPreview(program: Command): void {
  const preview = program.command("preview")
    .description("show what a backup will hold and what a restore will change, without touching anything");

  const gate = gateCommand(preview).action(async (options: GateOptions) => {
    const { previewGate } = await import("./gate.ts");
    await finish((session) => previewGate(options, session));
  });
  const compare = preview.command("compare")
    .description("run the same backup or restore with two plugins and show where their results differ");
  const commands = [
    backupCommand(preview).action(async (inputs: string[], options: BackupOptions & Given) => {
      const { previewBackup } = await import("./backup.ts");
      await finish((session) => previewBackup(inputs, options, session));
    }).option("--archive <file>", "write the archive, in Velero's layout, below the working directory"),
    restoreCommand(preview).action(async (archive: string | undefined, options: RestoreOptions & Given) => {
      const { previewRestore } = await import("./restore.ts");
      await finish((session) => previewRestore(archive, options, session));
    }),
    backupCommand(compare).action(async (inputs: string[], options: BackupOptions & Given) => {
      const { compareBackups } = await import("./compare.ts");
      await finish((session) => compareBackups(inputs, options, session));
    }),
    restoreCommand(compare).action(async (archive: string | undefined, options: RestoreOptions & Given) => {
      const { compareRestores } = await import("./compare.ts");
      await finish((session) => compareRestores(archive, options, session));
    }),
  ];
  for (const command of [preview, gate, compare, ...commands]) {
    // What commander refuses is bad input as well.
    command.exitOverride((error) => Deno.exit(error.exitCode === 0 ? EXIT.fine : EXIT.badInput));
  }
}

function backupCommand(parent: Command): Command {
  return common(parent.command("backup"), BACKUP_FLAGS)
    .description("back up manifests, or a live cluster, as Velero would")
    .argument("[input...]", "manifests: files, folders, - for standard input; none: the live cluster")
    .option("--backup <file>", "a Backup manifest; flags take precedence")
    .option(
      "--from-schedule <name>",
      "what this Schedule of the live cluster backs up; flags take precedence",
    );
}

function restoreCommand(parent: Command): Command {
  return common(parent.command("restore"), RESTORE_FLAGS)
    .description("restore an archive as Velero would; the target is the live cluster unless said otherwise")
    .argument("[archive]", "the archive of a backup (.tar.gz), as `velero backup download` fetches it")
    .option(
      "--backup <name>",
      "fetch the archive of this Backup from the live cluster, with a DownloadRequest",
    )
    .option("--from-backup <name>", "as --backup")
    .option("--from-schedule <name>", "fetch the archive of the newest completed backup of this Schedule")
    .option(
      "--allow-partially-failed [bool]",
      "with --from-schedule: also take a backup that is PartiallyFailed",
    )
    .option("--download-timeout <duration>", "how long Velero may take to answer the DownloadRequest", "1m")
    .option(
      "--cacert <file>",
      "certificate authority of the object store, if the storage location names none",
    )
    .option("--restore <file>", "a Restore manifest; flags take precedence")
    .addOption(repeatable("--target <file>", "manifests of the target cluster instead of the live one"))
    .option("--empty-target", "restore into an empty cluster that serves the kinds of the archive");
}

function gateCommand(parent: Command): Command {
  return parent.command("gate")
    .description("check for each Schedule whether its newest backup would restore into the live cluster")
    .addOption(
      new Option("-o, --output <format>", "format of the result").choices(["text", "json"]).default("text"),
    )
    .addOption(
      new Option("--fail-on <level>", "what makes a backup count as one that would not restore")
        .choices(["error", "warning"]).default("error"),
    )
    .option("--store", "put the result into the ConfigMap velero-plugin-preview-gate, for the sidecar")
    .option(
      "--textfile <file>",
      "write the result as metrics, below the working directory, for a textfile collector",
    )
    .option("--time-limit <duration>", "how long the preview of one backup may take", "15m")
    .option("--download-timeout <duration>", "how long Velero may take to answer a DownloadRequest", "1m")
    .option(
      "--cacert <file>",
      "certificate authority of the object store, if the storage location names none",
    )
    .option("-n, --namespace <namespace>", "Velero's namespace (default: velero)")
    .option("--kubeconfig <file>", "kubeconfig of the live cluster (default: KUBECONFIG, ~/.kube/config)")
    .option("--kubecontext <name>", "context of the kubeconfig");
}

function common(command: Command, flags: readonly Flag[]): Command {
  command
    .addOption(
      repeatable(
        "--plugin <path>",
        'a plugin executable, or "own" for the actions of this program (default: own)',
      ),
    )
    .option(
      "--plugin-timeout <duration>",
      "how long the start of a plugin executable, and each call of it, may take",
      "5m",
    )
    .addOption(
      new Option("-o, --output <format>", "format of the report").choices(["text", "json", "html"]).default(
        "text",
      ),
    )
    .option("--output-file <file>", "write the report below the working directory instead of to stdout")
    .addOption(
      new Option("--color <when>", "colours in a report of text; auto: on a terminal, unless NO_COLOR is set")
        .choices(["auto", "always", "never"]).default("auto"),
    )
    .addOption(
      new Option("--fail-on <level>", "what makes the exit code 1").choices(["error", "warning"]).default(
        "error",
      ),
    )
    .option("--name <name>", "name of the Backup or Restore", "preview")
    .option("-n, --namespace <namespace>", "Velero's namespace (default: velero)")
    .option("--kubeconfig <file>", "kubeconfig of the live cluster (default: KUBECONFIG, ~/.kube/config)")
    .option("--kubecontext <name>", "context of the kubeconfig");
  for (const { flags: names, about } of flags) command.option(names, about);
  return command;
}

function repeatable(flags: string, about: string): Option {
  return new Option(flags, about).argParser((value: string, before: string[] = []) => [...before, value]);
}

async function finish(work: (session: Session) => Promise<number>): Promise<void> {
  const code = await inSession(work);
  if (code !== 0) Deno.exit(code);
}
