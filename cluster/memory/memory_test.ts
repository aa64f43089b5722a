import { assertEquals, assertRejects } from "@std/assert";
import { type JsonObject, parseJson, stringifyJson } from "../../objects/json.ts";
import { nameOf } from "../../objects/object.ts";
import { type Cluster, ClusterError, type ListOptions, type ResourceKind } from "../cluster.ts";
import { createMemoryCluster } from "./memory.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };
const VMS = { group: "kubevirt.io", version: "v1", resource: "virtualmachines" };
const NODES = { group: "", version: "v1", resource: "nodes" };

function configMap(name: string, labels: Record<string, string>, namespace = "n") {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels, uid: `u-${name}`, resourceVersion: "7" },
    data: { key: name },
  };
}

const OBJECTS = [
  configMap("b", { app: "web", tier: "db" }),
  configMap("a", { app: "web" }),
  configMap("c", { app: "api" }, "m"),
  { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } },
  { apiVersion: "kubevirt.io/v1alpha3", kind: "VirtualMachine", metadata: { name: "v", namespace: "n" } },
];

async function names(cluster: Cluster, kind: ResourceKind, options?: ListOptions): Promise<string[]> {
  return (await Array.fromAsync(cluster.list(kind, options))).map(nameOf);
}

Deno.test("get() gives an object, and undefined for an absent one", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  assertEquals(await cluster.get(VMS, "n", "w"), undefined);
  assertEquals(await cluster.get(CONFIG_MAPS, "m", "a"), undefined);
  assertEquals((await cluster.get(NODES, "", "n1"))?.kind, "Node");
  // The object was written in an older version.
  assertEquals((await cluster.get(VMS, "n", "v"))?.apiVersion, "kubevirt.io/v1");
  const found = await cluster.get(CONFIG_MAPS, "n", "a");
  assertEquals(found?.data, { key: "a" });
  assertEquals(found?.metadata && (found.metadata as { uid: string }).uid, "u-a");
});

Deno.test("get() hands out copies", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  const first = await cluster.get(CONFIG_MAPS, "n", "a");
  if (first !== undefined) first.data = { key: "changed" };
  assertEquals((await cluster.get(CONFIG_MAPS, "n", "a"))?.data, { key: "a" });
});

Deno.test("get() with metadataOnly gives nothing else", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  const found = await cluster.get(CONFIG_MAPS, "n", "a", { metadataOnly: true });
  assertEquals(Object.keys(found ?? {}), ["kind", "apiVersion", "metadata"]);
  assertEquals([found?.kind, found?.apiVersion], ["PartialObjectMetadata", "meta.k8s.io/v1"]);
});

const NOT_SERVED: [about: string, kind: ResourceKind, namespace: string][] = [
  ["unknown resource", { ...CONFIG_MAPS, resource: "things" }, "n"],
  ["unknown version", { ...VMS, version: "v9" }, "n"],
  ["absent group", { group: "cdi.kubevirt.io", version: "v1beta1", resource: "datavolumes" }, "n"],
  ["namespaced kind without namespace", CONFIG_MAPS, ""],
  ["cluster-wide kind in a namespace", NODES, "n"],
];

Deno.test("get() tells a kind that is not served from an absent object", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS, absentGroups: ["cdi.kubevirt.io"] });
  for (const [about, kind, namespace] of NOT_SERVED) {
    const error = await assertRejects(() => cluster.get(kind, namespace, "x"), ClusterError);
    assertEquals([error.reason, error.status], ["NotServed", 404], about);
  }
  const error = await assertRejects(() => cluster.get({ ...VMS, version: "v9" }, "n", "x"), ClusterError);
  assertEquals(
    error.message,
    "get virtualmachines.kubevirt.io n/x: 404 NotServed: the server could not find the requested resource",
  );
});

Deno.test("list() gives objects by namespace and name, filtered", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  const rows: [options: ListOptions, found: string[]][] = [
    [{}, ["c", "a", "b"]],
    [{ namespace: "n" }, ["a", "b"]],
    [{ namespace: "none" }, []],
    [{ labelSelector: "app=web" }, ["a", "b"]],
    [{ labelSelector: "app in (api),!tier" }, ["c"]],
    [{ namespace: "n", labelSelector: "tier", metadataOnly: true }, ["b"]],
  ];
  for (const [options, found] of rows) assertEquals(await names(cluster, CONFIG_MAPS, options), found);
  const error = await assertRejects(
    () => names(cluster, CONFIG_MAPS, { labelSelector: "a b" }),
    ClusterError,
  );
  assertEquals(error.status, 400);
});

Deno.test("create() fills what the server fills", async () => {
  const now = () => new Date("2026-01-02T03:04:05.678Z");
  const cluster = createMemoryCluster({ objects: OBJECTS, now });
  const made = await cluster.create(CONFIG_MAPS, {
    metadata: { name: "x", namespace: "n", uid: "theirs", resourceVersion: "1" },
    data: { a: "b" },
  });
  const metadata = made.metadata as Record<string, string>;
  assertEquals(made.apiVersion, "v1");
  assertEquals(made.kind, "ConfigMap");
  assertEquals(metadata.creationTimestamp, "2026-01-02T03:04:05Z");
  assertEquals(/^[0-9a-f-]{36}$/.test(metadata.uid ?? ""), true);
  assertEquals(await cluster.get(CONFIG_MAPS, "n", "x"), made);

  const error = await assertRejects(
    () => cluster.create(CONFIG_MAPS, { metadata: { name: "x", namespace: "n" } }),
    ClusterError,
  );
  assertEquals(error.reason, "AlreadyExists");
  assertEquals(error.message, 'create configmaps n/x: 409 AlreadyExists: configmaps "x" already exists');
});

