import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { finish, leftOut, stripped } from "./strip.ts";

Deno.test("stripped() drops run-time metadata and status and leaves the stored object alone", () => {
  const stored: JsonObject = {
    kind: "Pod",
    metadata: {
      name: "a",
      namespace: "shop",
      labels: { app: "a" },
      annotations: { note: "b" },
      finalizers: ["f"],
      generateName: "a-",
      selfLink: "/x",
      uid: "1",
      resourceVersion: "2",
      generation: 3,
      creationTimestamp: "t",
      deletionTimestamp: "t",
      deletionGracePeriodSeconds: 30,
      ownerReferences: [{ name: "o" }],
    },
    spec: { x: 1 },
    status: { phase: "Running" },
  };
  const before = JSON.stringify(stored);
  assertEquals(stripped(stored), {
    kind: "Pod",
    metadata: {
      name: "a",
      namespace: "shop",
      labels: { app: "a" },
      annotations: { note: "b" },
      finalizers: ["f"],
    },
    spec: { x: 1 },
  });
  assertEquals(JSON.stringify(stored), before);
});

Deno.test("leftOut() names what Velero filters before the actions", async (t) => {
  const cases: [string, string, JsonObject, string | undefined][] = [
    ["running pod", "pods", { status: { phase: "Running" } }, undefined],
    ["completed pod", "pods", { status: { phase: "Succeeded" } }, "it is completed (Succeeded)"],
    ["failed pod", "pods", { status: { phase: "Failed" } }, "it is completed (Failed)"],
    [
      "mirror pod",
      "pods",
      { metadata: { annotations: { "kubernetes.io/config.mirror": "x" } } },
      "it is a mirror pod",
    ],
    ["completed job", "jobs.batch", { status: { completionTime: "t" } }, "it is completed"],
    ["open job", "jobs.batch", { status: {} }, undefined],
    ["a VM of any phase", "virtualmachines.kubevirt.io", { status: { phase: "Failed" } }, undefined],
  ];
  for (const [name, resource, object, expected] of cases) {
    await t.step(name, () => assertEquals(leftOut(resource, object), expected));
  }
});

Deno.test("finish() sets the target namespace and Velero's labels", () => {
  const restore: JsonObject = { metadata: { name: "r" }, spec: { backupName: "b" } };
  const object: JsonObject = { metadata: { name: "x", namespace: "old", labels: { a: "b" } } };
  finish(object, "new", restore);
  assertEquals(object, {
    metadata: {
      name: "x",
      namespace: "new",
      labels: { a: "b", "velero.io/backup-name": "b", "velero.io/restore-name": "r" },
    },
  });
});
