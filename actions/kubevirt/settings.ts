import { choice, flag, type SettingsOf } from "../settings/setting.ts";

/** The settings of kubevirt. */
export const settings = {
  "graph-profile": choice(
    ["full", "upstream"],
    "full",
    "Which objects are added to a VM at backup and restore. `full`: everything it needs; `upstream`: only what kubevirt-velero-plugin adds. The Backup's label `velero-plugin-for-workloads/graph-profile` overrides it.",
  ),
  "collision-check": choice(
    ["warn", "off"],
    "warn",
    "Compare MAC addresses, firmware UUID and serial of a restored VM with those of all VMs of the cluster, and warn about duplicates.",
  ),
  "vm-name-label": flag(
    false,
    "Label VMs, their instances, DataVolumes and PVCs in the backup with `velero-plugin-for-workloads/vm-name`, so that a restore can select one VM. The restore removes the label.",
  ),
  "label-data-uploads": flag(
    false,
    "Label the DataUploads of Velero's data mover in the backup with `velero.kubevirt.io/pvc-uid`, so that a restore that selects one PVC finds its data.",
  ),
  "later-kinds": flag(
    false,
    "Also handle VirtualMachineTemplates, DataSources and, at restore, NetworkAttachmentDefinitions that refer to one by namespace and name.",
  ),
} as const;

/** The settings as the actions see them. */
export type KubevirtSettings = SettingsOf<typeof settings>;
