import type { ResourceType } from "../../cluster/memory/resources.ts";
import { splitApiVersion } from "../../cluster/memory/store.ts";
import { stringAt } from "../../objects/object.ts";
import type { StoredItem } from "../archive/archive.ts";
import { decodeItem } from "../run/step.ts";

/** The resource of an item as the archive shows it, for where discovery knows none. Of an item that is no object it has no kind. */
export function storedType(item: StoredItem): ResourceType {
  const { group, resource, namespace } = item;
  const object = readable(item);
  return {
    group,
    resource,
    kind: stringAt(object, "kind") ?? "",
    versions: [splitApiVersion(stringAt(object, "apiVersion") ?? "").version],
    namespaced: namespace !== "",
    shortNames: [],
  };
}

function readable({ bytes }: StoredItem) {
  try {
    return decodeItem(bytes);
  } catch {
    return undefined;
  }
}
