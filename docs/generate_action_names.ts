/**
 * Writes actions/action_names.json from the sources: `deno task docs`. Who must know which actions there are, but never calls one,
 * reads this file instead of loading them.
 *
 * @module
 */

import type { NamedSource } from "../actions/registry.ts";
import { SOURCES } from "../actions/sources.ts";

/** Where the names stand. */
export const ACTION_NAMES = new URL("../actions/action_names.json", import.meta.url);

/** The file, formatted as `deno fmt` leaves it. */
export function renderActionNames(sources: readonly NamedSource[]): string {
  const named: NamedSource[] = sources.map(({ name, actions }) => ({
    name,
    actions: actions.map(({ kind, name, onlyOnRequest }) => ({
      kind,
      name,
      ...(onlyOnRequest === undefined ? {} : { onlyOnRequest }),
    })),
  }));
  return `${JSON.stringify(named, undefined, 2)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(ACTION_NAMES, renderActionNames(SOURCES));
