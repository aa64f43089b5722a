/**
 * One sequence of requests that every implementation of the cluster must answer alike. A difference between them would be a difference
 * between preview, tests and production.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { at, nameOf, objectAt } from "../../objects/object.ts";
import { type Cluster, ClusterError, type ListOptions } from "../cluster.ts";
import { CONFIG_MAPS } from "../live/testing/kit.ts";

const NS = "default";
const SELECTOR = "conformance=yes";

function object(name: string, data: JsonObject, labels: JsonObject = {}): JsonObject {
  const metadata = { name, namespace: NS, labels: { conformance: "yes", ...labels } };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data };
}

// What is the same everywhere: kinds, names, data; and for a refusal reason and status.
async function outcome(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    const result = await ask();
    if (typeof result !== "object" || result === null || Array.isArray(result)) return result;
    const { kind, apiVersion } = result as JsonObject;
    const data = objectAt(result as JsonObject, "data") ?? {};
    // A server with Go types leaves out what is empty.
    const filled = Object.keys(data).length > 0 ? { data } : {};
    return { kind, apiVersion, name: nameOf(result as JsonObject), ...filled };
  } catch (error) {
    if (error instanceof ClusterError) return `${error.reason} ${error.status}`;
    throw error;
  }
}

const whole = (name: string, data?: JsonObject) => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  name,
  ...(data === undefined ? {} : { data }),
});

const names = async (cluster: Cluster, options: ListOptions) =>
  (await Array.fromAsync(cluster.list(CONFIG_MAPS, { namespace: NS, ...options }))).map(nameOf).sort();

type Step = [about: string, ask: (cluster: Cluster) => Promise<unknown>, expected: unknown];

const merge = { type: "merge" } as const;
const json = { type: "json" } as const;
const apply = (c: Cluster, data: JsonObject, manager: string, force = false) =>
  c.apply(CONFIG_MAPS, object("applied", data), { manager, force });

const STORY: Step[] = [
  ["absent object", (c) => c.get(CONFIG_MAPS, NS, "a"), undefined],
  ["create", (c) => c.create(CONFIG_MAPS, object("a", { k: "1" })), whole("a", { k: "1" })],
  ["create again", (c) => c.create(CONFIG_MAPS, object("a", {})), "AlreadyExists 409"],
  ["get", (c) => c.get(CONFIG_MAPS, NS, "a"), whole("a", { k: "1" })],
  ["get metadata", (c) => c.get(CONFIG_MAPS, NS, "a", { metadataOnly: true }), {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    name: "a",
  }],
  ["unknown resource", (c) => c.get({ ...CONFIG_MAPS, resource: "things" }, NS, "a"), "NotServed 404"],
  ["unknown version", (c) => c.get({ ...CONFIG_MAPS, version: "v9" }, NS, "a"), "NotServed 404"],
  ["unknown group", (c) => c.get({ ...CONFIG_MAPS, group: "no.example.io" }, NS, "a"), "NotServed 404"],
  ["no namespace", (c) => c.get(CONFIG_MAPS, "", "a"), "NotServed 404"],
  ["list of an unknown resource", async (c) => {
    await Array.fromAsync(c.list({ ...CONFIG_MAPS, resource: "things" }));
  }, "NotServed 404"],
  [
    "create of an unknown resource",
    (c) => c.create({ ...CONFIG_MAPS, resource: "things" }, object("a", {})),
    "NotServed 404",
  ],
  [
    "merge patch",
    (c) => c.patch(CONFIG_MAPS, NS, "a", { data: { k: null, l: "2" } }, merge),
    whole("a", { l: "2" }),
  ],
  ["merge patch of nothing", (c) => c.patch(CONFIG_MAPS, NS, "z", {}, merge), "NotFound 404"],
  [
    "merge patch of an old version",
    (c) => c.patch(CONFIG_MAPS, NS, "a", { metadata: { resourceVersion: "1" } }, merge),
    "Conflict 409",
  ],
  ["merge patch of the present version", async (c) => {
    const found = await c.get(CONFIG_MAPS, NS, "a");
    const resourceVersion = at(found, "metadata", "resourceVersion") ?? "";
    return await c.patch(CONFIG_MAPS, NS, "a", { metadata: { resourceVersion }, data: { m: "3" } }, merge);
  }, whole("a", { l: "2", m: "3" })],
  [
    "JSON patch",
    (c) =>
      c.patch(CONFIG_MAPS, NS, "a", [{ op: "remove", path: "/data/l" }, {
        op: "add",
        path: "/data/n",
        value: "x",
      }], json),
    whole("a", { m: "3", n: "x" }),
  ],
  [
    "JSON patch with a failing test",
    (c) => c.patch(CONFIG_MAPS, NS, "a", [{ op: "test", path: "/data/m", value: "9" }], json),
    "Invalid 422",
  ],
  [
    "JSON patch of an absent path",
    (c) => c.patch(CONFIG_MAPS, NS, "a", [{ op: "remove", path: "/data/q" }], json),
    "Invalid 422",
  ],
  ["apply", (c) => apply(c, { a: "1", b: "2" }, "m"), whole("applied", { a: "1", b: "2" })],
  ["apply with less", (c) => apply(c, { a: "1" }, "m"), whole("applied", { a: "1" })],
  ["apply by another", (c) => apply(c, { c: "3" }, "o"), whole("applied", { a: "1", c: "3" })],
  ["apply of another's field", (c) => apply(c, { a: "9" }, "o"), "Conflict 409"],
  ["the same by force", (c) => apply(c, { a: "9" }, "o", true), whole("applied", { a: "9" })],
  ["apply of nothing", (c) => apply(c, {}, "o"), whole("applied")],
  ["list", (c) => names(c, { labelSelector: SELECTOR }), ["a", "applied"]],
  [
    "label",
    (c) => c.patch(CONFIG_MAPS, NS, "a", { metadata: { labels: { app: "web" } } }, merge),
    whole("a", { m: "3", n: "x" }),
  ],
  ["list in", (c) => names(c, { labelSelector: `${SELECTOR},app in (web,api)` }), ["a"]],
  ["list notin", (c) => names(c, { labelSelector: `${SELECTOR},app notin (web)` }), ["applied"]],
  ["list exists", (c) => names(c, { labelSelector: `${SELECTOR},app` }), ["a"]],
  ["list does not exist", (c) => names(c, { labelSelector: `${SELECTOR},!app` }), ["applied"]],
  ["list !=", (c) => names(c, { labelSelector: `${SELECTOR},app!=web` }), ["applied"]],
  ["list by small pages", (c) => names(c, { labelSelector: SELECTOR, pageSize: 1 }), ["a", "applied"]],
  ["list of a namespace that is not there", (c) => names(c, { namespace: "no-such" }), []],
  ["list with a wrong selector", (c) => names(c, { labelSelector: "a b" }), "Other 400"],
  ["kinds in a list", async (c) => {
    const found = await Array.fromAsync(c.list(CONFIG_MAPS, { namespace: NS, labelSelector: SELECTOR }));
    return found.map(({ kind, apiVersion }) => `${kind} ${apiVersion}`);
  }, ["ConfigMap v1", "ConfigMap v1"]],
  ["kinds in a list of metadata", async (c) => {
    const options = { namespace: NS, labelSelector: SELECTOR, metadataOnly: true };
    const found = await Array.fromAsync(c.list(CONFIG_MAPS, options));
    return found.map(({ kind, data }) => `${kind} ${data}`);
  }, ["PartialObjectMetadata undefined", "PartialObjectMetadata undefined"]],
  ["generated name", async (c) => {
    const metadata = { generateName: "g-", namespace: NS, labels: { conformance: "generated" } };
    const made = await c.create(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata });
    const filled = ["uid", "resourceVersion", "creationTimestamp"].map((key) =>
      typeof objectAt(made, "metadata")?.[key]
    );
    const removed = await c.delete(CONFIG_MAPS, NS, nameOf(made));
    return [/^g-[a-z0-9]{5}$/.test(nameOf(made)), filled.join(), removed];
  }, [true, "string,string,string", true]],
  ["delete of another uid", (c) => c.delete(CONFIG_MAPS, NS, "a", { uid: "other" }), "Conflict 409"],
  ["delete of this uid", async (c) => {
    const found = await c.get(CONFIG_MAPS, NS, "a");
    return await c.delete(CONFIG_MAPS, NS, "a", { uid: String(at(found, "metadata", "uid")) });
  }, true],
  ["delete again", (c) => c.delete(CONFIG_MAPS, NS, "a"), false],
  ["delete the rest", (c) => c.delete(CONFIG_MAPS, NS, "applied"), true],
  ["nothing is left", (c) => names(c, { labelSelector: SELECTOR }), []],
  ["serves", (c) => c.serves("", "configmaps"), ["v1"]],
  ["serves two versions", (c) => c.serves("autoscaling", "horizontalpodautoscalers"), ["v2", "v1"]],
  ["serves not", (c) => c.serves("no.example.io", "things"), []],
];

/** Runs the whole story; objects are made in namespace `default` and left there. Throws at the first difference. */
export async function tellStory(cluster: Cluster): Promise<void> {
  for (const [about, ask, expected] of STORY) {
    assertEquals(await outcome(() => ask(cluster)), expected, about);
  }
}