Deno.test("create() makes a name from generateName", async () => {
  const cluster = createMemoryCluster();
  const object = { metadata: { generateName: "x-", namespace: "n" } };
  const made = [await cluster.create(CONFIG_MAPS, object), await cluster.create(CONFIG_MAPS, object)].map(
    nameOf,
  );
  assertEquals(made.map((name) => /^x-[a-z0-9]{5}$/.test(name)), [true, true]);
  assertEquals(new Set(made).size, 2);
});

Deno.test("patch() refuses another resourceVersion and an absent object", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  const patch = (name: string, resourceVersion: string) =>
    cluster.patch(CONFIG_MAPS, "n", name, { metadata: { resourceVersion }, data: { x: "1" } }, {
      type: "merge",
    });
  assertEquals((await patch("a", "7")).data, { key: "a", x: "1" });
  const stale = await assertRejects(() => patch("a", "7"), ClusterError);
  assertEquals([stale.reason, stale.status], ["Conflict", 409]);
  const absent = await assertRejects(() => patch("zz", "7"), ClusterError);
  assertEquals([absent.reason, absent.message], [
    "NotFound",
    'patch configmaps n/zz: 404 NotFound: configmaps "zz" not found',
  ]);
});

Deno.test("patch() takes JSON patches, and none of it when one operation fails", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  const json = { type: "json" } as const;
  const changed = await cluster.patch(CONFIG_MAPS, "n", "a", [
    { op: "test", path: "/data/key", value: "a" },
    { op: "add", path: "/metadata/labels/example.io~1x", value: "y" },
  ], json);
  assertEquals(changed.metadata && (changed.metadata as { labels: unknown }).labels, {
    app: "web",
    "example.io/x": "y",
  });
  const error = await assertRejects(
    () =>
      cluster.patch(CONFIG_MAPS, "n", "a", [
        { op: "replace", path: "/data/key", value: "z" },
        { op: "test", path: "/data/key", value: "a" },
      ], json),
    ClusterError,
  );
  assertEquals([error.reason, error.status], ["Invalid", 422]);
  assertEquals((await cluster.get(CONFIG_MAPS, "n", "a"))?.data, { key: "a" });
});

Deno.test("delete() says whether something was there, and keeps to the uid", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  const error = await assertRejects(
    () => cluster.delete(CONFIG_MAPS, "n", "a", { uid: "other" }),
    ClusterError,
  );
  assertEquals(error.reason, "Conflict");
  assertEquals(await cluster.delete(CONFIG_MAPS, "n", "a", { uid: "u-a" }), true);
  assertEquals(await cluster.delete(CONFIG_MAPS, "n", "a"), false);
  assertEquals(await names(cluster, CONFIG_MAPS, { namespace: "n" }), ["b"]);
});

Deno.test("serves() knows the table, what is loaded, definitions and absent groups", async () => {
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "boxes.example.io" },
    spec: {
      group: "example.io",
      names: { plural: "boxes", kind: "Box" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true }, { name: "v2", served: true, storage: true }, {
        name: "v0",
        served: false,
      }],
    },
  };
  const policy = { apiVersion: "own.io/v1", kind: "Policy", metadata: { name: "p" } };
  const cluster = createMemoryCluster({ objects: [definition, policy], absentGroups: ["cdi.kubevirt.io"] });
  const rows: [group: string, resource: string, versions: string[]][] = [
    ["", "pods", ["v1"]],
    ["vmoperator.vmware.com", "virtualmachines", [
      "v1alpha5",
      "v1alpha4",
      "v1alpha3",
      "v1alpha2",
      "v1alpha1",
    ]],
    ["kubeovn.io", "ips", ["v1"]],
    ["cdi.kubevirt.io", "datavolumes", []],
    ["kubevirt.io", "things", []],
    ["example.io", "boxes", ["v2", "v1"]],
    ["own.io", "policies", ["v1"]],
  ];
  for (const [group, resource, versions] of rows) {
    assertEquals(await cluster.serves(group, resource), versions, `${resource}.${group}`);
  }
});

Deno.test("an aborted signal ends a request with its reason", async () => {
  const cluster = createMemoryCluster({ objects: OBJECTS });
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => cluster.get(CONFIG_MAPS, "n", "a", { signal }), Error, "enough");
  await assertRejects(() => names(cluster, CONFIG_MAPS, { signal }), Error, "enough");
});

Deno.test("numbers above 2^53 survive in memory", async () => {
  const object = parseJson(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big","namespace":"n"},"n":12345678901234567890}',
  );
  const cluster = createMemoryCluster({ objects: [object as JsonObject] });
  await cluster.patch(CONFIG_MAPS, "n", "big", { data: { a: "b" } }, { type: "merge" });
  const text = stringifyJson(await cluster.get(CONFIG_MAPS, "n", "big") ?? {});
  assertEquals(text.includes('"n":12345678901234567890'), true);
});
