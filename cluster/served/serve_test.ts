import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { at, nameOf, objectsAt } from "../../objects/object.ts";
import { createMemoryCluster } from "../memory/memory.ts";
import { createApiServer, serveCluster, type ServeOptions } from "./serve.ts";
import { configMap } from "../live/testing/kit.ts";

const COLLECTION = "/api/v1/namespaces/n/configmaps";

function server(options: ServeOptions = {}) {
  const vm = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "v", namespace: "n" },
    spec: {},
  };
  const objects = [configMap("a", { app: "web" }), configMap("b"), configMap("c"), vm];
  const version = { major: "1", minor: "29+", gitVersion: "v1.29.3" };
  const api = createApiServer(
    createMemoryCluster({ objects, absentGroups: ["kubeovn.io"], version }),
    options,
  );
  const ask = async (
    method: string,
    path: string,
    body?: JsonObject,
    headers: Record<string, string> = {},
  ) => {
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await api.handler(new Request(`http://cluster.test${path}`, init));
    const text = await response.text();
    const json = text.startsWith("{") ? JSON.parse(text) as JsonObject : {};
    return { status: response.status, headers: response.headers, text, json };
  };
  return { api, ask };
}

const ROWS: [method: string, path: string, status: number, answer: string][] = [
  ["GET", "/version", 200, "v1.29.3"],
  ["GET", "/healthz", 200, "ok"],
  ["GET", "/api", 200, "APIVersions"],
  ["GET", "/api/v1", 200, "APIResourceList"],
  ["GET", "/apis", 200, "APIGroupList"],
  ["GET", "/apis/kubevirt.io", 200, "APIGroup"],
  ["GET", "/apis/kubevirt.io/v1", 200, "APIResourceList"],
  ["GET", "/apis/kubeovn.io", 404, "404 page not found\n"],
  ["GET", "/apis/kubeovn.io/v1/ips/x", 404, "404 page not found\n"],
  ["GET", "/apis/kubevirt.io/v9/namespaces/n/virtualmachines", 404, "404 page not found\n"],
  ["GET", "/nothing", 404, "404 page not found\n"],
  ["GET", "/apis/kubevirt.io/v1/namespaces/n/things", 404, "NotFound"],
  ["GET", `${COLLECTION}/a`, 200, "ConfigMap"],
  ["GET", `${COLLECTION}/z`, 404, "NotFound"],
  ["GET", `${COLLECTION}/a/log`, 404, "NotFound"],
  ["GET", `${COLLECTION}?watch=true`, 405, "MethodNotAllowed"],
  ["GET", `${COLLECTION}?continue=%25`, 400, "BadRequest"],
  ["GET", `${COLLECTION}?fieldSelector=spec.x%3D1`, 400, "BadRequest"],
  ["POST", `${COLLECTION}?dryRun=All`, 400, "BadRequest"],
  ["PUT", COLLECTION, 405, "MethodNotAllowed"],
  ["GET", "/api/v1/namespaces/n", 404, "NotFound"],
];

Deno.test("the served API answers paths as a real server does", async () => {
  const { ask } = server();
  for (const [method, path, status, answer] of ROWS) {
    const { status: got, text, json } = await ask(method, path);
    assertEquals(
      [got, json.reason ?? json.kind ?? json.gitVersion ?? text],
      [status, answer],
      `${method} ${path}`,
    );
  }
});

Deno.test("a list comes in pages, by field, and without the kind of its items", async () => {
  const { ask } = server();
  const first = (await ask("GET", `${COLLECTION}?limit=2`)).json;
  assertEquals(objectsAt(first, "items").map((item) => [nameOf(item), item.kind]), [["a", undefined], [
    "b",
    undefined,
  ]]);
  assertEquals(at(first, "metadata", "remainingItemCount"), 1);
  const token = encodeURIComponent(String(at(first, "metadata", "continue")));
  const second = (await ask("GET", `${COLLECTION}?limit=2&continue=${token}`)).json;
  assertEquals([objectsAt(second, "items").map(nameOf), at(second, "metadata", "continue")], [
    ["c"],
    undefined,
  ]);
  const field = (await ask("GET", `${COLLECTION}?fieldSelector=metadata.name%3Db`)).json;
  assertEquals(objectsAt(field, "items").map(nameOf), ["b"]);
  const vms = (await ask("GET", "/apis/kubevirt.io/v1/virtualmachines")).json;
  assertEquals([vms.kind, objectsAt(vms, "items")[0]?.kind], ["VirtualMachineList", "VirtualMachine"]);
});

Deno.test("PUT replaces an object, keeps what is the server's, and refuses an old version", async () => {
  const { ask } = server();
  const found = (await ask("GET", `${COLLECTION}/a`)).json;
  const changed = {
    ...found,
    data: { x: "y" },
    metadata: { ...found.metadata as JsonObject, uid: "theirs" },
  };
  const put = await ask("PUT", `${COLLECTION}/a`, changed);
  assertEquals([put.status, put.json.data], [200, { x: "y" }]);
  assertEquals(at(put.json, "metadata", "uid"), at(found, "metadata", "uid"));
  assertEquals(at(put.json, "metadata", "labels"), { app: "web" });
  const again = await ask("PUT", `${COLLECTION}/a`, changed);
  assertEquals([again.status, again.json.reason], [409, "Conflict"]);
});

