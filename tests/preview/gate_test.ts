/** `preview gate` as a process: what becomes of each Schedule, where the result goes, and what the gate may not do. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf } from "../../objects/object.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { readObjects } from "../../cluster/memory/read_objects.ts";
import type { Fault } from "../../cluster/served/faults.ts";
import { serveCluster, type ServedCluster } from "../../cluster/served/serve.ts";
import { createArchive, writeArchive } from "../../preview/archive/archive.ts";
import { object } from "../../preview/testing/world.ts";
import { GATE_CONFIG_MAP, GATE_KEY, type GateResult, parseGate } from "../../sidecar/gate/result.ts";
import { createFolder, type Folder, ignore, MANIFESTS, TARGET, withDownloads } from "./kit.ts";

const GATE = ["gate", "--kubeconfig", "kubeconfig"];

const schedule = (name: string, spec: JsonObject = {}) =>
  object("velero.io/v1", "Schedule", `velero/${name}`, { spec });

function backup(of: string, hour: number, phase: string): JsonObject {
  return object("velero.io/v1", "Backup", `velero/${of}-${hour}`, {
    metadata: { labels: { "velero.io/schedule-name": of } },
    spec: { storageLocation: "default" },
    status: { phase, startTimestamp: `2026-11-21T0${hour}:00:00Z` },
  });
}

const encode = (value: JsonObject) => new TextEncoder().encode(JSON.stringify(value));
const stored = (group: string, resource: string, value: JsonObject) => ({
  group,
  resource,
  namespace: "shop",
  name: nameOf(value),
  bytes: encode(value),
});

// Its server name is annotated, but the archive that it names is not there (cnpg R4).
const CLUSTER = object("postgresql.cnpg.io/v1", "Cluster", "shop/broken", {
  metadata: { annotations: { "velero-cnpg/serverName": "broken" } },
  spec: { instances: 1 },
});
const SECRET = object("v1", "Secret", "shop/s", { data: { password: "aHVudGVyMg==" } });

/** A cluster with these objects, whose Velero hands out the archives by the backups' names. */
async function world(
  folder: Folder,
  objects: readonly JsonObject[],
  archives: Readonly<Record<string, Uint8Array>>,
  faults: readonly Fault[] = [],
) {
  const location = object("velero.io/v1", "BackupStorageLocation", "velero/default", { spec: {} });
  const shelf = object("v1", "ConfigMap", `velero/${GATE_CONFIG_MAP}`);
  const store = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const bytes = archives[new URL(request.url).pathname.slice(1)];
    return bytes === undefined ? new Response("no", { status: 404 }) : new Response(bytes.slice());
  });
  const cluster = withDownloads(
    createMemoryCluster({ objects: [...await readObjects(TARGET), location, shelf, ...objects] }),
    (name) =>
      name.startsWith("silent") ? undefined : `http://127.0.0.1:${store.addr.port}/${name}?signature=hunter2`,
  );
  const served: ServedCluster = serveCluster(cluster, { faults });
  await folder.write("kubeconfig", served.kubeconfig());
  return {
    served,
    result: async (): Promise<GateResult> => {
      const kind = { group: "", version: "v1", resource: "configmaps" };
      const { data } = await cluster.get(kind, "velero", GATE_CONFIG_MAP) ?? {};
      return parseGate(String((data as JsonObject)[GATE_KEY]));
    },
    async [Symbol.asyncDispose]() {
      await served.close();
      await store.shutdown();
    },
  };
}

async function goodArchive(folder: Folder): Promise<Uint8Array> {
  const flags = ["--include-namespaces", "shop", "--archive", "b.tar.gz"];
  const made = await folder.preview(["backup", MANIFESTS, ...flags]);
  assertEquals(made.code, 0, made.stderr);
  const bytes = await Deno.readFile(`${folder.path}/b.tar.gz`);
  await Deno.remove(`${folder.path}/b.tar.gz`);
  return bytes;
}

const badArchive = () =>
  writeArchive(createArchive([
    stored("postgresql.cnpg.io", "clusters", CLUSTER),
    stored("", "secrets", SECRET),
  ]));

