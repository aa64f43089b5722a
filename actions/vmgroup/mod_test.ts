import { assertEquals } from "@std/assert";
import { defaultsOf } from "../../tests/kit/run_action.ts";
import { createRegistry } from "../registry.ts";
import { vmgroup } from "./mod.ts";
import { settings } from "./settings.ts";

Deno.test("vmgroup registers its actions with Velero's names, versions and resources", () => {
  const { entries, warnings } = createRegistry([vmgroup]);
  assertEquals(warnings, []);
  assertEquals(entries.map(({ action }) => [action.kind, action.name, action.appliesTo.includedResources]), [
    ["BackupItemAction", "lubronzhan.io/vm-backup", ["virtualmachines.vmoperator.vmware.com"]],
    ["BackupItemAction", "lubronzhan.io/vmgroup-backup", ["virtualmachinegroups.vmoperator.vmware.com"]],
    ["RestoreItemAction", "lubronzhan.io/pvc-restore", ["persistentvolumeclaims"]],
    ["RestoreItemActionV2", "lubronzhan.io/vm-restore", ["virtualmachines.vmoperator.vmware.com"]],
    ["RestoreItemActionV2", "lubronzhan.io/vmgroup-restore", ["virtualmachinegroups.vmoperator.vmware.com"]],
  ]);
});

Deno.test("vmgroup has the defaults of its specification", () => {
  assertEquals(defaultsOf(settings), {
    "must-include": "auto",
    "sanitize": true,
    "group-restore": true,
    "preserve-ip": false,
    "new-identity": false,
    "power-state": "keep",
    "drop-zone": false,
    "skip-instance-storage": true,
    "vm-dependencies": false,
    "member-label": true,
    "services": false,
    "pvc-scope": "all",
  });
});
