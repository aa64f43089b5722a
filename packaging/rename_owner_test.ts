import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { IMAGE, NAME, OWNER } from "./project.ts";
import { OWNED, renameOwner, textFiles, withOwner } from "./rename_owner.ts";

const ROOT = new URL("../", import.meta.url);
const ignore = (["read", "write"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

Deno.test(
  { name: "every file that names the image or the repository names this owner", ignore },
  async () => {
    const naming: string[] = [];
    const others: string[] = [];
    for (const file of textFiles(ROOT)) {
      for (const [, , owner] of (await Deno.readTextFile(new URL(file, ROOT))).matchAll(OWNED)) {
        naming.push(file);
        if (owner !== OWNER && file !== "packaging/rename_owner_test.ts") others.push(`${file}: ${owner}`);
      }
    }
    assertEquals(others, []);
    for (const file of ["README.md", "deploy/helm/values.yaml", "deploy/kustomize/kustomization.yaml"]) {
      assert(naming.includes(file), `${file} was looked at`);
    }
  },
);

Deno.test({ name: "manifests, documents and Dockerfile name the version of deno.json", ignore }, async () => {
  const read = (file: string) => Deno.readTextFile(new URL(file, ROOT));
  const { version } = JSON.parse(await read("deno.json"));
  const found = new Map<string, Set<string>>();
  for (const file of textFiles(ROOT)) {
    if (!/^(?:deploy|docs|README)/.test(file)) continue;
    const named = [
      ...(await read(file)).matchAll(new RegExp(String.raw`${NAME}(?::|/deploy/\w+\?ref=)(v\d[\w.-]*)`, "g")),
    ];
    if (named.length > 0) found.set(file, new Set(named.map(([, tag = ""]) => tag)));
  }
  assertEquals([...found].filter(([, tags]) => [...tags].join() !== `v${version}`), []);
  for (const file of ["README.md", "deploy/gate/gate.yaml", "deploy/helm/values.yaml"]) {
    assert(found.has(file), `${file} was looked at`);
  }
  for (const { image } of imagesOf(await read("deploy/kustomize/velero.yaml"))) {
    assertEquals(image, `${IMAGE}:v${version}`);
  }
  assert((await read("Dockerfile")).includes(`\nARG VERSION=${version}\n`));
});

/** The init containers of a Deployment's patch. */
function imagesOf(text: string): { image: string }[] {
  const { initContainers } = parse(text).spec.template.spec;
  assertEquals(initContainers.length, 2);
  return initContainers;
}

Deno.test({ name: "rename-owner rewrites all of them, and nothing else", ignore }, async () => {
  const folder = await Deno.makeTempDir({ prefix: "owner-" });
  const root = new URL(`file://${folder}/`);
  try {
    await Deno.mkdir(new URL("a/.git", root), { recursive: true });
    await Deno.writeTextFile(new URL("a/x.yaml", root), `image: ${IMAGE}:v1\n`);
    await Deno.writeTextFile(new URL("a/.git/config", root), IMAGE);
    await Deno.writeTextFile(new URL("project.ts", root), `export const OWNER = "${OWNER}";\n`);
    await Deno.writeTextFile(new URL("z.md", root), "ghcr.io/other/thing, const OWNER = 1");
    assertEquals(await renameOwner(root, "acme"), ["a/x.yaml", "project.ts"]);
    assertEquals(await Deno.readTextFile(new URL("a/x.yaml", root)), `image: ghcr.io/acme/${NAME}:v1\n`);
    assertEquals(await Deno.readTextFile(new URL("project.ts", root)), 'export const OWNER = "acme";\n');
    assertEquals(await renameOwner(root, "acme"), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a second fork renames the first one's names", () => {
  const first = withOwner(
    `${IMAGE}, https://github.com/${OWNER}/${NAME}/issues, --repo ${OWNER}/${NAME}`,
    "one",
  );
  const second = `ghcr.io/two/${NAME}, https://github.com/two/${NAME}/issues, --repo two/${NAME}`;
  assertEquals(withOwner(first, "two"), second);
});
