import { assertEquals, assertRejects } from "@std/assert";
import { BACKUPS } from "../../actions/openshift/kinds.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { createLayout } from "../../images/object_storage/layout/layout.ts";
import { ImageStoreError } from "../../images/store.ts";
import type { JsonObject } from "../../objects/json.ts";
import { createArchive, writeArchive } from "../../preview/archive/archive.ts";
import { digestOf, MEDIA_TYPES } from "../../tests/kit/image_store.ts";
import { createMemoryStorage, type MemoryStorage } from "../../tests/kit/memory_storage.ts";
import { collectImages, GcError, inWords } from "./run.ts";
import type { Swept } from "./sweep.ts";

const NOW = new Date("2026-03-10T12:00:00Z");
const OLD = new Date("2026-03-01T00:00:00Z");
const HOUR = 3_600_000;
const encoder = new TextEncoder();

interface World {
  readonly storage: MemoryStorage;
  /** Writes an image of one layer; gives the digests of manifest, configuration and layer. */
  image(repo: string, ref: string | undefined, layer: string): Promise<[string, string, string]>;
  index(repo: string, tag: string, children: readonly string[]): Promise<string>;
  /** Writes the archive of a backup whose ImageStreams name these digests. */
  backup(prefix: string, name: string, digests: readonly string[]): Promise<void>;
  run(
    options?: { delete?: boolean; backups?: JsonObject[]; olderThan?: number },
  ): Promise<{ swept: Swept; lines: string[] }>;
  /** The digests of the blobs that are there. */
  blobs(): string[];
}

function worldOf({ rootDirectory = "", slashedKeys = false } = {}): World {
  const storage = createMemoryStorage({ slashedKeys });
  storage.now = OLD;
  const store = createLayout({ storage, name: "bsl://velero/default", rootDirectory });
  const blob = async (repo: string, text: string) => {
    const digest = await digestOf(text);
    await store.putBlob(repo, digest, text.length, ReadableStream.from([encoder.encode(text)]));
    return digest;
  };
  return {
    storage,
    async image(repo, ref, layer) {
      const [config, content] = [await blob(repo, `{"of":"${layer}"}`), await blob(repo, layer)];
      const bytes = encoder.encode(JSON.stringify({
        config: { digest: config },
        layers: [{ digest: content }],
      }));
      const digest = await digestOf(bytes);
      await store.putManifest(repo, ref ?? digest, MEDIA_TYPES.manifest, bytes);
      return [digest, config, content];
    },
    index: (repo, tag, children) =>
      store.putManifest(
        repo,
        tag,
        MEDIA_TYPES.index,
        encoder.encode(JSON.stringify({ manifests: children.map((digest) => ({ digest })) })),
      ),
    async backup(prefix, name, digests) {
      const stream = {
        kind: "ImageStream",
        metadata: { name: "s", namespace: "n" },
        status: { tags: digests.map((image) => ({ tag: "t", items: [{ image }] })) },
      };
      const identity = { group: "image.openshift.io", resource: "imagestreams", namespace: "n", name: "s" };
      const archive = await writeArchive(createArchive([
        { ...identity, bytes: encoder.encode(JSON.stringify(stream)) },
        // Digests of other kinds keep nothing.
        {
          group: "",
          resource: "pods",
          namespace: "n",
          name: "p",
          bytes: encoder.encode(`{"image":"r@sha256:${"d".repeat(64)}"}`),
        },
      ]));
      await storage.put(`${prefix}backups/${name}/${name}.tar.gz`, archive);
      await storage.put(`${prefix}backups/${name}/velero-backup.json`, encoder.encode("{}"));
    },
    async run({ delete: deleting = true, backups = [], olderThan = 24 * HOUR } = {}) {
      const lines: string[] = [];
      const swept = await collectImages({
        storage,
        rootDirectory,
        cluster: createMemoryCluster({ objects: backups }),
        veleroNamespace: "velero",
        delete: deleting,
        olderThan,
        now: () => NOW,
        print: (line) => lines.push(line),
      });
      return { swept, lines };
    },
    blobs: () =>
      [...storage.objects.keys()].flatMap((key) =>
        /blobs\/sha256\/..\/([0-9a-f]{64})\/data$/.exec(key)?.[1] ?? []
      )
        .map((hex) => `sha256:${hex}`).sort(),
  };
}

const backupOf = (name: string, phase?: string): JsonObject => ({
  apiVersion: "velero.io/v1",
  kind: "Backup",
  metadata: { name, namespace: "velero" },
  ...(phase === undefined ? {} : { status: { phase } }),
});

