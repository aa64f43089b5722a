import { assertEquals, assertRejects } from "@std/assert";
import { makeBundle } from "./make_bundle.ts";

const ignore = (["run", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

const FILES = [
  "deno.lock",
  "packaging/chunks.ts",
  "packaging/finish_bundle.ts",
  "packaging/source_map.ts",
  "a.ts",
  "b.ts",
];
const CHUNKS = { "main.js": { imports: [], dynamicImports: [], modules: ["a.ts", "b.ts", "npm:c"] } };

/** A project whose task `bundle` counts how often it runs. */
async function project(task: string) {
  const root = new URL(`file://${await Deno.makeTempDir({ prefix: "make-bundle-" })}/`);
  const write = (name: string, text = "") => Deno.writeTextFile(new URL(name, root), text);
  await Deno.mkdir(new URL("packaging", root));
  for (const name of FILES) await write(name);
  await write("deno.lock", JSON.stringify({ version: "5" }));
  await write("chunks", JSON.stringify(CHUNKS));
  await write("deno.json", JSON.stringify({ tasks: { bundle: task } }));
  return {
    root,
    count: async () => (await Deno.readTextFile(new URL("count", root))).split("\n").length - 1,
    /** Gives a file a time that is so many seconds after now. */
    touch: (name: string, seconds: number) => {
      const time = Date.now() / 1000 + seconds;
      return Deno.utime(new URL(name, root), time, time);
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

const TASK = "mkdir -p build/js && cp chunks build/js/chunks.json && sleep 0.2 && echo x >>count";

Deno.test({ name: "makeBundle() bundles once, whoever asks", ignore }, async () => {
  await using world = await project(TASK);
  const answers = await Promise.all([makeBundle(world.root), makeBundle(world.root), makeBundle(world.root)]);
  assertEquals(answers, [CHUNKS, CHUNKS, CHUNKS]);
  assertEquals(await world.count(), 1);
});

Deno.test(
  { name: "makeBundle() bundles again when a file of the bundle changed or went", ignore },
  async (t) => {
    await using world = await project(TASK);
    await makeBundle(world.root);
    for (const name of [...FILES, "deno.json"]) {
      await t.step(name, async () => {
        for (const file of [...FILES, "deno.json"]) await world.touch(file, -10);
        await world.touch("build/js/chunks.json", -5);
        const before = await world.count();
        await makeBundle(world.root);
        assertEquals(await world.count(), before, "older files");
        await world.touch(name, -1);
        await makeBundle(world.root);
        assertEquals(await world.count(), before + 1, "a newer file");
      });
    }
    await Deno.remove(new URL("b.ts", world.root));
    const before = await world.count();
    await makeBundle(world.root);
    assertEquals(await world.count(), before + 1, "a file that went");
  },
);

Deno.test({ name: "makeBundle() tells why the bundler failed, and tries again", ignore }, async () => {
  await using world = await project("echo no such module >&2 && exit 3");
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => makeBundle(world.root), Error, "deno task bundle failed: no such module");
  }
});
