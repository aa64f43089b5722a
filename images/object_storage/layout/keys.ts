/**
 * The keys of the layout of CNCF distribution's registry, in which openshift-velero-plugin keeps images too (openshift 10.3).
 *
 * @module
 */

import { ImageStoreError } from "../../store.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
// As registries have them; nothing in them can lead out of the layout.
const REPOSITORY = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** The keys below one root directory. */
export interface LayoutKeys {
  /** Below which all keys lie, with a slash at its end. */
  readonly root: string;
  /** The bytes of a layer, configuration or manifest. */
  blob(digest: string): string;
  layerLink(repo: string, digest: string): string;
  revisionLink(repo: string, digest: string): string;
  tagIndexLink(repo: string, tag: string, digest: string): string;
  tagLink(repo: string, tag: string): string;
}

/** Whether that reference is a digest. */
export function isDigest(ref: string): boolean {
  return ref.includes(":");
}

/** The 64 hexadecimal digits of a digest. */
export function hexOf(digest: string): string {
  if (DIGEST.test(digest)) return digest.slice("sha256:".length);
  throw new ImageStoreError(`"${digest}" is not a sha256 digest`, "unsupported");
}

/** Makes the keys below a root directory, which may be empty. */
export function layoutKeys(rootDirectory: string): LayoutKeys {
  const folder = rootDirectory.replaceAll(/^\/+|\/+$/g, "");
  const root = `${folder === "" ? "" : `${folder}/`}docker/registry/v2/`;
  const repository = (repo: string) => `${root}repositories/${checked(repo, REPOSITORY, "repository")}`;
  const tagFolder = (repo: string, tag: string) =>
    `${repository(repo)}/_manifests/tags/${checked(tag, TAG, "tag")}`;
  return {
    root,
    blob(digest) {
      const hex = hexOf(digest);
      return `${root}blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
    },
    layerLink: (repo, digest) => `${repository(repo)}/_layers/sha256/${hexOf(digest)}/link`,
    revisionLink: (repo, digest) => `${repository(repo)}/_manifests/revisions/sha256/${hexOf(digest)}/link`,
    tagIndexLink: (repo, tag, digest) => `${tagFolder(repo, tag)}/index/sha256/${hexOf(digest)}/link`,
    tagLink: (repo, tag) => `${tagFolder(repo, tag)}/current/link`,
  };
}

function checked(text: string, pattern: RegExp, what: string): string {
  if (pattern.test(text)) return text;
  throw new ImageStoreError(`"${text}" is not a name that a ${what} can have`, "unsupported");
}
