/**
 * The host program (`host/`): Velero's own client, driven from here.
 *
 * @module
 */

import type { Json } from "./api.ts";
import { PLUGIN_ENVIRONMENT, pluginExecutable, tool } from "./tools.ts";

/** What the host says, and how it ended. */
export interface Answer {
  readonly code: number;
  readonly output: Json;
}

/** Runs a sub-command of the host over our plugin. */
export async function host(command: string, ...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await new Deno.Command(tool("host"), {
    args: [command, ...hostFlags(), pluginExecutable(), ...args],
    env: PLUGIN_ENVIRONMENT,
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!text) throw new Error(`host ${command} ended with ${code} and no output: ${errors}`);
  return { code, output: JSON.parse(text) };
}

/** Without root the host cannot have its own mount namespace, and gives the plugin a kubeconfig instead of a service account. */
export function hostFlags(): string[] {
  return Deno.uid() === 0 ? ["-incluster-only"] : ["-no-ns"];
}

/** Writes cases into a temporary file, gives its path to `use`, and removes it. */
export async function withCases<T>(cases: readonly Json[], use: (file: string) => Promise<T>): Promise<T> {
  const file = await Deno.makeTempFile({ prefix: "cases-", suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(cases));
    return await use(file);
  } finally {
    await Deno.remove(file);
  }
}
