/**
 * ImageStreamTags that refer to another tag, which must be restored first (openshift A13).
 *
 * @module
 */

import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, nameOf, objectAt, stringAt } from "../../objects/object.ts";
import type { BackupItemAction, Context } from "../action.ts";
import { createIncludes } from "../lib/includes.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { ANNOTATIONS } from "./constants.ts";
import { IMAGE_STREAM_TAGS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";
import { removeAnnotation } from "./remove_annotation.ts";
import { required } from "./required.ts";
import type { Settings } from "./settings.ts";
import { writable } from "./writable.ts";

/** `openshift.io/04-imagestreamtag-backup-plugin` */
export const backupImageStreamTag: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/04-imagestreamtag-backup-plugin",
  appliesTo: { includedResources: ["imagestreamtags"] },
  async execute({ item, backup }, context) {
    const { relatedTag, relatedTagNamespace } = ANNOTATIONS;
    const stale = [relatedTag, relatedTagNamespace].map((key) => removeAnnotation(item, key));
    const from = objectAt(item, "tag", "from");
    const related = from === undefined ? undefined : await findRelated(item, from, backup, context);
    if (related === undefined) return stale.includes(true) ? { item } : {};
    const { namespace, name } = related;
    Object.assign(writable(item, "metadata", "annotations"), {
      [relatedTag]: name,
      [relatedTagNamespace]: namespace,
    });
    const { group, resource } = IMAGE_STREAM_TAGS;
    // openshift IMP-22
    return isInBackup(namespace, backup)
      ? { item, additionalItems: [{ group, resource, namespace, name }] }
      : { item };
  },
};

interface Tag {
  readonly namespace: string;
  readonly name: string;
}

async function findRelated(
  item: JsonObject,
  from: JsonObject,
  backup: JsonObject | undefined,
  context: Context,
): Promise<Tag | undefined> {
  const { cluster, log } = context;
  const name = stringAt(from, "name");
  if (name === undefined || (from.kind !== "ImageStreamTag" && from.kind !== "ImageStreamImage")) {
    return undefined;
  }
  const namespace = stringAt(from, "namespace") ?? required(item, "metadata", "namespace");
  const title = `${from.kind} ${namespace}/${name}, to which the tag refers,`;
  try {
    if (from.kind === "ImageStreamTag") {
      const found = await cluster.get(IMAGE_STREAM_TAGS, namespace, name, { metadataOnly: true });
      if (found !== undefined) return { namespace, name };
    } else {
      const [, digest, ...more] = name.split("@");
      if (digest === undefined || digest === "" || more.length > 0) return undefined;
      const tag = (await tagsOf(namespace, backup, context)).find((tag) => tag.digest === digest);
      if (tag !== undefined) return { namespace, name: tag.name };
    }
    log.warn(`${title} has no tag that could be restored first`);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    log.warn(`${title} cannot be looked up: ${requestFailure(error, context)}`);
  }
  return undefined;
}

// Tags with an image of their own, listed once per backup and namespace.
function tagsOf(
  namespace: string,
  backup: JsonObject | undefined,
  context: Context,
): Promise<readonly { readonly name: string; readonly digest: string }[]> {
  return remember(context, { key: `openshift tags ${namespace}`, run: backup }, async () => {
    const found = [];
    for await (const tag of context.cluster.list(IMAGE_STREAM_TAGS, { namespace })) {
      const digest = stringAt(tag, "image", "metadata", "name");
      const own = objectAt(tag, "tag") === undefined ||
        stringAt(tag, "tag", "from", "kind") === "DockerImage";
      if (own && digest !== undefined) found.push({ name: nameOf(tag), digest });
    }
    return found;
  });
}

function isInBackup(namespace: string, backup: JsonObject | undefined): boolean {
  const texts = (field: string) =>
    arrayAt(backup, "spec", field).filter((entry) => typeof entry === "string");
  return createIncludes(texts("includedNamespaces"), texts("excludedNamespaces")).has(namespace);
}
