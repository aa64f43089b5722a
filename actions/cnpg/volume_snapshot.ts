/**
 * Recovery from volume snapshots (setting `volume-snapshot`).
 *
 * @module
 */

import type { Context } from "../action.ts";
import { isObject, type JsonObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { annotation, stringAt } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { together } from "../lib/together.ts";
import { targetTime } from "./bootstrap.ts";
import { ANNOTATIONS, REQUEST_LIMIT_MS, VOLUME_SNAPSHOTS } from "./constants.ts";
import type { Settings } from "./settings.ts";

/**
 * `bootstrap.recovery.volumeSnapshots` for an item that carries the annotation, `undefined` when recovery starts from the archive.
 * Whatever keeps the snapshots from being used is a warning.
 */
export async function chooseSnapshots(
  item: JsonObject,
  restore: JsonObject | undefined,
  namespaces: { readonly source: string; readonly target: string },
  context: Context<Settings>,
): Promise<JsonObject | undefined> {
  const text = annotation(item, ANNOTATIONS.volumeSnapshots);
  if (text === undefined || !context.settings["volume-snapshot"]) return undefined;
  const unusable = (why: string) =>
    context.log.warn(`${why}; recovery starts from the archive instead of volume snapshots`);
  if (namespaces.source !== namespaces.target) {
    return void unusable(`the snapshots are in namespace ${namespaces.source}, not ${namespaces.target}`);
  }
  // The operator cannot combine snapshots with a named base backup, and both of these targets would need one.
  if (targetTime(restore) !== undefined) return void unusable("the Restore names a target time");
  if (context.settings["recovery-target"] === "immediate") {
    return void unusable("the recovery target is immediate");
  }
  const sources = readElements(text);
  if (sources === undefined) {
    return void unusable(`annotation ${ANNOTATIONS.volumeSnapshots} holds no list of snapshots with PG_DATA`);
  }
  const missing = await together(
    context,
    namesOf(sources).map((name) => (own: Context<Settings>) => whyMissing(namespaces.target, name, own)),
  );
  const first = missing.find((reason) => reason !== undefined);
  return first === undefined ? sources : void unusable(first);
}

function readElements(text: string): JsonObject | undefined {
  let elements: JsonValue;
  try {
    elements = parseJson(text);
  } catch {
    return undefined;
  }
  const sources: JsonObject = {};
  const tablespaces: JsonObject = {};
  for (const element of Array.isArray(elements) ? elements : []) {
    const name = stringAt(element, "name");
    if (name === undefined) continue;
    const source = { apiGroup: VOLUME_SNAPSHOTS.group, kind: "VolumeSnapshot", name };
    const type = stringAt(element, "type");
    const tablespace = stringAt(element, "tablespaceName");
    if (type === "PG_DATA") sources.storage = source;
    else if (type === "PG_WAL") sources.walStorage = source;
    else if (type === "PG_TABLESPACE" && tablespace !== undefined) tablespaces[tablespace] = source;
  }
  if (Object.keys(tablespaces).length > 0) sources.tablespaceStorage = tablespaces;
  return sources.storage === undefined ? undefined : sources;
}

function namesOf(sources: JsonObject): string[] {
  const { tablespaceStorage, ...single } = sources;
  const all = [
    ...Object.values(single),
    ...Object.values(isObject(tablespaceStorage) ? tablespaceStorage : {}),
  ];
  return all.map((source) => stringAt(source, "name") ?? "");
}

async function whyMissing(
  namespace: string,
  name: string,
  context: Context<Settings>,
): Promise<string | undefined> {
  try {
    const options = { metadataOnly: true, signal: context.clock.timeout(REQUEST_LIMIT_MS) };
    const found = await context.cluster.get(VOLUME_SNAPSHOTS, namespace, name, options);
    return found === undefined ? `VolumeSnapshot ${namespace}/${name} does not exist` : undefined;
  } catch (error) {
    const why = requestFailure(error, context, REQUEST_LIMIT_MS);
    return `VolumeSnapshot ${namespace}/${name} cannot be read: ${why}`;
  }
}
