import { assertEquals } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { backupVirtualMachine } from "../actions/superphenix/backup_virtual_machine.ts";
import { restoreVirtualMachine } from "../actions/superphenix/restore_virtual_machine.ts";
import { settings } from "../actions/superphenix/settings.ts";
import type { JsonObject } from "../objects/json.ts";
import { objectAt } from "../objects/object.ts";
import { defaultsOf, runBackup, runRestore } from "../tests/kit/run_action.ts";

const PAGE = new URL("superphenix.md", import.meta.url);
const readable = Deno.permissions.querySync({ name: "read" }).state === "granted";

/** The YAML blocks of the page, each a list of objects. */
async function examples(): Promise<JsonObject[][]> {
  const text = await Deno.readTextFile(PAGE);
  return [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = ""]) =>
    parseAllDocuments(block).map((document) => document.toJS() as JsonObject)
  );
}

Deno.test({
  name: "docs/superphenix.md tells what happens to its example",
  ignore: !readable,
  fn: async () => {
    const [[vm, ...ips] = [], [stored] = [], [restore] = []] = await examples();
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "web-root", namespace: "shop" },
    };
    const backup = await runBackup(backupVirtualMachine, {
      item: vm!,
      objects: [...ips, claim],
      settings: defaultsOf(settings),
    });
    assertEquals(
      objectAt(backup.item, "spec", "template", "metadata"),
      objectAt(stored, "spec", "template", "metadata"),
    );
    assertEquals(backup.logs, []);

    const copy = await runRestore(restoreVirtualMachine, {
      item: backup.item,
      restore: restore!,
      settings: { ...defaultsOf(settings), "restore-action": true },
    });
    assertEquals(copy.item, vm);
  },
});
