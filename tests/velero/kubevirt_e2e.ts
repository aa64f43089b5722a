/**
 * KubeVirt workloads go through a real Velero: a running VM with its whole graph by namespace and by label, restored in place, and beside
 * the original with and without an identity of its own.
 */

import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { Json } from "./api.ts";
import { collection } from "./kubevirt_objects.ts";
import { createKubevirtNamespace, IDENTITY } from "./kubevirt_world.ts";
import { DEFINITIONS } from "./crds.ts";
import { archive, backup, deleteNamespace, restore, type Run } from "./runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "./testbed.ts";
import { present } from "./tools.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const OWN = "velero-plugin-for-workloads";
const clean = { phase: "Completed", errors: [], warnings: [] };
let bed: Testbed;
let before: Json;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    // Without Kube-OVN, whose addresses are superphenix's business.
    const definitions = DEFINITIONS.filter((one) => one["spec"].group !== "kubeovn.io");
    bed = await startTestbed(BEST_ACCESS, definitions);
    before = await createKubevirtNamespace(bed.api, "lab");
  });
  Deno.test.afterAll(() => bed?.stop());
}

const outcome = ({ phase, errors, warnings }: Run) => ({ phase, errors, warnings });

const get = (namespace: string, resource: string, name: string) =>
  bed.api.get(`${collection(namespace, resource)}/${name}`);

async function names(namespace: string, resource: string): Promise<string[]> {
  const list = await bed.api.get(collection(namespace, resource));
  return (list?.["items"] ?? []).map((object: Json) => object["metadata"].name).toSorted();
}

/** `resource.group/name` of the archive's namespaced items, in the order in which Velero stored them. */
async function stored(name: string): Promise<string[]> {
  const path = /^resources\/([^/]+)\/namespaces\/[^/]+\/([^/]+)\.json$/;
  return [...(await archive(bed, name)).keys()].map((key) => path.exec(key))
    .filter((match) => match !== null).map(([, resource, item]) => `${resource}/${item}`);
}

const DISKS = [
  "persistentvolumeclaims/db-root",
  "persistentvolumeclaims/db-hot",
  "persistentvolumeclaims/persistent-state-for-db-4x2",
  "datavolumes.cdi.kubevirt.io/db-root",
];

const RUNNING = [
  "virtualmachines.kubevirt.io/db",
  "virtualmachineinstances.kubevirt.io/db",
  "pods/virt-launcher-db-x7k2p",
  ...DISKS,
];

/** Everything VM `db` hangs on. */
const GRAPH = [
  ...RUNNING,
  "secrets/db-init",
  "secrets/db-ssh",
  "secrets/db-password",
  "controllerrevisions.apps/db-small-v1",
  "controllerrevisions.apps/db-linux-v1",
  "network-attachment-definitions.k8s.cni.cncf.io/storage",
  "virtualmachineinstancetypes.instancetype.kubevirt.io/small",
  "virtualmachinepreferences.instancetype.kubevirt.io/linux",
];

Deno.test({
  name:
    "kubevirt: a backup by namespace completes, and holds VM, VMI, pod and disks side by side (kubevirt B14)",
  ignore,
  async fn() {
    const { phase, errors, warnings } = await backup(bed, "all", { includedNamespaces: ["lab"] });
    assertEquals([phase, errors, warnings.length], ["Completed", [], 1], warnings.join("\n"));
    // kubevirt B33
    assertStringIncludes(
      warnings[0] ?? "",
      "DataVolume lab/import is not filled yet (phase ImportInProgress)",
    );
    const items = await stored("all");
    assertEquals(GRAPH.filter((item) => !items.includes(item)), []);
    const places = RUNNING.map((item) => items.indexOf(item));
    const block = items.slice(Math.min(...places), Math.max(...places) + 1);
    assertEquals(block.filter((item) => !GRAPH.includes(item)), [], "nothing foreign lies between them");
  },
});

