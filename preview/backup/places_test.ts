import { assertEquals } from "@std/assert";
import type { Action } from "../../actions/action.ts";
import { createWorld, object } from "../testing/world.ts";
import { runBackup } from "./backup.ts";

const place = (resource: string, name: string) => ({ group: "", resource, namespace: "shop", name });

const FAIL: Action = {
  kind: "BackupItemAction",
  name: "test.io/fail",
  appliesTo: { includedResources: ["secrets", "pods"] },
  execute: () => {
    throw new Error("broken");
  },
};
const LOSE: Action = {
  kind: "ItemBlockAction",
  name: "test.io/lose",
  appliesTo: { includedResources: ["secrets"] },
  relatedItems: () => Promise.reject(new Error("lost")),
};
const MISS: Action = {
  kind: "BackupItemAction",
  name: "test.io/miss",
  appliesTo: { includedResources: ["configmaps"] },
  execute: () => ({ additionalItems: [place("secrets", "none")] }),
};

Deno.test("runBackup() tells the place of an item that fails, and nothing of its object", async () => {
  const secret = object("v1", "Secret", "shop/s", { data: { password: "hunter2" } });
  const objects = [secret, object("v1", "ConfigMap", "shop/c"), object("v1", "Pod", "shop/a")];
  const { report } = await runBackup({
    backup: { metadata: { name: "b" }, spec: { includedNamespaces: ["shop"] } },
    ...await createWorld(objects, [FAIL, LOSE, MISS]),
  });
  const items = (notes: typeof report.errors) => notes.map(({ item }) => item);
  assertEquals(items(report.errors), [place("pods", "a"), place("secrets", "s"), place("secrets", "s")]);
  assertEquals(items(report.warnings), [place("secrets", "none")]);
  assertEquals(JSON.stringify(report).includes("hunter2"), false);
});
