/**
 * What tests that look at a page in a browser ask of it alike.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/**
 * Functions in the page's own language, as it cannot reach ours: `contrast(a, b)` of two colours by WCAG, and `behind(e)`, the colour of
 * the first background behind an element.
 */
export const COLORS = `
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((c) => c / 255 <= 0.03928 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const contrast = (a, b) => {
    const [x, y] = [light(numbers(a)), light(numbers(b))];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
`;

/** Asserts that the least of some values, which the page gives with where it stands, is not below a bound. */
export function assertLeast(what: string, [value, where]: readonly [number, string], bound: number): void {
  assertEquals(value >= bound, true, `${what} is ${value} at ${where}`);
}
