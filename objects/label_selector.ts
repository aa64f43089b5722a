/**
 * Label selectors in Kubernetes' text syntax, `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`, and as objects.
 *
 * @module
 */

import type { JsonObject } from "./json.ts";
import { arrayAt, label, objectAt, objectsAt, stringAt } from "./object.ts";

/** Says whether an object's labels match. */
export type LabelSelector = (object: JsonObject) => boolean;

type Requirement = (value: string | undefined) => boolean;

// Names, values and symbols; anything else is an error.
const TOKEN = /\s*(?:([\w./-]+)|(==|!=|[=!,()<>]))/y;

// An optional prefix with a slash, then a name (Kubernetes' qualified names).
const KEY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;

const VALUE = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Parses a selector; empty text matches everything.
 *
 * As in Kubernetes, `!=` and `notin` also match an object without the label.
 *
 * @throws {SyntaxError} naming the selector and what was found where.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokenize(text);
  const requirements: [key: string, met: Requirement][] = [];
  let next = 0;

  const fail = (expected: string): never => {
    const found = tokens[next] === undefined ? "the end" : `"${tokens[next]}"`;
    throw new SyntaxError(`Cannot parse label selector "${text}": found ${found} instead of ${expected}`);
  };
  const isSymbol = (token: string | undefined) => token === undefined || /^[^\w./-]/.test(token);
  const take = (token: string): boolean => {
    if (tokens[next] !== token) return false;
    next++;
    return true;
  };
  const key = (): string => {
    const name = tokens[next];
    if (name === undefined || !KEY.test(name)) return fail("a label's name");
    next++;
    return name;
  };
  // An absent value is an empty one: `a=` and `a in (b,)`.
  const value = (): string => {
    const found = tokens[next];
    if (found === undefined || isSymbol(found)) return "";
    if (!VALUE.test(found)) return fail("a label's value");
    next++;
    return found;
  };
  const values = (): ReadonlySet<string> => {
    if (!take("(")) fail('"("');
    const found = new Set([value()]);
    while (take(",")) found.add(value());
    if (!take(")")) fail('"," or ")"');
    return found;
  };
  const number = (): number => {
    if (!/^-?\d+$/.test(tokens[next] ?? "")) fail("a whole number");
    return Number(tokens[next++]);
  };
  const requirement = (): Requirement => {
    if (next === tokens.length || tokens[next] === ",") return (own) => own !== undefined;
    if (take("=") || take("==")) return equals(value());
    if (take("!=")) return not(equals(value()));
    if (take("in")) return among(values());
    if (take("notin")) return not(among(values()));
    if (take(">")) return compared(number(), (own, limit) => own > limit);
    if (take("<")) return compared(number(), (own, limit) => own < limit);
    return fail("one of in, notin, =, ==, !=, <, >");
  };

  while (next < tokens.length) {
    if (take("!")) requirements.push([key(), (own) => own === undefined]);
    else requirements.push([key(), requirement()]);
    if (next === tokens.length) break;
    if (!take(",")) fail('","');
    if (next === tokens.length) fail("a label's name");
  }
  return (object) => requirements.every(([name, met]) => met(label(object, name)));
}

/**
 * The selector that an object spells out (`matchLabels`, `matchExpressions`); an empty one matches everything.
 *
 * @throws {SyntaxError} as {@link labelSelectorText}, and for what {@link parseLabelSelector} refuses.
 */
export function labelSelectorOf(selector: JsonObject): LabelSelector {
  return parseLabelSelector(labelSelectorText(selector));
}

/**
 * The same selector as text, for a list request.
 *
 * @throws {SyntaxError} for an operator that Kubernetes does not know, values where there must be none, and none where there must be
 * some.
 */
export function labelSelectorText(selector: JsonObject): string {
  const equal = Object.entries(objectAt(selector, "matchLabels") ?? {}).map(([key, value]) =>
    `${key}=${value}`
  );
  const others = objectsAt(selector, "matchExpressions").map(expressionText);
  return [...equal, ...others].join(",");
}

function expressionText(expression: JsonObject): string {
  const key = stringAt(expression, "key") ?? "";
  const operator = stringAt(expression, "operator") ?? "";
  const values = arrayAt(expression, "values");
  const wanted = operator === "In" || operator === "NotIn";
  if (!wanted && operator !== "Exists" && operator !== "DoesNotExist") {
    throw new SyntaxError(`"${operator}" is not a valid label selector operator`);
  }
  if (wanted === (values.length === 0)) {
    throw new SyntaxError(
      `Operator ${operator} of label "${key}" takes ${wanted ? "at least one value" : "no values"}`,
    );
  }
  if (key === "") throw new SyntaxError("A label selector's expression has no key");
  if (wanted) return `${key} ${operator.toLowerCase()} (${values.join(",")})`;
  return operator === "Exists" ? key : `!${key}`;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; text.slice(end).trim() !== ""; end = TOKEN.lastIndex) {
    const [, word, symbol] = TOKEN.exec(text) ?? [];
    const token = word ?? symbol;
    if (token === undefined) {
      throw new SyntaxError(
        `Cannot parse label selector "${text}": unexpected "${text.slice(end).trim().charAt(0)}"`,
      );
    }
    tokens.push(token);
  }
  return tokens;
}

function equals(wanted: string): Requirement {
  return (own) => own === wanted;
}

function among(wanted: ReadonlySet<string>): Requirement {
  return (own) => own !== undefined && wanted.has(own);
}

function not(requirement: Requirement): Requirement {
  return (own) => !requirement(own);
}

function compared(limit: number, met: (own: number, limit: number) => boolean): Requirement {
  return (own) => own !== undefined && /^-?\d+$/.test(own) && met(Number(own), limit);
}
