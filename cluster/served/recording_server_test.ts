import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster } from "../memory/memory.ts";
import { createRecordingCluster } from "../memory/recording.ts";
import { createRecordingHandler } from "./recording_server.ts";
import { createApiServer } from "./serve.ts";

const configMap = (name: string, value: string): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "n", labels: { app: name } },
  data: { key: value },
});

function world() {
  const inner = createMemoryCluster({ objects: [configMap("a", "1"), configMap("b", "1")] });
  const before = inner.objects();
  const below = createApiServer(inner);
  const cluster = createRecordingCluster(inner);
  const handler = createRecordingHandler(cluster, below.handler);
  const ask = async (
    method: string,
    path: string,
    body?: JsonObject | JsonObject[],
    type = "application/json",
  ) => {
    const init = {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": type } }),
    };
    const response = await handler(new Request(`http://x${path}`, init));
    return { status: response.status, body: await response.json() };
  };
  return { inner, before, below, cluster, ask };
}

const MAPS = "/api/v1/namespaces/n/configmaps";
const merge = "application/merge-patch+json";

// What is asked, its status, and `data.key` of the object afterwards (undefined: it is not there).
const WRITES: readonly [
  about: string,
  request: [method: string, path: string, body?: JsonObject | JsonObject[], type?: string],
  status: number,
  name: string,
  after: string | undefined,
][] = [
  ["create", ["POST", MAPS, configMap("c", "2")], 201, "c", "2"],
  ["create what is there", ["POST", MAPS, configMap("a", "2")], 409, "a", "1"],
  ["create what is no object", ["POST", MAPS, []], 400, "c", undefined],
  ["replace", ["PUT", `${MAPS}/a`, configMap("a", "2")], 200, "a", "2"],
  ["replace what is absent", ["PUT", `${MAPS}/z`, configMap("z", "2")], 404, "z", undefined],
  ["merge", ["PATCH", `${MAPS}/a`, { data: { key: "2" } }, merge], 200, "a", "2"],
  [
    "JSON patch",
    ["PATCH", `${MAPS}/a`, [{ op: "replace", path: "/data/key", value: "2" }], "application/json-patch+json"],
    200,
    "a",
    "2",
  ],
  [
    "apply",
    ["PATCH", `${MAPS}/d?fieldManager=m&force=true`, configMap("d", "2"), "application/apply-patch+yaml"],
    200,
    "d",
    "2",
  ],
  ["status of what has none", ["PUT", `${MAPS}/a/status`, { status: { ready: true } }], 200, "a", "1"],
  ["delete", ["DELETE", `${MAPS}/a`], 200, "a", undefined],
  ["delete what is absent", ["DELETE", `${MAPS}/z`], 404, "z", undefined],
  ["delete all with a label", ["DELETE", `${MAPS}?labelSelector=app%3Da`], 200, "a", undefined],
  ["a dry run", ["POST", `${MAPS}?dryRun=All`, configMap("c", "2")], 400, "c", undefined],
  [
    "what nobody serves",
    ["POST", "/apis/example.com/v1/widgets", { metadata: { name: "w" } }],
    404,
    "w",
    undefined,
  ],
  ["a path that is none", ["POST", "/version", {}], 404, "w", undefined],
];

Deno.test("a recording server: writes are seen by later reads and never by the cluster below", async (t) => {
  for (const [about, request, status, name, after] of WRITES) {
    await t.step(about, async () => {
      const { inner, before, below, ask } = world();
      assertEquals((await ask(...request)).status, status);
      const read = await ask("GET", `${MAPS}/${name}`);
      assertEquals(read.status === 200 ? read.body.data.key : undefined, after);
      assertEquals(inner.objects(), before);
      assertEquals(below.requests().filter((line) => !line.startsWith("GET ")), []);
    });
  }
});

Deno.test("a recording server: lists hold what was written, all else is answered below", async () => {
  const { below, ask } = world();
  await ask("POST", MAPS, configMap("c", "2"));
  const names = async (path: string) =>
    (await ask("GET", path)).body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  assertEquals(await names(MAPS), ["a", "b", "c"]);
  assertEquals(await names("/api/v1/configmaps?labelSelector=app%3Dc"), ["c"]);
  assertEquals(await names("/api/v1/namespaces/other/configmaps"), []);
  below.clearRequests();
  assertEquals((await ask("GET", "/api/v1")).body.kind, "APIResourceList");
  assertEquals((await ask("GET", "/version")).body.minor, "33");
  assertEquals(await names("/api/v1/namespaces/n/secrets"), []);
  assertEquals(below.requests().length, 3);
});
