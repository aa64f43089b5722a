import { choice, flag, type SettingsOf } from "../settings/setting.ts";

/** The settings of superphenix (superphenix 8). */
export const settings = {
  "require-addresses": flag(
    false,
    "Fail the backup of a VM when the Kube-OVN IP object of one of its interfaces is missing, even in a cluster without Kube-OVN.",
  ),
  "launcher-fallback": flag(
    false,
    "When the IP object is missing, take the addresses from the running launcher pod. For Kube-OVN with `--keep-vm-ip=false`, and for live migration.",
  ),
  "subnet": flag(
    false,
    "Also keep the Kube-OVN subnet (`logical_switch`), unless the VM's template already names one.",
  ),
  "keep-user-addresses": flag(
    false,
    "Do not overwrite an `ip_address`, `mac_address` or `ip_pool` that the VM's template already has.",
  ),
  "families": choice(
    ["both", "ipv4", "ipv6"],
    "both",
    "Which addresses are kept. Choose one family to move from dual stack to single stack.",
  ),
  "skip-checks": flag(
    false,
    "Do not check at backup whether the VM can be backed up safely and restored, because KubeVirt's own plugin checks it.",
  ),
  "nad-lookup": flag(
    false,
    "Read NetworkAttachmentDefinitions to learn how Kube-OVN names an interface, instead of trying the possible names.",
  ),
  "restore-action": flag(
    false,
    "Adapt the addresses at restore, as the Restore's labels `clear-mac-address` and `clear-addresses` and its namespace mapping ask for.",
  ),
} as const;

/** The settings as the actions see them. */
export type Settings = SettingsOf<typeof settings>;
