import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { backupVirtualMachine } from "../actions/kubevirt/backup_virtual_machine.ts";
import { restoreVirtualMachine } from "../actions/kubevirt/restore_virtual_machine.ts";
import { formatItem } from "../actions/kubevirt/graph/node.ts";
import { settings } from "../actions/kubevirt/settings.ts";
import { OWN_DOMAIN } from "../actions/lib/own_domain.ts";
import type { JsonObject } from "../objects/json.ts";
import { defaultsOf, runBackup, runRestore } from "../tests/kit/run_action.ts";
import { bare } from "../tests/kit/virtual_machines.ts";

const readable = Deno.permissions.querySync({ name: "read" }).state === "granted";
const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));

/** The page in one line, so that a sentence is found wherever it is wrapped. */
async function page(): Promise<string> {
  return (await read("kubevirt.md")).replaceAll(/\s+/g, " ");
}

/** The text of a section of the page or of the specification, up to the next heading of its rank. */
function section(text: string, heading: string): string {
  const [, found = ""] = text.split(new RegExp(`^## .*${heading}.*$`, "m"));
  return found.split(/^## /m)[0] ?? "";
}

Deno.test({
  name: "docs/kubevirt.md lists every label and annotation that a user may set (kubevirt 6)",
  ignore: !readable,
  fn: async () => {
    const rules = section(await read("spec/kubevirt.md"), "6\\. User-facing switches");
    const keys = [...rules.matchAll(/^\| [^|]+ \|\s*`([^`=]+)/gm)].map(([, key = ""]) =>
      key.replace("<own>", OWN_DOMAIN)
    );
    assertEquals(keys.length >= 13, true);
    const table = section(await read("kubevirt.md"), "What you may set");
    assertEquals(keys.filter((key) => !table.includes(key)), []);
  },
});

Deno.test({
  name: "docs/kubevirt.md lists every setting with its default",
  ignore: !readable,
  fn: async () => {
    const table = section(await read("kubevirt.md"), "Settings").replaceAll(/ +/g, " ");
    for (const [name, { fallback }] of Object.entries(settings)) {
      assertStringIncludes(table, `| \`kubevirt.${name}\` | \`${fallback}\` |`);
    }
  },
});

/** The YAML blocks of the page, one object each. */
async function examples(): Promise<JsonObject[]> {
  const text = await read("kubevirt.md");
  return [...text.matchAll(/```yaml\n([^]*?)```/g)].flatMap(([, block = ""]) =>
    parseAllDocuments(block).map((document) => document.toJS() as JsonObject)
  );
}

/** The table of additional items, as `<resource>.<group>/<namespace>/<name>`. */
async function additionalItems(): Promise<string[]> {
  const [, block = ""] = /```\n(controllerrevisions[^]*?)```/.exec(await read("kubevirt.md")) ?? [];
  return block.trim().split("\n").map((line) => line.replace(/\s+/, "/"));
}

Deno.test({
  name: "docs/kubevirt.md tells what happens to its example",
  ignore: !readable,
  fn: async () => {
    const [vm = {}, restore = {}, copy] = await examples();
    const uid = "5f6d2a1e-0000-4000-8000-000000000001";
    const backup = await runBackup(backupVirtualMachine, {
      item: vm,
      objects: [
        bare("kubevirt.io/v1", "VirtualMachineInstance", "shop", { uid }, "shop"),
        launcherPod(uid),
        bare("v1", "PersistentVolumeClaim", "shop-data", {}, "shop"),
        bare("instancetype.kubevirt.io/v1beta1", "VirtualMachineInstancetype", "medium", {}, "shop"),
      ],
      settings: defaultsOf(settings),
    });
    assertEquals(backup.result.additionalItems?.map(formatItem), await additionalItems());
    assertEquals(backup.logs, []);

    const { status: _, ...item } = backup.item;
    const restored = await runRestore(restoreVirtualMachine, {
      item,
      itemFromBackup: backup.item,
      restore,
      settings: defaultsOf(settings),
    });
    assertEquals({ ...restored.item, metadata: { name: "shop", namespace: "shop-copy" } }, copy);
    assertEquals(restored.logs, []);
  },
});

/** A launcher pod as KubeVirt makes it. */
function launcherPod(uid: string): JsonObject {
  const pod = bare("v1", "Pod", "virt-launcher-shop-x7k2p", {
    labels: { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": uid },
    annotations: {
      "kubevirt.io/domain": "shop",
      "pre.hook.backup.velero.io/container": "compute",
      "pre.hook.backup.velero.io/command":
        '["/usr/bin/virt-freezer","-freeze","-name","shop","-namespace","shop"]',
    },
  }, "shop");
  return {
    ...pod,
    status: { phase: "Running", containerStatuses: [{ name: "compute", ready: true }] },
  };
}

// Rules that ask for nothing but a word in the documentation.
const TOLD: [tag: string, words: string][] = [
  ["kubevirt B16", "Without a guest agent, and when the VM is paused, the hook does nothing and succeeds"],
  ["kubevirt B17", "Thawing a Windows guest may take longer than the hook waits"],
  ["kubevirt B27", "CSI snapshots, with or without Velero's data mover, are the only way to back up disks"],
  ["kubevirt B29", "Data that Velero's data mover has uploaded is found only if"],
  [
    "kubevirt B30",
    "Snapshots and exports of KubeVirt are not restored, and not used as the source of a backup",
  ],
  ["kubevirt B32", "instance types of the whole cluster and KubeVirt's own configuration are yours to move"],
  ["kubevirt B33", "A paused import with several stages begins from its first one"],
  ["kubevirt B34", "The plugin is no object store: do not name it as the provider of a backup location"],
];

Deno.test({
  name: "docs/kubevirt.md tells what only a user can know or do",
  ignore: !readable,
  fn: async () => {
    const text = await page();
    assertEquals(TOLD.filter(([, words]) => !text.includes(words)), []);
  },
});