Deno.test("PUT of the status changes nothing else", async () => {
  const { ask } = server();
  const path = "/apis/kubevirt.io/v1/namespaces/n/virtualmachines/v";
  const body = { metadata: { name: "v" }, spec: { lost: true }, status: { ready: true } };
  const put = (await ask("PUT", `${path}/status`, body)).json;
  assertEquals([put.spec, put.status], [{}, { ready: true }]);
});

Deno.test("DELETE of a collection keeps to its selector", async () => {
  const { ask } = server();
  assertEquals((await ask("DELETE", `${COLLECTION}?labelSelector=app`)).status, 200);
  const left = (await ask("GET", COLLECTION)).json;
  assertEquals(objectsAt(left, "items").map(nameOf), ["b", "c"]);
});

Deno.test("wrong bodies are refused", async () => {
  const { ask } = server();
  const rows: [method: string, path: string, type: string, body: JsonObject | undefined, status: number][] = [
    ["POST", COLLECTION, "application/json", undefined, 400],
    ["POST", COLLECTION, "application/json", { metadata: { name: "x", namespace: "other" } }, 400],
    ["POST", COLLECTION, "application/json", { metadata: {} }, 422],
    ["POST", COLLECTION, "application/vnd.kubernetes.protobuf", {}, 415],
    ["PATCH", `${COLLECTION}/a`, "application/vnd.kubernetes.protobuf", {}, 415],
    ["PATCH", `${COLLECTION}/a`, "application/apply-patch+yaml", {}, 200],
  ];
  for (const [method, path, type, body, status] of rows) {
    const headers = { "content-type": type, "user-agent": "test/1" };
    assertEquals((await ask(method, path, body, headers)).status, status, `${method} ${type}`);
  }
});

Deno.test("faults meet their method and path, so many times, and are logged", async () => {
  const { api, ask } = server({
    faults: [
      { path: "/api/v1/*/configmaps", method: "get", status: 503, times: 1, headers: { "retry-after": "1" } },
      { path: "*/a", status: 403, message: "no" },
      { path: "*/b", body: "<html>" },
      { path: "*/c", delayMs: 1 },
    ],
  });
  const first = await ask("GET", COLLECTION);
  assertEquals([first.status, first.json.reason, first.headers.get("retry-after")], [
    503,
    "ServiceUnavailable",
    "1",
  ]);
  assertEquals((await ask("GET", COLLECTION)).status, 200);
  const refused = await ask("DELETE", `${COLLECTION}/a`);
  assertEquals([refused.status, refused.json.message], [403, "no"]);
  assertEquals((await ask("GET", `${COLLECTION}/b`)).text, "<html>");
  assertEquals((await ask("GET", `${COLLECTION}/c?x=y`)).status, 200);
  assertEquals(api.requests(), [
    `GET ${COLLECTION} -> 503`,
    `GET ${COLLECTION} -> 200`,
    `DELETE ${COLLECTION}/a -> 403`,
    `GET ${COLLECTION}/b -> 200`,
    `GET ${COLLECTION}/c?x=y -> 200`,
  ]);
  api.clearRequests();
  api.setFaults([]);
  assertEquals((await ask("GET", `${COLLECTION}/a`)).status, 200);
  assertEquals(api.requests().length, 1);
});

Deno.test({
  name: "serveCluster() listens on the loopback interface, also with a request that never ends",
  ignore: Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted",
  fn: async () => {
    const cluster = createMemoryCluster({ objects: [configMap("a")] });
    const served = serveCluster(cluster, { faults: [{ path: "*/hanging", hang: true }] });
    const response = await fetch(`${served.url}${COLLECTION}/a`);
    assertEquals((await response.json()).data, { key: "a" });
    const config = JSON.parse(served.kubeconfig());
    assertEquals(config.clusters[0].cluster, { server: `http://127.0.0.1:${served.port}` });
    const controller = new AbortController();
    const hanging = fetch(`${served.url}${COLLECTION}/hanging`, { signal: controller.signal }).catch(() =>
      "ended"
    );
    while (served.requests().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    assertEquals(await hanging, "ended");
    await served.close();
    assertEquals(served.requests(), [`GET ${COLLECTION}/a -> 200`, `GET ${COLLECTION}/hanging -> 0`]);
  },
});

Deno.test("a fault that gathers answers none of its requests before all are there", async () => {
  const path = `${COLLECTION}/a`;
  const { api, ask } = server({ faults: [{ path, gather: 2 }] });
  const first = ask("GET", path);
  // One that does not meet the fault goes by.
  assertEquals((await ask("GET", "/version")).status, 200);
  assertEquals(api.requests(), ["GET /version -> 200"]);
  assertEquals((await ask("GET", path)).status, 200);
  assertEquals((await first).status, 200);
  const third = ask("GET", path);
  assertEquals((await Promise.all([third, ask("GET", path)])).map(({ status }) => status), [200, 200]);
});
