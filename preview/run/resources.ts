/**
 * Which resources an API server serves, and how Velero resolves the names people and plugins write.
 *
 * @module
 */

import type { ResourceKind } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import { splitApiVersion } from "../../cluster/memory/store.ts";

/** What discovery tells. */
export interface Discovery {
  readonly resources: readonly ResourceType[];
  /** The resource of a group by its canonical plural. */
  find(group: string, resource: string): ResourceType | undefined;
  /** The resource of a kind; the version of `apiVersion` is not looked at. */
  findKind(apiVersion: string, kind: string): ResourceType | undefined;
  /** The resource of that name (`plural.group`). */
  named(name: string): ResourceType | undefined;
  /** Asks again: a restore that made CustomResourceDefinitions can then make their objects. */
  refresh(): Promise<Discovery>;
  /** `plural.group` for a plural, singular or short name with or without (a part of) its group; the text itself when unknown. */
  resolve(text: string): string;
}

/** `pods`, `virtualmachines.kubevirt.io`: the name Velero uses for a resource everywhere. */
export function groupResource({ group, resource }: { group: string; resource: string }): string {
  return group === "" ? resource : `${resource}.${group}`;
}

/** The resource at its preferred version, or at the one of an object's `apiVersion`. */
export function kindOf({ group, resource, versions }: ResourceType, apiVersion?: string): ResourceKind {
  const version = apiVersion === undefined ? versions[0] : splitApiVersion(apiVersion).version;
  return { group, resource, version: version ?? "v1" };
}

/** Makes a discovery of a list of resources, which {@link Discovery.refresh} reads again. */
export function createDiscovery(read: () => Promise<readonly ResourceType[]>): Promise<Discovery> {
  let resources: readonly ResourceType[] = [];
  let byName = new Map<string, ResourceType>();
  let byKind = new Map<string, ResourceType>();
  const discovery: Discovery = {
    get resources() {
      return resources;
    },
    async refresh() {
      resources = await read();
      byName = new Map(resources.map((served) => [groupResource(served), served]));
      byKind = new Map(resources.map((served) => [`${served.group}/${served.kind}`, served]));
      return discovery;
    },
    named: (name) => byName.get(name),
    find: (group, resource) => byName.get(groupResource({ group, resource })),
    findKind: (apiVersion, kind) => byKind.get(`${splitApiVersion(apiVersion).group}/${kind}`),
    resolve(text) {
      if (text.includes("*") || byName.has(text)) return text;
      const lower = text.toLowerCase();
      const dot = lower.indexOf(".");
      const [name, group] = dot < 0 ? [lower, ""] : [lower.slice(0, dot), lower.slice(dot + 1)];
      const found = resources.find((served) =>
        (served.resource === name || served.kind.toLowerCase() === name ||
          served.shortNames.includes(name)) &&
        (group === "" || served.group === group || served.group.startsWith(`${group}.`))
      );
      return found === undefined ? text : groupResource(found);
    },
  };
  return discovery.refresh();
}
