/**
 * A small world for tests of the host: actions without a wire, a cluster in memory.
 *
 * @module
 */

import { type Action, defineSource, type Source } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { createRegistry } from "../../actions/registry.ts";
import { createRunner } from "../../actions/runner/run.ts";
import { createSettingsReader } from "../../actions/settings/reader.ts";
import { createMemoryCluster, type MemoryCluster } from "../../cluster/memory/memory.ts";
import { type ActionHost, directHost } from "../run/actions.ts";
import type { RunReport } from "../report/report.ts";
import { createDiscovery, type Discovery, groupResource } from "../run/resources.ts";
import { NO_IMAGES } from "../../images/none.ts";

/** A cluster of objects, its discovery and the given actions. */
export interface World {
  readonly cluster: MemoryCluster;
  readonly discovery: Discovery;
  readonly host: ActionHost;
}

/** The registry and the runner of a process of its own for that cluster, without a wire, a log or a clock. */
export function createProcess(cluster: MemoryCluster, sources: readonly Source[]) {
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const registry = createRegistry(sources);
  const runner = createRunner({
    registry,
    settings: createSettingsReader({ cluster, namespace: "velero", sources, log }),
    cluster,
    images: NO_IMAGES,
    log,
    now: () => new Date(0),
    random: { uuid: () => "00000000-0000-4000-8000-000000000001" },
    timeout: 60_000,
  });
  return { registry, runner };
}

/** Makes a world. */
export async function createWorld(
  objects: readonly JsonObject[],
  actions: readonly Action[],
): Promise<World> {
  const cluster = createMemoryCluster({ objects });
  const { registry, runner } = createProcess(cluster, [defineSource("test", {}, actions)]);
  return {
    cluster,
    discovery: await createDiscovery(() => Promise.resolve(cluster.store.resources())),
    host: directHost(registry, runner),
  };
}

/** An object; `path` is `namespace/name` or, for cluster scope, `name`. */
export function object(apiVersion: string, kind: string, path: string, rest: JsonObject = {}): JsonObject {
  const [name, namespace] = path.split("/").reverse();
  const { metadata, ...more } = rest;
  return {
    apiVersion,
    kind,
    metadata: {
      name: name ?? "",
      ...(namespace === undefined ? {} : { namespace }),
      ...(metadata as JsonObject),
    },
    ...more,
  };
}

/** `pods shop/a: stored`, one line per item of a report. */
export function outcomes({ items }: RunReport): string[] {
  return items.map(({ item, outcome, reason }) => {
    const name = item.namespace === "" ? item.name : `${item.namespace}/${item.name}`;
    return `${groupResource(item)} ${name}: ${outcome}${reason === undefined ? "" : ` (${reason})`}`;
  });
}
