import { assertEquals } from "@std/assert";
import { builtinActions } from "../preview/builtin/builtin.ts";
import { dataActions } from "../preview/builtin/data.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

Deno.test({
  name: "docs/preview.md tells which of Velero's own actions a preview models (protocol 4.13)",
  ignore,
  async fn() {
    const text = await Deno.readTextFile(new URL("preview.md", import.meta.url));
    const rows = [...text.matchAll(/^\| `(velero\.io\/\S+)` +\| .* \| (yes|in part|no)\b.*\|$/gm)];
    const told = new Map(rows.map(([, name = "", word = ""]) => [name, word]));
    assertEquals(rows.length, told.size, "a name has one row");
    const names = (actions: readonly { name: string }[]) => new Set(actions.map(({ name }) => name));
    assertEquals(new Set(told.keys()), names(builtinActions(() => {})));
    const notWholly = [...told].filter(([, word]) => word !== "yes").map(([name]) => name);
    assertEquals(new Set(notWholly), names(dataActions(() => {})));
  },
});
