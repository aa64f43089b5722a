import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { object } from "../testing/world.ts";
import { labelValue } from "./label_value.ts";
import { newestBackup, readSchedules } from "./schedules.ts";

const schedule = (name: string, spec: JsonObject = {}) =>
  object("velero.io/v1", "Schedule", `velero/${name}`, { spec });

/** A backup of a schedule, begun at that hour. */
function backup(of: string, hour: number, phase: string, metadata: JsonObject = {}): JsonObject {
  const startTimestamp = `2026-11-21T${String(hour).padStart(2, "0")}:00:00Z`;
  const labels = { "velero.io/schedule-name": labelValue(of) };
  return object("velero.io/v1", "Backup", `velero/${of.slice(0, 10)}-${hour}`, {
    metadata: { labels, ...metadata },
    ...(phase === "" ? {} : { status: { phase, startTimestamp } }),
  });
}

const DELETED = { deletionTimestamp: "2026-11-21T12:00:00Z", creationTimestamp: "2026-11-21T04:30:00Z" };

const ROWS: readonly [
  about: string,
  backups: JsonObject[],
  backup: string | undefined,
  newer: string | undefined,
][] = [
  ["no backup", [], undefined, undefined],
  [
    "the newest of those that ended well",
    [backup("s", 1, "Completed"), backup("s", 3, "Completed")],
    "s-3",
    undefined,
  ],
  [
    "in whatever order they are listed",
    [backup("s", 9, "Completed"), backup("s", 3, "Completed")],
    "s-9",
    undefined,
  ],
  [
    "one that failed in part can be restored",
    [backup("s", 1, "Completed"), backup("s", 3, "PartiallyFailed")],
    "s-3",
    undefined,
  ],
  ["one under way", [backup("s", 1, "Completed"), backup("s", 3, "InProgress")], "s-1", "s-3 InProgress"],
  [
    "one that is finalized",
    [backup("s", 1, "Completed"), backup("s", 3, "FinalizingPartiallyFailed")],
    "s-1",
    "s-3 FinalizingPartiallyFailed",
  ],
  ["one that failed", [backup("s", 1, "Completed"), backup("s", 3, "Failed")], "s-1", "s-3 Failed"],
  [
    "one that is being deleted",
    [backup("s", 1, "Completed"), backup("s", 3, "Completed", DELETED)],
    "s-1",
    "s-3 Deleting",
  ],
  ["only one under way", [backup("s", 3, "")], undefined, "s-3 New"],
  [
    "failures older than it are no matter",
    [backup("s", 1, "Failed"), backup("s", 3, "Completed")],
    "s-3",
    undefined,
  ],
  ["those of another schedule", [backup("other", 3, "Completed")], undefined, undefined],
];

for (const [about, backups, expected, newer] of ROWS) {
  Deno.test(`readSchedules(): ${about}`, async () => {
    const cluster = createMemoryCluster({ objects: [schedule("s"), ...backups] });
    const [state] = await readSchedules(cluster, "velero");
    assertEquals(state?.backup?.name, expected);
    assertEquals(state?.newer === undefined ? undefined : `${state.newer.name} ${state.newer.phase}`, newer);
  });
}

Deno.test("readSchedules() gives the schedules by name, paused ones as well, of Velero's namespace only", async () => {
  const elsewhere = object("velero.io/v1", "Schedule", "other/c");
  const cluster = createMemoryCluster({
    objects: [schedule("b", { paused: true }), schedule("a"), elsewhere],
  });
  assertEquals(await readSchedules(cluster, "velero"), [{ name: "a", paused: false }, {
    name: "b",
    paused: true,
  }]);
});

Deno.test("readSchedules() finds the backups of a schedule whose name is too long for a label", async () => {
  const long = `every-night-${"x".repeat(100)}`;
  const cluster = createMemoryCluster({ objects: [schedule(long), backup(long, 1, "Completed")] });
  const [state] = await readSchedules(cluster, "velero");
  assertEquals(state?.backup?.started, new Date("2026-11-21T01:00:00Z"));
});

Deno.test("labelValue() cuts a long name and ends it with its hash, as Velero does", () => {
  assertEquals(labelValue("nightly"), "nightly");
  assertEquals(
    labelValue("this-is-a-very-long-resource-name-that-will-never-possibly-exist"),
    "this-is-a-very-long-resource-name-that-will-never-possibl" + HASH,
  );
});

// The first six digits of `printf %s NAME | sha256sum`.
const HASH = "a700b4";

Deno.test("newestBackup() takes the newest backup of one Schedule in these phases", async () => {
  const long = "s".repeat(70);
  const cluster = createMemoryCluster({
    objects: [
      backup("s", 1, "Completed"),
      backup("s", 3, "PartiallyFailed"),
      backup("s", 5, "Failed"),
      backup("other", 7, "Completed"),
      backup(long, 9, "Completed"),
    ],
  });
  const newest = async (schedule: string, ...phases: string[]) =>
    (await newestBackup(cluster, "velero", schedule, phases))?.name;
  assertEquals(await newest("s", "Completed"), "s-1");
  assertEquals(await newest("s", "Completed", "PartiallyFailed"), "s-3");
  assertEquals(await newest(long, "Completed"), "ssssssssss-9");
  assertEquals(await newest("none", "Completed"), undefined);
});
