/**
 * Manifests that people hand in: objects of a cluster, and the Backup or Restore itself.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { isObject } from "../../objects/json.ts";
import { ensureObject, stringAt } from "../../objects/object.ts";
import { resourcesDefinedBy } from "../../cluster/memory/definitions.ts";
import { parsePlaced, type PlacedObject, readPlaced } from "../../cluster/memory/read_objects.ts";
import { knownResources, type ResourceType } from "../../cluster/memory/resources.ts";
import { splitApiVersion } from "../../cluster/memory/store.ts";
import { InputError } from "./input_error.ts";

/** Reads standard input to its end. */
export type ReadStdin = () => Promise<string>;

/** The name of standard input among paths. */
const STDIN = "-";

/**
 * The objects of files and folders; `-` is standard input.
 *
 * @throws {InputError} for what cannot be read or parsed (with file, line and column), and for kinds and versions that nobody
 * describes: the resource of such an object could only be guessed.
 */
export async function readManifests(paths: readonly string[], stdin: ReadStdin): Promise<JsonObject[]> {
  const placed: PlacedObject[] = [];
  for (const path of paths) {
    const found = await readFile(path, stdin);
    if (found.length === 0) throw new InputError(`"${path}" contains no Kubernetes object`);
    placed.push(...found);
  }
  checkKinds(placed);
  return placed.map(({ object }) => {
    // As every object of an API server has one; the same one however often the objects are looked at.
    ensureObject(object, "metadata").uid ??= crypto.randomUUID();
    return object;
  });
}

/**
 * The one Backup or Restore in a file.
 *
 * @throws {InputError} when there is not exactly one, or when it is of another version than `velero.io/v1`.
 */
export async function readRun(
  path: string,
  kind: "Backup" | "Restore",
  stdin: ReadStdin,
): Promise<JsonObject> {
  const found = await readFile(path, stdin);
  const [first, second] = found;
  if (first === undefined) throw new InputError(`"${path}" contains no ${kind}`);
  if (second !== undefined) {
    throw new InputError(
      `"${path}" contains ${found.length} objects; it must contain one ${kind} and nothing else`,
    );
  }
  const { object, source } = first;
  if (object.kind !== kind || object.apiVersion !== "velero.io/v1") {
    throw new InputError(
      `"${source}" is a ${object.kind} of ${object.apiVersion}; it must be a ${kind} of velero.io/v1`,
    );
  }
  if (!isObject(object.spec ?? {})) throw new InputError(`"${source}": its spec is not an object`);
  return object;
}

async function readFile(path: string, stdin: ReadStdin): Promise<PlacedObject[]> {
  try {
    return path === STDIN ? parsePlaced(await stdin(), "standard input") : await readPlaced(path);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new InputError(cause.message, { cause });
    const why = cause instanceof Deno.errors.NotFound
      ? "there is no such file or folder"
      : cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable
      ? "permission denied"
      : (cause as Error).message;
    throw new InputError(`Cannot read "${path}": ${why}`, { cause });
  }
}

function checkKinds(placed: readonly PlacedObject[]): void {
  const types: ResourceType[] = [
    ...placed.flatMap(({ object }) => resourcesDefinedBy(object)),
    ...knownResources(),
  ];
  const byKind = Map.groupBy(types, ({ group, kind }) => `${group}/${kind}`);
  for (const { object, source } of placed) {
    const apiVersion = stringAt(object, "apiVersion") ?? "";
    const { group, version } = splitApiVersion(apiVersion);
    const known = byKind.get(`${group}/${object.kind}`) ?? [];
    if (known.length === 0) {
      throw new InputError(
        `"${source}": the kind ${object.kind} of ${apiVersion} is unknown. Add its CustomResourceDefinition to the input`,
      );
    }
    const versions = [...new Set(known.flatMap((type) => type.versions))];
    if (!versions.includes(version)) {
      throw new InputError(
        `"${source}": ${object.kind} has no version ${apiVersion}. The known versions of ${
          group || "core"
        } are ${versions.join(", ")}`,
      );
    }
  }
}