Deno.test({
  name: "kubevirt: a backup by label holds the VM's whole graph and nothing else (kubevirt T7.10.26)",
  ignore,
  async fn() {
    const spec = { includedNamespaces: ["lab"], labelSelector: { matchLabels: { app: "db" } } };
    assertEquals(outcome(await backup(bed, "labelled", spec)), clean);
    assertEquals((await stored("labelled")).toSorted(), GRAPH.toSorted());
  },
});

Deno.test({
  name: "kubevirt: the archive marks disks and instances, and names the revisions (kubevirt A1, A2, A3, A4)",
  ignore,
  async fn() {
    const files = await archive(bed, "all");
    const file = (resource: string, name: string) =>
      files.get(`resources/${resource}/namespaces/lab/${name}.json`) ?? {};
    const vm = file("virtualmachines.kubevirt.io", "db");
    assertEquals(vm["spec"].instancetype.revisionName, "db-small-v1");
    assertEquals(vm["spec"].preference.revisionName, "db-linux-v1");
    assertEquals(vm["spec"].futureField, { id: 1234567 });
    assertStringIncludes(vm["metadata"].annotations[`${OWN}/graph-extras`], "persistent-state-for-db-4x2");
    const annotations = (resource: string, name: string) => file(resource, name)["metadata"].annotations;
    assertEquals(
      annotations("virtualmachineinstances.kubevirt.io", "db")["cdi.kubevirt.io/velero.isOwned"],
      "true",
    );
    assertEquals(
      annotations("persistentvolumeclaims", "db-root")["cdi.kubevirt.io/storage.populatedFor"],
      "db-root",
    );
    assertEquals(
      annotations("persistentvolumeclaims", "import")["kvp.kubevirt.io/storage.inprogress"],
      "import",
    );
    assertEquals(
      annotations("datavolumes.cdi.kubevirt.io", "db-root")["cdi.kubevirt.io/storage.prePopulated"],
      "db-root",
    );
    const claim = file("persistentvolumeclaims", "db-hot")["metadata"];
    assertEquals(claim.labels["velero.kubevirt.io/pvc-uid"], claim.uid);
  },
});

Deno.test({
  name: "kubevirt: a restore beside the original warns of every identity that is taken (kubevirt 8.2)",
  ignore,
  async fn() {
    const spec = { backupName: "all", namespaceMapping: { lab: "lab-twin" } };
    assertEquals((await restore(bed, "twin", spec)).phase, "Completed");
    const log = await bed.velero("restore", "logs", "twin");
    for (const value of Object.values(IDENTITY)) assertStringIncludes(log, value);
    const vm = await get("lab-twin", "virtualmachines.kubevirt.io", "db") ?? {};
    assertEquals(vm["spec"].template.spec.domain.firmware, before["spec"].template.spec.domain.firmware);
  },
});

