/** A key of the layout, as far as the removal of old images must know it (openshift 10.3). */
export type LayoutKey =
  /** The bytes of a digest. */
  | { readonly kind: "blob"; readonly hex: string }
  /** A link whose key names the digest. A manifest's link keeps what the manifest names, a layer's only the layer. */
  | { readonly kind: "link"; readonly hex: string; readonly manifest: boolean }
  /** The link of a tag, which names its digest in its content. */
  | { readonly kind: "tag" };

const BLOB = /^blobs\/sha256\/[0-9a-f]{2}\/([0-9a-f]{64})\/data$/;
const LINK =
  /^repositories\/.+\/(_layers|_manifests\/revisions|_manifests\/tags\/[^/]+\/index)\/sha256\/([0-9a-f]{64})\/link$/;
const TAG = /^repositories\/.+\/_manifests\/tags\/[^/]+\/current\/link$/;

/** Reads a key, which is given without the layout's root; `undefined` for what is not of the layout, such as unfinished uploads of a registry. */
export function readLayoutKey(key: string): LayoutKey | undefined {
  const [, hex] = BLOB.exec(key) ?? [];
  if (hex !== undefined) return { kind: "blob", hex };
  const [, folder, linked] = LINK.exec(key) ?? [];
  if (linked !== undefined) return { kind: "link", hex: linked, manifest: folder !== "_layers" };
  return TAG.test(key) ? { kind: "tag" } : undefined;
}
