/**
 * The plugin under the client packages of each supported release: what is listed to it (an unknown kind would stop its server, protocol
 * 1.9), and one call of each kind and operation, from list to answer (protocol 6.1). What runs is what README's table says.
 */

import { assertEquals } from "@std/assert";
import type { Json } from "../velero/api.ts";
import { type Call, drive, type Release, RELEASES, type Seen, versionOf } from "./releases.ts";
import { type Expectation, EXPECTATIONS, SAMPLE_EXPECTATIONS, WORLD } from "./calls.ts";
import { type Compatibility, RECORD } from "./table.ts";
import { host } from "../velero/host.ts";
import { PLUGIN_ENVIRONMENT, present, ROOT } from "../velero/tools.ts";

const missing = ["host", ...RELEASES.map(({ client }) => client)].filter((name) => !present(name));
const ignore = missing.length > 0;
const why = ignore ? ` (not built: ${missing.join(", ")})` : "";

const V2 = ["BackupItemActionV2", "RestoreItemActionV2"];
const KINDS = [
  "BackupItemAction",
  V2[0]!,
  "RestoreItemAction",
  V2[1]!,
  "DeleteItemAction",
  "ItemBlockAction",
];

/** The names that we register under each kind for the newest server. */
async function registered(): Promise<Record<string, string[]>> {
  const { output } = await host("list");
  const list = output as unknown as Json[];
  return Object.fromEntries(KINDS.map((kind) => [
    kind,
    list.filter((entry) => entry["kind"] === kind).map((entry) => String(entry["name"])).sort(),
  ]));
}

/** What a release was told of a kind. Its registry lists the names of a first version under the second one, too. */
function told({ listed }: Seen, kind: string): string[] {
  const names = listed[kind] ?? [];
  const first = V2.includes(kind) ? listed[kind.replace("V2", "")] ?? [] : [];
  return names.filter((name) => !first.includes(name)).sort();
}

/** The kinds of which a release was told everything; of the others it must have been told nothing. */
function kindsTold(seen: Seen, all: Record<string, string[]>): string[] {
  return KINDS.filter((kind) => {
    const names = told(seen, kind);
    assertEquals(
      [[], all[kind]].some((expected) => expected!.join() === names.join()),
      true,
      `${kind}: ${names}`,
    );
    return names.length > 0;
  });
}

/** Kinds that a release knows (protocol 6.1). */
const knows = ({ itemBlocks }: Release, kind: string) => itemBlocks || kind !== "ItemBlockAction";

/** Makes the calls and checks what came back. */
async function check(
  t: Deno.TestContext,
  release: Release,
  expectations: readonly Expectation[],
  run: (calls: readonly Call[]) => Promise<Seen>,
): Promise<Seen> {
  const seen = await run(expectations.map(({ call }) => call));
  assertEquals(seen.appliesTo, {});
  assertEquals(seen.results.length, expectations.length);
  for (const [index, { call, result }] of expectations.entries()) {
    const { name, ...answer } = seen.results[index]!;
    await t.step(`${release.minor} ${call.name}`, () => {
      assertEquals(name, call.name);
      const expected = knows(release, call.kind) ? result : { unsupportedKind: true };
      assertEquals(withoutRandom(answer), expected);
    });
  }
  return seen;
}

function withoutRandom(answer: Json): Json {
  return JSON.parse(JSON.stringify(answer).replaceAll(/shop\/velero-nightly-[a-z0-9]{5}/g, "OPERATION"));
}

const onRequest = ({ itemBlocks }: Release) =>
  KINDS.filter((kind) => itemBlocks || kind !== "ItemBlockAction").join(",");

const found: Compatibility[] = [];

for (const release of RELEASES) {
  Deno.test({
    name: `compatibility: Velero ${release.minor} lists our actions and calls them, kind by kind${why}`,
    ignore,
    async fn(t) {
      const all = await registered();
      const byItself = await drive(release, [], []);
      assertEquals(byItself.appliesTo, {});
      const seen = await check(
        t,
        release,
        EXPECTATIONS,
        (calls) => drive(release, calls, WORLD, { env: { WORKLOADS_KINDS: onRequest(release) } }),
      );
      assertEquals(
        kindsTold(seen, all),
        KINDS.filter((kind) => all[kind]!.length > 0 && knows(release, kind)),
        "with WORKLOADS_KINDS",
      );
      found.push({
        minor: release.minor,
        version: await versionOf(release),
        listed: kindsTold(byItself, all).filter((kind) => kind !== "DeleteItemAction"),
        listedOnRequest: kindsTold(seen, all).filter((kind) => kind !== "DeleteItemAction"),
      });
    },
  });

  Deno.test({
    name:
      `compatibility: Velero ${release.minor} gets the answers of every kind of action, and their errors${why}`,
    ignore,
    async fn(t) {
      const plugin = await Deno.makeTempFile({ prefix: "sample-plugin-" });
      await Deno.writeTextFile(
        plugin,
        `#!/bin/sh\nPLUGIN_COMMAND="\${PLUGIN_COMMAND:-$0}" exec "${Deno.execPath()}" run --quiet --no-prompt ` +
          `--allow-all --config="${ROOT}deno.json" "${ROOT}tests/protocol/entry.ts" "$@"\n`,
      );
      await Deno.chmod(plugin, 0o755);
      const env = { ...PLUGIN_ENVIRONMENT, WORKLOADS_KINDS: onRequest(release) };
      await check(t, release, SAMPLE_EXPECTATIONS, (calls) => drive(release, calls, [], { plugin, env }));
      await Deno.remove(plugin);
    },
  });
}

Deno.test({ name: `compatibility: README's table is what was found${why}`, ignore }, async () => {
  const recorded = JSON.parse(await Deno.readTextFile(RECORD));
  if (Deno.env.get("RECORD_COMPATIBILITY") === "yes") {
    await Deno.writeTextFile(RECORD, `${JSON.stringify(found, undefined, 2)}\n`);
  } else {
    assertEquals(found, recorded, "run this test with RECORD_COMPATIBILITY=yes, then deno task docs");
  }
});
