/**
 * Writes docs/settings.md from the definitions of all sources: `deno task docs`.
 *
 * @module
 */

import type { Source } from "../actions/action.ts";
import { actionKey } from "../actions/settings/reader.ts";
import { SOURCES } from "../actions/sources.ts";

/** Where the page stands. */
export const SETTINGS_PAGE = new URL("settings.md", import.meta.url);

const HEAD = `# Settings

<!-- Written by \`deno task docs\` from the sources' settings.ts. Change them there. -->

To change a default, create one ConfigMap in Velero's namespace with the labels \`velero.io/plugin-config: ""\`
and \`velero-plugin-for-workloads: ""\`, and put the keys below into its data. To change a key for one run only,
set the annotation \`velero-plugin-for-workloads/<key>\` on the Backup or Restore. The keys below
\`openshift.registry\` and \`openshift.images.transfer-registry\` can be changed in the ConfigMap only.

While a key has a value that is not allowed, every action of its source fails. An unknown key is ignored with
a warning. Booleans may also be written \`on\` and \`off\`.
`;

/** The page, formatted as \`deno fmt\` leaves it. */
export function renderSettings(sources: readonly Source[]): string {
  return [HEAD, ...sources.map(renderSource)].join("\n");
}

function renderSource({ name, settings, actions }: Source): string {
  const rows = Object.entries(settings).map(([key, { fallback, allowed, doc }]) => [
    `\`${name}.${key}\``,
    fallback === "" ? "empty" : `\`${fallback}\``,
    allowed,
    doc,
  ]);
  // An action of the same name for backup and restore has one switch.
  const switches = [...new Set(actions.map((action) => actionKey(action.name)))].sort().map((key) => [
    `\`${name}.actions.${key}\``,
    "`true`",
    "true, false",
    "`false` turns the action off.",
  ]);
  const table = [["key", "default", "allowed", "meaning"], ...rows, ...switches];
  return `## ${name}\n\n${renderTable(table)}`;
}

/** A table as `deno fmt` leaves it; the first row is the head. */
export function renderTable([head = [], ...rows]: string[][]): string {
  const escaped = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(...escaped.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.join(" | ")} |\n`;
  const padded = escaped.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [padded[0], line(widths.map((width) => "-".repeat(width))), ...padded.slice(1)].join("");
}

if (import.meta.main) await Deno.writeTextFile(SETTINGS_PAGE, renderSettings(SOURCES));
