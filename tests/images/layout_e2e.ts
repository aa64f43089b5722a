/** The layout of our bucket is that of CNCF distribution's registry, in which openshift-velero-plugin keeps images too (openshift 10.3). */

import { assertEquals } from "@std/assert";
import { createLayout } from "../../images/object_storage/layout/layout.ts";
import type { ObjectStorage } from "../../images/object_storage/object_storage.ts";
import { createMemoryImageStore, type MemoryImageStore } from "../kit/image_store.ts";
import { copyAll, registryStore, REPO } from "./copies.ts";
import { HASTY, s3Of, startS3 } from "./object_services.ts";
import { pulled, startRealRegistry } from "./real_registry.ts";
import { present } from "../velero/tools.ts";

/** Two platforms below `v1`, one image below `v2`; gives the digests of both tags. */
async function imagesIn(store: MemoryImageStore): Promise<{ ref: string; digest: string }[]> {
  const children = [
    await store.addImage(REPO, ["amd64", "shared"]),
    await store.addImage(REPO, ["arm64", "shared"]),
  ];
  const index = await store.addIndex(REPO, children, "v1");
  const image = await store.addImage(REPO, ["two", "shared"], "v2");
  return [{ ref: "v1", digest: index }, { ref: "v2", digest: image }];
}

async function contentOf(storage: ObjectStorage): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for await (const { objects } of storage.list("")) {
    for (const { key } of objects) {
      if (key.includes("/_uploads/")) continue;
      const found = await storage.get(key, 0);
      content[key] = await new Response(found?.body as ReadableStream<Uint8Array<ArrayBuffer>>).text();
    }
  }
  return content;
}

Deno.test({
  name:
    "image layout: a registry serves what our layout wrote, and our layout reads and writes what a registry does (openshift 10.3)",
  ignore: !present("registry", "s3server"),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "image-layout-" });
    const stops: (() => Promise<void>)[] = [];
    try {
      const memory = createMemoryImageStore();
      const images = await imagesIn(memory);
      const [ours, theirs] = [await startS3(folder), await startS3(folder)];
      stops.push(ours.stop, theirs.stop);
      const storage = s3Of(ours.host);
      const layout = createLayout({ storage, name: "bsl://velero/default", rootDirectory: "", time: HASTY });
      await copyAll(memory, layout, images);

      const serving = await startRealRegistry(`${folder}/ours`, { s3: ours.host });
      stops.push(serving.stop);
      const blobs = [...memory.repository(REPO).blobs.keys(), ...memory.repository(REPO).manifests.keys()];
      const found = [...await pulled(serving.host, REPO, "v1"), ...await pulled(serving.host, REPO, "v2")];
      assertEquals([...new Set(found)].sort(), blobs.sort());
      assertEquals(
        [found[0], (await pulled(serving.host, REPO, "v2"))[0]],
        images.map(({ digest }) => digest),
      );

      const written = await startRealRegistry(`${folder}/theirs`, { s3: theirs.host });
      stops.push(written.stop);
      await copyAll(memory, await registryStore(written.host), images);
      const foreign = s3Of(theirs.host);
      assertEquals(await contentOf(foreign), await contentOf(storage));
      const reading = createLayout({
        storage: foreign,
        name: "bsl://velero/other",
        rootDirectory: "",
        time: HASTY,
      });
      const back = createMemoryImageStore("back:5000");
      await copyAll(reading, back, images);
      assertEquals(back.repository(REPO), memory.repository(REPO));
    } finally {
      for (const stop of stops.reverse()) await stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