Deno.test({
  name:
    "kubevirt: a restore beside the original has an identity of its own when asked to (kubevirt 5.11, T7.10.29, T7.10.30)",
  ignore,
  async fn() {
    const labels = {
      "velero.kubevirt.io/clear-mac-address": "true",
      "velero.kubevirt.io/generate-new-firmware-uuid": "true",
      [`${OWN}/clear-firmware-serial`]: "true",
      "velero.kubevirt.io/restore-run-strategy": "Halted",
    };
    const spec = { backupName: "labelled", namespaceMapping: { lab: "lab-copy" } };
    assertEquals(outcome(await restore(bed, "copy", spec, { labels })), clean);
    const vm = await get("lab-copy", "virtualmachines.kubevirt.io", "db") ?? {};
    assertEquals(vm["spec"].runStrategy, "Halted");
    const { domain, networks } = vm["spec"].template.spec;
    assertEquals(domain.devices.interfaces[0], { name: "default", masquerade: {} });
    assertEquals(Object.keys(domain.firmware), ["uuid"]);
    assertMatch(
      domain.firmware.uuid,
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assertNotEquals(domain.firmware.uuid, IDENTITY.uuid);
    assertEquals(networks[1].multus.networkName, "lab-copy/storage");
    assertEquals(vm["spec"].dataVolumeTemplates[0].spec.source.pvc, {
      namespace: "lab-copy",
      name: "golden",
    });
    assertEquals(await names("lab-copy", "secrets"), ["db-init", "db-password", "db-ssh"]);
    assertEquals(await names("lab-copy", "persistentvolumeclaims"), [
      "db-hot",
      "db-root",
      "persistent-state-for-db-4x2",
    ]);
  },
});

Deno.test({
  name: "kubevirt: a lost namespace comes back; launcher pods, owned instances and one-shot objects do not",
  ignore,
  async fn() {
    await deleteNamespace(bed, "lab");
    assertEquals(outcome(await restore(bed, "in-place", { backupName: "all" })), clean);
    const vm = await get("lab", "virtualmachines.kubevirt.io", "db") ?? {};
    // kubevirt T7.10.31, T7.10.32, T7.10.33
    const expected = structuredClone(before["spec"]);
    expected.instancetype.revisionName = "db-small-v1";
    expected.preference.revisionName = "db-linux-v1";
    assertEquals(vm["spec"], expected);
    assertEquals(vm["metadata"].annotations, { team: "data" });

    assertEquals(await names("lab", "pods"), [], "kubevirt A8");
    assertEquals(await names("lab", "virtualmachineinstances.kubevirt.io"), ["solo"], "kubevirt A7");
    const solo = await get("lab", "virtualmachineinstances.kubevirt.io", "solo") ?? {};
    assertEquals(solo["metadata"].labels["kubevirt.io/nodeName"], undefined);
    assertEquals(solo["metadata"].labels.app, "solo");
    assertEquals(await names("lab", "virtualmachineinstancereplicasets.kubevirt.io"), ["farm"]);
    assertEquals(await names("lab", "virtualmachineclones.clone.kubevirt.io"), [], "kubevirt 5.13");
    assertEquals(await names("lab", "virtualmachineinstancemigrations.kubevirt.io"), [], "kubevirt 5.13");
  },
});

Deno.test({
  name:
    "kubevirt: disks come back as they were, one whose import had not ended starts over (kubevirt A9, A15)",
  ignore,
  async fn() {
    assertEquals(await names("lab", "persistentvolumeclaims"), [
      "db-hot",
      "db-root",
      "persistent-state-for-db-4x2",
      "solo-data",
    ]);
    assertEquals(await names("lab", "datavolumes.cdi.kubevirt.io"), ["db-root", "import"]);
    const metadata = async (name: string) =>
      (await get("lab", "persistentvolumeclaims", name))?.["metadata"] ?? {};
    // kubevirt T7.10.34
    const hot = await metadata("db-hot");
    assertEquals(hot.labels["velero.kubevirt.io/pvc-uid"], "a-user-s-own-value");
    assertEquals(hot.annotations?.["velero.kubevirt.io/original-pvc-uid"], undefined);
    const root = await metadata("db-root");
    assertEquals(root.labels["velero.kubevirt.io/pvc-uid"], undefined);
    assertEquals(root.annotations["cdi.kubevirt.io/storage.populatedFor"], "db-root");
    const dataVolume = (await get("lab", "datavolumes.cdi.kubevirt.io", "import"))?.["metadata"] ?? {};
    assertEquals(dataVolume.annotations?.["cdi.kubevirt.io/storage.prePopulated"], undefined);
  },
});

Deno.test({
  name: "kubevirt: one disk is restored by the UID of its claim, without the VM (kubevirt T7.10.35)",
  ignore,
  async fn() {
    const files = await archive(bed, "all");
    const claim = files.get("resources/persistentvolumeclaims/namespaces/lab/db-root.json") ?? {};
    const { phase } = await restore(bed, "one-disk", {
      backupName: "all",
      namespaceMapping: { lab: "lab-disk" },
      labelSelector: { matchLabels: { "velero.kubevirt.io/pvc-uid": claim["metadata"].uid } },
    });
    assertEquals(phase, "Completed");
    assertEquals(await names("lab-disk", "persistentvolumeclaims"), ["db-root"]);
    assertEquals(await names("lab-disk", "virtualmachines.kubevirt.io"), []);
  },
});
