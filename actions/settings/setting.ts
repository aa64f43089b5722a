/**
 * How a source declares its settings: name, kind of value, default, one line of documentation (protocol 12.1).
 *
 * @module
 */

import type { GenericSchema } from "valibot";
import type * as library from "./schema.ts";

/** What schemas are made of; handed in, because no start of the process needs it. */
export type Valibot = typeof library;

/** One setting. `T` is the value that actions see. */
export interface Setting<T> {
  /** Makes the schema that reads the text of the ConfigMap. */
  readonly schema: (v: Valibot) => GenericSchema<string, T>;
  /** The default, as it would be written in the ConfigMap. */
  readonly fallback: string;
  /** The allowed values in words, for errors and documentation. */
  readonly allowed: string;
  /** One line of documentation. */
  readonly doc: string;
}

/** The settings of a source; the key is the setting's name without the source. */
export type SettingsDefinition = Readonly<Record<string, Setting<unknown>>>;

/** The parsed values of a definition. */
export type SettingsOf<D extends SettingsDefinition> = {
  readonly [K in keyof D]: D[K] extends Setting<infer T> ? T : never;
};

/** The value that a text means; `undefined` when it is not an allowed one. Loads the library at the first call. */
export async function parseSetting<T>(setting: Setting<T>, text: string): Promise<{ value: T } | undefined> {
  const v = await import("./schema.ts");
  const result = v.safeParse(setting.schema(v), text);
  return result.success ? { value: result.output } : undefined;
}

/** `true` or `false`; `on` and `off` mean the same. */
export function flag(fallback: boolean, doc: string): Setting<boolean> {
  const schema = (v: Valibot) =>
    v.pipe(
      v.string(),
      v.picklist(["true", "false", "on", "off"]),
      v.transform((text) => text === "true" || text === "on"),
    );
  return { schema, fallback: String(fallback), allowed: "true, false", doc };
}

/** One of a few words. */
export function choice<const W extends string>(words: readonly W[], fallback: W, doc: string): Setting<W> {
  return {
    schema: (v) => v.picklist(words) as GenericSchema<string, W>,
    fallback,
    allowed: words.join(", "),
    doc,
  };
}

/** A list separated by commas; empty text is an empty list. */
export function list(fallback: readonly string[], doc: string): Setting<readonly string[]> {
  const schema = (v: Valibot) =>
    v.pipe(
      v.string(),
      v.transform((text) => text.split(",").map((part) => part.trim()).filter((part) => part !== "")),
    );
  return { schema, fallback: fallback.join(","), allowed: "a list separated by commas", doc };
}

/** Any text. */
export function text(fallback: string, doc: string): Setting<string> {
  return { schema: (v) => v.string(), fallback, allowed: "any text", doc };
}

/** A whole number, at least `least` and at most `most`. */
export function wholeNumber(
  fallback: number,
  { least, most }: { readonly least: number; readonly most: number },
  doc: string,
): Setting<number> {
  const schema = (v: Valibot) =>
    v.pipe(
      v.string(),
      v.check(
        (value) => /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most,
        "no number",
      ),
      v.transform(Number),
    );
  return { schema, fallback: String(fallback), allowed: `a whole number from ${least} to ${most}`, doc };
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;

/** Milliseconds of a duration written as in Go (`1h30m`, `5m`, `250ms`); `undefined` when it is not one. */
export function parseDuration(value: string): number | undefined {
  if (!DURATION.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  }
  return total;
}

/** A duration as in Go, in milliseconds for the action. */
export function duration(fallback: string, doc: string): Setting<number> {
  const schema = (v: Valibot) =>
    v.pipe(
      v.string(),
      v.check((value) => parseDuration(value) !== undefined, "not a duration"),
      v.transform((value) => parseDuration(value) ?? 0),
    );
  return { schema, fallback, allowed: "a duration such as 30s, 5m or 1h30m", doc };
}
