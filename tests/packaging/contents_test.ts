/** What the papers beside the executable say of its contents: the packages that the bundle really holds, and their licences. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, LICENCES, SBOM } from "../../packaging/build.ts";
import { makeBundle } from "../../packaging/make_bundle.ts";
import { type BundledPackage, nameOf } from "../../packaging/packages.ts";

const BUILD = new URL("../../build/", import.meta.url);
const ignore = (["run", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

Deno.test({
  name: "contents: the bill of materials and the licences name each package of the bundle, and only these",
  ignore,
  async fn(t) {
    const chunks = await makeBundle();
    await describe();
    const packages: BundledPackage[] = JSON.parse(
      await Deno.readTextFile(new URL("js/packages.json", BUILD)),
    );
    const inChunks = new Set(
      Object.values(chunks).flatMap(({ modules }) => modules)
        .filter((name) => name.startsWith("npm:")).map((name) => name.slice("npm:".length)),
    );
    await t.step("as the chunks have them", () => {
      assertEquals([...new Set(packages.map(({ name }) => name))].sort(), [...inChunks].sort());
    });
    const { components } = JSON.parse(await Deno.readTextFile(new URL(SBOM, BUILD)));
    await t.step("bill of materials", () => {
      assertEquals(components.map((component: Record<string, unknown>) => component["bom-ref"]), [
        ...packages.map(nameOf),
        `deno@${Deno.version.deno}`,
      ]);
      // What the registry gave is what is inside: each package that has a version is in the lock with its hash.
      for (const { name, version, hashes, licenses } of components.slice(0, -1)) {
        assertEquals(hashes?.length, version === undefined ? undefined : 1, name);
        assertEquals(licenses?.length, version === undefined ? undefined : 1, name);
      }
    });
    const licences = await Deno.readTextFile(new URL(LICENCES, BUILD));
    await t.step("licences", () => {
      const heads = licences.split(`\n${"-".repeat(78)}\n\n`).slice(1).map((part) => part.split("\n", 1)[0]);
      assertEquals(heads, packages.map(nameOf));
      assertStringIncludes(licences, "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION");
    });
  },
});

Deno.test({
  name: "contents: what only tests, types and the bundler need is not inside",
  ignore,
  async fn() {
    await makeBundle();
    const packages: BundledPackage[] = JSON.parse(
      await Deno.readTextFile(new URL("js/packages.json", BUILD)),
    );
    const names = packages.map(({ name }) => name);
    assert(names.includes("@grpc/grpc-js"));
    const unwanted =
      /^(?:@types\/.*|@grpc\/proto-loader|protobufjs|@jridgewell\/.*|yargs|esbuild|@esbuild\/.*)$/;
    assertEquals(names.filter((name) => unwanted.test(name)), []);
  },
});
