/**
 * A namespace of OpenShift goes through a real Velero: restored under another name into a cluster whose registry has another host, as
 * OADP does it (B/R) and as MTC does it (CAM).
 */

import { assertEquals } from "@std/assert";
import type { Json } from "./api.ts";
import { OPENSHIFT_DEFINITIONS } from "./crds/openshift.ts";
import {
  collectionOf,
  create,
  createOpenShiftNamespace,
  createTargetNamespace,
  NEW_HOST,
  OLD_HOST,
} from "./openshift_world.ts";
import { archive, backup, restore, type Run } from "./runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "./testbed.ts";
import { present } from "./tools.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const clean = { phase: "Completed", errors: [], warnings: [] };
const outcome = ({ phase, errors, warnings }: Run) => ({ phase, errors, warnings });
const CAM = { "app.kubernetes.io/part-of": "openshift-migration" };
let bed: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS, OPENSHIFT_DEFINITIONS);
    await createOpenShiftNamespace(bed.api);
  });
  Deno.test.afterAll(() => bed?.stop());
}

const get = (namespace: string, apiVersion: string, kind: string, name: string) =>
  bed.api.get(`${collectionOf(apiVersion, kind, namespace)}/${name}`);

async function restored(namespace: string, apiVersion: string, kind: string, name: string): Promise<Json> {
  const object = await get(namespace, apiVersion, kind, name);
  if (object === undefined) throw new Error(`${kind} ${namespace}/${name} was not restored`);
  return object;
}

const images = (spec: Json): string[] => spec["containers"].map((container: Json) => container["image"]);

Deno.test({
  name: "openshift: a backup by namespace completes and takes the SCC along (openshift A1, A4, A17)",
  ignore,
  async fn() {
    assertEquals(outcome(await backup(bed, "shop", { includedNamespaces: ["shop"] })), clean);
    const files = await archive(bed, "shop");
    const scc = "resources/securitycontextconstraints.security.openshift.io/cluster/catalog.json";
    assertEquals(files.get(scc)?.["users"], ["system:serviceaccount:shop:catalog"]);
    const config = files.get("resources/deploymentconfigs.apps.openshift.io/namespaces/shop/catalog.json");
    assertEquals(config?.["metadata"].annotations["openshift.io/backup-registry-hostname"], OLD_HOST);
    const pod = files.get("resources/pods/namespaces/shop/console.json");
    assertEquals(pod?.["metadata"].annotations["oadp.openshift.io/includes-dm-dc-fix"], "true");
  },
});

Deno.test({
  name: "openshift: a restore under another name completes on a cluster with another registry",
  ignore,
  async fn() {
    await bed.api.patch(`${collectionOf("config.openshift.io/v1", "Image", "")}/cluster`, {
      status: { internalRegistryHostname: NEW_HOST },
    });
    await createTargetNamespace(bed.api, "shop-b");
    const spec = { backupName: "shop", namespaceMapping: { shop: "shop-b" } };
    const run = await restore(bed, "renamed", spec);
    assertEquals({ phase: run.phase, errors: run.errors }, { phase: "Completed", errors: [] });
  },
});

Deno.test({
  name: "openshift: images, pull secrets and triggers name the target (openshift A18, A20, A26, A29, A30)",
  ignore,
  async fn() {
    const moved = (name: string) => `${NEW_HOST}/shop-b/${name}`;
    const config = await restored("shop-b", "apps.openshift.io/v1", "DeploymentConfig", "catalog");
    assertEquals(images(config["spec"].template.spec), [moved("catalog:1.4")]);
    assertEquals(config["spec"].triggers[0].imageChangeParams.from.namespace, "shop-b");
    const cron = await restored("shop-b", "batch/v1", "CronJob", "report");
    assertEquals(images(cron["spec"].jobTemplate.spec.template.spec), [moved("report:1")]);
    assertEquals(cron["spec"].timeZone, "Europe/Berlin");
    const deployment = await restored("shop-b", "apps/v1", "Deployment", "api");
    assertEquals(images(deployment["spec"].template.spec), [moved("api:1"), "quay.example.com/side:1"]);
    const pod = await restored("shop-b", "v1", "Pod", "console");
    assertEquals(images(pod["spec"]), [moved("console:1")]);
    assertEquals(pod["spec"].imagePullSecrets, [{ name: "default-dockercfg-new" }]);
    assertEquals(pod["spec"].nodeSelector, undefined);
    const build = await restored("shop-b", "build.openshift.io/v1", "BuildConfig", "catalog");
    assertEquals(build["spec"].output, {
      to: { kind: "DockerImage", name: moved("catalog:1.4") },
      pushSecret: { name: "builder-dockercfg-new" },
    });
    assertEquals(build["spec"].strategy.sourceStrategy.from.namespace, "shop-b");
  },
});

