import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster, type MemoryCluster } from "../../cluster/memory/memory.ts";
import { createApiServer } from "../../cluster/served/serve.ts";
import { NOBODY } from "../../tests/kit/nobody.ts";
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
  { name: "downloadBackup() asks Velero for the URL, fetches, and leaves nothing behind", ignore },
  async () => {
    await using server = store(() => new Response("archive"));
    const cluster = createMemoryCluster({ objects: [backup("PartiallyFailed")] });
    const seen: JsonObject[] = [];
    const { options, looks } = controller(
      cluster,
      `http://127.0.0.1:${server.addr.port}/b?signature=hunter2`,
    );
    const create: DownloadOptions["cluster"]["create"] = (kind, object) => {
      seen.push(object);
      return cluster.create(kind, object);
    };
    const body = await downloadBackup({ ...options, cluster: { ...cluster, create } });
    assertEquals(await new Response(body).text(), "archive");
    assertEquals(looks(), 2);
    assertEquals(seen.map(({ kind, spec }) => [kind, spec]), [
      ["DownloadRequest", { target: { kind: "BackupContents", name: "b" } }],
    ]);
    assertEquals(cluster.objects().map(({ kind }) => kind), ["Backup"]);
  },
);

const ABSENT = `http://${NOBODY}/b?signature=hunter2`;

const ROWS: readonly [
  about: string,
  objects: JsonObject[],
  url: string | undefined,
  text: string,
][] = [
  ["no such backup", [], undefined, 'There is no Backup "b" in namespace "velero"'],
  ["a backup under way", [backup("InProgress")], undefined, 'Backup "b" is InProgress'],
  ["a backup that failed", [backup("Failed")], undefined, 'Backup "b" is Failed'],
  [
    "no answer",
    [backup("Completed")],
    undefined,
    "within 5 s. Check that its server is running",
  ],
  [
    "no object store",
    [backup("Completed")],
    ABSENT,
    `Cannot download backup "b" from ${NOBODY}: it does not answer`,
  ],
  ["no URL", [backup("Completed")], "hunter2", 'Cannot download backup "b" from no host'],
];

Deno.test(
  { name: "downloadBackup() ends in bounded time and says why, without the URL", ignore },
  async (t) => {
    for (const [about, objects, url, text] of ROWS) {
      await t.step(about, async () => {
        const cluster = createMemoryCluster({ objects });
        const error = await assertRejects(
          () => downloadBackup(controller(cluster, url).options),
          InputError,
          text,
        );
        assertEquals(error.message.includes("hunter2"), false);
        assertEquals(cluster.objects().length, objects.length, "the request is deleted");
      });
    }
    await t.step("the object store refuses", async () => {
      await using server = store(() => new Response("hunter2", { status: 403 }));
      const cluster = createMemoryCluster({ objects: [backup("Completed")] });
      const { options } = controller(cluster, `http://127.0.0.1:${server.addr.port}/b?hunter2`);
      const error = await assertRejects(() => downloadBackup(options), InputError);
      assertEquals(
        error.message,
        `Cannot download backup "b" from 127.0.0.1:${server.addr.port}: the object store answered with status 403`,
      );
    });
    const late = Promise.withResolvers<Response>();
    const STORES: readonly [about: string, answer: () => Response | Promise<Response>, text: string][] = [
      [
        "the object store accepts, and never answers",
        () => late.promise,
        "the object store did not answer",
      ],
      [
        "the object store stops in the middle",
        () => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(9)) })),
        "no more data came for 2 s",
      ],
    ];
    for (const [about, answer, text] of STORES) {
      await t.step(about, async () => {
        const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
        const cluster = createMemoryCluster({ objects: [backup("Completed")] });
        const { options } = controller(cluster, `http://127.0.0.1:${server.addr.port}/b?hunter2`);
        const download = async () =>
          void await new Response(await downloadBackup({ ...options, timeout: 2000 })).bytes();
        await assertRejects(download, InputError, text);
        late.resolve(new Response());
        await server.shutdown();
      });
    }
    await t.step("the request is deleted by somebody else", async () => {
      const cluster = createMemoryCluster({ objects: [backup("Completed")] });
      const { options } = controller(cluster, undefined);
      const get: DownloadOptions["cluster"]["get"] = (kind, ...rest) =>
        kind.resource === "downloadrequests" ? Promise.resolve(undefined) : cluster.get(kind, ...rest);
      const text = "was deleted before Velero answered it";
      await assertRejects(
        () => downloadBackup({ ...options, cluster: { ...cluster, get } }),
        InputError,
        text,
      );
    });
    await t.step("the process is interrupted while it waits", async () => {
      const cluster = createMemoryCluster({ objects: [backup("Completed")] });
      const { options } = controller(cluster, undefined);
      const ends: (() => Promise<void>)[] = [];
      const waiting = Promise.withResolvers<void>();
      const pause = () => {
        waiting.resolve();
        return new Promise<void>(() => {});
      };
      void downloadBackup({ ...options, pause, atEnd: (end) => void ends.push(end) });
      await waiting.promise;
      assertEquals(cluster.objects().map(({ kind }) => kind).sort(), ["Backup", "DownloadRequest"]);
      for (const end of ends) await end();
      assertEquals(cluster.objects().map(({ kind }) => kind), ["Backup"]);
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
