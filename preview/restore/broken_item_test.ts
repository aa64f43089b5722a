import { assertEquals } from "@std/assert";
import { createArchive } from "../archive/archive.ts";
import { createWorld } from "../testing/world.ts";
import { runRestore } from "./restore.ts";

Deno.test("runRestore() counts an item that is no object as failed", async () => {
  const world = await createWorld([], []);
  const broken = {
    group: "",
    resource: "pods",
    namespace: "shop",
    name: "a",
    bytes: new TextEncoder().encode("{"),
  };
  const { items, errors } = await runRestore({
    restore: { metadata: { name: "r" }, spec: { backupName: "b" } },
    archive: createArchive([broken]),
    ...world,
  });
  const reason = "error restoring the item: it is not JSON";
  assertEquals(items.map(({ outcome, reason }) => [outcome, reason]), [["failed", reason]]);
  assertEquals(errors.map(({ text }) => text), [reason]);
});
