/**
 * Objects and a world for tests of the openshift source.
 *
 * @module
 */

import { type Settings, settings } from "../../actions/openshift/settings.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { defaultsOf, type World } from "./run_action.ts";

/** The defaults, with what a test changes. */
export function settingsWith(changed: Partial<Settings> = {}): Settings {
  return { ...defaultsOf(settings), ...changed };
}

/** Host of the registry backed up. */
export const OLD = "old.registry:5000";
/** Host of the registry restored to. */
export const NEW = "new.registry:5000";

/** The two annotations that name the registries. */
export function registries(old: string = OLD, restored: string = NEW): Record<string, string> {
  return {
    "openshift.io/backup-registry-hostname": old,
    "openshift.io/restore-registry-hostname": restored,
  };
}

/** A Restore, `velero/r`, of Backup `b`; more of its specification may follow. */
export function restoreOf(
  namespaceMapping: JsonObject = {},
  spec: JsonObject = {},
  metadata: JsonObject = {},
): JsonObject {
  return {
    apiVersion: "velero.io/v1",
    kind: "Restore",
    metadata: { name: "r", namespace: "velero", uid: "restore-uid", ...metadata },
    spec: { backupName: "b", namespaceMapping, ...spec },
  };
}

/** A Backup, `velero/b`. */
export function backupOf(spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "velero.io/v1",
    kind: "Backup",
    metadata: { name: "b", namespace: "velero", uid: "backup-uid", ...metadata },
    spec,
  };
}

/** The label that makes a run one of a migration. */
export const MIGRATION = { "app.kubernetes.io/part-of": "openshift-migration" };

/** An object of namespace `n`; more metadata may be in `more`. */
export function object(apiVersion: string, kind: string, name: string, more: JsonObject = {}): JsonObject {
  const { metadata, ...rest } = more;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: "n", ...(metadata as JsonObject | undefined) },
    ...rest,
  };
}

/** A pod, `n/p`, with containers of these images. */
export function pod(images: readonly string[], spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  const containers = images.map((image, index) => ({ name: `c${index}`, image }));
  return object("v1", "Pod", "p", { metadata, spec: { containers, ...spec } });
}

/** A ServiceAccount of namespace `n`, which names its pull secret as OpenShift does since 4.16. */
export function account(name: string, pullSecret?: string, more: JsonObject = {}): JsonObject {
  const annotations = pullSecret === undefined
    ? {}
    : { annotations: { "openshift.io/internal-registry-pull-secret-ref": pullSecret } };
  return object("v1", "ServiceAccount", name, { metadata: { uid: `uid-${name}`, ...annotations }, ...more });
}

/** A generated pull secret of namespace `n` that names its account: as since 4.16, or with the UID as before. */
export function dockercfg(name: string, owner?: string, uid?: string): JsonObject {
  const links: JsonObject = owner === undefined
    ? {}
    : uid === undefined
    ? { "openshift.io/internal-registry-auth-token.service-account": owner }
    : { "kubernetes.io/service-account.name": owner, "kubernetes.io/service-account.uid": uid };
  return object("v1", "Secret", name, { metadata: { annotations: links }, type: "kubernetes.io/dockercfg" });
}

/** What tells the version of OpenShift and the state of its image registry. */
export function openshiftVersion(version: string, registry: "Managed" | "Removed" = "Managed"): JsonObject[] {
  return [
    {
      apiVersion: "config.openshift.io/v1",
      kind: "ClusterVersion",
      metadata: { name: "version" },
      status: { desired: { version }, capabilities: { enabledCapabilities: ["Build", "ImageRegistry"] } },
    },
    {
      apiVersion: "imageregistry.operator.openshift.io/v1",
      kind: "Config",
      metadata: { name: "cluster" },
      spec: { managementState: registry },
    },
  ];
}

/** A namespace, made at the instant. */
export function namespace(name: string, created: string): JsonObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, creationTimestamp: created } };
}

/** An ImageStream with these images in one tag. */
export function imageStream(
  namespace: string,
  name: string,
  digests: readonly string[],
  more: JsonObject = {},
): JsonObject {
  const items: JsonValue[] = digests.map((image) => ({
    image,
    dockerImageReference: `${OLD}/${namespace}/${name}@${image}`,
  }));
  return object("image.openshift.io/v1", "ImageStream", name, {
    metadata: { namespace },
    status: { tags: [{ tag: "latest", items }] },
    ...more,
  });
}

/** A world whose time passes only while somebody waits, and how long that was. */
export function waiting(
  start = "2026-01-02T03:04:05Z",
): Required<Pick<World<unknown>, "now" | "timeout">> & { waited(): number } {
  const now = new Date(start);
  const begun = now.getTime();
  return {
    now,
    timeout(milliseconds) {
      now.setTime(now.getTime() + milliseconds);
      return AbortSignal.abort();
    },
    waited: () => now.getTime() - begun,
  };
}
