import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject } from "./json.ts";
import { labelSelectorOf, parseLabelSelector } from "./label_selector.ts";

const LABELS = { app: "web", "example.io/tier": "db", size: "5", empty: "" };

const ROWS: [selector: string, matches: boolean][] = [
  ["", true],
  ["   ", true],
  ["app=web", true],
  ["app==web", true],
  ["app = web", true],
  ["app=api", false],
  ["app!=api", true],
  ["app!=web", false],
  ["absent!=web", true],
  ["empty=", true],
  ["empty=,app=web", true],
  ["absent=", false],
  ["app", true],
  ["absent", false],
  ["!absent", true],
  ["! app", false],
  ["app in (web, api)", true],
  ["app in (api)", false],
  ["absent in (web)", false],
  ["empty in (web,)", true],
  ["app notin (api,db)", true],
  ["app notin (web)", false],
  ["absent notin (web)", true],
  ["example.io/tier=db,app in (web),!absent", true],
  ["example.io/tier=db,app in (api)", false],
  ["size>4", true],
  ["size>5", false],
  ["size<6", true],
  ["app>1", false],
];

Deno.test("parseLabelSelector() matches as Kubernetes does", () => {
  for (const [selector, matches] of ROWS) {
    assertEquals(parseLabelSelector(selector)({ metadata: { labels: LABELS } }), matches, selector);
  }
});

Deno.test("parseLabelSelector() takes an object without labels", () => {
  assertEquals(parseLabelSelector("a=b")({}), false);
  assertEquals(parseLabelSelector("a!=b")({}), true);
});

const BAD: [selector: string, message: string][] = [
  ["a b c", 'Cannot parse label selector "a b c": found "b" instead of one of in, notin, =, ==, !=, <, >'],
  ["a=b c", 'Cannot parse label selector "a=b c": found "c" instead of ","'],
  ["a in b", 'Cannot parse label selector "a in b": found "b" instead of "("'],
  ["a in (b", 'Cannot parse label selector "a in (b": found the end instead of "," or ")"'],
  ["a=b,", 'Cannot parse label selector "a=b,": found the end instead of a label\'s name'],
  ["=b", 'Cannot parse label selector "=b": found "=" instead of a label\'s name'],
  ["a=b;c", 'Cannot parse label selector "a=b;c": unexpected ";"'],
  ["a=-b", 'Cannot parse label selector "a=-b": found "-b" instead of a label\'s value'],
  ["a>b", 'Cannot parse label selector "a>b": found "b" instead of a whole number'],
];

Deno.test("parseLabelSelector() says what is wrong", () => {
  for (const [selector, message] of BAD) {
    assertThrows(() => parseLabelSelector(selector), SyntaxError, message, selector);
  }
});

const expression = (key: string, operator: string, values?: string[]): JsonObject => ({
  matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
});

const OBJECTS: [selector: JsonObject, matches: boolean][] = [
  [{}, true],
  [{ matchLabels: { app: "web", empty: "" } }, true],
  [{ matchLabels: { app: "web", size: "6" } }, false],
  [expression("app", "In", ["api", "web"]), true],
  [expression("app", "In", ["api"]), false],
  [expression("app", "NotIn", ["web"]), false],
  [expression("absent", "NotIn", ["web"]), true],
  [expression("app", "Exists"), true],
  [expression("absent", "Exists"), false],
  [expression("absent", "DoesNotExist", []), true],
  [{ matchLabels: { app: "web" }, ...expression("size", "In", ["6"]) }, false],
];

Deno.test("labelSelectorOf() matches as Kubernetes does", () => {
  for (const [selector, matches] of OBJECTS) {
    assertEquals(
      labelSelectorOf(selector)({ metadata: { labels: LABELS } }),
      matches,
      JSON.stringify(selector),
    );
  }
});

const BAD_OBJECTS: [selector: JsonObject, message: string][] = [
  [expression("a", "Near"), '"Near" is not a valid label selector operator'],
  [{ matchExpressions: [{ key: "a" }] }, '"" is not a valid label selector operator'],
  [expression("a", "In"), 'Operator In of label "a" takes at least one value'],
  [expression("a", "Exists", ["b"]), 'Operator Exists of label "a" takes no values'],
  [expression("", "Exists"), "A label selector's expression has no key"],
  [expression("a", "In", ["b c"]), 'found "c" instead of'],
];

Deno.test("labelSelectorOf() says what is wrong", () => {
  for (const [selector, message] of BAD_OBJECTS) {
    assertThrows(() => labelSelectorOf(selector), SyntaxError, message, JSON.stringify(selector));
  }
});
