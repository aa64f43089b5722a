/**
 * Reads the settings of all sources from the one ConfigMap in Velero's namespace (protocol 12.1).
 *
 * @module
 */

import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { Log, Source } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { isObject } from "../../objects/json.ts";
import { nearest } from "./nearest.ts";
import { nameOf, objectAt } from "../../objects/object.ts";
import { OWN_DOMAIN } from "../lib/own_domain.ts";
import { Refusal } from "../lib/refusal.ts";
import { parseSetting, type Setting } from "./setting.ts";

/** Labels by which the ConfigMap is found, both with an empty value. */
const SETTINGS_SELECTOR = `velero.io/plugin-config=,${OWN_DOMAIN}=`;

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };

// A user who may only start a restore must not decide which hosts the process trusts. Without the two actions an annotation of the user's
// own object would say which host is the registry of the cluster.
const NEVER_PER_RUN =
  /^openshift\.(?:registry\.|images\.transfer-registry$|actions\.01-common-(?:backup|restore)-plugin$)/;

/** What applies to one call of one source. */
export interface SourceSettings {
  /** Parsed values by the setting's name. */
  readonly values: Readonly<Record<string, unknown>>;
  /** False when `<source>.actions.<name>` turns that registered action off. */
  actionEnabled(name: string): boolean;
}

/** Gives the settings of a source; reads the cluster at most once. */
export interface SettingsReader {
  /**
   * The settings of a source for one run.
   *
   * @param run The Backup or Restore, whose annotations may override single keys.
   * @throws {Refusal} when a value is invalid or more than one ConfigMap is there: the source fails closed.
   * @throws {ClusterError} when the ConfigMap cannot be read for another reason than missing rights; the next call asks again.
   */
  of(source: Source, run: JsonObject | undefined): SourceSettings | Promise<SourceSettings>;
}

/** Makes the reader of one process. `namespace` is Velero's. */
export function createSettingsReader(
  options: { cluster: Cluster; namespace: string; sources: readonly Source[]; log: Log },
): SettingsReader {
  const { cluster, namespace, sources, log } = options;
  let reading: Promise<ReadonlyMap<string, string>> | undefined;
  const parsed = new Map<Source, SourceSettings>();

  const warned = new Set<string>();

  const read = () => {
    if (reading !== undefined) return reading;
    reading = readConfigMap(cluster, namespace, log).then((data) => {
      warnOfUnknownKeys(data.keys(), sources, log);
      return data;
    });
    // A refusal is kept for the whole process. After a failure that may pass (no answer, a server error) the next call reads again.
    reading.catch((error) => {
      if (!(error instanceof Refusal)) reading = undefined;
    });
    return reading;
  };

  const readFor = async (source: Source, own: ReadonlyMap<string, string> | undefined) => {
    const data = await read();
    const news = [...own?.keys() ?? []].filter((key) => !warned.has(key));
    news.forEach((key) => warned.add(key));
    warnOfUnknownKeys(news, sources, log);
    if (own !== undefined) return await parse(source, new Map([...data, ...own]));
    const values = await parse(source, data);
    parsed.set(source, values);
    return values;
  };

  return {
    of(source, run) {
      const own = overrides(source, run);
      const known = own === undefined ? parsed.get(source) : undefined;
      return known ?? readFor(source, own);
    },
  };
}

async function readConfigMap(
  cluster: Cluster,
  namespace: string,
  log: Log,
): Promise<ReadonlyMap<string, string>> {
  const found: JsonObject[] = [];
  try {
    for await (const map of cluster.list(CONFIG_MAPS, { namespace, labelSelector: SETTINGS_SELECTOR })) {
      found.push(map);
    }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.reason === "NoCluster") return new Map();
    if (error.reason !== "Forbidden") throw error;
    log.warn(
      `Cannot list ConfigMaps in namespace ${namespace}, so all settings have their defaults: ${error.message}`,
    );
    return new Map();
  }
  if (found.length > 1) {
    throw new Refusal(
      `more than one settings ConfigMap in namespace ${namespace}: ${found.map(nameOf).sort().join(", ")}`,
      {
        rule: "protocol 12.1",
        remedy: `remove the labels ${SETTINGS_SELECTOR} from all but one of them`,
        reason: "settings",
      },
    );
  }
  const data = objectAt(found[0], "data") ?? {};
  return new Map(
    Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

const ACTIONS = "actions.";

/** The part of a registered name after the slash, as settings spell it. */
export function actionKey(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

function knownKeys(source: Source): string[] {
  const actions = source.actions.map((action) => ACTIONS + actionKey(action.name));
  return [...Object.keys(source.settings), ...actions].map((key) => `${source.name}.${key}`);
}

function warnOfUnknownKeys(keys: Iterable<string>, sources: readonly Source[], log: Log): void {
  const known = sources.flatMap(knownKeys);
  for (const key of keys) {
    // An unknown action is an invalid value and refused where its source is parsed.
    if (known.includes(key) || sources.some((source) => key.startsWith(`${source.name}.${ACTIONS}`))) {
      continue;
    }
    log.warn(`Unknown setting "${key}" is ignored; the nearest known name is "${nearest(key, known)}"`);
  }
}

function overrides(source: Source, run: JsonObject | undefined): Map<string, string> | undefined {
  const annotations = objectAt(run, "metadata", "annotations");
  if (!isObject(annotations)) return undefined;
  const prefix = `${OWN_DOMAIN}/${source.name}.`;
  let result: Map<string, string> | undefined;
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(prefix) || typeof value !== "string") continue;
    const name = key.slice(OWN_DOMAIN.length + 1);
    if (!NEVER_PER_RUN.test(name)) (result ??= new Map()).set(name, value);
  }
  return result;
}

async function parse(source: Source, data: ReadonlyMap<string, string>): Promise<SourceSettings> {
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(source.settings)) {
    const key = `${source.name}.${name}`;
    values[name] = await parseOne(key, data.get(key) ?? setting.fallback, setting);
  }
  const off = new Set<string>();
  const prefix = `${source.name}.${ACTIONS}`;
  const names = source.actions.map((action) => actionKey(action.name));
  for (const [key, value] of data) {
    if (!key.startsWith(prefix)) continue;
    const name = key.slice(prefix.length);
    if (!names.includes(name)) {
      throw invalid(key, `names no action of ${source.name}; the nearest is "${nearest(name, names)}"`);
    }
    if (!/^(true|on|false|off)$/.test(value)) throw invalid(key, `is "${value}"; allowed: true, false`);
    if (/^(false|off)$/.test(value)) off.add(name);
  }
  return { values, actionEnabled: (name) => !off.has(actionKey(name)) };
}

async function parseOne(key: string, text: string, setting: Setting<unknown>): Promise<unknown> {
  const parsed = await parseSetting(setting, text);
  if (parsed === undefined) throw invalid(key, `is "${text}"; allowed: ${setting.allowed}`);
  return parsed.value;
}

function invalid(key: string, what: string): Refusal {
  return new Refusal(`setting ${key} ${what}`, {
    rule: "protocol 12.1",
    remedy: "correct the settings ConfigMap in Velero's namespace or the annotation on the Backup or Restore",
    reason: "settings",
  });
}
