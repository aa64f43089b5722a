/**
 * What a VirtualMachine refers to: Secrets, ConfigMaps and PVCs of its namespace (vmgroup 2.1, G5, G6).
 *
 * @module
 */

import type { ResourceIdentifier } from "../action.ts";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { coreItem, versionOf } from "./kinds.ts";

/** A place below `spec` that names an object; `[]` behind a key means each element of that array. */
interface Reference {
  readonly path: string;
  readonly resource: "secrets" | "configmaps";
  /** Set where a path means this in one version only; the others are looked at whatever the version is. */
  readonly onlyIn?: string;
}

// The order of the rows is the order of the additional items. A string instead of an object at `content` is inline text, so the
// walk finds no name there.
const REFERENCES: readonly Reference[] = [
  { path: "bootstrap.cloudInit.rawCloudConfig.name", resource: "secrets" },
  { path: "bootstrap.cloudInit.cloudConfig.users[].hashed_passwd.name", resource: "secrets" },
  { path: "bootstrap.cloudInit.cloudConfig.users[].passwd.name", resource: "secrets" },
  { path: "bootstrap.cloudInit.cloudConfig.write_files[].content.name", resource: "secrets" },
  { path: "bootstrap.sysprep.rawSysprep.name", resource: "secrets" },
  { path: "bootstrap.sysprep.sysprep.guiUnattended.password.name", resource: "secrets" },
  { path: "bootstrap.sysprep.sysprep.identification.domainAdminPassword.name", resource: "secrets" },
  { path: "bootstrap.sysprep.sysprep.userData.productID.name", resource: "secrets" },
  { path: "bootstrap.sysprep.sysprep.scriptText.from.name", resource: "secrets" },
  { path: "bootstrap.linuxPrep.password.name", resource: "secrets" },
  { path: "bootstrap.linuxPrep.scriptText.from.name", resource: "secrets" },
  { path: "bootstrap.vAppConfig.rawProperties", resource: "secrets" },
  { path: "bootstrap.vAppConfig.properties[].value.from.name", resource: "secrets" },
  { path: "vmMetadata.secretName", resource: "secrets", onlyIn: "v1alpha1" },
  { path: "vmMetadata.configMapName", resource: "configmaps", onlyIn: "v1alpha1" },
];

/** The objects in its namespace that a VM needs to start, in the order of vmgroup G5 and G6; may name one twice. */
export function dependenciesOf(vm: JsonObject, namespace: string): ResourceIdentifier[] {
  const version = versionOf(vm);
  const references = REFERENCES
    .filter(({ onlyIn }) => onlyIn === undefined || onlyIn === version)
    .flatMap(({ path, resource }) =>
      namesAt(vm.spec, path.split(".")).map((name) => coreItem(resource, namespace, name))
    );
  return [...references, ...claimsOf(vm, namespace)];
}

function claimsOf(vm: JsonObject, namespace: string): ResourceIdentifier[] {
  return objectsAt(vm, "spec", "volumes")
    .map((volume) => objectAt(volume, "persistentVolumeClaim"))
    .filter((claim) => !isInstanceStorage(claim))
    .map((claim) => stringAt(claim, "claimName"))
    .filter((name) => name !== undefined)
    .map((name) => coreItem("persistentvolumeclaims", namespace, name));
}

// VM Operator makes the PVCs of instance storage itself and refuses them from others.
function isInstanceStorage(claim: JsonObject | undefined): boolean {
  return claim?.instanceVolumeClaim !== undefined && claim.instanceVolumeClaim !== null;
}

/** The non-empty strings at a path, elements of arrays in order. */
function namesAt(value: JsonValue | undefined, [step, ...rest]: readonly string[]): string[] {
  if (step === undefined) return typeof value === "string" && value !== "" ? [value] : [];
  if (!isObject(value)) return [];
  const key = step.replace("[]", "");
  const next = Object.hasOwn(value, key) ? value[key] : undefined;
  if (!step.endsWith("[]")) return namesAt(next, rest);
  return Array.isArray(next) ? next.flatMap((element) => namesAt(element, rest)) : [];
}
