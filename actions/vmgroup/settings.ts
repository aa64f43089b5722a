import { choice, flag, type SettingsOf } from "../settings/setting.ts";

/** Settings of the source `vmgroup` (vmgroup 9). */
export const settings = {
  "must-include": choice(
    ["auto", "never", "always"],
    "auto",
    "Whether the members of a group are backed up even when the backup's filters leave them out. `auto`: when the backup names `virtualmachinegroups` but not `virtualmachines`.",
  ),
  "sanitize": flag(
    true,
    "Remove the fields that VM Operator refuses when a VM is created. Turn it off only if VM Operator counts Velero as privileged.",
  ),
  "group-restore": flag(
    true,
    "Restore groups after their parent groups and without the fields that VM Operator refuses.",
  ),
  "preserve-ip": flag(
    false,
    "Give restored VMs the addresses that VM Operator had configured when they were backed up.",
  ),
  "new-identity": flag(false, "Remove BIOS UUID and cloud-init instance ID, for a copy beside the original."),
  "power-state": choice(
    ["keep", "off"],
    "keep",
    "The power state of restored VMs and groups. `off` restores them as `PoweredOff`.",
  ),
  "drop-zone": flag(false, "Remove the zone label of restored VMs, for a cluster with other zones."),
  "skip-instance-storage": flag(
    true,
    "Do not restore PVCs of instance storage, because VM Operator makes them itself.",
  ),
  "vm-dependencies": flag(
    false,
    "Back up the Secrets, PVCs and group of every VM, not only of the members of a group that is backed up.",
  ),
  "member-label": flag(
    true,
    "Label stored VMs with the name of their group, so that a restore can select them by it.",
  ),
  "services": flag(
    false,
    "Back up a group together with the VirtualMachineServices that select one of its members.",
  ),
  "pvc-scope": choice(
    ["all", "vsphere"],
    "all",
    "Which PVCs are cleaned at restore. `vsphere`: only those of the vSphere CSI driver.",
  ),
} as const;

/** The parsed settings. */
export type VmGroupSettings = SettingsOf<typeof settings>;
