import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { backupOfSchedule } from "./schedule.ts";

const NAME = { "velero.io/schedule-name": "s" };

const ROWS: readonly [about: string, schedule: JsonObject, backup: JsonObject][] = [
  [
    "labels and annotations of the Schedule",
    {
      metadata: { name: "s", labels: { a: "1" }, annotations: { b: "2" } },
      spec: { schedule: "@daily", template: { includedNamespaces: ["shop"] } },
    },
    {
      metadata: { labels: { a: "1", ...NAME }, annotations: { b: "2" } },
      spec: { includedNamespaces: ["shop"] },
    },
  ],
  [
    "labels of the template instead",
    {
      metadata: { name: "s", labels: { a: "1" } },
      spec: { template: { metadata: { labels: { c: "3" } }, ttl: "24h" } },
    },
    { metadata: { labels: { c: "3", ...NAME } }, spec: { ttl: "24h" } },
  ],
  ["no template", { metadata: { name: "s" } }, { metadata: { labels: NAME }, spec: {} }],
];

Deno.test("backupOfSchedule() makes the Backup that Velero makes of a Schedule", async (t) => {
  for (const [about, schedule, { metadata = null, spec = null }] of ROWS) {
    await t.step(
      about,
      () =>
        assertEquals(backupOfSchedule(schedule), {
          apiVersion: "velero.io/v1",
          kind: "Backup",
          metadata,
          spec,
        }),
    );
  }
});
