/**
 * A client of the test's API server, apart from the project's own so that a fault there cannot hide itself.
 *
 * @module
 */

import { parse } from "yaml";

/** A Kubernetes object, or a part of one. */
// deno-lint-ignore no-explicit-any
export type Json = Record<string, any>;

/** The few calls that the tests make. */
export interface Api {
  /** The object at that path, or `undefined` when it is not there. */
  get(path: string): Promise<Json | undefined>;
  /** Creates an object, and sets its status where it has one that is a subresource. */
  create(collection: string, object: Json): Promise<Json>;
  /** A merge patch. */
  patch(path: string, change: Json): Promise<Json>;
  delete(path: string): Promise<void>;
  /** The resources that the API server names to clients, as Velero and kubectl ask for them: `/apis/group/version/plural`. */
  discover(): Promise<Set<string>>;
  close(): void;
}

const DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Makes the client out of a kubeconfig with a token and a CA file. */
export async function connect(kubeconfig: string): Promise<Api> {
  const config: Json = parse(await Deno.readTextFile(kubeconfig));
  const { server, "certificate-authority": ca } = config.clusters[0].cluster;
  const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(ca)] });
  const authorization = `Bearer ${config.users[0].user.token}`;

  const call = async (method: string, path: string, body?: Json, type = "application/json") => {
    const response = await fetch(server + path, {
      client,
      method,
      headers: {
        authorization,
        accept: path === "/apis" ? DISCOVERY : "application/json",
        "content-type": type,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: Json = await response.json();
    if (response.ok) return answer;
    if (response.status === 404 && method === "GET") return undefined;
    throw new Error(`${method} ${path}: ${response.status} ${answer.message}`);
  };
  const written = async (...args: Parameters<typeof call>) => await call(...args) as Json;
  const patch = (path: string, change: Json) =>
    written("PATCH", path, change, "application/merge-patch+json");

  return {
    get: (path) => call("GET", path),
    patch,
    async create(collection, object) {
      const created = await written("POST", collection, object);
      if (object["status"] === undefined || created["status"] !== undefined) return created;
      return await patch(`${collection}/${created["metadata"].name}/status`, { status: object["status"] });
    },
    async delete(path) {
      await call("DELETE", path);
    },
    async discover() {
      const { items }: Json = await written("GET", "/apis");
      return new Set<string>(
        items.flatMap(({ metadata, versions }: Json) =>
          versions.flatMap(({ version, resources = [] }: Json) =>
            resources.map(({ resource }: Json) => `/apis/${metadata.name}/${version}/${resource}`)
          )
        ),
      );
    },
    close: () => client.close(),
  };
}

/** Asks every 100 ms until the answer is neither `undefined` nor `false`; gives up with `what` after two generous minutes. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 120,
): Promise<T> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Not within ${seconds} s: ${what}`);
}
