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

Deno.test("differences() hides the copy that kubectl keeps of any object", () => {
  const deployment = (copy: string) =>
    object("apps/v1", "Deployment", "n/d", { metadata: { annotations: { [COPY]: copy } } });
  assertEquals(differences(deployment("hunter1"), deployment("hunter2")), [
    { path: ["metadata", "annotations", COPY], before: "(hidden)", after: "(hidden)" },
  ]);
});

Deno.test("differences() hides the values of Secrets inside of other objects", () => {
  const template = (value: string, ...more: ReturnType<typeof secret>[]) =>
    object("template.openshift.io/v1", "Template", "n/t", {
      objects: [secret({ data: { a: value }, type: value.length > 7 ? "B" : "A" }), ...more],
    });
  assertEquals(differences(template("hunter1"), template("hunter22")), [
    { path: ["objects", 0, "data", "a"], before: "(hidden)", after: "(hidden)" },
    { path: ["objects", 0, "type"], before: "A", after: "B" },
  ]);
  // Another length: the list is told as a whole.
  const found = differences(template("hunter1"), template("hunter1", secret({ stringData: ["hunter3"] })));
  assertEquals(found.map(({ path }) => path), [["objects"]]);
  const text = JSON.stringify([found, differences(undefined, template("hunter1"))]);
  assertEquals(text.includes("hunter"), false, text);
  assertEquals(text.includes('"stringData":"(hidden)"'), true, text);
});

Deno.test("differences() hides what was or becomes a Secret", () => {
  const map = object("v1", "ConfigMap", "n/s", { data: { a: "hunter1" } });
  const found = differences(map, secret({ data: { a: "hunter2" } }));
  assertEquals(found.map(({ path }) => path), [["kind"], ["data", "a"]]);
  assertEquals(JSON.stringify(found).includes("hunter"), false);
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

Deno.test("differences() hides first-boot scripts of virtual machines", () => {
  const machine = (userData: string, networkData: string) =>
    object("kubevirt.io/v1", "VirtualMachine", "n/vm", {
      spec: { template: { spec: { volumes: [{ cloudInitNoCloud: { userData, networkData } }] } } },
    });
  const place = ["spec", "template", "spec", "volumes", 0, "cloudInitNoCloud"];
  const [before, after] = [machine("password: hunter1", "a"), machine("password: hunter2", "b")];
  assertEquals(differences(before, after), [
    { path: [...place, "userData"], before: "(hidden)", after: "(hidden)" },
    { path: [...place, "networkData"], before: "a", after: "b" },
  ]);
  assertEquals(JSON.stringify(differences(undefined, after)).includes("hunter"), false);
});
