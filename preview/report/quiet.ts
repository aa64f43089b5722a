import type { ItemReport, Step } from "./report.ts";

/** Whether an action did nothing with an item but look at it. */
export function isQuiet(step: Step): boolean {
  const { changes, additionalItems, effects, imageCopies, remarks, operationID, ready, error } = step;
  return changes.length === 0 && additionalItems.length === 0 && effects === undefined &&
    imageCopies === undefined && remarks === undefined && operationID === undefined && ready === undefined &&
    error === undefined;
}

/** Whether there is more to say of an item than that it is stored or created as it is. */
export function hasMore({ steps, outcome, reason, differences }: ItemReport): boolean {
  return (outcome !== "stored" && outcome !== "created") || reason !== undefined ||
    differences !== undefined ||
    steps.some((step) => !isQuiet(step));
}
