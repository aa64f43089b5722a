import { assertEquals, assertRejects } from "@std/assert";
import { nameOf } from "../../objects/object.ts";
import { ClusterError } from "../cluster.ts";
import { CONFIG_MAPS, fakeTime, liveWorld } from "./testing/kit.ts";
import { fileToken, renewed } from "./token.ts";

Deno.test("fileToken() reads the file again after a minute", async () => {
  const time = fakeTime();
  const file = { text: "one\n", reads: 0 };
  const authorization = fileToken("/token", {
    time,
    read: (path) => {
      assertEquals(path, "/token");
      file.reads++;
      return Promise.resolve(file.text);
    },
  });
  assertEquals(await authorization(false), "Bearer one");
  file.text = "two\n";
  time.pass(59_999);
  assertEquals([await authorization(false), file.reads], ["Bearer one", 1]);
  time.pass(1);
  assertEquals([await authorization(false), file.reads], ["Bearer two", 2]);
});

Deno.test("fileToken() reads the file again when asked to renew", async () => {
  let text = "one";
  const authorization = fileToken("/token", { time: fakeTime(), read: () => Promise.resolve(text) });
  await authorization(false);
  text = "two";
  assertEquals(await authorization(true), "Bearer two");
});

Deno.test("fileToken() goes on with the last token when the file is gone, and fails without any", async () => {
  let text: string | undefined;
  const read = () => text === undefined ? Promise.reject(new Error("gone")) : Promise.resolve(text);
  const authorization = fileToken("/token", { time: fakeTime(), read });
  const error = await assertRejects(() => authorization(false), ClusterError);
  assertEquals([error.reason, error.message], ["Other", 'Cannot read the token file "/token"']);
  text = " \n";
  await assertRejects(() => authorization(false), ClusterError, 'The token file "/token" is empty');
  text = "one";
  assertEquals(await authorization(false), "Bearer one");
  text = undefined;
  assertEquals(await authorization(true), "Bearer one");
});

Deno.test("a rotated token is read again after a 401, once", async () => {
  let accepted = "one";
  let file = "one";
  const authorization = renewed(() => Promise.resolve(`Bearer ${file}`), fakeTime());
  const { cluster, observed, time } = liveWorld({ token: () => accepted, authorization });
  assertEquals(nameOf(await cluster.get(CONFIG_MAPS, "n", "a") ?? {}), "a");
  accepted = file = "two";
  assertEquals(nameOf(await cluster.get(CONFIG_MAPS, "n", "a") ?? {}), "a");
  accepted = "three";
  const error = await assertRejects(() => cluster.get(CONFIG_MAPS, "n", "a"), ClusterError);
  assertEquals(error.message, "get configmaps n/a: 401 Unauthorized: Unauthorized");
  assertEquals(observed, [
    "get 200",
    "get 401",
    "retry get",
    "get 200",
    "get 401",
    "retry get",
    "get 401",
  ]);
  assertEquals(time.pauses, []);
});
