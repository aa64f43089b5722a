/**
 * Texts from clusters and plugins, made safe to show: whatever a terminal or a browser would obey instead of showing stands there as
 * an escape.
 *
 * @module
 */

// Control characters, what changes the direction of text or is not seen (format characters, separators, fillers), and halves of
// characters.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/gu;

/** The text on one line, with `\n`, `\t`, `\u{202e}` and the like in place of what cannot be seen. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escape);
}

/** As {@link visible}, but line breaks stay. */
export function visibleLines(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(
    UNSEEN,
    (character) => character === "\n" ? "\n" : escape(character),
  );
}

/**
 * JSON text without anything a terminal would obey. Its strings hold the same values as before; outside of them there is nothing to
 * replace but white space, which stays.
 */
export function visibleJson(json: string): string {
  return json.replace(
    UNSEEN,
    (character) =>
      character === "\n"
        ? character
        : [...character].flatMap((whole) => whole.split("")).map((unit) =>
          `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
        ).join(""),
  );
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };

function escape(character: string): string {
  return SHORT[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
