import type { Difference } from "../run/compare.ts";
import type { ComparisonReport } from "./document.ts";
import { fit, formatChanges, formatPlace, wrap } from "./lines.ts";
import { type Paint, plain } from "./paint.ts";
import { endSentence } from "./words.ts";
import { visible } from "./visible.ts";

/** A comparison of two plugins as plain text, readable in 100 columns. */
export function formatComparison(
  { of, plugins: [first, second], failures = [null, null], items, differences }: Pick<
    ComparisonReport,
    "of" | "plugins" | "failures" | "items" | "differences"
  >,
  paint: Paint = plain,
): string[] {
  const last = differences.length === 0 ? "no difference" : `${differences.length} differ`;
  const heading = [fit(`first:  ${visible(first)}`), fit(`second: ${visible(second)}`)];
  const failed = (["first", "second"] as const).flatMap((who, index) => failureOf(of, who, failures[index]));
  if (failed.length > 0) {
    const lines = [...failed, "Nothing was compared."];
    return [...heading, "", ...lines.flatMap((line) => wrap(line, 2)).map((line) => paint("bad", line))];
  }
  return [
    ...heading,
    ...differences.flatMap((difference) => formatDifference(difference, paint)),
    "",
    paint(differences.length === 0 ? "good" : "warn", `  ${items} items; ${last}`),
  ];
}

/** Says why Velero would fail with a plugin; nothing where it would not. */
export function failureOf(
  of: ComparisonReport["of"],
  who: "first" | "second",
  failure: string | null | undefined,
): string[] {
  return typeof failure === "string"
    ? [endSentence(`With the ${who}, Velero would fail the whole ${of}: ${failure}`)]
    : [];
}

function formatDifference(difference: Difference, paint: Paint): string[] {
  const { item, outcomes: [first, second], reasons, changes, onlyFirstAsks, onlySecondAsks } = difference;
  const asks = (who: string, items: readonly string[]) =>
    items.flatMap((asked) => wrap(`only the ${who} asks for ${asked}`, 4));
  const heading = `${formatPlace(item)}${
    first === second ? "" : `: ${first} by the first, ${second} by the second`
  }`;
  return [
    ...wrap(heading, 2).map((line) => paint("strong", line)),
    ...(["first", "second"] as const).flatMap((who, index) => {
      const reason = reasons[index];
      return reason === undefined ? [] : wrap(`the ${who}: ${reason}`, 4);
    }),
    ...asks("first", onlyFirstAsks),
    ...asks("second", onlySecondAsks),
    ...formatChanges(changes, 6, paint),
  ];
}