// A row per Schedule: its backups, its state, and a part of its reasons.
const ROWS: readonly [
  name: string,
  objects: readonly JsonObject[],
  state: string,
  reasons: readonly RegExp[],
][] = [
  ["broken", [schedule("broken"), backup("broken", 1, "Completed")], "not_restorable", [
    /^clusters\.postgresql\.cnpg\.io\/shop\/broken: .*no plugins found in spec.*\(rule cnpg R4\)/,
  ]],
  ["empty", [schedule("empty")], "no_backup", [/^there is no backup that Velero can restore from$/]],
  ["failing", [schedule("failing"), backup("failing", 2, "Failed")], "no_backup", [
    /^there is no backup/,
    /^the newest one, failing-2, is Failed$/,
  ]],
  [
    "fine",
    [schedule("fine"), backup("fine", 1, "Completed"), backup("fine", 2, "InProgress")],
    "restorable",
    [],
  ],
  ["gone", [schedule("gone"), backup("gone", 1, "Completed")], "unchecked", [
    /the object store answered with status 404$/,
  ]],
  ["paused", [schedule("paused", { paused: true })], "no_backup", [/^there is no backup/]],
  ["silent", [schedule("silent"), backup("silent", 1, "Completed")], "unchecked", [
    /within 3 s. Check that its server is running/,
  ]],
  [
    "stale",
    [schedule("stale"), backup("stale", 1, "PartiallyFailed"), backup("stale", 2, "Failed")],
    "restorable",
    [
      /^the backup is PartiallyFailed, so items are missing from it$/,
      /^the newer backup stale-2 is Failed$/,
    ],
  ],
  ["torn", [schedule("torn"), backup("torn", 1, "Completed")], "unchecked", [
    /^Backup "torn-1": .*it is truncated; download it again$/,
  ]],
];

Deno.test(
  { name: "preview gate: one schedule never stops the others, and each says why", ignore },
  async (t) => {
    await using folder = await createFolder();
    const good = await goodArchive(folder);
    const archives = {
      "fine-1": good,
      "stale-1": good,
      "broken-1": await badArchive(),
      "torn-1": good.subarray(0, good.length / 2),
    };
    await using live = await world(folder, ROWS.flatMap(([, objects]) => objects), archives);
    const { code, stdout, stderr } = await folder.preview(
      [...GATE, "--store", "--textfile", "gate.prom", "--download-timeout", "3s", "-o", "json"],
    );
    assertEquals([code, stderr], [1, ""]);
    assertEquals(stdout.includes("hunter2") || stdout.includes("aHVudGVyMg"), false);
    const result = parseGate(stdout);
    for (const [at, [name, , state, reasons]] of ROWS.entries()) {
      await t.step(`${name} is ${state}`, () => {
        const found = result.schedules[at];
        assertEquals([found?.schedule, found?.state], [name, state]);
        for (const [n, reason] of reasons.entries()) {
          assertMatch(
            found?.reasons.find((text) => reason.test(text)) ?? `${found?.reasons}`,
            reason,
            `${n}`,
          );
        }
      });
    }
    await t.step("what a restore would come to is counted", () => {
      const of = (name: string) => result.schedules.find(({ schedule }) => schedule === name);
      assertEquals(of("broken")?.counts, { items: 3, failures: 1, warnings: 0 });
      assertEquals(of("fine")?.counts?.failures, 0);
      assertEquals((of("fine")?.counts?.items ?? 0) > 10, true);
      assertEquals((of("stale")?.counts?.warnings ?? 0) - (of("fine")?.counts?.warnings ?? 0), 2);
      assertEquals([of("torn")?.counts, of("paused")?.paused], [undefined, true]);
      assertEquals(of("fine")?.backup, {
        name: "fine-1",
        phase: "Completed",
        started: new Date("2026-11-21T01:00:00Z"),
      });
    });
    await t.step("the ConfigMap has the same result, and nothing else was written", async () => {
      assertEquals(await live.result(), result);
      const writes = live.served.requests().filter((request) => !request.startsWith("GET "));
      const other = writes.filter((request) => !request.includes("/downloadrequests"));
      assertEquals(other, [`PATCH /api/v1/namespaces/velero/configmaps/${GATE_CONFIG_MAP} -> 200`]);
      const [made, deleted] = ["POST", "DELETE"].map((verb) =>
        writes.filter((one) => one.startsWith(verb)).length
      );
      assertEquals([made, deleted], [6, 6]);
    });
    await t.step("the file is for a textfile collector", async () => {
      const text = await Deno.readTextFile(`${folder.path}/gate.prom`);
      assertStringIncludes(
        text,
        '\nvelero_plugin_preview_state{schedule="broken",state="not_restorable"} 1\n',
      );
      assertStringIncludes(text, "# TYPE velero_plugin_preview_state gauge\n");
      assertEquals(text.includes("EOF"), false);
    });
    await t.step("for people it is text", async () => {
      const said = await folder.preview([...GATE, "--download-timeout", "3s"]);
      assertEquals(said.code, 1);
      assertStringIncludes(
        said.stdout,
        "broken: would NOT restore\n  backup broken-1 of 2026-11-21 01:00 UTC\n",
      );
      assertStringIncludes(said.stdout, "paused: has NO backup (the schedule is paused)\n");
    });
  },
);

