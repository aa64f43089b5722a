import { assertEquals, assertMatch } from "@std/assert";
import { makeBundle } from "../../packaging/make_bundle.ts";
import { imageConfig } from "./dockerfile.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (file: string) => Deno.readTextFile(new URL(file, ROOT));
const ignore = (["run", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

Deno.test(
  { name: "Dockerfile: it installs by itself, as a user by number (protocol 8.1)", ignore },
  async () => {
    const { env, user, entrypoint, cmd, labels } = await imageConfig();
    assertMatch(user, /^[1-9]\d*:[1-9]\d*$/);
    assertEquals([...entrypoint, ...cmd], ["/plugins/velero-plugin-for-workloads", "install", "/target"]);
    assertEquals(env, { LD_LIBRARY_PATH: "/plugins" });
    for (const name of ["title", "description", "source", "licenses", "version", "revision"]) {
      assertMatch(labels[`org.opencontainers.image.${name}`] ?? "", /\S/, name);
    }
  },
);

Deno.test(
  { name: "Dockerfile: each image is pinned by digest, and Deno is the pinned release", ignore },
  async () => {
    const { from } = await imageConfig();
    for (const image of from) assertMatch(image, /^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
    const [, pinned] = /npx --yes deno@(\S+) task test/.exec(await read("README.md")) ?? [];
    assertEquals(from.filter((image) => image.startsWith(`denoland/deno:${pinned}@`)).length, 1);
    assertEquals(new Set(from).size, from.length);
  },
);

Deno.test({ name: "Dockerfile: the version of its label is the project's", ignore }, async () => {
  const { version } = JSON.parse(await read("deno.json"));
  assertMatch(await read("Dockerfile"), new RegExp(`^ARG VERSION=${version}$`, "m"));
});

Deno.test(
  { name: ".dockerignore lets through every folder of which something is bundled", ignore },
  async () => {
    const lines = (await read(".dockerignore")).split("\n");
    const let_through = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    const chunks = await makeBundle();
    const bundled = new Set(
      Object.values(chunks).flatMap(({ modules }) => modules)
        .filter((name) => !name.startsWith("npm:")).map((name) => name.split("/")[0]),
    );
    assertEquals([...bundled].filter((name) => !let_through.includes(name!)), []);
    // And what the build itself reads.
    assertEquals(["packaging", "deno.lock", "LICENSE"].filter((name) => !let_through.includes(name)), []);
  },
);
