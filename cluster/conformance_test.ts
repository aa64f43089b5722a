import { assertEquals } from "@std/assert";
import { createLiveCluster } from "./live.ts";
import { createMemoryCluster } from "./memory.ts";
import { createRecordingCluster } from "./recording.ts";
import { createApiServer } from "./serve.ts";
import { tellStory } from "./testing/conformance.ts";
import { fakeTime, fetchFrom } from "./testing/live_kit.ts";

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
