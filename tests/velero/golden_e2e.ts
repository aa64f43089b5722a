/** The recorded answers of the upstream plugins, asked for again by Velero's own client. */

import { assertEquals } from "@std/assert";
import type { Json } from "./api.ts";
import { host } from "./host.ts";
import { HERE, present, ROOT } from "./tools.ts";

const ignore = !present("host");
const hasGo = await started("go", "version");

async function started(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args }).output()).success;
  } catch {
    return false;
  }
}
const GOLDEN = `${ROOT}tests/golden/`;

async function read(file: string): Promise<Json> {
  return JSON.parse(await Deno.readTextFile(GOLDEN + file));
}

/** Upstream's kind and name to ours, where ours is registered as v2 (protocol 12.2). */
async function renamed(cases: readonly Json[]): Promise<Json> {
  const { output } = await host("list");
  const ours = new Set((output as unknown as Json[]).map(({ kind, name }: Json) => `${kind} ${name}`));
  const theirs = cases.map((golden) => [golden["case"].kind, golden["case"].plugin] as const);
  return Object.fromEntries(
    theirs.filter(([kind, name]) => !ours.has(`${kind} ${name}`) && ours.has(`${kind}V2 ${name}`))
      .map(([kind, name]) => [`${kind} ${name}`, `${kind}V2 ${name}`]),
  );
}

for (const source of ["superphenix", "vmgroup", "cnpg"]) {
  Deno.test({
    name: `golden: ${source} differs from upstream exactly where its specification says so`,
    ignore,
    async fn() {
      const cases = await read(`${source}.json`) as unknown as Json[];
      const map = await Deno.makeTempFile({ suffix: ".json" });
      try {
        await Deno.writeTextFile(map, JSON.stringify(await renamed(cases)));
        const { code, output } = await host("check", `${GOLDEN}${source}.json`, "-map", map);
        const differing = output["cases"].filter((one: Json) => one["verdict"] === "differs");
        const allowed = Object.keys(await read("deviations.json")).filter((name) =>
          name.startsWith(`${source}/`)
        );
        assertEquals(
          differing.map((one: Json) => one["name"]).sort(),
          allowed.sort(),
          JSON.stringify(differing, undefined, 1),
        );
        assertEquals(output["total"], cases.length);
        assertEquals(code, allowed.length > 0 ? 3 : 0);
      } finally {
        await Deno.remove(map);
      }
    },
  });
}

Deno.test({
  name: "golden: the host's comparison tells a change from what upstream's types alone alter",
  ignore: ignore || !hasGo,
  async fn() {
    const { success, stdout } = await new Deno.Command("go", { args: ["test", "."], cwd: `${HERE}host` })
      .output();
    assertEquals(success, true, new TextDecoder().decode(stdout));
  },
});
