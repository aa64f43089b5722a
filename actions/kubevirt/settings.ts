import { choice, flag, type SettingsOf } from "../settings/setting.ts";

/** The settings of kubevirt. */
export const settings = {
  "graph-profile": choice(
    ["full", "upstream"],
    "full",
    "Which objects of a VM are added to a backup and a restore: all that it hangs on, or only those that kubevirt-velero-plugin adds. The Backup's label velero-plugin-for-workloads/graph-profile overrides it.",
  ),
  "collision-check": choice(
    ["warn", "off"],
    "warn",
    "Compare MAC addresses, firmware UUID and serial of a restored VM with those of all VMs of the cluster, and warn of equal ones.",
  ),
  "vm-name-label": flag(
    false,
    "Label VMs, their instances, DataVolumes and PVCs in the backup with velero-plugin-for-workloads/vm-name, so that a restore can select one VM by it. The label is removed at the restore.",
  ),
  "label-data-uploads": flag(
    false,
    "Label the DataUploads of Velero's data mover in the backup with velero.kubevirt.io/pvc-uid, so that a restore that selects one PVC finds its data.",
  ),
  "later-kinds": flag(
    false,
    "Also treat VirtualMachineTemplates, DataSources and, at the restore, NetworkAttachmentDefinitions that refer to another one.",
  ),
} as const;

/** The settings as the actions see them. */
export type KubevirtSettings = SettingsOf<typeof settings>;
