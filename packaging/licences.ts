/**
 * The licences of other people's code in the executable, as one text that goes where the executable goes.
 *
 * @module
 */

import { type BundledPackage, nameOf } from "./packages.ts";

/** What the folder of a package says. */
export interface PackageFolder {
  /** `license` of its package.json. */
  readonly licence: string | undefined;
  /** `author` of its package.json. */
  readonly author: string | undefined;
  /** The texts of its licence and notice files. */
  readonly texts: readonly string[];
}

/** Reads the folder of a package; empty for one that has none. */
export async function readFolder({ folder }: BundledPackage): Promise<PackageFolder> {
  if (folder === undefined) return { licence: undefined, author: undefined, texts: [] };
  const { license, author } = JSON.parse(await Deno.readTextFile(`${folder}package.json`));
  const names = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) => name)
    .filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name)).sort();
  return {
    // Older packages name an object, or a list of them.
    licence: typeof license === "string" ? license : license?.type ?? undefined,
    author: typeof author === "string" ? author : author?.name ?? undefined,
    texts: await Promise.all(names.map((name) => Deno.readTextFile(folder + name))),
  };
}

/**
 * The text for one package: its own files, else the claims at the head of its code with the common text of the licence it names.
 *
 * @param common The texts of licences by SPDX id.
 * @throws {TypeError} for a package of which neither says anything: somebody must look.
 */
export function licenceText(
  found: BundledPackage,
  { licence, author, texts }: PackageFolder,
  common: Readonly<Record<string, string>>,
): string {
  const name = nameOf(found);
  const head = `${name}${licence === undefined ? "" : `\nLicence: ${licence}`}`;
  if (texts.length > 0) return `${head}\n\n${texts.map((text) => text.trim()).join("\n\n")}`;
  const ids = (licence ?? "").split(/[()\s]+|\b(?:AND|OR|WITH)\b/).filter((word) => word !== "");
  const claims = found.notices.length > 0 || author === undefined
    ? found.notices
    : [`Copyright (c) ${author}`];
  const parts = [...claims, ...ids.flatMap((id) => common[id] ?? [])];
  if (parts.length === 0 || (found.notices.length === 0 && ids.every((id) => common[id] === undefined))) {
    throw new TypeError(
      `${name} ships no licence text (its package.json says ${
        licence ?? "nothing"
      }): add the text of that licence to packaging/licence_texts`,
    );
  }
  return `${head}\n\n${parts.map((text) => text.trim()).join("\n\n")}`;
}

const RULE = `\n\n${"-".repeat(78)}\n\n`;

/** The whole document. */
export function licencesDocument(program: string, texts: readonly string[]): string {
  const intro = `The executable ${program} contains code of the following packages, under these licences.\n` +
    "The Deno runtime that it also contains (MIT, https://github.com/denoland/deno) has the licences of its own\n" +
    "parts in its repository.";
  return `${[intro, ...texts].join(RULE)}\n`;
}
