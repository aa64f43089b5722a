/**
 * The images of an ImageStream go through a real Velero: from the internal registry of one cluster to a transfer registry, and into the
 * internal registry of another, between real registries. The stream has two tags, one of them of an image for two platforms.
 */

import { assertEquals } from "@std/assert";
import { type FaultProxy, startFaultProxy } from "../kit/fault_proxy.ts";
import { NOBODY } from "../kit/nobody.ts";
import { OPENSHIFT_DEFINITIONS } from "../velero/crds/openshift.ts";
import { collectionOf, create } from "../velero/openshift_world.ts";
import {
  layer,
  LOGIN,
  pulled,
  pushImage,
  pushIndex,
  type RealRegistry,
  startRealRegistry,
  startTokenService,
  type TokenService,
} from "./real_registry.ts";
import { archive, backup, restore, type Run } from "../velero/runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "../velero/testbed.ts";
import { present } from "../velero/tools.ts";

const ignore = !present("testcluster", "velero", "fsstore", "registry");
const MIGRATION = { "app.kubernetes.io/part-of": "openshift-migration" };
const outcome = ({ phase, errors, warnings }: Run) => ({ phase, errors, warnings });
const clean = { phase: "Completed", errors: [], warnings: [] };

let bed: Testbed;
let folder: string;
let service: TokenService;
/** The registries behind the two internal hosts, and the one between. */
let [old, fresh, transfer]: RealRegistry[] = [];
/** The internal hosts: they take the cluster's token and nothing else, as OpenShift's registry does. */
let [oldHost, newHost]: FaultProxy[] = [];
let single: string;
let older: string;
let multi: string;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "images-e2e-" });
    bed = await startTestbed(BEST_ACCESS, OPENSHIFT_DEFINITIONS);
    service = await startTokenService(`${folder}/tokens`);
    old = await startRealRegistry(`${folder}/old`);
    fresh = await startRealRegistry(`${folder}/new`);
    transfer = await startRealRegistry(`${folder}/transfer`, { login: service });
    oldHost = await internal(old!.host);
    newHost = await internal(fresh!.host);
    await createStream();
  });
  Deno.test.afterAll(async () => {
    await bed?.stop();
    for (const one of [oldHost, newHost]) await one?.close();
    for (const one of [old, fresh, transfer]) await one?.stop();
    await service?.stop();
    await Deno.remove(folder, { recursive: true });
  });
}

async function internal(host: string): Promise<FaultProxy> {
  const proxy = await startFaultProxy(host);
  proxy.setFaults({
    when: ({ headers }) =>
      subjectOf(headers.get("authorization") ?? "") !== "system:serviceaccount:velero:velero",
    times: Infinity,
    answer: {
      status: 401,
      headers: { "www-authenticate": `Bearer realm="http://${proxy.host}/openshift/token"` },
    },
  });
  return proxy;
}

/** Whom a token of the API server is for. */
function subjectOf(authorization: string): unknown {
  const [, claims] = /^Bearer [^.]+\.([^.]+)\.[^.]+$/.exec(authorization) ?? [];
  if (claims === undefined) return undefined;
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(claims, { alphabet: "base64url" }))).sub;
}

async function createStream(): Promise<void> {
  const base = layer(2_000_000, 1);
  older = (await pushImage(old!.host, "shop/web", [base, layer(1000, 2)])).digest;
  single = (await pushImage(old!.host, "shop/web", [base, layer(1000, 3)], "v1")).digest;
  const children = [];
  for (const seed of [4, 5]) children.push(await pushImage(old!.host, "shop/web", [base, layer(1000, seed)]));
  multi = (await pushIndex(old!.host, "shop/web", children, "multi")).digest;
  await bed.api.create("/api/v1/namespaces", { metadata: { name: "shop" } });
  await create(bed.api, {
    apiVersion: "config.openshift.io/v1",
    kind: "Image",
    metadata: { name: "cluster" },
    status: { internalRegistryHostname: oldHost!.host },
  });
  const item = (digest: string) => ({
    created: "2026-01-01T00:00:00Z",
    generation: 1,
    image: digest,
    dockerImageReference: `${oldHost!.host}/shop/web@${digest}`,
  });
  await create(bed.api, {
    apiVersion: "image.openshift.io/v1",
    kind: "ImageStream",
    metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
    spec: { lookupPolicy: { local: true } },
    status: {
      dockerImageRepository: `${oldHost!.host}/shop/web`,
      tags: [{ tag: "v1", items: [item(single), item(older)] }, { tag: "multi", items: [item(multi)] }],
    },
  });
  await bed.api.create("/api/v1/namespaces/velero/secrets", {
    metadata: { name: "transfer" },
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": JSON.stringify({ auths: { [transfer!.host]: LOGIN } }) },
  });
  await bed.api.create("/api/v1/namespaces/velero/configmaps", {
    metadata: {
      name: "settings",
      labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
    },
    data: {
      "openshift.images.backup": "true",
      "openshift.images.transfer-registry": transfer!.host,
      "openshift.registry.auth-secret": "transfer",
    },
  });
}

