import { choice, flag, type SettingsOf } from "../settings/setting.ts";

/** The settings of superphenix (superphenix 8). */
export const settings = {
  "require-addresses": flag(
    false,
    "Fail the backup of a VM when the Kube-OVN IP object of one of its interfaces is missing, or when the cluster has no Kube-OVN.",
  ),
  "launcher-fallback": flag(
    false,
    "Take addresses from the running launcher pod when the IP object is missing (Kube-OVN with --keep-vm-ip=false, live migration).",
  ),
  "subnet": flag(
    false,
    "Also pin the Kube-OVN subnet (logical_switch), unless the VM's template already names one.",
  ),
  "keep-user-addresses": flag(
    false,
    "Leave an ip_address, mac_address or ip_pool that the VM's template already carries as it is.",
  ),
  "families": choice(
    ["both", "ipv4", "ipv6"],
    "both",
    "Which addresses are written: for moves between dual stack and single stack.",
  ),
  "skip-checks": flag(
    false,
    "Leave out the safety check and the restore-possible check of the backup action, where KubeVirt's own plugin makes them.",
  ),
  "nad-lookup": flag(
    false,
    "Read NetworkAttachmentDefinitions to find out how Kube-OVN names an interface, instead of trying the possible names.",
  ),
  "restore-action": flag(
    false,
    "Adapt the addresses at restore: labels clear-mac-address and clear-addresses of the Restore, and namespace mapping.",
  ),
} as const;

/** The settings as the actions see them. */
export type Settings = SettingsOf<typeof settings>;
