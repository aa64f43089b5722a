/** A preview says what the real Velero then does: of a namespace of everything, and of the samples of every source. */

import { assertEquals } from "@std/assert";
import { type Json, until } from "../velero/api.ts";
import { createCluster } from "../velero/cnpg_world.ts";
import { DEFINITIONS } from "../velero/crds.ts";
import { OPENSHIFT_DEFINITIONS } from "../velero/crds/openshift.ts";
import { createKubevirtNamespace } from "../velero/kubevirt_world.ts";
import {
  collectionOf,
  createOpenShiftNamespace,
  createTargetNamespace,
  NEW_HOST,
} from "../velero/openshift_world.ts";
import { deleteNamespace, NOT_RESTORED, restore } from "../velero/runs.ts";
import { SERVER_CHANGES } from "./server_changes.ts";
import { storeBackup } from "./store_backup.ts";
import { untilGone } from "../velero/served.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "../velero/testbed.ts";
import { present } from "../velero/tools.ts";
import { compareBackup, compareWhole, NEEDED, previewBackup, type PreviewedRestore } from "./truth.ts";
import { createMixedNamespace, WIDGETS } from "./truth_world.ts";
import { createVirtualMachine } from "../velero/virtual_machine.ts";
import { createGroup } from "../velero/vmgroup_world.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const DEFINITION_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const SETTINGS = "/api/v1/namespaces/shop/configmaps/settings";
let bed: Testbed;
let shift: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS, [...DEFINITIONS, WIDGETS]);
    await createMixedNamespace(bed.api, "shop");
    await createVirtualMachine(bed.api, "web");
    await createGroup(bed.api, "erp");
    await createCluster(bed.api, "pg");
    await createKubevirtNamespace(bed.api, "lab");
    shift = await startTestbed(BEST_ACCESS, OPENSHIFT_DEFINITIONS);
    await createOpenShiftNamespace(shift.api);
  });
  Deno.test.afterAll(async () => {
    await bed?.stop();
    await shift?.stop();
  });
}

const test = (name: string, fn: () => Promise<void>) => Deno.test({ name: `truth: ${name}`, ignore, fn });

const compare = (name: string, spec: Json) => compareWhole(bed, name, { backupName: "shop", ...spec });

const texts = ({ report }: Pick<PreviewedRestore, "report">) =>
  report.notModelled.map(({ item, text }) => `${item?.name}: ${text}`);

test("a backup of one namespace, with a hook", async () => {
  const preview = await compareBackup(bed, "shop", { includedNamespaces: ["shop"] });
  assertEquals(texts(preview), ["web: a hook would run sync (before its backup)"]);
});

test("a backup by label takes the namespace and what the pods need", async () => {
  await compareBackup(bed, "labelled", { labelSelector: { matchLabels: { app: "web" } } });
});

test("a backup of some kinds", async () => {
  const includedResources = ["deployments", "pods", "persistentvolumeclaims"];
  await compareBackup(bed, "kinds", { includedNamespaces: ["shop"], includedResources });
  await compareBackup(bed, "scoped", {
    includedNamespaces: ["shop"],
    includedNamespaceScopedResources: includedResources,
    includedClusterScopedResources: ["persistentvolumes"],
  });
});

test("a backup of everything", async () => {
  // Velero's own objects and the API server's leases change all the time.
  await compareBackup(bed, "everything", {
    includedNamespaces: ["*"],
    excludedNamespaces: ["velero", "kube-system"],
    includeClusterResources: true,
  });
});

test("an archive that a preview wrote is restored by the real Velero", async () => {
  const spec = { includedNamespaces: ["shop"] };
  const { bytes } = await previewBackup(bed, "previewed", spec);
  await storeBackup(bed, "previewed", spec, bytes);
  const run = await restore(bed, "from-preview", {
    backupName: "previewed",
    namespaceMapping: { shop: "from-preview" },
  });
  assertEquals([run.phase, run.errors], ["Completed", []]);
  const found = await bed.api.get("/api/v1/namespaces/from-preview/configmaps/other");
  assertEquals(found?.["data"], { a: "1" });
  const deployment = await bed.api.get("/apis/apps/v1/namespaces/from-preview/deployments/web");
  assertEquals(deployment?.["spec"].selector, { matchLabels: { app: "web" } });
});

test("a restore under another name", async () => {
  await compare("renamed", { namespaceMapping: { shop: "copy" } });
});

test("a restore by label", async () => {
  const labelSelector = { matchLabels: { app: "web" } };
  await compare("labelled", { namespaceMapping: { shop: "by-label" }, labelSelector });
});

test("a restore without some kinds, with node ports", async () => {
  await compare("less", {
    namespaceMapping: { shop: "less" },
    excludedResources: [...NOT_RESTORED, "secrets", "pods", "services"],
    includeClusterResources: false,
  });
});

