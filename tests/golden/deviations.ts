import type { JsonObject } from "../../objects/json.ts";

/** A difference that a specification demands. */
export interface Deviation {
  /** The tags of the specification, or a sentence; written by hand. */
  readonly tag: string;
  /** The comparable part of our own result (see `verdict.ts`). */
  readonly expected: JsonObject;
}

const FILE = new URL("deviations.json", import.meta.url);

/** The deviations by the case's name. */
export async function readDeviations(): Promise<Record<string, Deviation>> {
  return JSON.parse(await Deno.readTextFile(FILE));
}

/** Writes them, sorted by name. */
export async function writeDeviations(deviations: Record<string, Deviation>): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(deviations).sort(([a], [b]) => a < b ? -1 : 1));
  await Deno.writeTextFile(FILE, JSON.stringify(sorted, undefined, 1) + "\n");
}
