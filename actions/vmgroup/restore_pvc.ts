import type { Context, RestoreItemAction, RestoreRequest, RestoreResult } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { VM_OPERATOR } from "./kinds.ts";
import { type Removal, remove } from "./removals.ts";
import type { VmGroupSettings } from "./settings.ts";

const ATTACHMENTS = "cns.vmware.com/usedby-vm-*";

// vmgroup P2, P3: what the vSphere CSI driver wrote about the volume and its attachments to VMs that are gone.
const OF_THE_OLD_VOLUME: readonly Removal[] = [
  {
    at: ["metadata", "annotations"],
    keys: [
      "volumehealth.storage.kubernetes.io/health",
      "volumehealth.storage.kubernetes.io/health-timestamp",
      ATTACHMENTS,
    ],
  },
  { at: ["metadata", "labels"], keys: [ATTACHMENTS] },
];

const FINALIZER = "cns.vmware.com/pvc-protection";
const INSTANCE_STORAGE = "vmoperator.vmware.com/instance-storage-resource";
const PROVISIONER = "volume.kubernetes.io/storage-provisioner";

/** Frees a PVC from the attachments of its old VM (vmgroup 5). */
export const restorePvc: RestoreItemAction<VmGroupSettings> = {
  kind: "RestoreItemAction",
  name: "lubronzhan.io/pvc-restore",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },
  execute,
};

function execute(request: RestoreRequest, { settings, log }: Context<VmGroupSettings>): RestoreResult | void {
  const { item } = request;
  if (settings["skip-instance-storage"] && isInstanceStorage(request)) {
    log.info("not restored, because VM Operator makes the PVCs of instance storage itself");
    return { skipRestore: true };
  }
  if (settings["pvc-scope"] === "vsphere" && provisioner(request) !== "csi.vsphere.vmware.com") return;
  const metadata = objectAt(item, "metadata");
  const annotations = objectAt(metadata, "annotations");
  if (metadata === undefined || annotations === undefined) return; // vmgroup P1
  if (remove(item, OF_THE_OLD_VOLUME).length === 0) return;
  removeFinalizer(metadata);
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
  return { item };
}

// vmgroup P4: it protects an attachment that does not exist any more; the driver adds it again at the next one.
function removeFinalizer(metadata: JsonObject): void {
  if (!Array.isArray(metadata.finalizers) || !metadata.finalizers.includes(FINALIZER)) return;
  const others = metadata.finalizers.filter((finalizer) => finalizer !== FINALIZER);
  if (others.length > 0) metadata.finalizers = others;
  else delete metadata.finalizers;
}

function isInstanceStorage(request: RestoreRequest): boolean {
  const labels = objectAt(request.item, "metadata", "labels");
  if (labels === undefined || !Object.hasOwn(labels, INSTANCE_STORAGE)) return false;
  return objectsAt(request.itemFromBackup, "metadata", "ownerReferences").some((owner) =>
    owner.kind === "VirtualMachine" && stringAt(owner, "apiVersion")?.split("/")[0] === VM_OPERATOR
  );
}

// Velero's own action on PVCs takes the annotation off before this one sees the item.
function provisioner(request: RestoreRequest): string | undefined {
  return annotation(request.item, PROVISIONER) ?? annotation(request.itemFromBackup, PROVISIONER);
}
