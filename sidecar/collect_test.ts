import { assertEquals, assertStrictEquals } from "@std/assert";
import { createCollector } from "./collect.ts";
import { seriesKey } from "./metrics.ts";
import { spoolFiles } from "./spool/files.ts";
import { createSpool } from "./spool/writer.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

Deno.test({
  name: "createCollector() gives the same view until something changes, and then a new one",
  ignore,
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const collect = createCollector(spoolFiles(dir), []);
      const spool = createSpool({ dir, version: "1", warn: () => {} });
      const requests = () => collect().snapshot?.counters.get(seriesKey("requests", "get", "200"));
      spool.clusterObserver.request("get", 200);
      assertEquals(requests(), undefined);
      spool.flush();
      assertEquals(requests(), 1);
      assertStrictEquals(collect(), collect());
      spool.clusterObserver.request("get", 200);
      spool.flush();
      assertEquals(requests(), 2);
      // A reading that fails is no view to keep.
      await Deno.remove(dir, { recursive: true });
      await Deno.writeTextFile(dir, "");
      assertEquals(collect().spool.readable, false);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
