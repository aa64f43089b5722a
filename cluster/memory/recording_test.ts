import { assertEquals, assertRejects } from "@std/assert";
import { at, nameOf } from "../../objects/object.ts";
import { ClusterError } from "../cluster.ts";
import { createMemoryCluster } from "./memory.ts";
import { createRecordingCluster } from "./recording.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const THINGS = { group: "example.io", version: "v1", resource: "things" };

function configMap(name: string, app: string) {
  const metadata = { name, namespace: "n", labels: { app }, resourceVersion: "7", uid: `u-${name}` };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { key: name } };
}

function world() {
  const thing = { apiVersion: "example.io/v1", kind: "Thing", metadata: { name: "t" }, spec: { size: 1 } };
  const inner = createMemoryCluster({ objects: [configMap("a", "web"), configMap("b", "web"), thing] });
  return { inner, before: inner.objects(), cluster: createRecordingCluster(inner) };
}

Deno.test("writes are effects and seen by later reads, never by the cluster below", async () => {
  const { inner, before, cluster } = world();
  await cluster.create(CONFIG_MAPS, configMap("c", "web"));
  await cluster.patch(CONFIG_MAPS, "n", "a", { metadata: { labels: { app: "api" } } }, { type: "merge" });
  await cluster.patch(THINGS, "", "t", [{ op: "replace", path: "/spec/size", value: 2 }], { type: "json" });
  assertEquals(await cluster.delete(CONFIG_MAPS, "n", "b"), true);
  await cluster.apply(CONFIG_MAPS, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "d", namespace: "n", labels: { app: "web" } },
    data: { x: "1" },
  }, { manager: "m" });

  assertEquals(inner.objects(), before);
  assertEquals(
    cluster.effects().map(({ verb, kind, namespace, name }) =>
      `${verb} ${kind.resource} ${namespace}/${name}`
    ),
    [
      "create configmaps n/c",
      "patch configmaps n/a",
      "patch things /t",
      "delete configmaps n/b",
      "apply configmaps n/d",
    ],
  );
  assertEquals(at((await cluster.get(CONFIG_MAPS, "n", "a")) ?? {}, "metadata", "labels", "app"), "api");
  assertEquals(at((await cluster.get(THINGS, "", "t")) ?? {}, "spec", "size"), 2);
  assertEquals(await cluster.get(CONFIG_MAPS, "n", "b"), undefined);
  const names = async (labelSelector: string) =>
    (await Array.fromAsync(cluster.list(CONFIG_MAPS, { namespace: "n", labelSelector }))).map(nameOf);
  assertEquals(await names("app=web"), ["c", "d"]);
  assertEquals(await names("app in (api)"), ["a"]);
  assertEquals((await Array.fromAsync(cluster.list(THINGS))).map(nameOf), ["t"]);
});

Deno.test("an effect holds what was sent, the object before and after", async () => {
  const { cluster } = world();
  const body = { data: { key: null, other: "1" } };
  await cluster.patch(CONFIG_MAPS, "n", "a", body, { type: "merge" });
  const [effect] = cluster.effects();
  assertEquals(effect?.body, body);
  assertEquals(effect?.before?.data, { key: "a" });
  assertEquals(effect?.object?.data, { other: "1" });
});

