/**
 * README's table of releases, written from what `compatibility_e2e.ts` has found and recorded.
 *
 * @module
 */

/** Where the findings are recorded. */
export const RECORD = new URL("./found.json", import.meta.url);

/** What was found with the client of one release. */
export interface Compatibility {
  /** Its minor release, for example `1.18`. */
  readonly minor: string;
  /** The release whose packages were run. */
  readonly version: string;
  /** Kinds of actions that it is told of, all of them each. */
  readonly listed: readonly string[];
  /** The same when WORKLOADS_KINDS asks for all that it knows. */
  readonly listedOnRequest: readonly string[];
}

const V2 = "BackupItemActionV2";
const BLOCKS = "ItemBlockAction";

/** The table in Markdown, as the formatter has it. */
export function table(found: readonly Compatibility[]): string {
  const rows = [
    ["Velero", "tested with", "what works"],
    ...found.map((row) => [row.minor, row.version, worksBy(row)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function worksBy({ listed, listedOnRequest }: Compatibility): string {
  const blocks = listedOnRequest.includes(BLOCKS) ? "" : "; this release has no item blocks";
  if (!listed.includes(V2)) {
    return `actions of version 1, and those of version 2 if you set \`WORKLOADS_KINDS\` ([how](docs/installation.md#choose-what-is-on))${blocks}`;
  }
  return listed.includes(BLOCKS) ? "everything" : `all backup and restore actions${blocks}`;
}

const BEGIN = "<!-- Written by `deno task docs` from what the end-to-end tests have found. -->";
const END = "<!-- End of the table. -->";

/**
 * A document with the table between the two comments.
 *
 * @throws {TypeError} for a document without them.
 */
export function withTable(document: string, found: readonly Compatibility[]): string {
  const [before, rest = ""] = document.split(BEGIN);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) {
    throw new TypeError("The document has no place for the table");
  }
  return `${before}${BEGIN}\n\n${table(found)}\n\n${END}${after}`;
}

if (import.meta.main) {
  const readme = new URL("../../README.md", import.meta.url);
  const found: Compatibility[] = JSON.parse(await Deno.readTextFile(RECORD));
  await Deno.writeTextFile(readme, withTable(await Deno.readTextFile(readme), found));
}
