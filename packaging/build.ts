/**
 * `deno task build`: writes to `build/` the executable, for this machine or for each `--target`, its bill of materials, the licences of
 * what is inside, and the checksums of all of these.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { checksums } from "./checksums.ts";
import { CHUNKS, COMPILE_FLAGS, PROGRAM, type Target, targetsFrom } from "./compile.ts";
import { licencesDocument, licenceText, readFolder } from "./licences.ts";
import { makeBundle } from "./make_bundle.ts";
import type { BundledPackage } from "./packages.ts";
import { type Lock, sbom } from "./sbom.ts";

const ROOT = new URL("../", import.meta.url);
const BUILD = new URL("build/", ROOT);

/** The files beside the executable. */
export const SBOM = "sbom.cdx.json";
export const LICENCES = "THIRD_PARTY_LICENSES.txt";
const SUMS = "SHA256SUMS";

/** Writes the bill of materials and the licences of the bundle that is there. */
export async function describe(): Promise<void> {
  const packages: BundledPackage[] = await json("build/js/packages.json");
  const lock: Lock = await json("deno.lock");
  const { version } = await json<{ version: string }>("deno.json");
  const folders = await Promise.all(packages.map(readFolder));
  const common = await commonTexts();
  const texts = packages.map((found, index) => licenceText(found, folders[index]!, common));
  await Deno.writeTextFile(new URL(LICENCES, BUILD), licencesDocument(PROGRAM, texts));
  const bill = await sbom({
    program: { name: PROGRAM, version },
    packages: packages.map((found, index) => ({ ...found, licence: folders[index]?.licence })),
    lock,
    runtime: Deno.version,
  });
  await Deno.writeTextFile(new URL(SBOM, BUILD), `${JSON.stringify(bill, undefined, 2)}\n`);
}

/** Compiles the bundle that is there. */
async function compile(target: Target | undefined): Promise<string> {
  const file = target?.file ?? PROGRAM;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      ...COMPILE_FLAGS,
      ...CHUNKS,
      ...(target === undefined ? [] : ["--target", target.triple]),
      "--output",
      `build/${file}`,
      "build/js/main.js",
    ],
    cwd: ROOT,
  }).output();
  if (success) return file;
  const [reason = ""] = new TextDecoder().decode(stderr).split(/\n+Stack backtrace:/);
  console.error(reason.trim());
  console.error(
    `\ndeno compile cannot make build/${file}. It fetches its base binary, denort, once from Deno's release host; ` +
      "where that cannot be reached, download it elsewhere and name it in DENORT_BIN.",
  );
  Deno.exit(1);
}

/** The texts that many packages share, by SPDX id. */
async function commonTexts(): Promise<Record<string, string>> {
  const texts: Record<string, string> = { "Apache-2.0": await Deno.readTextFile(new URL("LICENSE", ROOT)) };
  const folder = new URL("licence_texts/", import.meta.url);
  for (const { name } of Deno.readDirSync(folder)) {
    texts[name.replace(/\.txt$/, "")] = await Deno.readTextFile(new URL(name, folder));
  }
  return texts;
}

async function json<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));
}

async function build(args: readonly string[]): Promise<void> {
  const targets = targetsFrom(args);
  await makeBundle();
  await describe();
  const files: string[] = [];
  for (const target of targets.length === 0 ? [undefined] : targets) files.push(await compile(target));
  await Deno.writeTextFile(new URL(SUMS, BUILD), await checksums(BUILD, [...files, LICENCES, SBOM]));
  console.log([...files, LICENCES, SBOM, SUMS].map((file) => `build/${file}`).join("\n"));
}

if (import.meta.main) {
  try {
    await build(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
