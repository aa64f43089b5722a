import { assertEquals } from "@std/assert";
import { object } from "../testing/world.ts";
import { differences, effectReport } from "./differences.ts";

const COPY = "kubectl.kubernetes.io/last-applied-configuration";
const secret = (rest: Parameters<typeof object>[3]) => object("v1", "Secret", "n/s", rest);

Deno.test("differences() shows that a Secret differs, never how", () => {
  const before = secret({ data: { a: "aHVudGVyMg==", b: "c2FtZQ==" }, metadata: { labels: { x: "1" } } });
  const after = secret({
    data: { a: "aHVudGVyMw==", b: "c2FtZQ==" },
    stringData: { c: "hunter4", d: { deep: "hunter5" } },
    metadata: { labels: { x: "2" }, annotations: { [COPY]: '{"data":{"a":"hunter6"}}' } },
  });
  const found = differences(before, after);
  assertEquals(found, [
    { path: ["metadata", "labels", "x"], before: "1", after: "2" },
    { path: ["metadata", "annotations"], after: { [COPY]: "(hidden)" } },
    { path: ["data", "a"], before: "(hidden)", after: "(hidden)" },
    { path: ["stringData"], after: { c: "(hidden)", d: { deep: "(hidden)" } } },
  ]);
  const whole = JSON.stringify([differences(undefined, after), differences(after, undefined)]);
  assertEquals(whole.includes("hunter") || whole.includes("aHVudGVyMw"), false);
});

Deno.test("differences() shows other kinds as they are", () => {
  const map = (value: string) => object("v1", "ConfigMap", "n/c", { data: { a: value } });
  assertEquals(differences(map("1"), map("2")), [{ path: ["data", "a"], before: "1", after: "2" }]);
});

Deno.test("effectReport() tells a write without what only a server sets", () => {
  const kind = { group: "", version: "v1", resource: "configmaps" };
  const made = object("v1", "ConfigMap", "n/c", {
    metadata: { uid: "u", resourceVersion: "1", creationTimestamp: "t" },
  });
  const place = { kind, namespace: "n", name: "c" };
  const item = { group: "", resource: "configmaps", namespace: "n", name: "c" };
  assertEquals(effectReport({ verb: "create", ...place, object: made }), {
    verb: "create",
    item,
    changes: [{ path: [], after: object("v1", "ConfigMap", "n/c") }],
  });
  assertEquals(effectReport({ verb: "delete", ...place, before: made }), {
    verb: "delete",
    item,
    changes: [],
  });
});
