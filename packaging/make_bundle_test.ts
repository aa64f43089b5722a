import { assertEquals, assertRejects } from "@std/assert";
import { makeBundle } from "./make_bundle.ts";

const ignore = (["run", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

const FILES = ["deno.json", "deno.lock", "main.ts", "actions/a.ts", "actions/lib/b.tsx", "actions/c.json"];
const CHUNKS = { "main.js": { imports: [], dynamicImports: [], modules: ["main.ts", "npm:c"] } };

/** A project whose task `bundle` is that command, which counts how often it runs. */
async function project(task: string) {
  const root = new URL(`file://${await Deno.makeTempDir({ prefix: "make-bundle-" })}/`);
  const write = (name: string, text = "") => Deno.writeTextFile(new URL(name, root), text);
  for (const name of ["actions/lib", "tests", ".git"]) {
    await Deno.mkdir(new URL(name, root), { recursive: true });
  }
  for (const name of FILES) await write(name);
  await write("deno.lock", JSON.stringify({ version: "5" }));
  await write("deno.json", JSON.stringify({ tasks: { bundle: task } }));
  await write("chunks", JSON.stringify(CHUNKS));
  /** Gives a file a time that is so many seconds after now. */
  const touch = (name: string, seconds: number) => {
    const time = Date.now() / 1000 + seconds;
    return Deno.utime(new URL(name, root), time, time);
  };
  const count = async () => (await Deno.readTextFile(new URL("count", root))).split("\n").length - 1;
  return {
    root,
    write,
    touch,
    count,
    /** How often it is bundled after `change` in a project that has been bundled after its last change. */
    async after(change: () => Promise<void>): Promise<number> {
      await makeBundle(root);
      for (const name of [...FILES, "actions", "actions/lib"]) await touch(name, -10);
      await touch("build/js/chunks.json", -5);
      const before = await count();
      await change();
      await makeBundle(root);
      return await count() - before;
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

Deno.test({ name: "makeBundle() bundles again when the program's folders changed", ignore }, async (t) => {
  await using world = await project(TASK);
  const cases: readonly { about: string; change: () => Promise<void>; expected: number }[] = [
    { about: "nothing", change: () => Promise.resolve(), expected: 0 },
    ...FILES.map((name) => ({ about: name, change: () => world.touch(name, -1), expected: 1 })),
    { about: "a new file", change: () => world.write("actions/lib/new.ts"), expected: 1 },
    {
      about: "a file that went",
      change: () => Deno.remove(new URL("actions/lib/new.ts", world.root)),
      expected: 1,
    },
    { about: "a test of the whole", change: () => world.write("tests/x_test.ts"), expected: 0 },
    { about: "a folder that is not ours", change: () => world.write(".git/x.ts"), expected: 0 },
  ];
  for (const { about, change, expected } of cases) {
    await t.step(about, async () => assertEquals(await world.after(change), expected));
  }
});

Deno.test({ name: "makeBundle() tells why the bundler failed, and tries again", ignore }, async () => {
  await using world = await project("echo no such module >&2 && exit 3");
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => makeBundle(world.root), Error, "deno task bundle failed: no such module");
  }
});
