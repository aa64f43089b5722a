import { assertEquals, assertMatch } from "@std/assert";
import { METRICS, REASONS, seriesKey } from "./metrics.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

Deno.test({
  name: "REASONS is the list of the refusals",
  ignore,
  fn: async () => {
    const source = await Deno.readTextFile(new URL("../actions/lib/refusal.ts", import.meta.url));
    const [, union = ""] = /export type Reason =([^;]+);/.exec(source) ?? [];
    assertEquals([...union.matchAll(/"(\w+)"/g)].map(([, word]) => word), [...REASONS]);
  },
});

Deno.test("METRICS follows the naming rules of Prometheus", () => {
  for (const { name, type, labels, help, ...rest } of Object.values(METRICS)) {
    assertMatch(name, /^velero_plugin_[a-z_]+$/);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    assertEquals(name.endsWith("_info"), type === "info", name);
    assertEquals("buckets" in rest, type === "histogram", name);
    if (type === "histogram") assertMatch(name, /_seconds$/);
    assertMatch(help, /^[A-Z0-9].*\.$/);
    for (const label of Object.keys(labels)) {
      assertMatch(label, /^[a-z]+$/);
      assertEquals(["namespace", "name", "item"].includes(label), false, `${name} has the label ${label}`);
    }
  }
});

Deno.test("seriesKey() joins the metric's name and the label values", () => {
  assertEquals(seriesKey("requests", "get", "200"), "velero_plugin_cluster_requests_total\tget\t200");
});
