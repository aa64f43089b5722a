import type { RestoreItemAction } from "../../action.ts";
import { parseJson } from "../../../objects/json.ts";
import { objectAt } from "../../../objects/object.ts";
import { stringOrNothing } from "../../lib/expect.ts";
import { embeddedMapping } from "../embedded_namespaces.ts";
import type { KubevirtSettings } from "../settings.ts";

// In the text of the configuration, which keeps its layout: a quotation mark inside of a string stands behind a backslash there.
const REFERENCE = /("netAttachDefName"\s*:\s*")([^"\\/]+)(\/[^"\\/]+")/g;

/** Maps the namespace in which a NetworkAttachmentDefinition names another one or itself (kubevirt 8.4, B20). */
export const restoreNetwork: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-networkattachmentdefinition-action",
  appliesTo: { includedResources: ["network-attachment-definitions.k8s.cni.cncf.io"] },
  enabled: (settings) => settings["later-kinds"],

  execute({ item, restore }, { log }) {
    const mapping = embeddedMapping(restore);
    const spec = objectAt(item, "spec");
    const config = stringOrNothing(spec?.config, "spec.config", "kubevirt 8.4");
    if (spec === undefined || config === "" || mapping.size === 0) return {};
    if (!isJson(config)) {
      log.warn("spec.config is not JSON, so a namespace in its netAttachDefName stays as it is");
      return {};
    }
    spec.config = config.replaceAll(
      REFERENCE,
      (whole, head: string, namespace: string, tail: string) =>
        mapping.has(namespace) ? `${head}${mapping.get(namespace)}${tail}` : whole,
    );
    return spec.config === config ? {} : { item };
  },
};

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}
