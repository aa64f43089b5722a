import type { Right } from "../right.ts";

const BACKUP_MACHINE = "backup-virtualmachine-action";
const BACKUP_INSTANCE = "backup-virtualmachineinstance-action";
const BACKUP_SET = "backup-virtualmachineinstancereplicaset-action";
const BACKUP_TEMPLATE = "backup-virtualmachinetemplate-action";
const DISKS = ["backup-datavolume-action", "backup-pvc-action", "backup-volumesnapshot-action"];
const BLOCKS = ["block-virtualmachine-action", "block-virtualmachineinstance-action"];
const MACHINE_GRAPHS = [BACKUP_MACHINE, ...BLOCKS];
const GRAPHS = [BACKUP_MACHINE, BACKUP_INSTANCE, ...BLOCKS];
const RESTORES = ["restore-vm-action", "restore-vmi-action"];

/** What kubevirt asks of the API server (kubevirt 10.1). */
export const rights: readonly Right[] = [
  {
    resource: "virtualmachineinstances.kubevirt.io",
    verbs: ["get"],
    use: "can the VM be backed up while it runs, and what does its instance use",
    rule: "kubevirt 5.1",
    users: [...MACHINE_GRAPHS, ...DISKS],
    without: "error",
  },
  {
    resource: "virtualmachines.kubevirt.io",
    verbs: ["get"],
    use: "the owner of an instance",
    rule: "kubevirt 5.2",
    users: [BACKUP_INSTANCE, ...BLOCKS, ...DISKS],
    without: "error",
  },
  {
    resource: "virtualmachines.kubevirt.io",
    verbs: ["list"],
    use: "the VM of a disk",
    rule: "kubevirt 5.3",
    users: DISKS,
    without: "warning",
    setting: "kubevirt.vm-name-label",
  },
  {
    resource: "virtualmachineinstancereplicasets.kubevirt.io",
    verbs: ["get"],
    use: "the owner of an instance",
    rule: "kubevirt 5.2",
    users: [BACKUP_INSTANCE],
    without: "error",
  },
  {
    resource: "virtualmachineinstances.kubevirt.io",
    verbs: ["list"],
    use: "the instances of a replica set",
    rule: "kubevirt 4.6",
    users: [BACKUP_SET],
    without: "error",
  },
  {
    resource: "pods",
    verbs: ["list"],
    use: "the launcher pod of an instance",
    rule: "kubevirt 3.4",
    users: GRAPHS,
    without: "error",
  },
  {
    resource: "datavolumes.cdi.kubevirt.io",
    verbs: ["get"],
    use: "can the VM be restored",
    rule: "kubevirt 3.6",
    users: [...GRAPHS, "backup-datavolume-action"],
    without: "error",
  },
  {
    resource: "persistentvolumeclaims",
    verbs: ["get", "list"],
    use: "can the VM be restored; claims with the state of its TPM or EFI",
    rule: "kubevirt 3.5",
    users: [...GRAPHS, ...DISKS, "backup-dataupload-action", ...RESTORES],
    without: "error",
  },
  {
    resource: "virtualmachines.kubevirt.io",
    verbs: ["list"],
    use: "addresses and identities in use, in all namespaces",
    rule: "kubevirt 8.2",
    users: RESTORES,
    without: "warning",
    setting: "kubevirt.collision-check",
  },
  {
    resource: "virtualmachineinstances.kubevirt.io",
    verbs: ["list"],
    use: "addresses and identities in use, in all namespaces",
    rule: "kubevirt 8.2",
    users: RESTORES,
    without: "warning",
    setting: "kubevirt.collision-check",
  },
  {
    resource: "network-attachment-definitions.k8s.cni.cncf.io",
    verbs: ["get"],
    use: "networks of a VM, and those in the namespace of the restore",
    rule: "kubevirt X9",
    users: [...GRAPHS, BACKUP_TEMPLATE, "restore-vm-action", "restore-virtualmachinetemplate-action"],
    without: "warning",
  },
  {
    resource: "virtualmachineinstancetypes.instancetype.kubevirt.io",
    verbs: ["get"],
    use: "the instance type of a VM",
    rule: "kubevirt X10",
    users: [...MACHINE_GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "virtualmachinepreferences.instancetype.kubevirt.io",
    verbs: ["get"],
    use: "the preference of a VM",
    rule: "kubevirt X10",
    users: [...MACHINE_GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "virtualmachineclusterinstancetypes.instancetype.kubevirt.io",
    verbs: ["get"],
    use: "the instance type of a VM",
    rule: "kubevirt X11",
    users: [...MACHINE_GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "virtualmachineclusterpreferences.instancetype.kubevirt.io",
    verbs: ["get"],
    use: "the preference of a VM",
    rule: "kubevirt X11",
    users: [...MACHINE_GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "secrets",
    verbs: ["get"],
    use: "whether the Secret of a disk's import exists",
    rule: "kubevirt X12",
    users: [...MACHINE_GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "configmaps",
    verbs: ["get"],
    use: "whether the certificates of a disk's import exist",
    rule: "kubevirt X13",
    users: [...MACHINE_GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "datasources.cdi.kubevirt.io",
    verbs: ["get"],
    use: "the source of a disk",
    rule: "kubevirt X14",
    users: [...MACHINE_GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "resourceclaims.resource.k8s.io",
    verbs: ["get"],
    use: "devices of a VM",
    rule: "kubevirt X15",
    users: [...GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
  {
    resource: "resourceclaimtemplates.resource.k8s.io",
    verbs: ["get"],
    use: "devices of a VM",
    rule: "kubevirt X15",
    users: [...GRAPHS, BACKUP_TEMPLATE],
    without: "warning",
  },
];
