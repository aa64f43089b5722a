/**
 * Writes docs/preview-report.schema.json from the schema in the code: `deno task docs`.
 *
 * @module
 */

import { toJsonSchema } from "@valibot/to-json-schema";
import { anyReport } from "../preview/report/schema.ts";

/** Where the schema stands. */
export const SCHEMA_FILE = new URL("preview-report.schema.json", import.meta.url);

/** The text of the file. */
export function renderSchema(): string {
  const { $schema: _, ...schema } = toJsonSchema(anyReport, { target: "draft-2020-12" });
  const whole = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What `preview -o json` writes",
    ...schema,
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, renderSchema());
