import { assertEquals } from "@std/assert";
import { defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { parseLabelSelector } from "../../objects/label_selector.ts";
import { restoreOneShot } from "./restore_one_shot.ts";
import { restorePod } from "./restore_pod.ts";
import { settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

Deno.test("restorePod never restores a pod (kubevirt 5.8, kubevirt T7.8.11)", async () => {
  for (const item of [{}, bare("v1", "Pod", "virt-launcher-v-abcde", {}), { metadata: null, spec: 5 }]) {
    for (const restore of [{}, null]) {
      const { result, requests } = await runRestore(restorePod, { item, restore, settings: DEFAULTS });
      assertEquals([result, requests], [{ skipRestore: true }, []]);
    }
  }
});

Deno.test("restorePod asks for KubeVirt's pods alone (kubevirt A8, T7.8.12)", () => {
  const { includedResources, selector = "" } = restorePod.appliesTo;
  assertEquals([restorePod.kind, restorePod.name], [
    "RestoreItemAction",
    "kubevirt-velero-plugin/restore-pod-action",
  ]);
  assertEquals(includedResources, ["pods"]);
  const rows: [labels: JsonValue, matches: boolean][] = [
    [{ "kubevirt.io": "virt-launcher" }, true],
    [{ "kubevirt.io": "hotplug-disk" }, true],
    [{ "kubevirt.io": "virt-exporter" }, true],
    [{ "kubevirt.io": "virt-handler" }, false],
    [{}, false],
    [null, false],
  ];
  for (const [labels, matches] of rows) {
    assertEquals(parseLabelSelector(selector)({ metadata: { labels } }), matches, JSON.stringify(labels));
  }
});

Deno.test("restoreOneShot applies to what would do its work again (kubevirt A16, B24, B25)", () => {
  assertEquals(restoreOneShot.name, "kubevirt-velero-plugin/restore-one-shot-action");
  assertEquals(restoreOneShot.appliesTo, {
    includedResources: [
      "virtualmachineinstancemigrations.kubevirt.io",
      "virtualmachineclones.clone.kubevirt.io",
      "virtualmachinesnapshots.snapshot.kubevirt.io",
      "virtualmachinesnapshotcontents.snapshot.kubevirt.io",
      "virtualmachinerestores.snapshot.kubevirt.io",
      "virtualmachineexports.export.kubevirt.io",
      "virtualmachinebackups.backup.kubevirt.io",
      "virtualmachinebackuptrackers.backup.kubevirt.io",
      "virtualmachinetemplaterequests.template.kubevirt.io",
    ],
  });
});

Deno.test("restoreOneShot skips unless a label of the Restore says otherwise (kubevirt 5.13)", async (t) => {
  const label = "velero-plugin-for-workloads/restore-one-shot-objects";
  const labelled = (value: JsonValue): JsonObject => ({ metadata: { labels: { [label]: value } } });
  const rows: [restore: JsonObject | null, skips: boolean][] = [
    [null, true],
    [{}, true],
    [{ metadata: { labels: null } }, true],
    [labelled("false"), true],
    [labelled("FALSE"), true],
    [labelled(5), true],
    [labelled("true"), false],
    [labelled(""), false],
    [labelled("no"), false],
  ];
  const item = bare("clone.kubevirt.io/v1beta1", "VirtualMachineClone", "c");
  for (const [restore, skips] of rows) {
    await t.step(JSON.stringify(restore), async () => {
      const { result, logs } = await runRestore(restoreOneShot, { item, restore, settings: DEFAULTS });
      assertEquals(result, skips ? { skipRestore: true } : {});
      assertEquals(
        messages(logs, "info"),
        skips
          ? [
            `left out: restored without its status it would start its work again; the Restore label ${label} restores it all the same`,
          ]
          : [],
      );
    });
  }
});
