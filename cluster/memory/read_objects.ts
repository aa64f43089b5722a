/**
 * Objects from files, for clusters in memory. The only place of this folder that loads a YAML parser for anything but
 * kubeconfigs; nothing that serves imports it.
 *
 * @module
 */

import { parseAllDocuments } from "yaml";
import { isObject, type JsonObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { nameOf, stringAt } from "../../objects/object.ts";
import { YAML_ERRORS } from "./yaml_errors.ts";

/**
 * The objects in a YAML or JSON file, or in all such files of a folder and the folders below it, by path. Several documents in
 * a file and lists (`kind: List`, `PodList` ...) are taken apart.
 *
 * @throws {SyntaxError} naming the file, with line and column for what is not YAML, or the document for what is no Kubernetes object.
 */
export async function readObjects(path: string): Promise<JsonObject[]> {
  return (await readPlaced(path)).map(({ object }) => object);
}

/** The objects in a text; `source` names it in errors. */
export function parseObjects(text: string, source: string): JsonObject[] {
  return parsePlaced(text, source).map(({ object }) => object);
}

/** An object and where it stands: a file and the number of the document in it. */
export interface PlacedObject {
  readonly source: string;
  readonly object: JsonObject;
}

/** As {@link readObjects}, each object with its place. */
export async function readPlaced(path: string): Promise<PlacedObject[]> {
  const objects: PlacedObject[] = [];
  for await (const file of files(path)) objects.push(...parsePlaced(await Deno.readTextFile(file), file));
  return objects;
}

/** As {@link parseObjects}, each object with its place. */
export function parsePlaced(text: string, source: string): PlacedObject[] {
  return documents(text, source).flatMap((value, index) => {
    const place = `${source}, document ${index + 1}`;
    return takeApart(value, place).map((object) => ({ source: place, object }));
  });
}

/**
 * The one value in a YAML or JSON text; `source` names it in errors. Large numbers are kept.
 *
 * @throws {SyntaxError}
 */
export function parseValue(text: string, source: string): JsonValue {
  const [value = null, ...more] = documents(text, source);
  if (more.length > 0) throw new SyntaxError(`"${source}" has more than one document`);
  return value;
}

async function* files(path: string): AsyncGenerator<string> {
  if ((await Deno.stat(path)).isFile) {
    yield path;
    return;
  }
  const entries = await Array.fromAsync(Deno.readDir(path));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const inner = `${path}/${entry.name}`;
    if (entry.isDirectory) yield* files(inner);
    else if (/\.(ya?ml|json)$/.test(entry.name)) yield inner;
  }
}

function documents(text: string, source: string): JsonValue[] {
  if (text.trimStart().startsWith("{")) {
    try {
      // Lossless, and ten times faster than YAML.
      return [parseJson(text)];
    } catch {
      // Perhaps YAML in braces, or several JSON documents.
    }
  }
  const parsed = parseAllDocuments(text, { intAsBigInt: true, merge: true });
  if (!Array.isArray(parsed)) return [];
  return parsed.map((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
      // Not its own text, which quotes the file.
      const why = YAML_ERRORS[error.code];
      throw new SyntaxError(`Cannot parse "${source}", line ${line}, column ${col}: ${why}`, {
        cause: error.code,
      });
    }
    return plain(expanded(document, source));
  });
}

// The library bounds how much aliases may expand to; its text quotes the file too.
function expanded(document: { toJS(): unknown }, source: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new SyntaxError(`Cannot parse "${source}": its aliases cannot be resolved or expand to too much`, {
      cause,
    });
  }
}

// Whole numbers beyond 2^53 become raw text, as when they come from JSON.
function plain(value: unknown): JsonValue {
  if (typeof value === "bigint") return (parseJson(`[${value}]`) as JsonValue[])[0] ?? null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
  }
  return value as JsonValue;
}

function takeApart(value: JsonValue, source: string): JsonObject[] {
  // An empty document, as before the first or after the last separator.
  if (value === null) return [];
  if (!isObject(value)) throw new SyntaxError(`"${source}" is not a Kubernetes object`);
  const kind = stringAt(value, "kind") ?? "";
  if (kind.endsWith("List") && Array.isArray(value.items)) {
    const own = { apiVersion: value.apiVersion, kind: kind.slice(0, -"List".length) };
    return value.items.flatMap((item) =>
      takeApart(
        isObject(item) && item.kind === undefined && kind !== "List" ? { ...own, ...item } : item,
        source,
      )
    );
  }
  if (stringAt(value, "apiVersion") === undefined || kind === "" || nameOf(value) === "") {
    throw new SyntaxError(`"${source}" has no apiVersion, kind or metadata.name`);
  }
  return [value];
}
