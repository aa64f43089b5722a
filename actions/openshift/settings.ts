/** Settings of the openshift source (openshift 11). */

import { choice, duration, flag, list, type SettingsOf, text, wholeNumber } from "../settings/setting.ts";
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
  "images.backup": choice(
    ["auto", "true", "false"],
    "auto",
    "Whether backups and restores outside of migrations carry the images of ImageStreams. `auto`: as the environment variable `OPENSHIFT_IMAGESTREAM_BACKUP` says, which OADP sets.",
  ),
  "images.transfer-registry": text(
    "",
    "Host of a registry that keeps these images instead of the backup's object storage. An annotation of a Backup or Restore cannot change it.",
  ),
  "images.history": choice(
    ["all", "current"],
    "all",
    "Which images of a tag are copied. `all`: also those that it had before; `current`: the one that it has.",
  ),
  "images.missing-history": choice(
    ["warn", "fail"],
    "warn",
    "What happens when an image that a tag had before is no longer there.",
  ),
  "images.concurrency": wholeNumber(
    8,
    { least: 1, most: 64 },
    "How many layers are copied at once, in all image streams together. Of one image there are at most four.",
  ),
  "images.timeout": duration("4h", "How long the copy of all images of one ImageStream may take."),
  "images.root-directory": text(
    "",
    "Folder in the bucket below which the images lie; empty for the root of the bucket, as openshift-velero-plugin has it.",
  ),
  "images.rewrite-env": list(
    [],
    "Names of environment variables whose value is rewritten like an image reference.",
  ),
  "registry.aliases": list(
    [],
    "Further hosts of the old cluster's internal registry, such as its name without `.cluster.local`.",
  ),
  "registry.ca-file": text(
    "",
    "A file in Velero's pod with further authorities whose certificates registries may show, in PEM format.",
  ),
  "registry.insecure-hosts": list([], "Registries, host with port, whose certificates are not verified."),
  "registry.plain-http-hosts": list(
    [],
    "Registries, host with port, that may be spoken to without TLS when they do not speak it.",
  ),
  "registry.auth-secret": text(
    "",
    "A Secret of type `kubernetes.io/dockerconfigjson` in Velero's namespace with the login for the transfer registry.",
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