/** Of the transfer registry, as somebody who may read it. */
async function inTransfer(repo: string): Promise<unknown> {
  const token = await (await fetch(
    `${service.configuration.realm}?service=registry&scope=repository:${repo}:pull`,
    { headers: { authorization: `Basic ${btoa(`${LOGIN.username}:${LOGIN.password}`)}` } },
  )).json();
  const answer = await fetch(`http://${transfer!.host}/v2/${repo}/tags/list`, {
    headers: { authorization: `Bearer ${token.token}` },
  });
  return (await answer.json()).tags?.toSorted();
}

Deno.test({
  name: "images: a backup carries them to the transfer registry (openshift A32)",
  ignore,
  async fn() {
    assertEquals(outcome(await backup(bed, "one", { includedNamespaces: ["shop"] })), clean);
    assertEquals(await inTransfer("shop/web"), ["multi", "v1"]);
    const files = await archive(bed, "one");
    const stream = files.get("resources/imagestreams.image.openshift.io/namespaces/shop/web.json");
    assertEquals(stream?.["metadata"].annotations["openshift.io/migration-registry"], transfer!.host);
    assertEquals(stream?.["status"].tags[1].items[0].image, multi);
  },
});

Deno.test({
  name: "images: a second backup sends nothing again",
  ignore,
  async fn() {
    oldHost!.requests.length = 0;
    assertEquals(outcome(await backup(bed, "two", { includedNamespaces: ["shop"] })), clean);
    assertEquals(oldHost!.requests, [], "the old registry is not even asked");
  },
});

Deno.test({
  name:
    "images: a restore brings them into the registry of another cluster, by their old digests (openshift A33)",
  ignore,
  async fn() {
    await bed.api.patch(`${collectionOf("config.openshift.io/v1", "Image", "")}/cluster`, {
      status: { internalRegistryHostname: newHost!.host },
    });
    const run = await restore(bed, "back", { backupName: "one", namespaceMapping: { shop: "shop-b" } });
    assertEquals(outcome(run), clean);
    for (const tag of ["v1", "multi"]) {
      assertEquals(
        await pulled(fresh!.host, "shop-b/web", tag),
        await pulled(old!.host, "shop/web", tag),
        tag,
      );
    }
    assertEquals((await pulled(fresh!.host, "shop-b/web", older))[0], older);
    assertEquals((await pulled(fresh!.host, "shop-b/web", "multi")).length, 9);
    const stream = await bed.api.get(`${collectionOf("image.openshift.io/v1", "ImageStream", "shop-b")}/web`);
    assertEquals([stream?.["metadata"].labels.app, stream?.["spec"]], ["web", {
      lookupPolicy: { local: true },
    }]);
    assertEquals(stream?.["metadata"].labels["velero.io/restore-name"], "back");
  },
});

Deno.test({
  name: "images: a migration uses the registry that its annotation names, and refuses without one",
  ignore,
  async fn() {
    const labels = MIGRATION;
    const metadata = { labels, annotations: { "openshift.io/migration-registry": transfer!.host } };
    assertEquals(
      (await restore(bed, "cam", { backupName: "one", namespaceMapping: { shop: "shop-c" } }, metadata))
        .phase,
      "Completed",
    );
    assertEquals(await pulled(fresh!.host, "shop-c/web", "v1"), await pulled(old!.host, "shop/web", "v1"));
    const run = await restore(bed, "none", { backupName: "one", namespaceMapping: { shop: "shop-d" } }, {
      labels,
    });
    assertEquals(run.errors.filter((text) => text.includes("migration registry not found")).length, 1);
  },
});

Deno.test({
  name: "images: what cannot be copied is one error with its cause, and the backup is PartiallyFailed",
  ignore,
  async fn() {
    await bed.api.patch(`${collectionOf("config.openshift.io/v1", "Image", "")}/cluster`, {
      status: { internalRegistryHostname: NOBODY },
    });
    const item = { image: single, dockerImageReference: `${NOBODY}/shop/gone@${single}` };
    await create(bed.api, {
      apiVersion: "image.openshift.io/v1",
      kind: "ImageStream",
      metadata: { name: "gone", namespace: "shop" },
      status: { tags: [{ tag: "x", items: [item] }] },
    });
    // Without an answer within its time, as the repeats would take more than a minute.
    const annotations = { "velero-plugin-for-workloads/openshift.images.timeout": "10s" };
    const run = await backup(bed, "failed", { includedNamespaces: ["shop"] }, { annotations });
    assertEquals([run.phase, run.errors.length], ["PartiallyFailed", 1], run.errors.join("\n"));
    assertEquals(run.errors[0]?.includes("no answer after 10 s"), true, run.errors[0]);
  },
});
