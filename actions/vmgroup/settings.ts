import { choice, flag, type SettingsOf } from "../settings/setting.ts";

/** Settings of the source `vmgroup` (vmgroup 9). */
export const settings = {
  "must-include": choice(
    ["auto", "never", "always"],
    "auto",
    "Whether the members of a group enter the backup past its filters; auto: when it names virtualmachinegroups but not virtualmachines.",
  ),
  "sanitize": flag(
    true,
    "Remove what VM Operator refuses when a VM is created; off only for a Velero that VM Operator counts as privileged.",
  ),
  "group-restore": flag(
    true,
    "Restore groups after their parent groups and without the fields VM Operator refuses.",
  ),
  "preserve-ip": flag(
    false,
    "Give restored VMs the addresses that VM Operator had configured when they were backed up.",
  ),
  "new-identity": flag(false, "Drop BIOS UUID and cloud-init instance ID, for a copy beside the original."),
  "power-state": choice(
    ["keep", "off"],
    "keep",
    "The power state of restored VMs and groups; off: PoweredOff.",
  ),
  "drop-zone": flag(false, "Drop the zone label of restored VMs, for a cluster with other zones."),
  "skip-instance-storage": flag(
    true,
    "Leave PVCs of instance storage to VM Operator, which makes them itself.",
  ),
  "vm-dependencies": flag(
    false,
    "Back up Secrets, PVCs and the group with every VM, not only with the members of a group.",
  ),
  "member-label": flag(true, "Label stored VMs with the name of their group, for a restore by label."),
  "services": flag(false, "Back up the VirtualMachineServices that select a member together with its group."),
  "pvc-scope": choice(
    ["all", "vsphere"],
    "all",
    "Which PVCs are cleaned at restore; vsphere: those of the vSphere CSI driver.",
  ),
} as const;

/** The parsed settings. */
export type VmGroupSettings = SettingsOf<typeof settings>;
