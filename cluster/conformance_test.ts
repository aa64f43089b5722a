import { assertEquals } from "@std/assert";
import { createLiveCluster } from "./live/live.ts";
import { createMemoryCluster } from "./memory/memory.ts";
import { createRecordingCluster } from "./memory/recording.ts";
import { createApiServer } from "./served/serve.ts";
import { tellStory } from "./testing/conformance.ts";
import { fakeTime, fetchFrom } from "./live/testing/kit.ts";

Deno.test("conformance of the memory cluster", () => tellStory(createMemoryCluster()));

Deno.test("conformance of the recording cluster, which leaves the one below alone", async () => {
  const inner = createMemoryCluster();
  await tellStory(createRecordingCluster(inner));
  assertEquals(inner.objects(), []);
});

Deno.test("conformance of the live client on the served cluster", async () => {
  const { handler } = createApiServer(createMemoryCluster());
  await tellStory(
    createLiveCluster({
      server: { url: "http://cluster.test", fetch: fetchFrom(handler) },
      time: fakeTime(),
    }),
  );
});
