import type { RestoreItemAction } from "../../action.ts";
import { namespaceOf, objectAt } from "../../../objects/object.ts";
import { embeddedMapping, mapNamespaces } from "../embedded_namespaces.ts";
import { dataSourceNodes } from "../graph/later_kinds.ts";
import { itemsOf } from "../graph/node.ts";
import type { KubevirtSettings } from "../settings.ts";

/** Restores a DataSource with what it stands for, and maps where that is (kubevirt 8.4). */
export const restoreDataSource: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-datasource-action",
  appliesTo: { includedResources: ["datasources.cdi.kubevirt.io"] },
  enabled: (settings) => settings["later-kinds"],

  execute({ item, restore }) {
    // Whether the backup has something of another namespace is not known here, and naming what it lacks gives a warning.
    const additionalItems = itemsOf(dataSourceNodes(item))
      .filter(({ namespace }) => namespace === namespaceOf(item));
    const sources = ["pvc", "snapshot", "dataSource"].map((field) => objectAt(item, "spec", "source", field));
    return mapNamespaces(sources, embeddedMapping(restore)) ? { item, additionalItems } : { additionalItems };
  },
};
