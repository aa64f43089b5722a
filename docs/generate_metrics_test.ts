import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { METRICS } from "../sidecar/metrics.ts";
import { METRICS_PAGE, withTable } from "./generate_metrics.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

Deno.test({
  name: "docs/metrics.md is in step with the table; deno task docs writes it",
  ignore,
  fn: async () => {
    const page = await Deno.readTextFile(METRICS_PAGE);
    assertEquals(withTable(page), page);
    for (const { name } of Object.values(METRICS)) assertStringIncludes(page, `| \`${name}\` `);
  },
});

Deno.test("withTable() keeps what people wrote and refuses a page without its marks", () => {
  const page = "# a\n<!-- metrics: generated -->\nSTALE\n<!-- metrics: end -->\nz\n";
  const made = withTable(page);
  assertEquals([made.startsWith("# a\n"), made.endsWith("\nz\n"), made.includes("STALE")], [
    true,
    true,
    false,
  ]);
  assertEquals(withTable(made), made);
  assertThrows(() => withTable("# a"), TypeError, "lacks");
});
