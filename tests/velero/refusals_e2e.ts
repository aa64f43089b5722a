/**
 * What an operator reads when the plugin refuses: through a real Velero, in the results of the backup. The plugin finds the cluster by
 * a kubeconfig here.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { archive, backup, type Run } from "./runs.ts";
import { startTestbed, type Testbed } from "./testbed.ts";
import { present } from "./tools.ts";
import { createVirtualMachine } from "./virtual_machine.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const CONFIG_MAPS = "/api/v1/namespaces/velero/configmaps";
const VMI = "/apis/kubevirt.io/v1/namespaces/shop/virtualmachineinstances/web";
let bed: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed("kubeconfig");
    await createVirtualMachine(bed.api, "shop");
  });
  Deno.test.afterAll(() => bed?.stop());
}

/** Checks that exactly the VM failed, with one error that has all these parts, and that the rest was backed up. */
async function assertRefused(name: string, run: Run, parts: readonly string[]): Promise<void> {
  assertEquals(run.phase, "PartiallyFailed");
  assertEquals(run.errors.length, 1, run.errors.join("\n"));
  for (const part of parts) assertStringIncludes(run.errors[0] ?? "", part);
  assertEquals(run.warnings, []);
  const paths = [...(await archive(bed, name)).keys()];
  assertEquals(paths.filter((path) => path.includes("virtualmachines.kubevirt.io")), []);
  assertEquals(paths.includes("resources/persistentvolumeclaims/namespaces/shop/web-root.json"), true);
}

Deno.test({
  name: "refusals: a setting that is not allowed fails the VM, naming key, value and allowed values",
  ignore,
  async fn() {
    await bed.api.create(CONFIG_MAPS, {
      metadata: {
        name: "workloads",
        labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
      },
      data: { "superphenix.families": "ipv5" },
    });
    const run = await backup(bed, "bad-setting", { includedNamespaces: ["shop"] });
    await bed.api.delete(`${CONFIG_MAPS}/workloads`);
    await assertRefused("bad-setting", run, [
      "superphenix.net/backup-virtualmachine",
      "VirtualMachine shop/web",
      'setting superphenix.families is "ipv5"; allowed: both, ipv4, ipv6',
      "correct the settings ConfigMap",
    ]);
  },
});

Deno.test({
  name: "refusals: a running VM whose VMI is excluded fails, naming rule and remedy (protocol 3.4)",
  ignore,
  async fn() {
    await bed.api.patch(VMI, { metadata: { labels: { "velero.io/exclude-from-backup": "true" } } });
    const run = await backup(bed, "no-vmi", { includedNamespaces: ["shop"] });
    await bed.api.patch(VMI, { metadata: { labels: { "velero.io/exclude-from-backup": null } } });
    await assertRefused("no-vmi", run, [
      "kubevirt-velero-plugin/backup-virtualmachine-action",
      "VirtualMachine shop/web",
      "VM cannot be safely backed up",
      "VirtualMachineInstance shop/web is excluded by its label",
      "(rule kubevirt 5.1)",
      "stop the VM, or remove the label velero.io/exclude-from-backup",
    ]);
  },
});

Deno.test({
  name: "refusals: the same backup is clean when the cause is gone",
  ignore,
  async fn() {
    const { phase, errors, warnings } = await backup(bed, "mended", { includedNamespaces: ["shop"] });
    assertEquals({ phase, errors, warnings }, { phase: "Completed", errors: [], warnings: [] });
  },
});
