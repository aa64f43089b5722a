import { ClusterError, describe, type RequestSubject, type ResourceKind } from "../cluster.ts";

/**
 * The path of a collection, or with `name` of an object.
 *
 * @throws {ClusterError} `Invalid` for a namespace or name that would lead elsewhere: it may come from a backup.
 */
export function pathOf(
  subject: RequestSubject,
  kind: ResourceKind,
  namespace: string,
  name?: string,
): string {
  const { group, version, resource } = kind;
  const steps = group === "" ? ["api", version] : ["apis", group, version];
  if (namespace !== "") steps.push("namespaces", namespace);
  steps.push(resource);
  if (name !== undefined) steps.push(name);
  const wrong = steps.find((step) => step === "" || step === "." || step === ".." || step.includes("/"));
  if (wrong !== undefined) {
    const message = `${describe(subject)}: "${wrong}" cannot be part of a request`;
    throw new ClusterError(message, "Invalid", 0);
  }
  return `/${steps.map(encodeURIComponent).join("/")}`;
}
