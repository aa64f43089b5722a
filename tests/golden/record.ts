/**
 * Shows where the plugin differs from the recorded results, and with `--write` notes its own results in `deviations.json`; the tags
 * there are written by hand.
 *
 *     deno run -P=test tests/golden/record.ts [--write] [--plugin PATH] [NAMEPART...]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { formatPath } from "../../preview/report/diff.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { readDeviations, writeDeviations } from "./deviations.ts";
import { readGolden, SOURCES } from "./golden.ts";
import { createGoldenHost, inWorldOrder } from "./host.ts";
import { comparable, compare } from "./verdict.ts";

const { values: { write, plugin }, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    write: { type: "boolean", default: false },
    plugin: { type: "string" },
  },
});
const deviations = await readDeviations();
const counts: Record<string, number> = {};
const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
const short = (value: unknown) => (JSON.stringify(value) ?? "").slice(0, 160);
const host = await createGoldenHost(
  plugin === undefined ? await bundledPlugin() : await Deno.realPath(plugin),
);
try {
  const goldens = (await Promise.all(SOURCES.map(readGolden))).flat()
    .filter((golden) =>
      positionals.length === 0 || positionals.some((part) => golden.case.name.includes(part))
    );
  for (const golden of inWorldOrder(goldens)) {
    const { name } = golden.case;
    const actual = await host.run(golden.case);
    const { verdict, changes } = compare(golden, actual);
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    if (verdict !== "differs") {
      if (write) delete deviations[name];
      continue;
    }
    const tag = deviations[name]?.tag ?? "";
    print(`${name}  ${tag === "" ? "NO TAG" : tag}`);
    for (const { path, before, after } of changes) {
      print(`    ${formatPath(path)}: recorded ${short(before)}, ours ${short(after)}`);
    }
    if (golden.result.error !== undefined) print(`    recorded error: ${golden.result.error.message}`);
    if (actual.error !== undefined) print(`    our error: ${actual.error.message}`);
    if (write) deviations[name] = { tag, expected: comparable(actual) };
  }
} finally {
  await host.close();
}
if (write) await writeDeviations(deviations);
print(Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`).join(", "));