Deno.test("images gc keeps what a backup names and deletes the rest, openshift IMP-57", async () => {
  const world = worldOf();
  const kept = await world.image("n/s", "v1", "kept");
  const gone = await world.image("n/gone", "v1", "gone layer");
  await world.backup("velero/", "nightly", [kept[0]]);
  const { swept, lines } = await world.run();
  assertEquals(world.blobs(), [...kept].sort());
  assertEquals([...world.storage.objects.keys()].filter((key) => key.includes("n/gone")), []);
  const bytes = swept.bytes;
  assertEquals(swept, { blobs: 3, bytes, links: 5, uploads: 0, kept: 3, keptBytes: swept.keptBytes });
  assertEquals(lines[0], "memory://b: found 1 digest in 1 ImageStream of 1 backup");
  assertEquals(
    lines.slice(1, -1).sort(),
    gone.map((digest) => lines.find((line) => line.includes(digest)) ?? "").sort(),
  );
  assertEquals(lines.includes(`delete ${gone[2]} (10 bytes, written 2026-03-01)`), true);
  assertEquals(
    lines.at(-1),
    `deleted 3 blobs (${bytes} bytes) and 5 links, and kept 3 blobs (${swept.keptBytes} bytes)`,
  );
});

Deno.test("images gc only says what it would do unless it is told to delete, openshift IMP-57", async () => {
  const world = worldOf();
  await world.image("n/gone", "v1", "gone");
  await world.backup("velero/", "nightly", []);
  const before = [...world.storage.objects.keys()];
  const { swept, lines } = await world.run({ delete: false, backups: [backupOf("running", "InProgress")] });
  assertEquals([...world.storage.objects.keys()], before);
  assertEquals([swept.blobs, swept.links, lines.at(-1)?.startsWith("would delete 3 blobs")], [3, 5, true]);
  assertEquals(world.storage.requests.filter((line) => line.startsWith("delete")), []);
});

Deno.test("images gc follows an index to its children and their blobs, openshift IMP-57", async () => {
  const world = worldOf();
  const [first, second] = [
    await world.image("n/s", undefined, "one"),
    await world.image("n/s", undefined, "two"),
  ];
  const index = await world.index("n/s", "v1", [first[0], second[0]]);
  const other = await world.index("n/s", "v2", [first[0]]);
  await world.backup("velero/", "nightly", [index]);
  await world.run();
  assertEquals(world.blobs(), [...first, ...second, index].sort());
  assertEquals(world.blobs().includes(other), false);
});

Deno.test("images gc keeps a blob that a kept image shares with one that goes", async () => {
  const world = worldOf();
  const kept = await world.image("n/s", "v1", "shared");
  const gone = await world.image("n/other", "v1", "shared");
  assertEquals(kept, gone, "the same image in two repositories");
  await world.backup("velero/", "nightly", [kept[0]]);
  assertEquals((await world.run()).swept.blobs, 0);
});

Deno.test("images gc keeps what backups of all prefixes of the bucket name, however deep", async () => {
  const world = worldOf();
  const images = await Promise.all(["a", "b", "c", "d"].map((layer) => world.image("n/s", undefined, layer)));
  const prefixes = ["", "velero/", "teams/blue/velero/", "velero/inner/"];
  for (const [index, prefix] of prefixes.entries()) {
    await world.backup(prefix, "b1", [images[index]?.[0] ?? ""]);
  }
  // What lies beside backups is not looked through.
  await world.storage.put("velero/kopia/backups/x/x.tar.gz", encoder.encode("no archive"));
  const gone = await world.image("n/s", undefined, "gone");
  world.storage.requests.length = 0;
  await world.run();
  assertEquals(world.blobs(), images.flat().sort());
  assertEquals(world.blobs().some((digest) => gone.includes(digest)), false);
  assertEquals(world.storage.requests.some((line) => line.includes("kopia")), false);
});

Deno.test("images gc keeps what is young, and what a young link names, openshift IMP-57", async () => {
  const world = worldOf();
  await world.backup("velero/", "nightly", []);
  // Its blobs are old, because they were there already when the copy under way found them.
  const reused = await world.image("n/reused", "v1", "reused");
  const gone = await world.image("n/gone", "v1", "gone");
  for (const [key, object] of world.storage.objects) {
    if (key.includes("repositories/n/reused/_manifests/tags/v1/current")) {
      world.storage.objects.set(key, { ...object, modified: new Date(NOW.getTime() - 23 * HOUR) });
    }
  }
  world.storage.now = new Date(NOW.getTime() - HOUR);
  const young = await world.image("n/young", undefined, "young");
  await world.run();
  assertEquals(world.blobs(), [...reused, ...young].sort());
  assertEquals(world.blobs().some((digest) => gone.includes(digest)), false);
  await world.run({ olderThan: HOUR / 2 });
  assertEquals(world.blobs(), []);
});

Deno.test("images gc refuses when an archive cannot be read, openshift IMP-57", async () => {
  const world = worldOf();
  await world.image("n/gone", "v1", "gone");
  await world.backup("velero/", "good", []);
  await world.storage.put("velero/backups/broken/broken.tar.gz", encoder.encode("no archive"));
  const before = [...world.storage.objects.keys()];
  const error = await assertRejects(() => world.run(), GcError);
  assertEquals(
    error.message.startsWith(
      "nothing was deleted, because the command cannot read 1 backup, which may need any image: broken; delete",
    ),
    true,
  );
  assertEquals([...world.storage.objects.keys()], before);
});

