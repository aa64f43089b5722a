import { type ResourceNames, VOLUME_CLAIMS } from "../backup_filter.ts";

/** The kinds whose presence in a backup KubeVirt's rules ask for (kubevirt 3.2). */
export const KINDS = {
  virtualmachines: names("kubevirt.io", "virtualmachine", "vm", "vms"),
  virtualmachineinstances: names("kubevirt.io", "virtualmachineinstance", "vmi", "vmis"),
  virtualmachineinstancereplicasets: names(
    "kubevirt.io",
    "virtualmachineinstancereplicaset",
    "vmirs",
    "vmirss",
  ),
  datavolumes: names("cdi.kubevirt.io", "datavolume", "dv", "dvs"),
  pods: names("", "pod", "po"),
  persistentvolumeclaims: VOLUME_CLAIMS,
} as const;

function names(group: string, singular: string, ...shortNames: string[]): ResourceNames {
  return { group, singular, plural: `${singular}s`, shortNames };
}
