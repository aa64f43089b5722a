/**
 * The small values of the spool, and checks of those that were read from a file.
 *
 * @module
 */

/** A text and when it was written, in milliseconds since 1970. */
export interface Note {
  readonly time: number;
  readonly text: string;
}

const TEXT_LENGTH = 400;

/** A note whose text is one line of bounded length, in characters and in bytes. The end of a long one is ASCII, like most of the file. */
export function shortNote(time: number, text: string): Note {
  const start = text.slice(0, TEXT_LENGTH).replaceAll(/\p{Cc}+/gu, " ").toWellFormed();
  return { time, text: text.length > TEXT_LENGTH ? `${start}...` : start };
}

/** True for an object that is not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for a number that can be an amount or a time. */
export function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

/** True for a list of amounts. */
export function areAmounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isAmount);
}

/** True for a note. */
export function isNote(value: unknown): value is Note {
  return isRecord(value) && isAmount(value.time) && typeof value.text === "string";
}
