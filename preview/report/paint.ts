/** What a piece of text means; a terminal shows it as colour. */
export type Tone = "good" | "bad" | "warn" | "soft" | "strong" | "added" | "removed" | "changed";

/** Marks a text, whose width must not change. */
export type Paint = (tone: Tone, text: string) => string;

/** Marks nothing. */
export const plain: Paint = (_tone, text) => text;

const CODES: Readonly<Record<Tone, string>> = {
  good: "32",
  bad: "1;31",
  warn: "33",
  soft: "2",
  strong: "1",
  added: "32",
  removed: "31",
  changed: "36",
};

/** Marks with the colours of a terminal. */
export const colours: Paint = (tone, text) => text === "" ? "" : `\u001b[${CODES[tone]}m${text}\u001b[0m`;
