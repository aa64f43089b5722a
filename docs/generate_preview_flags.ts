/**
 * Writes the table of flags in docs/preview.md from the command line itself: `deno task docs`.
 *
 * @module
 */

import { Command } from "commander";
import { addPreview } from "../cli/preview/commands.ts";
import { renderTable } from "./generate_settings.ts";

/** Where the page stands. */
export const PREVIEW_PAGE = new URL("preview.md", import.meta.url);

const MARK = { begin: "<!-- flags: generated -->", end: "<!-- flags: end -->" };

/** The page with its table made anew; everything outside the two marks stays as it is. */
export function withFlags(page: string): string {
  const [before, rest] = page.split(MARK.begin);
  const after = rest?.split(MARK.end)[1];
  if (before === undefined || after === undefined) throw new TypeError(`The page lacks ${MARK.begin}`);
  return `${before}${MARK.begin}\n\n${flagTable()}\n${MARK.end}${after}`;
}

/** The commands of `preview` that have flags, by their names: `backup`, `compare restore`. */
function commandsOf(parent: Command, prefix = ""): [name: string, command: Command][] {
  return parent.commands.flatMap((command) => [
    [`${prefix}${command.name()}`, command] as [string, Command],
    ...commandsOf(command, `${prefix}${command.name()} `),
  ]);
}

// A row for each flag and meaning; `compare` takes what the command takes that it compares.
function flagTable(): string {
  const program = new Command();
  addPreview(program);
  const [preview] = program.commands;
  const commands = preview === undefined
    ? []
    : commandsOf(preview).filter(([name]) => !name.startsWith("compare"));
  const rows = new Map<string, { flags: string; meaning: string; commands: string[] }>();
  for (const [name, { options }] of commands) {
    for (const { flags, description, defaultValue, argChoices } of options) {
      const choices = argChoices === undefined
        ? ""
        : `: ${argChoices.map((choice) => `\`${choice}\``).join(", ")}`;
      const fallback = defaultValue === undefined ? "" : ` (default: \`${defaultValue}\`)`;
      const meaning = `${description}${choices}${fallback}`;
      const row = rows.get(`${flags} ${meaning}`) ?? { flags, meaning, commands: [] };
      rows.set(`${flags} ${meaning}`, row);
      row.commands.push(name);
    }
  }
  return renderTable([
    ["flag", "of", "meaning"],
    ...[...rows.values()].map((
      { flags, meaning, commands },
    ) => [`\`${flags}\``, commands.join(", "), meaning]),
  ]);
}

if (import.meta.main) {
  await Deno.writeTextFile(PREVIEW_PAGE, withFlags(await Deno.readTextFile(PREVIEW_PAGE)));
}
