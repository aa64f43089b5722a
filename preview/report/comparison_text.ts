import type { Difference } from "../run/compare.ts";
import { formatChanges, formatPlace, wrap } from "./text.ts";

/** A comparison of two plugins as plain text, readable in 100 columns. */
export function formatComparison(
  [first, second]: readonly [string, string],
  items: number,
  differences: readonly Difference[],
): string[] {
  return [
    `first:  ${first}`,
    `second: ${second}`,
    ...differences.flatMap((difference) => formatDifference(difference)),
    "",
    `  ${items} items; ${differences.length === 0 ? "no difference" : `${differences.length} differ`}`,
  ];
}

function formatDifference(difference: Difference): string[] {
  const { item, outcomes: [first, second], reasons, changes, onlyFirstAsks, onlySecondAsks } = difference;
  const asks = (who: string, items: readonly string[]) =>
    items.flatMap((asked) => wrap(`only the ${who} asks for ${asked}`, 4));
  return [
    ...wrap(
      `${formatPlace(item)}${first === second ? "" : `: ${first} by the first, ${second} by the second`}`,
      2,
    ),
    ...(["first", "second"] as const).flatMap((who, index) => {
      const reason = reasons[index];
      return reason === undefined ? [] : wrap(`the ${who}: ${reason}`, 4);
    }),
    ...asks("first", onlyFirstAsks),
    ...asks("second", onlySecondAsks),
    ...formatChanges(changes),
  ];
}
