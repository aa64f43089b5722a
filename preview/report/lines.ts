/**
 * Lines of plain text, readable in 100 columns. Everything that comes from outside is made visible here.
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import { type JsonValue, stringifyJson } from "../../objects/json.ts";
import { groupResource } from "../run/resources.ts";
import { type Change, formatPath } from "./diff.ts";
import { leaves } from "./leaves.ts";
import { type Paint, plain } from "./paint.ts";
import { visible } from "./visible.ts";

/** The widest line. */
export const COLUMNS = 100;

/** An item by its resource, namespace and name. */
export function formatPlace(item: ResourceIdentifier): string {
  return visible(`${groupResource(item)} ${item.namespace === "" ? "" : `${item.namespace}/`}${item.name}`);
}

/** Changes, one to three lines each. */
export function formatChanges(changes: readonly Change[], indent = 6, paint: Paint = plain): string[] {
  return leaves(changes).flatMap((change) => formatChange(change, indent, paint));
}

// On one line when it fits, else the values below the name.
function formatChange({ path, before, after }: Change, indent: number, paint: Paint): string[] {
  const space = " ".repeat(indent);
  const name = visible(formatPath(path)) || "the whole object";
  if (before !== undefined && after !== undefined) {
    const line = `${space}~ ${name}: ${value(before)} -> ${value(after)}`;
    if (line.length <= COLUMNS) return [paint("changed", line)];
    return [
      paint("changed", fit(`${space}~ ${name}`)),
      paint("removed", fit(`${space}    from ${value(before)}`)),
      paint("added", fit(`${space}    to   ${value(after)}`)),
    ];
  }
  const [tone, sign, told] = before === undefined
    ? ["added" as const, "+", `= ${value(after)}`]
    : ["removed" as const, "-", `(was ${value(before)})`];
  const line = `${space}${sign} ${name} ${told}`;
  return line.length <= COLUMNS
    ? [paint(tone, line)]
    : [paint(tone, fit(`${space}${sign} ${name}`)), paint(tone, fit(`${space}    ${told}`))];
}

function value(json: JsonValue | undefined): string {
  return json === undefined ? "" : visible(stringifyJson(json));
}

/** A line cut to a width. */
export function fit(line: string, width = COLUMNS): string {
  return line.length <= width ? line : `${line.slice(0, width - 3)}...`;
}

/** A paragraph in 100 columns; the lines behind the first are indented further. A word that is too long is cut into several. */
export function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  const width = COLUMNS - indent - 2;
  const words = visible(text.replaceAll(/\s*\n\s*/g, " ")).split(" ").flatMap((word) =>
    word.length <= width ? [word] : word.match(new RegExp(`.{1,${width}}`, "gu")) ?? []
  );
  for (const word of words) {
    if (line.trim() !== "" && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = " ".repeat(indent + 2);
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** A number and what it counts. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