test("a restore with resource modifiers", async () => {
  await bed.api.create("/api/v1/namespaces/velero/configmaps", {
    metadata: { name: "modifiers" },
    data: {
      "rules.yaml": `version: v1
resourceModifierRules:
- conditions:
    groupResource: deployments.apps
    resourceNameRegex: "^web$"
  patches:
  - operation: replace
    path: /spec/replicas
    value: "3"
- conditions:
    groupResource: configmaps
    namespaces: [shop]
  mergePatches:
  - patchData: |
      data:
        a: null
        c: "2"
`,
    },
  });
  const resourceModifier = { kind: "ConfigMap", name: "modifiers" };
  await compare("modified", { namespaceMapping: { shop: "modified" }, resourceModifier });
});

test("a restore with image names and storage classes mapped, and status", async () => {
  const config = (name: string, action: string, data: Json) =>
    bed.api.create("/api/v1/namespaces/velero/configmaps", {
      metadata: { name, labels: { "velero.io/plugin-config": "", [action]: "RestoreItemAction" } },
      data,
    });
  await bed.api.create("/apis/storage.k8s.io/v1/storageclasses", {
    metadata: { name: "slow" },
    provisioner: "example.com/slow",
  });
  await config("classes", "velero.io/change-storage-class", { fast: "slow" });
  await config("images", "velero.io/change-image-name", {
    a: "registry.old.example.com,registry.new.example.com",
  });
  await compare("mapped", {
    namespaceMapping: { shop: "mapped" },
    preserveNodePorts: false,
    restoreStatus: { includedResources: ["deployments"] },
    hooks: {
      resources: [{
        name: "h",
        includedNamespaces: ["mapped"],
        postHooks: [{ init: { initContainers: [{ name: "second", image: "tools:2", command: ["go"] }] } }],
      }],
    },
  });
});

test("a restore of definitions, rights and APIs that are still there", async () => {
  await compareWhole(bed, "cluster-scope", {
    backupName: "everything",
    includeClusterResources: true,
    includedResources: [
      "customresourcedefinitions",
      "apiservices.apiregistration.k8s.io",
      "clusterroles",
      "clusterrolebindings",
      "validatingwebhookconfigurations",
    ],
    excludedResources: [],
  });
});

test("a restore with a definition that is lost", async () => {
  await bed.api.delete(`${DEFINITION_PATH}/widgets.example.com`);
  await until(
    "the definition is gone",
    async () => await bed.api.get(`${DEFINITION_PATH}/widgets.example.com`) === undefined,
  );
  await untilGone(bed.api, [WIDGETS]);
  await compareWhole(bed, "definition", {
    backupName: "shop",
    namespaceMapping: { shop: "with-definition" },
    includeClusterResources: true,
    includedResources: ["customresourcedefinitions", "widgets.example.com"],
    excludedResources: [],
  });
});

test("a restore into what is still there", async () => {
  await bed.api.patch(SETTINGS, { data: { a: "changed", c: "new" } });
  await compare("beside", {});
});

test("a restore that updates what is still there", async () => {
  await compare("updating", { existingResourcePolicy: "update" });
});

test("a restore of a lost namespace", async () => {
  // No kubelet ends the pod that has a node.
  await bed.api.delete("/api/v1/namespaces/shop/pods/web?gracePeriodSeconds=0");
  await deleteNamespace(bed, "shop");
  await bed.api.delete("/api/v1/persistentvolumes/kept");
  await compare("lost", {});
});

const SAMPLES = [["superphenix", "web"], ["vmgroup", "erp"], ["cnpg", "pg"], ["kubevirt", "lab"]] as const;

for (const [source, namespace] of SAMPLES) {
  test(`${source}: a backup and a restore under another name`, async () => {
    await compareBackup(bed, namespace, { includedNamespaces: [namespace] });
    const namespaceMapping = { [namespace]: `${namespace}-copy` };
    await compareWhole(bed, `${namespace}-renamed`, { backupName: namespace, namespaceMapping });
  });
}

test("vmgroup: a backup of groups alone", async () => {
  const includedResources = ["virtualmachinegroups.vmoperator.vmware.com"];
  await compareBackup(bed, "groups", { includedNamespaces: ["erp"], includedResources });
});

test("kubevirt: a copy with an identity of its own", async () => {
  const labels = {
    "velero.kubevirt.io/clear-mac-address": "true",
    "velero.kubevirt.io/restore-run-strategy": "Halted",
  };
  const spec = { backupName: "lab", namespaceMapping: { lab: "lab-other" } };
  await compareWhole(bed, "lab-other", spec, { labels });
});

test("superphenix: a lost namespace", async () => {
  await deleteNamespace(bed, "web");
  await compareWhole(bed, "web-lost", { backupName: "web" });
});

test("openshift: a backup and a restore under another name, with another registry", async () => {
  await compareBackup(shift, "shop", { includedNamespaces: ["shop"] });
  await shift.api.patch(`${collectionOf("config.openshift.io/v1", "Image", "")}/cluster`, {
    status: { internalRegistryHostname: NEW_HOST },
  });
  await createTargetNamespace(shift.api, "shop-b");
  await compareWhole(shift, "renamed", { backupName: "shop", namespaceMapping: { shop: "shop-b" } });
});

test("each change that a server makes was met", () => {
  const unmet = SERVER_CHANGES.filter((row) => row.byTime !== true && !NEEDED.has(row))
    .map(({ kind, path }) => `${kind} ${path}`);
  assertEquals(unmet, []);
  return Promise.resolve();
});
