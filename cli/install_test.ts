import { assertEquals, assertRejects } from "@std/assert";
import { install, InstallError, LIBRARY } from "./install.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted" ||
  Deno.permissions.querySync({ name: "read" }).state !== "granted";

/** A folder with `image/plugin`, `lib/libgcc_s.so.1` and an empty `target`. */
async function world() {
  const root = await Deno.makeTempDir();
  for (const folder of ["image", "lib", "target"]) await Deno.mkdir(`${root}/${folder}`);
  await Deno.writeTextFile(`${root}/image/plugin`, "program", { mode: 0o700 });
  await Deno.writeTextFile(`${root}/lib/${LIBRARY}`, "library", { mode: 0o755 });
  const options = {
    executable: `${root}/image/plugin`,
    dir: `${root}/target`,
    libraryFolders: [`${root}/none`, `${root}/lib`],
    compiled: true,
  };
  return { root, options, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

async function contents(dir: string) {
  const names = (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => {
    const { mode } = await Deno.stat(`${dir}/${name}`);
    return [name, await Deno.readTextFile(`${dir}/${name}`), (mode ?? 0) & 0o777];
  }));
}

const INSTALLED = [[LIBRARY, "library", 0o644], ["plugin", "program", 0o755]];

Deno.test({ name: "install() copies the executable as one and the library as none", ignore }, async () => {
  await using w = await world();
  const paths = await install(w.options);
  assertEquals(paths, [`${w.root}/target/${LIBRARY}`, `${w.root}/target/plugin`]);
  assertEquals(await contents(w.options.dir), INSTALLED);
});

Deno.test(
  { name: "install() replaces what is there, leftovers of a killed run included", ignore },
  async () => {
    await using w = await world();
    await Deno.writeTextFile(`${w.root}/target/plugin`, "an older and longer program", { mode: 0o755 });
    await Deno.writeTextFile(`${w.root}/target/.plugin.part`, "half of a much longer program");
    await install(w.options);
    assertEquals(await contents(w.options.dir), INSTALLED);
  },
);

Deno.test({ name: "install() prefers the library beside the executable", ignore }, async () => {
  await using w = await world();
  await Deno.writeTextFile(`${w.root}/image/${LIBRARY}`, "own library");
  await install(w.options);
  assertEquals((await contents(w.options.dir))[0], [LIBRARY, "own library", 0o644]);
});

Deno.test({ name: "install() says what is missing and leaves nothing behind", ignore }, async (t) => {
  await using w = await world();
  const refuses = async (change: object, message: string) => {
    await t.step(message.slice(0, 30), async () => {
      await assertRejects(() => install({ ...w.options, ...change }), InstallError, message);
      assertEquals(await contents(w.options.dir), []);
    });
  };
  await refuses({ dir: `${w.root}/absent` }, `"${w.root}/absent" is not a folder`);
  await refuses({ dir: `${w.root}/image/plugin` }, "is not a folder");
  await refuses(
    { libraryFolders: [`${w.root}/none`] },
    `Cannot find ${LIBRARY}: put it beside the executable`,
  );
  await refuses({ compiled: false }, "this runs from source");
});

Deno.test({ name: "install() names both files when a copy fails", ignore }, async () => {
  await using w = await world();
  await Deno.mkdir(`${w.root}/target/plugin`);
  await assertRejects(
    () => install(w.options),
    InstallError,
    `Cannot copy "${w.root}/image/plugin" to "${w.root}/target/plugin": `,
  );
  assertEquals((await Array.fromAsync(Deno.readDir(w.options.dir))).map(({ name }) => name).sort(), [
    LIBRARY,
    "plugin",
  ]);
});
