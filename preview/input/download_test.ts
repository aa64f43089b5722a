import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster, type MemoryCluster } from "../../cluster/memory/memory.ts";
import { createApiServer } from "../../cluster/served/serve.ts";
import { object } from "../testing/world.ts";
import { downloadBackup, type DownloadOptions } from "./download.ts";
import { InputError } from "./input_error.ts";

const ignore = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted";
const REQUESTS = { group: "velero.io", version: "v1", resource: "downloadrequests" };

const backup = (phase: string): JsonObject =>
  object("velero.io/v1", "Backup", "velero/b", { spec: { storageLocation: "default" }, status: { phase } });

/** Velero's server as far as it answers DownloadRequests: at the second look. */
function controller(cluster: MemoryCluster, url: string | undefined) {
  let looks = 0;
  const options: DownloadOptions = {
    cluster,
    namespace: "velero",
    backup: "b",
    timeout: 5000,
    signal: new AbortController().signal,
    async pause() {
      if (++looks < 2 || url === undefined) return;
      for await (const { metadata } of cluster.list(REQUESTS)) {
        const { name } = metadata as JsonObject;
        const status = { phase: "Processed", downloadURL: url };
        await cluster.patch(REQUESTS, "velero", String(name), { status }, { type: "merge" });
      }
    },
  };
  return { options, looks: () => looks };
}

function store(answer: () => Response) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
}

Deno.test(
  { name: "downloadBackup() asks Velero for the URL, writes nothing else, and fetches", ignore },
  async () => {
    await using server = store(() => new Response("archive"));
    const cluster = createMemoryCluster({ objects: [backup("PartiallyFailed")] });
    const { options, looks } = controller(
      cluster,
      `http://127.0.0.1:${server.addr.port}/b?signature=hunter2`,
    );
    assertEquals(await new Response(await downloadBackup(options)).text(), "archive");
    assertEquals(looks(), 2);
    const [, request, ...more] = cluster.objects();
    assertEquals([request?.kind, request?.spec, more], [
      "DownloadRequest",
      { target: { kind: "BackupContents", name: "b" } },
      [],
    ]);
  },
);

const ABSENT = "http://127.0.0.1:1/b?signature=hunter2";

const ROWS: readonly [
  about: string,
  objects: JsonObject[],
  url: string | undefined,
  text: string,
  made: number,
][] = [
  ["no such backup", [], undefined, 'There is no Backup "b" in namespace "velero"', 0],
  ["a backup under way", [backup("InProgress")], undefined, 'Backup "b" is InProgress', 0],
  ["a backup that failed", [backup("Failed")], undefined, 'Backup "b" is Failed', 0],
  [
    "no answer",
    [backup("Completed")],
    undefined,
    "was not answered within 5 s: is Velero's server running",
    1,
  ],
  [
    "no object store",
    [backup("Completed")],
    ABSENT,
    'Cannot download backup "b" from 127.0.0.1:1: there is no',
    1,
  ],
  ["no URL", [backup("Completed")], "hunter2", 'Cannot download backup "b" from no host', 1],
];

Deno.test(
  { name: "downloadBackup() ends in bounded time and says why, without the URL", ignore },
  async (t) => {
    for (const [about, objects, url, text, made] of ROWS) {
      await t.step(about, async () => {
        const cluster = createMemoryCluster({ objects });
        const error = await assertRejects(
          () => downloadBackup(controller(cluster, url).options),
          InputError,
          text,
        );
        assertEquals(error.message.includes("hunter2"), false);
        assertEquals(cluster.objects().length - objects.length, made);
      });
    }
    await t.step("the object store refuses", async () => {
      await using server = store(() => new Response("hunter2", { status: 403 }));
      const cluster = createMemoryCluster({ objects: [backup("Completed")] });
      const { options } = controller(cluster, `http://127.0.0.1:${server.addr.port}/b?hunter2`);
      const error = await assertRejects(() => downloadBackup(options), InputError);
      assertEquals(
        error.message,
        `Cannot download backup "b" from 127.0.0.1:${server.addr.port}: the object store answers with status 403`,
      );
    });
    await t.step("the request may not be made", async () => {
      const cluster = createMemoryCluster({ objects: [backup("Completed")] });
      const { handler } = createApiServer(cluster, {
        faults: [{ method: "POST", path: "*downloadrequests", status: 403 }],
      });
      const { createLiveCluster } = await import("../../cluster/live/live.ts");
      const live = createLiveCluster({
        server: { url: "http://x", fetch: (url, init) => handler(new Request(url, init)) },
      });
      const { options } = controller(cluster, undefined);
      const text = 'Cannot fetch backup "b": create downloadrequests.velero.io';
      await assertRejects(() => downloadBackup({ ...options, cluster: live }), InputError, text);
    });
  },
);
