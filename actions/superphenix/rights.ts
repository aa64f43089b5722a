import type { Right } from "../right.ts";

const BACKUP = ["backup-virtualmachine"];

/** What superphenix asks of the API server (superphenix 9). */
export const rights: readonly Right[] = [
  {
    resource: "ips.kubeovn.io",
    verbs: ["get"],
    use: "addresses of a VM",
    rule: "superphenix 3.2",
    users: BACKUP,
    without: "error",
  },
  {
    resource: "virtualmachineinstances.kubevirt.io",
    verbs: ["get"],
    use: "can the VM be backed up while it runs",
    rule: "superphenix 2.2",
    users: BACKUP,
    without: "error",
  },
  {
    resource: "datavolumes.cdi.kubevirt.io",
    verbs: ["get"],
    use: "can the VM be restored",
    rule: "superphenix 2.3",
    users: BACKUP,
    without: "error",
  },
  {
    resource: "persistentvolumeclaims",
    verbs: ["get"],
    use: "can the VM be restored",
    rule: "superphenix 2.3",
    users: BACKUP,
    without: "error",
  },
  {
    resource: "pods",
    verbs: ["list"],
    use: "addresses from the launcher pod",
    rule: "superphenix 8",
    users: BACKUP,
    without: "warning",
    setting: "superphenix.launcher-fallback",
  },
  {
    resource: "network-attachment-definitions.k8s.cni.cncf.io",
    verbs: ["get"],
    use: "which networks are Kube-OVN's",
    rule: "superphenix 8",
    users: BACKUP,
    without: "warning",
    setting: "superphenix.nad-lookup",
  },
  {
    resource: "network-attachment-definitions.k8s.cni.cncf.io",
    verbs: ["get"],
    use: "networks in the namespace of the restore",
    rule: "superphenix 8",
    users: ["restore-virtualmachine"],
    without: "warning",
    setting: "superphenix.restore-action",
  },
];
