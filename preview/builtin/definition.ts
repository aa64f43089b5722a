import type { BackupItemAction, Context } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, nameOf, objectAt, objectsAt } from "../../objects/object.ts";

const GROUP = "apiextensions.k8s.io";
const RESOURCE = "customresourcedefinitions";

/** Takes an old-fashioned definition in version v1beta1, where the cluster (before Kubernetes 1.22) still has it. */
export const backupDefinition: BackupItemAction = {
  kind: "BackupItemAction",
  name: "velero.io/crd-remap-version",
  appliesTo: { includedResources: [`${RESOURCE}.${GROUP}`] },
  async execute({ item }, { cluster }) {
    if (item.apiVersion !== `${GROUP}/v1` || !isOldFashioned(item)) return;
    if (!(await cluster.serves(GROUP, RESOURCE)).includes("v1beta1")) return;
    const old = await getOld(cluster, nameOf(item));
    return old === undefined ? undefined : { item: old };
  },
};

function getOld(cluster: Context["cluster"], name: string): Promise<JsonObject | undefined> {
  return cluster.get({ group: GROUP, version: "v1beta1", resource: RESOURCE }, "", name);
}

function isOldFashioned(definition: JsonObject): boolean {
  const [version] = objectsAt(definition, "spec", "versions");
  const withoutSchema = version !== undefined && objectAt(version, "schema", "openAPIV3Schema") === undefined;
  return withoutSchema || at(definition, "spec", "preserveUnknownFields") === true ||
    objectsAt(definition, "status", "conditions").some(({ type }) => type === "NonStructuralSchema");
}
