/** Settings of the cnpg source (cnpg 9). */

import { type LabelSelector, parseLabelSelector } from "../../objects/label_selector.ts";
import { choice, flag, list, type Setting, type SettingsOf, type Valibot } from "../settings/setting.ts";

/** What the backup and restore of CloudNativePG can be told. */
export const settings = {
  "default-server-name": flag(
    false,
    "Take the Cluster's name where a barman-cloud entry names no `serverName`, as the plugin itself does.",
  ),
  "in-tree": flag(
    false,
    "Handle Clusters that archive through `spec.backup.barmanObjectStore` instead of the barman-cloud plugin.",
  ),
  "recovery-target": choice(
    ["latest", "immediate", "backup-time"],
    "latest",
    "Where recovery stops: the end of the archive, the end of the base backup, or the instant of the Velero backup.",
  ),
  "on-demand-backup": flag(false, "Have each Velero backup take a new base backup and wait for it."),
  "volume-snapshot": flag(
    false,
    "Start from the volume snapshots of the newest Backup when a restore stays in its namespace.",
  ),
  replica: choice(
    ["keep", "promote"],
    "keep",
    "What becomes of `spec.replica`: kept, or turned into a primary.",
  ),
  dependencies: flag(
    false,
    "Take the ObjectStore and the Secrets of a Cluster along, and restore the ObjectStore first.",
  ),
  "skip-owned": flag(
    false,
    "Leave PVCs, pods, services and jobs of a Cluster out of restores, so that the operator recovers.",
  ),
  "skip-backup-objects": choice(
    ["false", "true", "suspend"],
    "false",
    "Leave finished Backup objects out of restores and keep ScheduledBackups from running at once; `suspend` suspends them.",
  ),
  "per-cluster-override": flag(false, "Also write a ConfigMap `cnpg-velero-override-<cluster>`."),
  "init-containers": list(
    ["wait-for-migration-job"],
    "Init containers taken out of restored Deployments; empty turns the action off.",
  ),
  "init-containers-selector": selector(
    "Label selector of the Deployments that lose these init containers; empty means every one.",
  ),
  "clear-fencing": flag(false, "Remove `cnpg.io/fencedInstances` from restored Clusters."),
  "check-window": flag(true, "Warn at backup when the ObjectStore has nothing to recover from."),
};

/** The parsed settings. */
export type Settings = SettingsOf<typeof settings>;

function selector(doc: string): Setting<LabelSelector> {
  const schema = (v: Valibot) =>
    v.pipe(
      v.string(),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        try {
          return parseLabelSelector(dataset.value);
        } catch (error) {
          addIssue({ message: (error as SyntaxError).message });
          return NEVER;
        }
      }),
    );
  return { schema, fallback: "", allowed: "a label selector such as app=web,tier in (a,b)", doc };
}