Deno.test("refused writes are no effects and read as in a real cluster", async () => {
  const { cluster } = world();
  const rows: [about: string, reason: string, write: () => Promise<unknown>][] = [
    ["exists below", "AlreadyExists", () => cluster.create(CONFIG_MAPS, configMap("a", "x"))],
    [
      "changed below",
      "Conflict",
      () => cluster.patch(CONFIG_MAPS, "n", "a", { metadata: { resourceVersion: "6" } }, { type: "merge" }),
    ],
    ["absent", "NotFound", () => cluster.patch(CONFIG_MAPS, "n", "z", {}, { type: "merge" })],
    ["not served", "NotServed", () => cluster.create({ ...THINGS, group: "nope.io" }, configMap("a", "x"))],
    [
      "not served, name to be made",
      "NotServed",
      () => cluster.create({ ...THINGS, group: "nope.io" }, { metadata: { generateName: "a-" } }),
    ],
    [
      "field of another manager",
      "Conflict",
      () =>
        cluster.apply(CONFIG_MAPS, {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "a", namespace: "n" },
          data: { key: "mine" },
        }, { manager: "m" }),
    ],
  ];
  for (const [about, reason, write] of rows) {
    const error = await assertRejects(write, ClusterError);
    assertEquals(error.reason, reason, about);
  }
  assertEquals(await cluster.delete(CONFIG_MAPS, "n", "z"), false);
  assertEquals(cluster.effects(), []);
});

Deno.test("a resourceVersion read below holds for a patch, and once only", async () => {
  const { cluster } = world();
  const patch = () =>
    cluster.patch(CONFIG_MAPS, "n", "a", { metadata: { resourceVersion: "7" }, data: { x: "y" } }, {
      type: "merge",
    });
  assertEquals(at(await patch(), "data", "x"), "y");
  assertEquals((await assertRejects(patch, ClusterError)).reason, "Conflict");
});

Deno.test("of two writes to one object at the same time the slower keeps the faster one's", async () => {
  const { inner } = world();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let gets = 0;
  const cluster = createRecordingCluster({
    ...inner,
    // The second reading of the object below ends after the first write.
    get: async (...args) => {
      const second = ++gets === 2;
      const found = await inner.get(...args);
      if (second) await released;
      return found;
    },
  });
  const write = (key: string) =>
    cluster.patch(CONFIG_MAPS, "n", "a", { data: { [key]: "1" } }, { type: "merge" });
  const [fast, slow] = [write("x"), write("y")];
  await fast;
  release();
  await slow;
  assertEquals(gets, 2);
  assertEquals((await cluster.get(CONFIG_MAPS, "n", "a"))?.data, { key: "a", x: "1", y: "1" });
});

Deno.test("made names differ and objects of generateName are found again", async () => {
  const { cluster } = world();
  const object = { metadata: { generateName: "g-", namespace: "n" } };
  const made = [await cluster.create(CONFIG_MAPS, object), await cluster.create(CONFIG_MAPS, object)].map(
    nameOf,
  );
  assertEquals(new Set(made).size, 2);
  for (const name of made) assertEquals(nameOf(await cluster.get(CONFIG_MAPS, "n", name) ?? {}), name);
});

Deno.test("a definition that is written makes its kind served, and only where it was not", async () => {
  const { inner, cluster } = world();
  const definition = (plural: string, kind: string) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.io` },
    spec: {
      group: "example.io",
      scope: "Cluster",
      names: { plural, kind },
      versions: [{ name: "v1", served: true, storage: true }],
    },
  });
  const definitions = {
    group: "apiextensions.k8s.io",
    version: "v1",
    resource: "customresourcedefinitions",
  };
  const gears = { ...THINGS, resource: "gears" };
  await assertRejects(() => cluster.get(gears, "", "g"), ClusterError, "");
  await cluster.create(definitions, definition("gears", "Gear"));
  await cluster.create(definitions, definition("things", "Thing"));
  assertEquals(cluster.defined().map(({ resource }) => resource), ["gears"]);
  assertEquals(await cluster.serves("example.io", "gears"), ["v1"]);
  assertEquals(await cluster.get(gears, "", "g"), undefined);
  await cluster.create(gears, { apiVersion: "example.io/v1", kind: "Gear", metadata: { name: "g" } });
  assertEquals((await Array.fromAsync(cluster.list(gears))).map(nameOf), ["g"]);
  // What was served before keeps its objects.
  assertEquals((await Array.fromAsync(cluster.list(THINGS))).map(nameOf), ["t"]);
  assertEquals(await inner.serves("example.io", "gears"), []);
});
