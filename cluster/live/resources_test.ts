import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../cluster.ts";
import { createMemoryCluster } from "../memory/memory.ts";
import type { Fault } from "../served/faults.ts";
import { createApiServer } from "../served/serve.ts";
import { listResources } from "./resources.ts";
import { fakeTime } from "./testing/kit.ts";

function world(faults: readonly Fault[] = []) {
  const cluster = createMemoryCluster({ absentGroups: ["kubeovn.io"] });
  const { handler } = createApiServer(cluster, { faults });
  const missing: string[] = [];
  const list = () =>
    listResources(
      { url: "http://x", fetch: (url, init) => handler(new Request(url, init)) },
      { time: fakeTime(), missing: (group) => missing.push(group) },
    );
  return { list, missing, served: cluster.store.resources() };
}

const line = ({ group, resource, kind, namespaced, versions }: ReturnType<typeof world>["served"][number]) =>
  `${resource}.${group} ${kind} ${namespaced} ${versions}`;

Deno.test("listResources() finds what the server serves, with versions, scope and short names", async () => {
  const { list, missing, served } = world();
  const found = await list();
  assertEquals(found.map(line).sort(), served.map(line).sort());
  assertEquals(found.find(({ resource }) => resource === "persistentvolumeclaims")?.shortNames, ["pvc"]);
  assertEquals(found[0]?.group, "");
  assertEquals(missing, []);
});

Deno.test("listResources() leaves out a group whose server does not answer, and says so", async () => {
  const { list, missing } = world([{ path: "/apis/kubevirt.io/*", status: 503 }]);
  const groups = new Set((await list()).map(({ group }) => group));
  assertEquals([groups.has("kubevirt.io"), groups.has("apps")], [false, true]);
  assertEquals(missing, ["kubevirt.io/v1", "kubevirt.io/v1alpha3"]);
});

Deno.test("listResources() fails when the server does not say what it serves", async () => {
  await assertRejects(() => world([{ path: "/apis", status: 403 }]).list(), ClusterError, "403");
});
