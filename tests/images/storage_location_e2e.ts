/**
 * The images of an ImageStream go through a real Velero and the object storage of its BackupStorageLocation: an S3 behind a proxy that checks
 * signatures (openshift 9.6). The stream has two tags, one of them of an image for two platforms.
 */

import { assertEquals } from "@std/assert";
import { type FaultProxy, startFaultProxy } from "../kit/fault_proxy.ts";
import { createMemoryImageStore } from "../kit/image_store.ts";
import { until } from "../velero/api.ts";
import { OPENSHIFT_DEFINITIONS } from "../velero/crds/openshift.ts";
import { copyAll, registryStore } from "./copies.ts";
import { KEYS, type ObjectService, signaturesChecked, startS3 } from "./object_services.ts";
import { create } from "../velero/openshift_world.ts";
import { pulled, startRealRegistry } from "./real_registry.ts";
import { archive, backup, restore } from "../velero/runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "../velero/testbed.ts";
import { present } from "../velero/tools.ts";

const VELERO = "/apis/velero.io/v1/namespaces/velero";
const ROOT = "docker/registry/v2";

let bed: Testbed;
let folder: string;
let registry: ObjectService;
let s3: ObjectService;
let proxy: FaultProxy;

async function prepare(): Promise<{ single: string; multi: string }> {
  const memory = createMemoryImageStore();
  const repo = "shop/web";
  const single = await memory.addImage(repo, ["single", "shared"], "v1");
  const children = [
    await memory.addImage(repo, ["amd64", "shared"]),
    await memory.addImage(repo, ["arm64", "shared"]),
  ];
  const multi = await memory.addIndex(repo, children, "multi");
  await copyAll(memory, await registryStore(registry.host), [{ ref: "v1", digest: single }, {
    ref: "multi",
    digest: multi,
  }], repo);
  const item = (digest: string) => ({
    created: "2026-01-01T00:00:00Z",
    generation: 1,
    image: digest,
    dockerImageReference: `${registry.host}/${repo}@${digest}`,
  });
  const { api } = bed;
  await api.create("/api/v1/namespaces", { metadata: { name: "shop" } });
  await create(api, {
    apiVersion: "config.openshift.io/v1",
    kind: "Image",
    metadata: { name: "cluster" },
    status: { internalRegistryHostname: registry.host },
  });
  await create(api, {
    apiVersion: "image.openshift.io/v1",
    kind: "ImageStream",
    metadata: { name: "web", namespace: "shop" },
    status: { tags: [{ tag: "v1", items: [item(single)] }, { tag: "multi", items: [item(multi)] }] },
  });
  await api.create("/api/v1/namespaces/velero/configmaps", {
    metadata: {
      name: "settings",
      labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
    },
    data: { "openshift.images.backup": "true" },
  });
  const ini =
    `[default]\naws_access_key_id = ${KEYS.accessKeyId}\naws_secret_access_key = ${KEYS.secretAccessKey}\n`;
  await api.create("/api/v1/namespaces/velero/secrets", {
    metadata: { name: "images" },
    stringData: { cloud: ini },
  });
  await api.create(`${VELERO}/backupstoragelocations`, {
    apiVersion: "velero.io/v1",
    kind: "BackupStorageLocation",
    metadata: { name: "images" },
    spec: {
      provider: "velero.io/aws",
      objectStorage: { bucket: "b", prefix: "velero" },
      config: { s3Url: `http://${proxy.host}`, region: KEYS.region },
      credential: { name: "images", key: "cloud" },
    },
  });
  await until(
    "the storage location is available",
    async () => (await api.get(`${VELERO}/backupstoragelocations/images`))?.["status"]?.phase === "Available",
  );
  return { single, multi };
}

Deno.test({
  name:
    "images: a backup carries them to the object storage of its location, and a restore brings them back (openshift A32, A33)",
  ignore: !present("testcluster", "velero", "fsstore", "registry", "s3server"),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn(t) {
    folder = await Deno.makeTempDir({ prefix: "images-e2e-" });
    const stops: (() => Promise<void>)[] = [() => Deno.remove(folder, { recursive: true })];
    try {
      registry = await startRealRegistry(`${folder}/registry`);
      s3 = await startS3(folder);
      proxy = await startFaultProxy(s3.host);
      stops.push(registry.stop, s3.stop, proxy.close);
      proxy.setFaults(signaturesChecked());
      bed = await startTestbed(BEST_ACCESS, OPENSHIFT_DEFINITIONS);
      stops.push(bed.stop);
      const { multi } = await prepare();
      const spec = { includedNamespaces: ["shop"], storageLocation: "images" };

      await t.step("backup, with faults on the way", async () => {
        const busy = { status: 503, body: "<Error><Code>SlowDown</Code></Error>" };
        proxy.setFaults({ method: "PUT", path: /blobs/, answer: busy }, {
          method: "PUT",
          path: /current/,
          cutRequest: 1,
        }, signaturesChecked());
        assertEquals((await backup(bed, "one", spec)).phase, "Completed");
        const tags = proxy.requests.filter((line) => /^PUT .*current\/link -> 200$/.test(line));
        assertEquals(tags.map((line) => line.split(" ")[1]).sort(), [
          `/b/${ROOT}/repositories/shop/web/_manifests/tags/multi/current/link`,
          `/b/${ROOT}/repositories/shop/web/_manifests/tags/v1/current/link`,
        ]);
        const files = await archive(bed, "one");
        const stream = files.get("resources/imagestreams.image.openshift.io/namespaces/shop/web.json");
        assertEquals(stream?.["metadata"].annotations["openshift.io/migration-registry"], "bsl://");
      });
      await t.step("a second backup writes nothing", async () => {
        proxy.requests.length = 0;
        assertEquals((await backup(bed, "two", spec)).phase, "Completed");
        assertEquals(proxy.requests.filter((line) => !/^(GET|HEAD) /.test(line)), []);
      });
      await t.step("restore into another namespace", async () => {
        const { phase } = await restore(bed, "back", {
          backupName: "one",
          namespaceMapping: { shop: "copy" },
        });
        assertEquals(phase, "Completed");
        for (const tag of ["v1", "multi"]) {
          assertEquals(
            await pulled(registry.host, "copy/web", tag),
            await pulled(registry.host, "shop/web", tag),
            tag,
          );
        }
        const found = await pulled(registry.host, "copy/web", "multi");
        assertEquals([found[0], found.length], [multi, 9]);
      });
      await t.step(
        "an expired credential makes the backup PartiallyFailed, and its secret is in no log",
        async () => {
          proxy.setFaults({
            times: Infinity,
            answer: { status: 403, body: "<Error><Code>ExpiredToken</Code></Error>" },
          });
          assertEquals((await backup(bed, "three", spec)).phase, "PartiallyFailed");
          const logs = await bed.velero("backup", "logs", "three");
          assertEquals([logs.includes("ExpiredToken"), logs.includes("marker")], [true, false]);
        },
      );
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  },
});
