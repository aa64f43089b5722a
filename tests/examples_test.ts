import { assertEquals, assertStringIncludes } from "@std/assert";
import { SOURCES } from "../actions/sources.ts";
import { createFolder, ignore } from "./preview/kit.ts";

const EXAMPLES = new URL("../examples/", import.meta.url);

/** The lines of a guide's `sh` blocks. */
async function commands(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, EXAMPLES));
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.trimEnd().split("\n"));
}

const GUIDES = ["README.md", ...SOURCES.map(({ name }) => `shop/${name}/README.md`)];
const PREVIEW = "velero-plugin-for-workloads preview ";

for (const guide of GUIDES) {
  Deno.test({ name: `examples/${guide}: its previews run as they are written`, ignore }, async () => {
    await using folder = await createFolder();
    const previews = (await commands(guide)).filter((line) => line.startsWith(PREVIEW));
    assertEquals(previews.map((line) => line.split(" ")[2]), ["backup", "restore"]);
    for (const line of previews) {
      const args = line.slice(PREVIEW.length).split(" ")
        .map((arg) => arg.replace(/^examples\//, EXAMPLES.pathname));
      const { code, stdout, stderr } = await folder.preview(args);
      assertEquals([code, stderr], [0, ""], `${line}\n${stdout}`);
      assertStringIncludes(stdout, "shop");
    }
  });
}

Deno.test({ name: "the examples' commands with Velero are the same for each source", ignore }, async () => {
  for (const { name } of SOURCES) {
    assertEquals((await commands(`shop/${name}/README.md`)).filter((line) => !line.startsWith(PREVIEW)), [
      `kubectl apply -f examples/shop/namespace.yaml -f examples/shop/${name}`,
      `velero backup create ${name} --include-namespaces shop --wait`,
      `velero restore create ${name}-copy --from-backup ${name} --namespace-mappings shop:shop-copy --wait`,
      `velero restore describe ${name}-copy --details`,
    ]);
  }
});
