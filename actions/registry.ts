/**
 * All actions of all sources in Velero's order, and which of them are switched on (protocol 12.2).
 *
 * @module
 */

import { ACTION_KINDS, type ActionKind, type Source } from "./action.ts";
import { nearest } from "./settings/nearest.ts";

/** What the registry must know of a source. The sidecar knows no more: it reads `action_names.json` instead of loading the actions. */
export interface NamedSource {
  readonly name: string;
  readonly actions: readonly {
    readonly kind: ActionKind;
    readonly name: string;
    readonly onlyOnRequest?: boolean;
  }[];
}

/** An action with its source and whether `ListPlugins` names it. */
export interface Entry<S extends NamedSource = Source> {
  readonly source: S;
  readonly action: S["actions"][number];
  readonly listed: boolean;
  /** Why it is or is not listed, for people. */
  readonly why: string;
}

/** What the environment says about sources and actions. */
export interface Selection {
  /** `WORKLOADS_SOURCES`: names separated by commas; absent or empty means all. */
  readonly sources?: string | undefined;
  /** `WORKLOADS_ACTIONS`: `+name` and `-name`, full registered names, separated by commas. */
  readonly actions?: string | undefined;
}

/** The registry of one process. */
export interface Registry<S extends NamedSource = Source> {
  /** Every action, listed or not, in Velero's order: by kind group, then by name. */
  readonly entries: readonly Entry<S>[];
  /** One sentence for each word in the environment that is not understood. Such a word must not stop the Velero server. */
  readonly warnings: readonly string[];
  /** The action that Velero means by kind and registered name. */
  find(kind: ActionKind, name: string): Entry<S> | undefined;
}

/**
 * Puts all actions in order.
 *
 * @throws {TypeError} when a name is not one that Velero accepts, or is taken twice: a fault of the program.
 */
export function createRegistry<S extends NamedSource>(
  sources: readonly S[],
  selection: Selection = {},
): Registry<S> {
  const warnings: string[] = [];
  const on = readSources(sources, selection.sources, warnings);
  const named = readActions(sources, selection.actions, warnings);
  const entries = sources.flatMap((source) =>
    source.actions.map((action): Entry<S> => ({ source, action, ...decide(source, action, on, named) }))
  );
  checkNames(entries);
  return registryOf(entries, warnings);
}

/** A registry of actions whose names are known to be right; puts them in Velero's order. */
export function registryOf<S extends NamedSource>(
  unordered: readonly Entry<S>[],
  warnings: readonly string[] = [],
): Registry<S> {
  const order = (kind: ActionKind) => ACTION_KINDS.indexOf(kind);
  const entries = unordered.toSorted((a, b) =>
    order(a.action.kind) - order(b.action.kind) || (a.action.name < b.action.name ? -1 : 1)
  );
  const byKey = new Map(entries.map((entry) => [`${entry.action.kind} ${entry.action.name}`, entry]));
  return { entries, warnings, find: (kind, name) => byKey.get(`${kind} ${name}`) };
}

function decide(
  source: NamedSource,
  action: NamedSource["actions"][number],
  on: ReadonlySet<string>,
  named: ReadonlyMap<string, boolean>,
) {
  const explicit = named.get(action.name);
  if (explicit !== undefined) {
    return { listed: explicit, why: `${explicit ? "+" : "-"}${action.name} in WORKLOADS_ACTIONS` };
  }
  if (action.onlyOnRequest === true) {
    return { listed: false, why: `listed only with +${action.name} in WORKLOADS_ACTIONS` };
  }
  return on.has(source.name)
    ? { listed: true, why: `source ${source.name} is on` }
    : { listed: false, why: `${source.name} is not in WORKLOADS_SOURCES` };
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
}

function readSources(
  sources: readonly NamedSource[],
  text: string | undefined,
  warnings: string[],
): Set<string> {
  const names = sources.map((source) => source.name);
  const wanted = words(text);
  if (wanted.length === 0) return new Set(names);
  for (const word of wanted) {
    if (names.includes(word)) continue;
    warnings.push(
      `WORKLOADS_SOURCES names the unknown source "${word}"; did you mean "${nearest(word, names)}"?`,
    );
  }
  return new Set(wanted);
}

function readActions(
  sources: readonly NamedSource[],
  text: string | undefined,
  warnings: string[],
): Map<string, boolean> {
  const names = sources.flatMap((source) => source.actions.map((action) => action.name));
  const result = new Map<string, boolean>();
  for (const word of words(text)) {
    const name = word.slice(1);
    if (!/^[+-]/.test(word)) {
      warnings.push(`WORKLOADS_ACTIONS has "${word}"; write +${word} to add it or -${word} to remove it`);
    } else if (!names.includes(name)) {
      warnings.push(
        `WORKLOADS_ACTIONS names the unknown action "${name}"; did you mean "${nearest(name, names)}"?`,
      );
    } else {
      result.set(name, word.startsWith("+"));
    }
  }
  return result;
}

const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

// protocol 2.6: a bad or doubled name stops the whole Velero server, so the program refuses to start with one.
function checkNames(entries: readonly Entry<NamedSource>[]): void {
  const seen = new Map<string, ActionKind[]>();
  for (const { action: { kind, name } } of entries) {
    const [prefix = "", part = "", ...more] = name.split("/");
    if (more.length > 0 || !PREFIX.test(prefix) || !LABEL_NAME.test(part)) {
      throw new TypeError(`Action name "${name}" is not of the form prefix/name`);
    }
    if (/(^|\.)velero\.io$/.test(prefix)) {
      throw new TypeError(`Action name "${name}" uses the reserved prefix velero.io`);
    }
    const kinds = seen.get(name) ?? [];
    const family = (other: string) => other.replace(/V2$/, "");
    if (kinds.some((other) => family(other) === family(kind))) {
      throw new TypeError(
        `Action name "${name}" is taken twice for ${family(kind)}; in v1 and v2 it would run twice`,
      );
    }
    seen.set(name, [...kinds, kind]);
  }
}
