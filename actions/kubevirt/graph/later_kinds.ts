/**
 * The graphs of the later kinds: VirtualMachineTemplates and DataSources (kubevirt 8.4).
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../../objects/json.ts";
import { namespaceOf, objectAt } from "../../../objects/object.ts";
import { namedAt, type Place, placeAt, textAt } from "./fields.ts";
import { type GraphNode, type NodeKind, NODES } from "./node.ts";

const SNAPSHOTS: NodeKind = { group: "snapshot.storage.k8s.io", resource: "volumesnapshots" };

const SOURCES: readonly (readonly [field: string, kind: NodeKind])[] = [
  ["pvc", NODES.claims],
  ["snapshot", SNAPSHOTS],
  ["dataSource", NODES.dataSources],
];

/**
 * What a DataSource stands for: a PVC, a snapshot or another DataSource.
 *
 * @throws {Refusal} when a field that is read has a wrong type.
 */
export function dataSourceNodes(dataSource: JsonObject): GraphNode[] {
  const start: Place = { value: dataSource, where: "" };
  return SOURCES.flatMap(([field, kind]) => {
    const source = placeAt(start, `spec.source.${field}`);
    if (source === undefined) return [];
    return namedAt(source, "name", kind, textAt(source, "namespace") || namespaceOf(dataSource));
  });
}

/**
 * The VM inside of a VirtualMachineTemplate as far as it is the same for every VM that is made from it: without texts that hold a
 * parameter (`${NAME}`, `${{NUMBER}}`), and in the template's namespace. A copy; `undefined` when there is no VM.
 */
export function templateMachine(template: JsonObject): JsonObject | undefined {
  const machine = objectAt(template, "spec", "virtualMachine");
  if (machine === undefined) return undefined;
  const fixed = withoutParameters(machine) as JsonObject;
  return { ...fixed, metadata: { ...objectAt(fixed, "metadata"), namespace: namespaceOf(template) } };
}

function withoutParameters(value: JsonValue): JsonValue | undefined {
  if (typeof value === "string") return value.includes("${") ? undefined : value;
  if (Array.isArray(value)) return value.map(withoutParameters).filter((entry) => entry !== undefined);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, entry === undefined ? entry : withoutParameters(entry)])
      .filter(([, entry]) => entry !== undefined),
  );
}
