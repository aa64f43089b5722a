/** The custom resources of the workloads, as definitions that a testbed installs before Velero starts. */

import type { Json } from "./api.ts";
import { CNPG_DEFINITIONS } from "./crds/cnpg.ts";
import { KUBEVIRT_DEFINITIONS } from "./crds/kubevirt.ts";
import { VM_OPERATOR_DEFINITIONS } from "./crds/vm_operator.ts";

/** What most testbeds have: KubeVirt with Kube-OVN, CloudNativePG and VM Operator. OpenShift is a cluster of its own kind. */
export const DEFINITIONS: readonly Json[] = [
  ...KUBEVIRT_DEFINITIONS,
  ...CNPG_DEFINITIONS,
  ...VM_OPERATOR_DEFINITIONS,
];
