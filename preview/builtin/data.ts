/**
 * Velero's actions that move data of volumes. A preview does not model what they do to volumes and snapshots: it says for which items
 * they would do something (protocol 4.13).
 *
 * @module
 */

import type {
  Action,
  BackupItemActionV2,
  ResourceIdentifier,
  RestoreItemAction,
  RestoreItemActionV2,
} from "../../actions/action.ts";
import { targetNamespace } from "../../actions/lib/namespace_mapping.ts";
import { remember } from "../../actions/lib/remember.ts";
import { absentWhenNotServed } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, at, nameOf, namespaceOf, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { Note } from "../report/report.ts";
import { podNamespaceOf, podVolumeBackups } from "../run/pod_volume_backups.ts";
import { deleteElements } from "./delete_keys.ts";
import { WAIT_CONTAINER } from "./init_hook.ts";
import { boundVolume } from "./related_items.ts";
import { hasFeature } from "./server.ts";

/** Gets told what would be done. */
export type Tell = (note: Note) => void;

const CORE = { group: "", version: "v1" };
const CLAIMS = { ...CORE, resource: "persistentvolumeclaims" };
const VOLUMES = { ...CORE, resource: "persistentvolumes" };

/** The actions of this file; what they would do goes to `tell`. */
export function dataActions(tell: Tell): Action[] {
  return [
    restorePodVolumes(tell),
    retrieveDataUpload(tell),
    snapshotClaim(tell),
    restoreSnapshotClaim(tell),
    ...SNAPSHOT_KINDS.flatMap(([kind, resource]) => {
      const backup: BackupItemActionV2 = {
        kind: "BackupItemActionV2",
        name: `velero.io/csi-${kind}-backupper`,
        appliesTo: { includedResources: [`${resource}.${SNAPSHOTS}`] },
        execute: async ({ item, backup }, context) => {
          if (!await hasFeature("EnableCSI", backup, context, tell)) return;
          tell({
            item: snapshot(resource, item),
            text: "Velero's CSI actions would handle the snapshot",
          });
        },
      };
      const restore: RestoreItemActionV2 = {
        kind: "RestoreItemActionV2",
        name: `velero.io/csi-${kind}-restorer`,
        appliesTo: backup.appliesTo,
        execute: async ({ item, restore }, context) => {
          if (!await hasFeature("EnableCSI", restore, context, tell)) return;
          tell({ item: snapshot(resource, item), text: "Velero's CSI actions would rewrite the snapshot" });
        },
      };
      return [backup, restore];
    }),
  ];
}

const SNAPSHOTS = "snapshot.storage.k8s.io";
const SNAPSHOT_KINDS = [
  ["volumesnapshot", "volumesnapshots"],
  ["volumesnapshotcontent", "volumesnapshotcontents"],
  ["volumesnapshotclass", "volumesnapshotclasses"],
] as const;

function snapshot(resource: string, item: JsonObject): ResourceIdentifier {
  return { group: SNAPSHOTS, resource, namespace: namespaceOf(item), name: nameOf(item) };
}

const place = (resource: string, item: JsonObject): ResourceIdentifier => ({
  group: "",
  resource,
  namespace: namespaceOf(item),
  name: nameOf(item),
});

/** Takes the init container of an earlier restore off a pod. Where its volumes were backed up, the real one adds a new one. */
const restorePodVolumes = (tell: Tell): RestoreItemAction => ({
  kind: "RestoreItemAction",
  name: "velero.io/pod-volume-restore",
  appliesTo: { includedResources: ["pods"] },
  async execute({ item, itemFromBackup, restore }, context) {
    const isOld = (name: unknown) => name === WAIT_CONTAINER || name === "restic-wait";
    deleteElements(objectAt(item, "spec"), "initContainers", (entry) => isOld(at(entry, "name")));
    const copies = await remember(
      context,
      { key: "velero podvolumebackups", run: restore },
      () => podVolumeBackups(restore ?? {}, context.cluster),
    );
    const volumes = copies.filter((copy) =>
      at(copy, "spec", "pod", "name") === nameOf(itemFromBackup) &&
      podNamespaceOf(copy) === namespaceOf(itemFromBackup)
    ).map((copy) => stringAt(copy, "spec", "volume") ?? "");
    if (volumes.length > 0) {
      const names = volumes.sort().join(", ");
      const text = `an init container "${WAIT_CONTAINER}" would wait for the data of its volumes ${names}`;
      tell({ item: place("pods", item), text });
    }
    return { item };
  },
});

