import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BACKUP_FLAGS, RESTORE_FLAGS } from "../cli/preview/flags.ts";
import { PREVIEW_PAGE, withFlags } from "./generate_preview_flags.ts";

const granted = (name: "read" | "env") => Deno.permissions.querySync({ name }).state === "granted";
const ignore = !granted("read") || !granted("env");

Deno.test({
  name: "the flags in docs/preview.md are those of the command line; deno task docs writes them",
  ignore,
  fn: async () => {
    const page = await Deno.readTextFile(PREVIEW_PAGE);
    assertEquals(withFlags(page), page);
    for (const { flags } of [...BACKUP_FLAGS, ...RESTORE_FLAGS]) {
      assertStringIncludes(page, `| \`${flags}\` `);
    }
    for (const flag of ["--store", "--plugin <path>", "--archive <file>"]) {
      assertStringIncludes(page, `| \`${flag}\` `);
    }
  },
});

Deno.test({
  name: "withFlags() keeps what people wrote and refuses a page without its marks",
  ignore,
  fn: () => {
    const made = withFlags("# a\n<!-- flags: generated -->\nSTALE\n<!-- flags: end -->\nz\n");
    assertEquals([made.startsWith("# a\n"), made.endsWith("\nz\n"), made.includes("STALE")], [
      true,
      true,
      false,
    ]);
    assertThrows(() => withFlags("# a"), TypeError, "lacks");
  },
});