Deno.test("images gc refuses when an archive is cut off or cannot be fetched", async () => {
  for (const fault of ["cut", "refused"]) {
    const world = worldOf();
    await world.image("n/gone", "v1", "gone");
    await world.backup("velero/", "b1", []);
    const key = "velero/backups/b1/b1.tar.gz";
    if (fault === "cut") {
      const bytes = world.storage.objects.get(key)?.bytes ?? new Uint8Array();
      await world.storage.put(key, bytes.subarray(0, bytes.length - 20));
    } else {
      world.storage.fault = (line) => {
        if (line === `get ${key}`) throw new ImageStoreError("no", "denied");
      };
    }
    await assertRejects(() => world.run(), GcError, "b1");
    assertEquals(world.blobs().length, 3);
  }
});

Deno.test("images gc: a backup without an archive keeps nothing from being deleted", async () => {
  const world = worldOf();
  await world.image("n/gone", "v1", "gone");
  await world.storage.put("velero/backups/failed/velero-backup.json", encoder.encode("{}"));
  const { lines, swept } = await world.run();
  assertEquals([lines[1], swept.blobs], ["Velero cannot restore 1 backup, for want of an archive", 3]);
});

for (
  const phase of [undefined, "New", "InProgress", "WaitingForPluginOperations", "Finalizing", "SomethingNew"]
) {
  Deno.test(`images gc deletes nothing while a backup is ${phase ?? "without a phase"}`, async () => {
    const world = worldOf();
    await world.image("n/gone", "v1", "gone");
    await world.backup("velero/", "nightly", []);
    const backups = [backupOf("done", "Completed"), backupOf("busy", phase)];
    const error = await assertRejects(() => world.run({ backups }), GcError);
    assertEquals(error.message.includes(`Backup velero/busy is ${phase ?? "New"}`), true);
    assertEquals(world.blobs().length, 3);
  });
}

Deno.test("images gc stops when a backup begins", async () => {
  const world = worldOf();
  for (let index = 0; index < 25; index++) await world.image("n/gone", `v${index}`, `gone ${index}`);
  await world.backup("velero/", "nightly", []);
  const cluster = createMemoryCluster({ objects: [] });
  let begun = false;
  world.storage.fault = (line) => {
    if (!line.startsWith("delete") || begun) return;
    begun = true;
    cluster.create(BACKUPS, backupOf("busy", "InProgress"));
  };
  const run = collectImages({
    storage: world.storage,
    rootDirectory: "",
    cluster,
    veleroNamespace: "velero",
    delete: true,
    olderThan: HOUR,
    now: () => NOW,
    print: () => {},
  });
  await assertRejects(() => run, GcError, "Backup velero/busy is InProgress");
  assertEquals(world.blobs().length, 75, "links go first");
});

Deno.test("images gc in a root directory, and with keys that have a slash in front", async () => {
  const rooted = worldOf({ rootDirectory: "images" });
  const kept = await rooted.image("n/s", "v1", "kept");
  await rooted.image("n/gone", "v1", "gone");
  await rooted.backup("velero/", "nightly", [kept[0]]);
  await rooted.run();
  assertEquals(rooted.blobs(), [...kept].sort());

  const slashed = worldOf({ slashedKeys: true });
  const old = await slashed.image("n/s", "v1", "kept");
  await slashed.image("n/gone", "v1", "gone");
  for (const [key, object] of [...slashed.storage.objects]) {
    slashed.storage.objects.delete(key);
    slashed.storage.objects.set(`/${key}`, object);
  }
  await slashed.backup("velero/", "nightly", [old[0]]);
  await slashed.run();
  assertEquals(slashed.blobs(), [...old].sort());
});

Deno.test("images gc leaves alone what is not of the layout, and tags that name nothing", async () => {
  const world = worldOf();
  await world.backup("velero/", "nightly", []);
  const others = [
    "docker/registry/v2/repositories/n/s/_uploads/1/data",
    "docker/registry/v2/repositories/n/s/_manifests/tags/odd/current/link",
    "docker/registry/v2/blobs/sha256/aa/short/data",
    "docker/other",
  ];
  for (const key of others) await world.storage.put(key, encoder.encode("odd"));
  const { swept } = await world.run();
  assertEquals([swept.blobs, swept.links], [0, 0]);
  assertEquals(others.filter((key) => !world.storage.objects.has(key)), []);
});

Deno.test("images gc: amounts in words", () => {
  assertEquals([0, 999, 1000, 1_500_000, 2_340_000_000_000].map(inWords), [
    "0 bytes",
    "999 bytes",
    "1.0 kB",
    "1.5 MB",
    "2.3 TB",
  ]);
});
