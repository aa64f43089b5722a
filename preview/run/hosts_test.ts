import { assertEquals, assertRejects } from "@std/assert";
import type { Action } from "../../actions/action.ts";
import { createWorld, object } from "../testing/world.ts";
import { joinHosts } from "./hosts.ts";
import { encode } from "./step.ts";

const mark = (name: string): Action => ({
  kind: "BackupItemAction",
  name,
  appliesTo: { includedResources: ["pods"] },
  execute: ({ item }) => ({ item: { ...item, by: name } }),
});

async function host(...names: string[]) {
  return (await createWorld([], names.map(mark))).host;
}

Deno.test("joinHosts() lists one plugin after the other and calls the one that registered (protocol 4.2)", async () => {
  const joined = await joinHosts([
    { name: "b", host: await host("x.io/a", "x.io/c") },
    { name: "a", host: await host("x.io/b") },
  ]);
  assertEquals((await joined.list()).map(({ name }) => name), ["x.io/a", "x.io/c", "x.io/b"]);
  assertEquals(await joined.appliesTo("BackupItemAction", "x.io/b"), { includedResources: ["pods"] });
  const request = { item: encode(object("v1", "Pod", "n/p")), run: encode({}) };
  const { item } = await joined.execute("BackupItemAction", "x.io/b", request);
  assertEquals(JSON.parse(new TextDecoder().decode(item)).by, "x.io/b");
  await assertRejects(
    () => joined.execute("BackupItemAction", "x.io/d", request),
    TypeError,
    "not registered",
  );
});

Deno.test("joinHosts() refuses what two plugins register (protocol 2.6)", async () => {
  const twice = [{ name: "/p/one", host: await host("x.io/a") }, {
    name: "/p/two",
    host: await host("x.io/a"),
  }];
  const text = 'Both "/p/one" and "/p/two" register BackupItemAction x.io/a, so Velero would not start';
  await assertRejects(() => joinHosts(twice), TypeError, text);
});
