/**
 * What Velero's restore takes off a Service: addresses, and the node ports that the cluster chose (protocol 4.13).
 *
 * @module
 */

import type { RestoreItemAction } from "../../actions/action.ts";
import { isObject, type JsonObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { annotation, at, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { invalid } from "./invalid.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Lets the new cluster choose the addresses, and the node ports unless they were chosen by the user or are to be preserved. */
export const restoreService: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/service",
  appliesTo: { includedResources: ["services"] },
  execute({ item, restore }) {
    const spec = objectAt(item, "spec");
    if (spec === undefined) return;
    if (spec.clusterIP !== "None") {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (at(restore, "spec", "preserveNodePorts") === true) return { item };
    if (spec.type !== "ExternalName") deleteNodePorts(item, spec);
    if (spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local") {
      if (!isHealthPortChosen(item)) delete spec.healthCheckNodePort;
    }
    return { item };
  },
};

function deleteNodePorts(service: JsonObject, spec: JsonObject): void {
  const applied = lastApplied(service);
  const isChosen = applied === undefined ? byManagers(service) : byApplied(applied);
  for (const port of objectsAt(spec, "ports")) if (!isChosen(port)) delete port.nodePort;
}

/** `kubectl apply` has written down which node ports the user named: by name of the port, else by number. */
function byApplied(applied: JsonObject): (port: JsonObject) => boolean {
  const chosen = objectsAt(applied, "spec", "ports").filter((port) => numberOf(port.nodePort) > 0);
  const names = new Set(chosen.flatMap(({ name }) => typeof name === "string" ? [name] : []));
  const numbers = new Set(
    chosen.filter(({ name }) => name === undefined).map(({ nodePort }) => numberOf(nodePort)),
  );
  return (port) => {
    const name = stringAt(port, "name");
    return name === undefined ? numbers.has(numberOf(port.nodePort)) : names.has(name);
  };
}

/** Any manager that set the field, otherwise. */
function byManagers(service: JsonObject): (port: JsonObject) => boolean {
  const chosen = new Set(
    objectsAt(service, "metadata", "managedFields").flatMap((entry) =>
      Object.entries(objectAt(entry, "fieldsV1", "f:spec", "f:ports") ?? {})
        .filter(([, fields]) => isObject(fields) && Object.hasOwn(fields, "f:nodePort"))
        .map(([key]) => key)
    ),
  );
  return ({ port, protocol }) => chosen.has(`k:{"port":${numberOf(port)},"protocol":"${protocol ?? ""}"}`);
}

function isHealthPortChosen(service: JsonObject): boolean {
  if (numberOf(at(lastApplied(service), "spec", "healthCheckNodePort")) > 0) return true;
  return objectsAt(service, "metadata", "managedFields").some((entry) =>
    at(entry, "fieldsV1", "f:spec", "f:healthCheckNodePort") !== undefined
  );
}

function lastApplied(service: JsonObject): JsonObject | undefined {
  const text = annotation(service, LAST_APPLIED);
  if (text === undefined) return undefined;
  try {
    const value = parseJson(text);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw invalid(`annotation ${LAST_APPLIED} is no JSON object`, "remove the annotation");
}

function numberOf(value: JsonValue | undefined): number {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" ? Math.trunc(number) : 0;
}
