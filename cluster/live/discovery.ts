import type { JsonObject } from "../../objects/json.ts";
import { objectsAt, stringAt } from "../../objects/object.ts";
import { absentWhenNotServed, type Cluster, type RequestSubject } from "../cluster.ts";

type Read = (subject: RequestSubject, path: string, signal: AbortSignal | undefined) => Promise<JsonObject>;

interface Version {
  readonly version: string;
  readonly resources: ReadonlySet<string>;
}

/** Makes `serves` over a reader of paths. A group is asked for once per process; a failure is not remembered. */
export function createDiscovery(read: Read): Cluster["serves"] {
  const groups = new Map<string, readonly Version[]>();

  const readGroup = async (group: string, signal: AbortSignal | undefined): Promise<readonly Version[]> => {
    const subject = { verb: "discover", name: group === "" ? "core" : group };
    const ask = (path: string) => absentWhenNotServed(read(subject, path, signal));
    const root = group === "" ? "/api" : `/apis/${encodeURIComponent(group)}`;
    const versions = group === "" ? ["v1"] : preferredFirst(await ask(root));
    return await Promise.all(versions.map(async (version): Promise<Version> => {
      const list = await ask(`${root}/${version}`);
      const names = objectsAt(list, "resources").flatMap((entry) => stringAt(entry, "name") ?? []);
      return { version, resources: new Set(names) };
    }));
  };

  return async (group, resource, { signal } = {}) => {
    const versions = groups.get(group) ?? await readGroup(group, signal);
    groups.set(group, versions);
    return versions.filter(({ resources }) => resources.has(resource)).map(({ version }) => version);
  };
}

function preferredFirst(group: JsonObject | undefined): string[] {
  const versions = objectsAt(group, "versions").flatMap((entry) => stringAt(entry, "version") ?? []);
  const preferred = stringAt(group, "preferredVersion", "version");
  return preferred === undefined
    ? versions
    : [preferred, ...versions.filter((version) => version !== preferred)];
}
