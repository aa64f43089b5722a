import type { Change } from "../report/diff.ts";

type Path = readonly string[];

/** Fields of which the API server refuses a change, by resource: all below `fixed` but what is below `free`. */
const FIELDS: Readonly<Record<string, { readonly fixed: readonly Path[]; readonly free?: readonly Path[] }>> =
  {
    pods: {
      fixed: [["spec"]],
      free: [["spec", "containers", "*", "image"], ["spec", "initContainers", "*", "image"], [
        "spec",
        "activeDeadlineSeconds",
      ]],
    },
    persistentvolumeclaims: {
      fixed: [["spec"]],
      free: [["spec", "resources", "requests"], ["spec", "volumeAttributesClassName"]],
    },
    "jobs.batch": { fixed: [["spec", "selector"], ["spec", "template"], ["spec", "completionMode"]] },
    "deployments.apps": { fixed: [["spec", "selector"]] },
    "daemonsets.apps": { fixed: [["spec", "selector"]] },
    "replicasets.apps": { fixed: [["spec", "selector"]] },
    "statefulsets.apps": {
      fixed: [["spec"]],
      free: [
        ["spec", "replicas"],
        ["spec", "ordinals"],
        ["spec", "template"],
        ["spec", "updateStrategy"],
        ["spec", "persistentVolumeClaimRetentionPolicy"],
        ["spec", "minReadySeconds"],
        ["spec", "revisionHistoryLimit"],
      ],
    },
    "rolebindings.rbac.authorization.k8s.io": { fixed: [["roleRef"]] },
    "clusterrolebindings.rbac.authorization.k8s.io": { fixed: [["roleRef"]] },
    secrets: { fixed: [["type"]] },
    "storageclasses.storage.k8s.io": { fixed: [["provisioner"], ["parameters"], ["reclaimPolicy"]] },
    "priorityclasses.scheduling.k8s.io": { fixed: [["value"], ["preemptionPolicy"]] },
  };

/** Whether the API server refuses to change that field of an existing object of a resource (`plural.group`). */
export function isImmutable(resource: string, path: Change["path"]): boolean {
  const { fixed, free = [] } = FIELDS[resource] ?? { fixed: [] };
  const below = (fields: Path) =>
    fields.length <= path.length && fields.every((step, i) => step === "*" || step === path[i]);
  return fixed.some(below) && !free.some(below);
}
