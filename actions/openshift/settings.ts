/** Settings of the openshift source (openshift 11). */

import { choice, duration, flag, list, type SettingsOf } from "../settings/setting.ts";
import { CNI_ANNOTATIONS } from "./constants.ts";

/** What the backup and restore of OpenShift resources can be told. */
export const settings = {
  enabled: choice(
    ["auto", "true", "false"],
    "auto",
    "Whether the source acts. `auto`: only where the cluster serves `image.openshift.io`.",
  ),
  "keep-bookkeeping": flag(
    true,
    "Keep the annotations with server version and registry host on restored objects, as openshift-velero-plugin does.",
  ),
  "mtc.labels": flag(
    false,
    "Copy MTC's rollback labels from the Restore to every restored object. The action must also be added with `WORKLOADS_ACTIONS`.",
  ),
  "images.rewrite-env": list(
    [],
    "Names of environment variables whose value is rewritten like an image reference.",
  ),
  "registry.aliases": list(
    [],
    "Further hosts of the old cluster's internal registry, such as its name without `.cluster.local`.",
  ),
  "pod.clear-node-selector": flag(true, "Remove `spec.nodeSelector` from restored pods."),
  "pod.strip-annotations": list(CNI_ANNOTATIONS, "Annotations that are removed from restored pods."),
  "pod.owned-restore": choice(
    ["upstream", "fs-backup-only"],
    "upstream",
    "Which pods with an owner are restored. `upstream`: those with volumes or hooks; `fs-backup-only`: those with a file system backup or hooks.",
  ),
  "pod.pull-secret-timeout": duration(
    "5m",
    "How long a restored pod waits for its account's pull secret, counted from the creation of its namespace.",
  ),
  "pod.pull-secret-on-timeout": choice(
    ["auto", "fail", "warn"],
    "auto",
    "What happens when the pull secret is still missing then. `auto` fails the pod only if a container uses the internal registry.",
  ),
  "route.host-policy": choice(
    ["generated-pattern", "annotation", "keep"],
    "generated-pattern",
    "Which generated Route hosts are removed. `generated-pattern`: those that look generated; `annotation`: all that are marked as generated; `keep`: none.",
  ),
  "secret.skip-generated-dockercfg": flag(
    true,
    "Do not restore pull secrets that OpenShift generated for ServiceAccounts.",
  ),
  "service-account.strip-pull-secret-ref": flag(
    true,
    "Remove the annotation with which a ServiceAccount names its generated pull secret of the old cluster.",
  ),
  "replicaset.skip-owned": flag(false, "Do not restore ReplicaSets of Deployments."),
  "scc.patch-existing": flag(
    false,
    "Add mapped users and groups to SecurityContextConstraints that already exist in the target cluster.",
  ),
  "proxy.include-trusted-ca": flag(
    false,
    "Back up the ConfigMap with a Proxy's trusted certificates together with it.",
  ),
};

/** The parsed settings. */
export type Settings = SettingsOf<typeof settings>;
