import { assertEquals, assertRejects } from "@std/assert";
import { type JsonObject, parseJson, stringifyJson } from "../../objects/json.ts";
import { nameOf } from "../../objects/object.ts";
import { ClusterError, type ListOptions } from "../cluster.ts";
import { createLiveCluster } from "./live.ts";
import { CONFIG_MAPS, configMap, fakeTime, liveWorld, VMS } from "./testing/kit.ts";

Deno.test("requests take the paths and queries of Kubernetes", async () => {
  const { cluster, api } = liveWorld();
  const subject = { group: "kubeovn.io", version: "v1", resource: "ips" };
  await cluster.get(subject, "", "x");
  await cluster.get(VMS, "n", "v:1");
  await Array.fromAsync(cluster.list(CONFIG_MAPS));
  await Array.fromAsync(
    cluster.list(CONFIG_MAPS, { namespace: "n", labelSelector: "a in (b)", pageSize: 7 }),
  );
  await cluster.patch(CONFIG_MAPS, "n", "a", {}, { type: "merge" });
  await cluster.apply(CONFIG_MAPS, configMap("z"), { manager: "m", force: true });
  await cluster.delete(CONFIG_MAPS, "n", "z");
  await cluster.version();
  assertEquals(api.requests(), [
    "GET /apis/kubeovn.io/v1/ips/x -> 404",
    "GET /apis/kubevirt.io/v1/namespaces/n/virtualmachines/v%3A1 -> 404",
    "GET /api/v1/configmaps?limit=500 -> 200",
    "GET /api/v1/namespaces/n/configmaps?limit=7&labelSelector=a+in+%28b%29 -> 200",
    "PATCH /api/v1/namespaces/n/configmaps/a -> 200",
    "PATCH /api/v1/namespaces/n/configmaps/z?fieldManager=m&force=true -> 201",
    "DELETE /api/v1/namespaces/n/configmaps/z -> 200",
    "GET /version -> 200",
  ]);
});

Deno.test("a name that would lead elsewhere is refused before anything is sent", async () => {
  const { cluster, api } = liveWorld();
  for (const name of ["", ".", "..", "a/b"]) {
    const error = await assertRejects(() => cluster.get(CONFIG_MAPS, "n", name), ClusterError);
    assertEquals([error.reason, error.status], ["Invalid", 0], name);
  }
  await assertRejects(
    () => cluster.get(CONFIG_MAPS, "..", "a"),
    ClusterError,
    '".." cannot be part of a request',
  );
  assertEquals(api.requests(), []);
});

Deno.test("list() reads all pages of 2,500 objects", async () => {
  const names = Array.from({ length: 2500 }, (_, i) => `c-${String(i).padStart(4, "0")}`);
  const { cluster, observed } = liveWorld({ objects: names.map((name) => configMap(name)) });
  const found = await Array.fromAsync(cluster.list(CONFIG_MAPS));
  assertEquals(found.map(nameOf), names);
  assertEquals(observed.length, 5);
  assertEquals([found[0]?.kind, found[0]?.apiVersion], ["ConfigMap", "v1"]);
});

Deno.test("list() asks for the next page only when it is wanted", async () => {
  const objects = ["a", "b", "c"].map((name) => configMap(name));
  const { cluster, observed } = liveWorld({ objects });
  for await (const object of cluster.list(CONFIG_MAPS, { pageSize: 2 })) if (nameOf(object) === "b") break;
  assertEquals(observed.length, 1);
});

Deno.test("list() filters by selector and asks for metadata only", async () => {
  const { cluster } = liveWorld();
  const rows: [options: ListOptions, names: string[], keys: string][] = [
    [{ labelSelector: "app=web" }, ["b"], "apiVersion,data,kind,metadata"],
    [{ labelSelector: "!app" }, ["a"], "apiVersion,data,kind,metadata"],
    [{ metadataOnly: true }, ["a", "b"], "apiVersion,kind,metadata"],
  ];
  for (const [options, names, keys] of rows) {
    const found = await Array.fromAsync(cluster.list(CONFIG_MAPS, options));
    assertEquals(found.map(nameOf), names);
    assertEquals(Object.keys(found[0] ?? {}).sort().join(), keys);
  }
  const [found] = await Array.fromAsync(cluster.list(CONFIG_MAPS, { metadataOnly: true }));
  assertEquals([found?.kind, found?.apiVersion], ["PartialObjectMetadata", "meta.k8s.io/v1"]);
  const got = await cluster.get(CONFIG_MAPS, "n", "a", { metadataOnly: true });
  assertEquals([got?.kind, got?.data], ["PartialObjectMetadata", undefined]);
});

