/**
 * References to images in an internal registry, as text (openshift 5.5).
 *
 * @module
 */

/** A reference to an image of an image stream. */
export interface LocalReference {
  readonly namespace: string;
  /** A tag in front of a digest stays in the name. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** True when the part before the first slash is that host; a reference without a slash has none. */
export function hasPrefix(reference: string, host: string): boolean {
  const slash = reference.indexOf("/");
  return slash >= 0 && reference.slice(0, slash) === host;
}

/** The parts of `host/namespace/name` with tag or digest; `undefined` for anything else. */
export function parseLocal(reference: string, host: string): LocalReference | undefined {
  const [first, namespace, last, ...more] = reference.split("/");
  if (first !== host || namespace === undefined || last === undefined || more.length > 0) return undefined;
  const separator = last.includes("@") ? "@" : ":";
  const [name = "", after, ...others] = last.split(separator);
  if (others.length > 0) return undefined;
  if (after === undefined) return { namespace, name };
  return separator === "@" ? { namespace, name, digest: after } : { namespace, name, tag: after };
}

/**
 * The reference with its host replaced and its namespace mapped; `undefined` when it does not begin with the host.
 *
 * A digest in namespace `openshift` is kept only when `keepsDigest` knows the mapped reference in the new registry: every cluster
 * imports those images itself (openshift IMP-10).
 *
 * @param hosts The host that is replaced, and its other names (openshift IMP-11).
 */
export async function replacePrefix(
  reference: string,
  hosts: readonly string[],
  host: string,
  mapping: ReadonlyMap<string, string>,
  keepsDigest: (reference: LocalReference) => Promise<boolean>,
): Promise<string | undefined> {
  if (!hosts.some((known) => hasPrefix(reference, known))) return undefined;
  const [namespace = "", ...names] = reference.slice(reference.indexOf("/") + 1).split("/");
  const target = names.length > 0 ? mapping.get(namespace) ?? namespace : namespace;
  const result = [host, target, ...names].join("/");
  if (namespace !== "openshift" || names.length === 0 || !result.includes("@")) return result;
  const local = parseLocal(result, host);
  return local !== undefined && await keepsDigest(local) ? result : result.slice(0, result.indexOf("@"));
}
