/**
 * A VM with two networks goes through a real Velero: backup, loss of the namespace, restores in place, under another name, and as a
 * copy. The plugin finds the cluster as in a pod where the user is root.
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import { until } from "./api.ts";
import type { Json } from "./api.ts";
import { archive, backup, deleteNamespace, restore } from "./runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "./testbed.ts";
import { present } from "./tools.ts";
import { addressesOf, createVirtualMachine, VIRTUAL_MACHINES } from "./virtual_machine.ts";

const ignore = !present("testcluster", "velero", "fsstore");
let bed: Testbed;
let before: Json;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS);
    await createVirtualMachine(bed.api, "shop");
    before = await vm("shop");
  });
  Deno.test.afterAll(() => bed?.stop());
}

async function vm(namespace: string): Promise<Json> {
  const found = await bed.api.get(`${VIRTUAL_MACHINES(namespace)}/web`);
  if (found === undefined) throw new Error(`No VirtualMachine ${namespace}/web`);
  return found;
}

const templateAnnotations = (object: Json): Json => object["spec"].template.metadata.annotations;
const clean = { phase: "Completed", errors: [], warnings: [] };

/** A run without the object, for comparison. */
const outcome = ({ phase, errors, warnings }: { phase: string; errors: unknown; warnings: unknown }) => ({
  phase,
  errors,
  warnings,
});

function setSetting(key: string, value: string): Promise<Json> {
  return bed.api.create("/api/v1/namespaces/velero/configmaps", {
    metadata: {
      name: "workloads",
      labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
    },
    data: { [key]: value },
  });
}

/** What Velero logged at error level, but for the moment before it first looks at its storage location. */
async function errorLines(): Promise<string[]> {
  const lines = (await Deno.readTextFile(`${bed.folder}/velero.log`)).split("\n");
  return lines.filter((line) =>
    /level=(error|fatal|panic)/.test(line) && !/BackupStorageLocation/.test(line)
  );
}

Deno.test({
  name: `cycle: Velero starts with the plugin (${BEST_ACCESS}) and registers its actions`,
  ignore,
  async fn() {
    assertEquals(await bed.starts(), 1);
    assertEquals(await errorLines(), []);
  },
});

Deno.test({
  name:
    "cycle: a backup completes with one start of the plugin, no error and no warning (protocol 4.11, 5.4)",
  ignore,
  async fn() {
    const run = await backup(bed, "nightly", { includedNamespaces: ["shop"] });
    assertEquals(outcome(run), clean);
    assertEquals(await bed.starts(), 2);
    const { totalItems, itemsBackedUp } = run.object["status"].progress;
    assertEquals(itemsBackedUp, totalItems);
  },
});

Deno.test({
  name: "cycle: the archive holds the VM as it was, with its addresses in the template",
  ignore,
  async fn() {
    const files = await archive(bed, "nightly");
    const stored = files.get("resources/virtualmachines.kubevirt.io/namespaces/shop/web.json");
    const expected = structuredClone(before);
    expected["spec"].template.metadata.annotations = { "example.com/note": "kept", ...addressesOf("shop") };
    expected["metadata"].annotations["velero-plugin-for-workloads/graph-extras"] =
      '["network-attachment-definitions.k8s.cni.cncf.io/shop/storage"]';
    assertEquals(stored, expected);
    assertEquals(await vm("shop"), before, "a backup leaves the object in the cluster alone");
  },
});

Deno.test({
  name: "cycle: no process of the plugin outlives the backup (protocol 4.10)",
  ignore,
  fn: () => noPluginLeft(),
});

async function noPluginLeft(): Promise<void> {
  await until("no plugin process is left", async () => (await bed.plugins()).length === 0, 30);
}

Deno.test({
  name: "cycle: a lost namespace comes back with the addresses",
  ignore,
  async fn() {
    await deleteNamespace(bed, "shop");
    assertEquals(outcome(await restore(bed, "in-place", { backupName: "nightly" })), clean);
    const restored = await vm("shop");
    assertNotEquals(restored["metadata"].uid, before["metadata"].uid);
    const expected = structuredClone(before["spec"]);
    expected.template.metadata.annotations = { "example.com/note": "kept", ...addressesOf("shop") };
    assertEquals(restored["spec"], expected);
    assertEquals(restored["metadata"].annotations, { team: "storefront" });
  },
});

Deno.test({
  name: "cycle: a restore under another name keeps the addresses as they were stored",
  ignore,
  async fn() {
    const spec = { backupName: "nightly", namespaceMapping: { shop: "shop-b" } };
    assertEquals(outcome(await restore(bed, "mapped", spec)), clean);
    assertEquals(templateAnnotations(await vm("shop-b")), {
      "example.com/note": "kept",
      ...addressesOf("shop"),
    });
  },
});

Deno.test({
  name: "cycle: with the restore action on, the keys of a mapped NAD follow it",
  ignore,
  async fn() {
    await setSetting("superphenix.restore-action", "true");
    const spec = { backupName: "nightly", namespaceMapping: { shop: "shop-c" } };
    assertEquals(outcome(await restore(bed, "renamed", spec)), clean);
    assertEquals(templateAnnotations(await vm("shop-c")), {
      "example.com/note": "kept",
      ...addressesOf("shop-c"),
    });
  },
});

Deno.test({
  name: "cycle: with the restore action on, a copy has no addresses",
  ignore,
  async fn() {
    const spec = { backupName: "nightly", namespaceMapping: { shop: "shop-d" } };
    const labels = { "superphenix.net/clear-addresses": "true" };
    assertEquals(outcome(await restore(bed, "copy", spec, { labels })), clean);
    assertEquals(templateAnnotations(await vm("shop-d")), { "example.com/note": "kept" });
  },
});

Deno.test({
  name: "cycle: no process of the plugin outlives the restores, and Velero logged no error",
  ignore,
  async fn() {
    await noPluginLeft();
    assertEquals(await bed.starts(), 6);
    assertEquals(await errorLines(), []);
  },
});