Deno.test({ name: "preview gate: exit codes", ignore }, async (t) => {
  await using folder = await createFolder();
  const good = await goodArchive(folder);
  const fine = [schedule("fine"), backup("fine", 1, "Completed")];
  const partial = [schedule("fine"), backup("fine", 1, "PartiallyFailed")];
  const silent = [schedule("silent"), backup("silent", 1, "Completed")];
  const rows: readonly [
    about: string,
    objects: readonly JsonObject[],
    args: readonly string[],
    code: number,
  ][] = [
    ["no schedule", [], [], 0],
    ["all would restore", fine, [], 0],
    ["a paused schedule without a backup", [schedule("p", { paused: true })], [], 0],
    ["a schedule without a backup", [...fine, schedule("p")], [], 1],
    ["a warning", partial, ["--fail-on", "warning"], 1],
    ["one could not be checked", [...fine, ...silent], ["--download-timeout", "0s"], 2],
    ["one takes too long", fine, ["--time-limit", "0s"], 2],
    ["a time limit that is none", fine, ["--time-limit", "soon"], 2],
    ["a file elsewhere", fine, ["--textfile", "../gate.prom"], 2],
  ];
  for (const [about, objects, args, expected] of rows) {
    await t.step(`${expected}: ${about}`, async () => {
      await using _ = await world(folder, objects, { "fine-1": good });
      const { code, stdout, stderr } = await folder.preview([...GATE, ...args]);
      assertEquals(code, expected, stdout + stderr);
    });
  }
});

const forbid = (method: string, path: string): Fault => ({ method, path, status: 403, reason: "Forbidden" });

// Of a right that is missing the text names verb and resource, and the schedule counts as unchecked, not as bad.
const RIGHTS: readonly [fault: Fault, said: string][] = [
  [
    forbid("POST", "*/downloadrequests"),
    "the gate may not create downloadrequests.velero.io: add this to its Role",
  ],
  [forbid("GET", "*/downloadrequests/*"), "the gate may not get downloadrequests.velero.io"],
  [forbid("DELETE", "*/downloadrequests/*"), "the gate may not delete downloadrequests.velero.io"],
  [forbid("GET", "*/backupstoragelocations/*"), "the gate may not get backupstoragelocations.velero.io"],
  [forbid("GET", "*/services/catalog"), "the gate may not get services"],
];

Deno.test({ name: "preview gate: a missing right is named", ignore }, async (t) => {
  await using folder = await createFolder();
  const archives = { "fine-1": await goodArchive(folder) };
  const objects = [schedule("fine"), backup("fine", 1, "Completed")];
  for (const [fault, said] of RIGHTS) {
    await t.step(said, async () => {
      await using _ = await world(folder, objects, archives, [fault]);
      const { code, stdout } = await folder.preview([...GATE, "-o", "json"]);
      const [found] = parseGate(stdout).schedules;
      assertEquals([code, found?.state], [2, "unchecked"]);
      assertStringIncludes(found?.reasons[0] ?? "", said);
    });
  }
  await t.step("a Secret that may not be read is no fault", async () => {
    await using _ = await world(folder, objects, archives, [forbid("GET", "*/secrets/*")]);
    const { code, stdout, stderr } = await folder.preview(GATE);
    assertEquals([code, stderr], [0, ""], stdout);
  });
  for (
    const [fault, said] of [
      [forbid("GET", "*/schedules"), "Cannot read the schedules: list schedules.velero.io velero: 403"],
      [forbid("GET", "*/velero/backups"), "Cannot read the schedules: list backups.velero.io velero: 403"],
      [forbid("PATCH", "*/configmaps/*"), `Cannot store the result in ConfigMap velero/${GATE_CONFIG_MAP}`],
    ] as const
  ) {
    await t.step(said, async () => {
      await using _ = await world(folder, objects, archives, [fault]);
      const { code, stderr } = await folder.preview([...GATE, "--store"]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, said);
    });
  }
});