/** A DataUpload is never restored; its result becomes a ConfigMap for the time of the restore. */
const retrieveDataUpload = (tell: Tell): RestoreItemAction => ({
  kind: "RestoreItemAction",
  name: "velero.io/dataupload",
  appliesTo: { includedResources: ["datauploads.velero.io"] },
  execute({ item }) {
    const [namespace, name] = ["sourceNamespace", "sourcePVC"].map((key) => stringAt(item, "spec", key));
    const upload = { ...place("datauploads", item), group: "velero.io" };
    tell({ item: upload, text: `the data of claim ${namespace}/${name} would be moved back` });
    return { skipRestore: true };
  },
});

const snapshotClaim = (tell: Tell): BackupItemActionV2 => ({
  kind: "BackupItemActionV2",
  name: "velero.io/csi-pvc-backupper",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },
  async execute({ item, backup }, context) {
    const volume = boundVolume(item);
    if (volume === undefined || at(backup, "spec", "snapshotVolumes") === false) return;
    if (!await hasFeature("EnableCSI", backup, context, tell)) return;
    const found = await context.cluster.get(VOLUMES, "", volume);
    if (objectAt(found, "spec", "csi") === undefined) return;
    const moved = at(backup, "spec", "snapshotMoveData") === true ? " and its data moved to the store" : "";
    tell({ item: place("persistentvolumeclaims", item), text: `a CSI snapshot would be taken${moved}` });
  },
});

/** Lets a claim be provisioned empty where the Restore wants no volumes; the way back from a snapshot is not modelled. */
const restoreSnapshotClaim = (tell: Tell): RestoreItemActionV2 => ({
  kind: "RestoreItemActionV2",
  name: "velero.io/csi-pvc-restorer",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },
  async execute({ item, itemFromBackup, restore }, context) {
    if (!await hasFeature("EnableCSI", restore, context, tell)) return;
    const target = targetNamespace(restore, namespaceOf(item));
    if (await absentWhenNotServed(context.cluster.get(CLAIMS, target, nameOf(item))) !== undefined) return;
    if (at(restore, "spec", "restorePVs") === false) {
      const spec = objectAt(item, "spec") ?? {};
      for (const key of ["volumeName", "dataSource", "dataSourceRef"]) delete spec[key];
      return { item };
    }
    const source = ["velero.io/volume-snapshot-name", "velero.io/data-upload-name"]
      .find((key) => annotation(itemFromBackup, key) !== undefined);
    if (source === undefined) return;
    const text = `it would be filled from ${annotation(itemFromBackup, source)}, which ${source} names`;
    tell({ item: place("persistentvolumeclaims", item), text });
  },
});

/** The volumes of a pod whose files Velero would copy in a backup. */
export function copiedVolumes(pod: JsonObject, backup: JsonObject | undefined): string[] {
  const names = (key: string) =>
    (annotation(pod, `backup.velero.io/${key}`) ?? "").split(",").map((name) => name.trim())
      .filter((name) => name !== "");
  if (at(backup, "spec", "defaultVolumesToFsBackup") !== true) return names("backup-volumes");
  const out = names("backup-volumes-excludes");
  return objectsAt(pod, "spec", "volumes")
    .filter(isCopiedKind)
    .flatMap((volume) => stringAt(volume, "name") ?? [])
    .filter((name) => !out.includes(name));
}

/** Whether Velero ever copies the files of such a volume of a pod. */
export function isCopiedKind(volume: JsonObject): boolean {
  return NOT_COPIED.every((kind) => volume[kind] === undefined) &&
    !(stringAt(volume, "name") ?? "").startsWith("default-token");
}

const NOT_COPIED = ["hostPath", "secret", "configMap", "projected", "downwardAPI"];
