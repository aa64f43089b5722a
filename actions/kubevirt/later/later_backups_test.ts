import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../../objects/json.ts";
import { annotation } from "../../../objects/object.ts";
import { kubevirtObject } from "../../../tests/kit/kubevirt.ts";
import { defaultsOf, prepare, runBackup } from "../../../tests/kit/run_action.ts";
import { bare } from "../../../tests/kit/virtual_machines.ts";
import { GRAPH_EXTRAS } from "../../lib/kubevirt/graph_extras.ts";
import { Refusal } from "../../lib/refusal.ts";
import { formatItem } from "../graph/node.ts";
import { settings } from "../settings.ts";
import { backupDataSource } from "./backup_data_source.ts";
import { backupTemplate, blockTemplate } from "./backup_template.ts";

const SETTINGS = { ...defaultsOf(settings), "later-kinds": true };

const template = (instance: JsonObject, spec: JsonObject = {}) =>
  kubevirtObject("VirtualMachineTemplate", {
    virtualMachine: {
      metadata: { name: "${NAME}" },
      spec: { ...spec, template: { spec: instance } },
      status: { created: true },
    },
  }, { apiVersion: "template.kubevirt.io/v1alpha1", metadata: { name: "t" } });

const dataSource = (source: JsonObject) =>
  kubevirtObject("DataSource", { source }, {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    metadata: { name: "s" },
  });

const NAD = bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "nad");

async function names(item: JsonObject, objects: JsonObject[] = []) {
  const { result } = await runBackup(backupTemplate, { item, settings: SETTINGS, objects });
  const { context } = prepare({ settings: SETTINGS, objects });
  const related = await blockTemplate.relatedItems({ item, backup: {} }, context);
  assertEquals(related, result.additionalItems);
  return (result.additionalItems ?? []).map(formatItem);
}

Deno.test("the later kinds are off unless asked for (kubevirt 8.4)", () => {
  const actions = [backupTemplate, blockTemplate, backupDataSource];
  assertEquals(actions.map(({ enabled }) => enabled?.(defaultsOf(settings))), [false, false, false]);
  assertEquals(actions.map(({ enabled }) => enabled?.(SETTINGS)), [true, true, true]);
  assertEquals(actions.map(({ kind, name, appliesTo }) => [kind, name, appliesTo.includedResources]), [
    [
      "BackupItemAction",
      "kubevirt-velero-plugin/backup-virtualmachinetemplate-action",
      ["virtualmachinetemplates.template.kubevirt.io"],
    ],
    [
      "ItemBlockAction",
      "kubevirt-velero-plugin/block-virtualmachinetemplate-action",
      ["virtualmachinetemplates.template.kubevirt.io"],
    ],
    ["BackupItemAction", "kubevirt-velero-plugin/backup-datasource-action", ["datasources.cdi.kubevirt.io"]],
  ]);
});

Deno.test("backupTemplate adds what every VM of the template hangs on, without instance, pod and parameters (kubevirt 8.4)", async () => {
  const item = template({
    domain: { devices: { tpm: { persistent: true } } },
    volumes: [
      { dataVolume: { name: "${NAME}-root" } },
      { secret: { secretName: "shared" } },
      { persistentVolumeClaim: { claimName: "data-${{NUMBER}}" } },
    ],
    networks: [{ multus: { networkName: "nad" } }, { multus: { networkName: "${NET}" } }],
  }, { preference: { name: "fedora", revisionName: "r" } });
  const nad = "network-attachment-definitions.k8s.cni.cncf.io/n/nad";
  assertEquals(await names(item, [NAD]), ["controllerrevisions.apps/n/r", "secrets/n/shared", nad]);
  const { item: stored } = await runBackup(backupTemplate, { item, settings: SETTINGS, objects: [NAD] });
  assertEquals(annotation(stored, GRAPH_EXTRAS), JSON.stringify([nad]));
});

Deno.test("backupTemplate takes a template without a VM, and needs a Backup", async () => {
  const empty = kubevirtObject("VirtualMachineTemplate", {});
  assertEquals(await names(empty), []);
  const none = runBackup(backupTemplate, { item: empty, settings: SETTINGS, backup: null });
  await assertRejects(() => none, Refusal, "backup object nil!");
});

Deno.test("backupDataSource adds what it stands for, also a chain that bites its tail (kubevirt 8.4)", async () => {
  const ask = async (source: JsonObject) => {
    const item = dataSource(source);
    const { result } = await runBackup(backupDataSource, { item, settings: SETTINGS });
    return result.additionalItems?.map(formatItem);
  };
  assertEquals(await ask({ pvc: { name: "p", namespace: "images" } }), ["persistentvolumeclaims/images/p"]);
  assertEquals(await ask({ snapshot: { name: "s" } }), ["volumesnapshots.snapshot.storage.k8s.io/n/s"]);
  assertEquals(await ask({ dataSource: { name: "s", namespace: "n" } }), ["datasources.cdi.kubevirt.io/n/s"]);
  assertEquals(await ask({}), []);
  await assertRejects(() => ask({ pvc: "p" }), Refusal, "spec.source.pvc is not an object");
});
