/**
 * Everything an API server serves, for those who walk over all of it: preview.
 *
 * @module
 */

import { arrayAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { JsonObject } from "../../objects/json.ts";
import { absentWhenNotServed } from "../cluster.ts";
import type { ResourceType } from "../memory/resources.ts";
import { parseAnswer } from "./answers.ts";
import { createTransport, type Server } from "./http.ts";
import { systemTime, type Time } from "./time.ts";

/**
 * The resources that can be read and listed, the core group first, then the groups in the server's order, each with its preferred
 * version in front. A group whose own server does not answer is left out and named by `missing`, as Velero leaves it out.
 */
export async function listResources(
  server: Server,
  { time = systemTime, missing = () => {} }: {
    time?: Time;
    missing?: (group: string, error: Error) => void;
  } = {},
): Promise<ResourceType[]> {
  const send = createTransport({ server, time });
  const read = async (path: string): Promise<JsonObject> => {
    const subject = { verb: "discover", name: path };
    const headers = { accept: "application/json" };
    return parseAnswer(subject, await send({ subject, method: "GET", path, headers }));
  };
  const groups = objectsAt(await read("/apis"), "groups").map((group) => {
    const versions = objectsAt(group, "versions").flatMap((entry) => stringAt(entry, "version") ?? []);
    const preferred = stringAt(group, "preferredVersion", "version");
    return {
      name: stringAt(group, "name") ?? "",
      versions: versions.toSorted((a, b) => Number(b === preferred) - Number(a === preferred)),
    };
  });
  const found = new Map<string, ResourceType>();
  for (const { name, versions } of [{ name: "", versions: ["v1"] }, ...groups]) {
    for (const version of versions) {
      const path = name === "" ? `/api/${version}` : `/apis/${name}/${version}`;
      const list = await absentWhenNotServed(read(path)).catch((error: Error) => {
        missing(`${name}/${version}`, error);
        return undefined;
      });
      for (const entry of objectsAt(list, "resources")) add(found, name, version, entry);
    }
  }
  return [...found.values()];
}

// What Velero asks of a resource.
const VERBS = ["list", "create", "get", "delete"];

function add(found: Map<string, ResourceType>, group: string, version: string, entry: JsonObject): void {
  const resource = stringAt(entry, "name") ?? "";
  const verbs = arrayAt(entry, "verbs");
  // Subresources, and what cannot be listed (reviews) or made (component statuses), are no items.
  if (resource === "" || resource.includes("/") || !VERBS.every((verb) => verbs.includes(verb))) return;
  const key = `${resource}.${group}`;
  const known = found.get(key);
  found.set(
    key,
    known === undefined
      ? {
        group,
        versions: [version],
        resource,
        kind: stringAt(entry, "kind") ?? "",
        namespaced: entry.namespaced === true,
        shortNames: arrayAt(entry, "shortNames").filter((name) => typeof name === "string"),
      }
      : { ...known, versions: [...known.versions, version] },
  );
}
