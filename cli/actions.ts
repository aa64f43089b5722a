import { SOURCES } from "../actions/sources.ts";
import { type Env, registryFrom } from "./environment.ts";

const HEADINGS = ["KIND", "NAME", "ON", "SOURCE", "RESOURCES", "WHY"] as const;

/** Every action as people read it. */
export function listActions(
  env: Env,
  format: "table" | "json",
): { text: string; warnings: readonly string[] } {
  const { entries, warnings } = registryFrom(env, SOURCES);
  const actions = entries.map(({ action, source, listed, why }) => ({
    kind: action.kind,
    name: action.name,
    resources: [...action.appliesTo.includedResources],
    source: source.name,
    on: listed,
    why,
  }));
  if (format === "json") return { text: `${JSON.stringify(actions, null, 2)}\n`, warnings };
  const rows = actions.map(({ kind, name, on, source, resources, why }) => [
    kind,
    name,
    on ? "on" : "off",
    source,
    resources.join(","),
    why,
  ]);
  return { text: table([[...HEADINGS], ...rows]), warnings };
}

/** Kind and name of every action that Velero gets to see. */
export function registrations(env: Env): { kind: string; name: string }[] {
  return registryFrom(env, SOURCES).entries.filter(({ listed }) => listed)
    .map(({ action: { kind, name } }) => ({ kind, name }));
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`
  )
    .join("");
}
