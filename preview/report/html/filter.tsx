// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * The form by which the page's script shows only some items. Without the script it is hidden.
 *
 * @module
 */

import type { PreviewReport } from "../document.ts";
import { isQuiet } from "../quiet.ts";
import type { ItemReport } from "../report.ts";
import { visible } from "../visible.ts";
import { OUTCOMES, outcomesOf } from "../words.ts";
import { kindName } from "./names.tsx";

/** What can be chosen. */
export interface FilterChoices {
  readonly kinds: readonly string[];
  readonly namespaces: readonly string[];
  readonly outcomes: readonly (readonly [value: string, word: string])[];
  /** Sources (the part of an action's name before the slash) with their actions, each with the value that stands for it. */
  readonly sources:
    readonly (readonly [source: string, value: string, actions: readonly (readonly [string, string])[]])[];
  /** The values of the actions that did something with an item. */
  readonly by: (item: ItemReport) => string;
}

/** What can be chosen in a report. */
export function filterOf(report: PreviewReport): FilterChoices {
  const texts = (values: Iterable<string>) => [...new Set(values)].sort();
  const names = texts(
    report.items.flatMap(({ steps }) => steps.filter((step) => !isQuiet(step)).map(({ action }) => action)),
  );
  const numbers = new Map(names.map((name, index) => [name, `a${index}`]));
  const sources = [...Map.groupBy(names, sourceOf)].map(([source, actions], index) => ({
    source,
    actions,
    value: `s${index}`,
  }));
  const bySource = new Map(sources.map(({ source, value }) => [source, value]));
  return {
    kinds: texts(report.items.map(({ item }) => kindName(item))),
    namespaces: texts(report.items.map(({ item }) => visible(item.namespace))).filter((name) => name !== ""),
    outcomes: outcomesOf(report).map(([outcome]) => [outcome, OUTCOMES[outcome]]),
    sources: sources.map(({ source, value, actions }) => [
      source,
      value,
      actions.map((name) => [numbers.get(name) ?? "", name]),
    ]),
    by: ({ steps }) => {
      const actions = steps.filter((step) => !isQuiet(step)).map(({ action }) => action);
      const values = [
        ...actions.map((name) => numbers.get(name)),
        ...actions.map((name) => bySource.get(sourceOf(name))),
      ];
      return [...new Set(values)].join(" ");
    },
  };
}

function sourceOf(action: string): string {
  return action.includes("/") ? action.slice(0, action.indexOf("/")) : action;
}

/** The form. */
export function Filter({ filter, count }: { filter: FilterChoices; count: number }) {
  const { kinds, namespaces, outcomes, sources } = filter;
  return (
    <form id="filter" hidden>
      <label class="wide">
        Text <input type="search" name="text" autocomplete="off" placeholder="name, field, value" />
      </label>
      <label>
        Kind
        <Select name="kind" options={kinds.map((kind) => [kind, kind])} />
      </label>
      <label>
        Namespace
        <Select name="namespace" options={namespaces.map((name) => [name, name])} />
      </label>
      <label>
        Outcome
        <Select name="outcome" options={outcomes} />
      </label>
      <label>
        Touched by
        <select name="by">
          <option value="">any</option>
          {sources.map(([source, value, actions]) => (
            <optgroup label={visible(source)}>
              <option value={value}>{visible(source)}, any</option>
              {actions.map(([value, name]) => <option value={value}>{visible(name)}</option>)}
            </optgroup>
          ))}
        </select>
      </label>
      <p class="buttons">
        <button type="button" name="open">Open all</button>
        <button type="reset">Clear</button>
        <span role="status">
          <span id="shown">{count.toLocaleString("en")}</span> of {count.toLocaleString("en")}
        </span>
      </p>
    </form>
  );
}

function Select({ name, options }: { name: string; options: readonly (readonly [string, string])[] }) {
  return (
    <select name={name}>
      <option value="">any</option>
      {options.map(([value, word]) => <option value={value}>{word}</option>)}
    </select>
  );
}
