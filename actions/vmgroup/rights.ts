import type { Right } from "../right.ts";

/** What vmgroup asks of the API server (vmgroup 10). */
export const rights: readonly Right[] = [
  {
    resource: "virtualmachines.vmoperator.vmware.com",
    verbs: ["get"],
    use: "members of a group",
    rule: "vmgroup 3.1",
    users: ["vmgroup-backup"],
    without: "error",
  },
  {
    resource: "virtualmachinegroups.vmoperator.vmware.com",
    verbs: ["get"],
    use: "is the group there before its members",
    rule: "vmgroup 4.2",
    users: ["vm-restore", "vmgroup-restore"],
    without: "warning",
  },
  {
    resource: "virtualmachineservices.vmoperator.vmware.com",
    verbs: ["list"],
    use: "services of a group",
    rule: "vmgroup 9",
    users: ["vmgroup-backup"],
    without: "warning",
    setting: "vmgroup.services",
  },
];
