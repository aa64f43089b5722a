import { ClusterError } from "../../cluster/cluster.ts";
import type { BackupItemAction, Context } from "../action.ts";
import { objectOrNothing } from "../lib/expect.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { isMetadataBackup, refuseUnrestorable, refuseUnsafe } from "../lib/kubevirt/checks.ts";
import { at, ensureObject, nameOf, namespaceOf } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { together } from "../lib/together.ts";
import { collectAddresses } from "./addresses.ts";
import { toAnnotations } from "./annotations.ts";
import { IPS } from "./ip_objects.ts";
import type { Settings } from "./settings.ts";

/** Writes the Kube-OVN addresses of a VM into its template, so that the restored VM gets them again (superphenix 2). */
export const backupVirtualMachine: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "superphenix.net/backup-virtualmachine",
  appliesTo: { includedResources: ["virtualmachines.kubevirt.io"] },

  async execute({ item, backup }, context) {
    if (backup === undefined) {
      throw new Refusal("backup object is nil", {
        rule: "superphenix S1",
        remedy: "call the action with a Backup",
        reason: "invalid_item",
      });
    }
    const { settings, log } = context;
    if (!settings["require-addresses"] && !await mayHaveIps(context)) return;
    requireName(item);
    const checked = !settings["skip-checks"] && !isMetadataBackup(backup);
    const template = at(item, "spec", "template");
    if (!isObject(template)) {
      if (checked) await refuseUnsafe(item, backup, context, "superphenix S3");
      log.warn("spec.template is not an object, so the VM has no interfaces; it is backed up as it is");
      return;
    }
    const [, , addresses] = await together(context, [
      (own) => checked ? refuseUnsafe(item, backup, own, "superphenix S3") : undefined,
      (own) => checked ? refuseUnrestorable(item, backup, own, "superphenix S4") : undefined,
      (own) => collectAddresses(item, template, own),
    ]);
    const metadata = objectOrNothing(template.metadata, "spec.template.metadata", "superphenix S6");
    const existing =
      objectOrNothing(metadata?.annotations, "spec.template.metadata.annotations", "superphenix S6") ?? {};
    const changes = Object.entries(toAnnotations(addresses, existing, settings))
      .filter(([key, value]) => existing[key] !== value);
    if (changes.length === 0) return;
    Object.assign(ensureObject(template, "metadata", "annotations"), Object.fromEntries(changes));
    return { item };
  },
};

// False only when the API server says that there is no Kube-OVN. When it says nothing, reading the first IP object decides: an address
// must not get lost because discovery failed.
async function mayHaveIps({ cluster }: Context<Settings>): Promise<boolean> {
  try {
    return (await cluster.serves(IPS.group, IPS.resource)).length > 0;
  } catch (error) {
    if (error instanceof ClusterError) return true;
    throw error;
  }
}

function requireName(vm: JsonObject): void {
  const [name, namespace] = [nameOf(vm), namespaceOf(vm)];
  if (name !== "" && namespace !== "") return;
  throw new Refusal(`expected a VM name/namespace, got '${name}' and '${namespace}'`, {
    rule: "superphenix 3.2",
    remedy: "give the VM a name and a namespace in its metadata",
    reason: "invalid_item",
  });
}