// A cluster whose server gives these answers, one after the other.
function scripted(answers: [status: number, body: JsonObject][]) {
  const paths: string[] = [];
  const cluster = createLiveCluster({
    server: {
      url: "http://cluster.test",
      fetch: (url) => {
        paths.push(new URL(url).search);
        const [status, body] = answers.shift() ?? [500, {}];
        return Promise.resolve(new Response(stringifyJson(body), { status }));
      },
    },
    time: fakeTime(),
  });
  return { cluster, paths };
}

function page(names: string[], token?: string): [number, JsonObject] {
  const items = names.map((name) => ({ metadata: { name } }));
  return [200, {
    kind: "PodList",
    apiVersion: "v1",
    metadata: token === undefined ? {} : { continue: token },
    items,
  }];
}

Deno.test("list() goes on after an expired token where the server offers it", async () => {
  const { cluster, paths } = scripted([
    page(["a"], "t1"),
    [410, { kind: "Status", reason: "Expired", message: "too old", metadata: { continue: "t2" } }],
    page(["b"]),
  ]);
  const found = await Array.fromAsync(cluster.list({ group: "", version: "v1", resource: "pods" }));
  assertEquals(found.map((pod) => [nameOf(pod), pod.kind, pod.apiVersion]), [["a", "Pod", "v1"], [
    "b",
    "Pod",
    "v1",
  ]]);
  assertEquals(paths, ["?limit=500", "?limit=500&continue=t1", "?limit=500&continue=t2"]);
});

Deno.test("list() fails on an expired token without an offer, and on a server that runs in circles", async () => {
  const expired: [number, JsonObject] = [410, { kind: "Status", reason: "Expired", message: "too old" }];
  const rows: [about: string, answers: [number, JsonObject][], message: string][] = [
    ["no offer", [page(["a"], "t1"), expired], "list pods: 410 Expired: too old"],
    [
      "circle",
      [page(["a"], "t1"), page(["a"], "t1")],
      "list pods: this is not an answer of the Kubernetes API (status 200, text/plain)",
    ],
    [
      "no items",
      [[200, { kind: "PodList" }]],
      "list pods: this is not an answer of the Kubernetes API (status 200, text/plain)",
    ],
  ];
  for (const [about, answers, message] of rows) {
    const { cluster } = scripted(answers);
    const pods = { group: "", version: "v1", resource: "pods" };
    const error = await assertRejects(() => Array.fromAsync(cluster.list(pods)), ClusterError);
    assertEquals(error.message, message, about);
  }
  const empty = scripted([[200, { kind: "PodList", items: null }]]);
  assertEquals(await Array.fromAsync(empty.cluster.list(CONFIG_MAPS)), []);
});

Deno.test("numbers above 2^53 come and go unchanged", async () => {
  const object = parseJson(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big","namespace":"n"},"n":12345678901234567890}',
  ) as JsonObject;
  const { cluster } = liveWorld({ objects: [] });
  await cluster.create(CONFIG_MAPS, object);
  const found = await cluster.get(CONFIG_MAPS, "n", "big");
  assertEquals(stringifyJson(found?.n ?? 0), "12345678901234567890");
});

Deno.test("serves() gives the preferred version first and asks each group once", async () => {
  const { cluster, api } = liveWorld({ absentGroups: ["cdi.kubevirt.io"] });
  const rows: [group: string, resource: string, versions: string[]][] = [
    ["kubevirt.io", "virtualmachines", ["v1", "v1alpha3"]],
    ["kubevirt.io", "things", []],
    ["cdi.kubevirt.io", "datavolumes", []],
    ["", "pods", ["v1"]],
    ["velero.io", "datauploads", ["v2alpha1"]],
  ];
  for (const [group, resource, versions] of [...rows, ...rows]) {
    assertEquals(await cluster.serves(group, resource), versions, resource);
  }
  assertEquals(api.requests(), [
    "GET /apis/kubevirt.io -> 200",
    "GET /apis/kubevirt.io/v1 -> 200",
    "GET /apis/kubevirt.io/v1alpha3 -> 200",
    "GET /apis/cdi.kubevirt.io -> 404",
    "GET /api/v1 -> 200",
    "GET /apis/velero.io -> 200",
    "GET /apis/velero.io/v1 -> 200",
    "GET /apis/velero.io/v2alpha1 -> 200",
  ]);
});

Deno.test("serves() puts the server's preferred version first and forgets failures", async () => {
  const group = {
    kind: "APIGroup",
    versions: [{ version: "v1" }, { version: "v2" }],
    preferredVersion: { version: "v2" },
  };
  const list = { kind: "APIResourceList", resources: [{ name: "boxes" }] };
  const { cluster } = scripted([[403, {}], [200, group], [200, list], [200, list]]);
  const error = await assertRejects(() => cluster.serves("example.io", "boxes"), ClusterError);
  assertEquals(error.message, "discover example.io: 403 Forbidden");
  assertEquals(await cluster.serves("example.io", "boxes"), ["v2", "v1"]);
});
