/**
 * Several plugins as one, as Velero's server knows them.
 *
 * @module
 */

import type { ActionHost, Identity } from "./actions.ts";

/** A plugin in the order of registration, with the name by which a fault is told. */
export interface NamedHost {
  readonly name: string;
  readonly host: ActionHost;
}

/**
 * The actions of all plugins, one plugin after the other (protocol 4.2).
 *
 * @throws {TypeError} when two plugins register the same action: Velero refuses to start then (protocol 2.6).
 */
export async function joinHosts(plugins: readonly NamedHost[]): Promise<ActionHost> {
  const owners = new Map<string, NamedHost>();
  const all: Identity[] = [];
  for (const plugin of plugins) {
    for (const identity of await plugin.host.list()) {
      const key = `${identity.kind} ${identity.name}`;
      const other = owners.get(key);
      if (other !== undefined) {
        throw new TypeError(
          `Both "${other.name}" and "${plugin.name}" register ${key}, so Velero would not start. Leave one of them out`,
        );
      }
      owners.set(key, plugin);
      all.push(identity);
    }
  }
  const owner = (kind: string, name: string): ActionHost => {
    const found = owners.get(`${kind} ${name}`);
    if (found === undefined) throw new TypeError(`${kind} ${name} is not registered`);
    return found.host;
  };
  return {
    list: () => Promise.resolve(all),
    // Async, so that an unknown name is a rejection as well.
    appliesTo: async (kind, name) => await owner(kind, name).appliesTo(kind, name),
    execute: async (kind, name, request) => await owner(kind, name).execute(kind, name, request),
    relatedItems: async (name, request) => await owner("ItemBlockAction", name).relatedItems(name, request),
    progress: async (kind, name, ...rest) => await owner(kind, name).progress(kind, name, ...rest),
    cancel: async (kind, name, ...rest) => await owner(kind, name).cancel(kind, name, ...rest),
    areAdditionalItemsReady: async (kind, name, ...rest) =>
      await owner(kind, name).areAdditionalItemsReady(kind, name, ...rest),
    isBuiltin: (kind, name) => owner(kind, name).isBuiltin?.(kind, name) === true,
    notModelled: () => plugins.flatMap(({ host }) => host.notModelled?.() ?? []),
  };
}
