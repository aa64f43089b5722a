/** Settings of the cnpg source (cnpg 9). */

import { type LabelSelector, parseLabelSelector } from "../../objects/label_selector.ts";
import { choice, flag, list, type Setting, type SettingsOf, type Valibot } from "../settings/setting.ts";

/** What the backup and restore of CloudNativePG can be told. */
export const settings = {
  "default-server-name": flag(
    false,
    "When a barman-cloud entry has no `serverName`, take the Cluster's name, as the barman-cloud plugin itself does.",
  ),
  "in-tree": flag(
    false,
    "Also handle Clusters that archive through `spec.backup.barmanObjectStore` instead of the barman-cloud plugin.",
  ),
  "recovery-target": choice(
    ["latest", "immediate", "backup-time"],
    "latest",
    "Where recovery stops. `latest`: at the end of the archive; `immediate`: at the end of the base backup; `backup-time`: at the time of the Velero backup.",
  ),
  "on-demand-backup": flag(false, "Take a new base backup with each Velero backup and wait for it."),
  "volume-snapshot": flag(
    false,
    "Recover from the volume snapshots of the newest Backup when a Cluster is restored into its own namespace.",
  ),
  replica: choice(
    ["keep", "promote"],
    "keep",
    "What happens to a replica Cluster. `keep`: it stays a replica; `promote`: it becomes a primary.",
  ),
  dependencies: flag(
    false,
    "Back up the ObjectStore and the Secrets of a Cluster together with it, and restore the ObjectStore first.",
  ),
  "skip-owned": flag(
    false,
    "Do not restore PVCs, pods, services and jobs of a Cluster, so that the operator recovers it from the archive.",
  ),
  "skip-backup-objects": choice(
    ["false", "true", "suspend"],
    "false",
    "Do not restore Backup objects that had begun, and keep ScheduledBackups from running at once. `suspend` also suspends the ScheduledBackups.",
  ),
  "per-cluster-override": flag(
    false,
    "Also write a ConfigMap `cnpg-velero-override-<cluster>` for each Cluster.",
  ),
  "init-containers": list(
    ["wait-for-migration-job"],
    "Names of the init containers that are removed from restored Deployments. An empty value turns the action off.",
  ),
  "init-containers-selector": selector(
    "Label selector of the Deployments from which these init containers are removed. Empty selects all.",
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
