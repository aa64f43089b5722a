/**
 * Who publishes the plugin. `deno task rename-owner NAME` changes it here and in every file that names the image or the repository.
 *
 * @module
 */

/** The account at GitHub and its registry; the placeholder until somebody publishes the plugin. */
export const OWNER = "OWNER";

/** The repository without its owner, and the image likewise. */
export const NAME = "velero-plugin-for-workloads";

/** The image without a tag. */
export const IMAGE = `ghcr.io/${OWNER}/${NAME}`;