Deno.test({
  name: "openshift: what the target makes by itself is left out (openshift A6, A15, A16, A18, A31, A40)",
  ignore,
  async fn() {
    const route = await restored("shop-b", "route.openshift.io/v1", "Route", "catalog");
    assertEquals(route["spec"].host, undefined);
    const account = await restored("shop-b", "v1", "ServiceAccount", "catalog");
    assertEquals([account["secrets"], account["imagePullSecrets"]], [undefined, undefined]);
    for (
      const [apiVersion, kind, name] of [
        ["v1", "Secret", "catalog-dockercfg-x7k2p"],
        ["v1", "Secret", "catalog-tls"],
        ["build.openshift.io/v1", "Build", "catalog-7"],
        ["v1", "Pod", "catalog-8-build"],
      ] as const
    ) {
      assertEquals([name, await get("shop-b", apiVersion, kind, name)], [name, undefined]);
    }
  },
});

Deno.test({
  name: "openshift: accounts in SCCs and bindings follow the namespace (openshift A34, A35, A43)",
  ignore,
  async fn() {
    const binding = await restored("shop-b", "authorization.openshift.io/v1", "RoleBinding", "ci-may-edit");
    assertEquals(binding["userNames"], ["system:serviceaccount:shop-b:ci"]);
    assertEquals(binding["groupNames"], ["system:serviceaccounts:shop-b"]);
    assertEquals(binding["subjects"][0].namespace, "shop-b");
    const rbac = "rbac.authorization.k8s.io/v1";
    assertEquals(await get("shop-b", rbac, "RoleBinding", "system:image-pullers"), undefined);

    // The SCC of that name is there already; the copy of another cluster would carry the mapped account.
    const path = `${collectionOf("security.openshift.io/v1", "SecurityContextConstraints", "")}/catalog`;
    await bed.api.delete(path);
    const spec = {
      backupName: "shop",
      namespaceMapping: { shop: "shop-scc" },
      includedResources: ["securitycontextconstraints.security.openshift.io"],
    };
    assertEquals((await restore(bed, "scc", spec)).phase, "Completed");
    assertEquals((await bed.api.get(path))?.["users"], ["system:serviceaccount:shop-scc:catalog"]);
  },
});

Deno.test({
  name: "openshift: a scale target of the legacy group names the real one (openshift A38)",
  ignore,
  async fn() {
    const autoscaler = await restored("shop-b", "autoscaling/v2", "HorizontalPodAutoscaler", "catalog");
    assertEquals(autoscaler["spec"].scaleTargetRef.apiVersion, "apps.openshift.io/v1");
    assertEquals(autoscaler["spec"].behavior.scaleDown.stabilizationWindowSeconds, 300);
  },
});

Deno.test({
  name:
    "openshift: in a migration a moved volume is kept and a copied claim changes its class (openshift A9, A11)",
  ignore,
  async fn() {
    const volume = await create(bed.api, {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "moved", annotations: { "openshift.io/migrate-type": "move" } },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Delete",
        nfs: { server: "nfs.example.com", path: "/moved" },
      },
    });
    assertEquals(volume["spec"].persistentVolumeReclaimPolicy, "Delete");
    const metadata = {
      labels: CAM,
      annotations: { "migration.openshift.io/disable-image-copy": "true" },
    };
    const spec = { includedNamespaces: ["shop"], includeClusterResources: true };
    const run = await backup(bed, "migration", spec, metadata);
    assertEquals({ phase: run.phase, errors: run.errors }, { phase: "Completed", errors: [] });
    const live = await restored("", "v1", "PersistentVolume", "moved");
    assertEquals(live["spec"].persistentVolumeReclaimPolicy, "Retain");
    assertEquals(live["metadata"].annotations["migration.openshift.io/orig-reclaim-policy"], "Delete");

    await createTargetNamespace(bed.api, "shop-c");
    const restoreSpec = {
      backupName: "migration",
      namespaceMapping: { shop: "shop-c" },
      includedNamespaces: ["shop"],
    };
    const back = await restore(bed, "migrated", restoreSpec, { labels: CAM });
    assertEquals({ phase: back.phase, errors: back.errors }, { phase: "Completed", errors: [] });
    const claim = await restored("shop-c", "v1", "PersistentVolumeClaim", "data");
    assertEquals(claim["spec"].storageClassName, "fast");
    const stream = await restored("shop-c", "image.openshift.io/v1", "ImageStream", "ubi");
    assertEquals(stream["spec"]?.tags, undefined);
  },
});

Deno.test({
  name: "openshift: outside a migration a claim keeps its class (openshift A11)",
  ignore,
  async fn() {
    const claim = await restored("shop-b", "v1", "PersistentVolumeClaim", "data");
    assertEquals(claim["spec"].storageClassName, "slow");
  },
});
