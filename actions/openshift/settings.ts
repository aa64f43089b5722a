/** Settings of the openshift source (openshift 11). */

import { choice, duration, flag, list, type SettingsOf } from "../settings/setting.ts";
import { CNI_ANNOTATIONS } from "./constants.ts";

/** What the backup and restore of OpenShift resources can be told. */
export const settings = {
  enabled: choice(
    ["auto", "true", "false"],
    "auto",
    "Whether the source acts: `auto` where the cluster serves `image.openshift.io`.",
  ),
  "keep-bookkeeping": flag(
    true,
    "Keep the annotations that hold server version and registry host on restored objects, as upstream does.",
  ),
  "mtc.labels": flag(
    false,
    "Copy the migration's labels from the Restore to every restored object; needs its action in `WORKLOADS_ACTIONS`.",
  ),
  "images.rewrite-env": list(
    [],
    "Environment variables of containers whose value is rewritten like an image reference.",
  ),
  "registry.aliases": list(
    [],
    "Further hosts of the internal registry the backup came from, such as its name without `.cluster.local`.",
  ),
  "pod.clear-node-selector": flag(true, "Remove `spec.nodeSelector` from restored pods."),
  "pod.strip-annotations": list(CNI_ANNOTATIONS, "Annotations taken off restored pods."),
  "pod.owned-restore": choice(
    ["upstream", "fs-backup-only"],
    "upstream",
    "Which pods with an owner are restored: those with volumes or hooks, or only those with a file system backup or hooks.",
  ),
  "pod.pull-secret-timeout": duration(
    "5m",
    "How long after the creation of its namespace a restored pod waits for its account's pull secret.",
  ),
  "pod.pull-secret-on-timeout": choice(
    ["auto", "fail", "warn"],
    "auto",
    "What a missing pull secret means then: `auto` fails the pod only if a container uses the internal registry.",
  ),
  "route.host-policy": choice(
    ["generated-pattern", "annotation", "keep"],
    "generated-pattern",
    "Which generated Route hosts are cleared: those that look generated, all with the annotation, or none.",
  ),
  "secret.skip-generated-dockercfg": flag(
    true,
    "Leave pull secrets that OpenShift generated for ServiceAccounts out of restores.",
  ),
  "service-account.strip-pull-secret-ref": flag(
    true,
    "Remove the annotation that names a ServiceAccount's generated pull secret of the old cluster.",
  ),
  "replicaset.skip-owned": flag(false, "Leave ReplicaSets of Deployments out of restores."),
  "scc.patch-existing": flag(
    false,
    "Add mapped users to SecurityContextConstraints that exist in the target cluster.",
  ),
  "proxy.include-trusted-ca": flag(false, "Take the ConfigMap of a Proxy's trusted CA along in backups."),
};

/** The parsed settings. */
export type Settings = SettingsOf<typeof settings>;
