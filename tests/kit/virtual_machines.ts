/**
 * KubeVirt and Kube-OVN objects for tests.
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../../objects/json.ts";

/** What a test says about a VM; the rest is as short as the API server would accept. */
export interface VmOptions {
  readonly name?: string;
  readonly namespace?: string;
  /** `status.printableStatus`; absent leaves the status out. */
  readonly state?: string;
  /** `spec.template.spec.networks`; absent leaves it out. */
  readonly networks?: JsonValue;
  readonly volumes?: JsonValue;
  /** `spec.template.metadata.annotations`; absent leaves the metadata out. */
  readonly annotations?: JsonObject;
  /** Names in `spec.dataVolumeTemplates`. */
  readonly templates?: readonly string[];
}

/** A VirtualMachine, by default `n/v`. */
export function vm(options: VmOptions = {}): JsonObject {
  const { name = "v", namespace = "n", state, networks, volumes, annotations, templates } = options;
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name, namespace },
    spec: {
      ...(templates === undefined
        ? {}
        : { dataVolumeTemplates: templates.map((template) => ({ metadata: { name: template } })) }),
      template: {
        ...(annotations === undefined ? {} : { metadata: { annotations } }),
        spec: {
          ...(networks === undefined ? {} : { networks }),
          ...(volumes === undefined ? {} : { volumes }),
        },
      },
    },
    ...(state === undefined ? {} : { status: { printableStatus: state } }),
  };
}

/** A Kube-OVN IP object. */
export function ip(name: string, v4: string, v6: string, mac: string, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "kubeovn.io/v1",
    kind: "IP",
    metadata: { name },
    spec: { v4IpAddress: v4, v6IpAddress: v6, macAddress: mac, ipAddress: "do not read", ...more },
  };
}

/** An object of which only name and labels matter. */
export function bare(
  apiVersion: string,
  kind: string,
  name: string,
  metadata: JsonObject = {},
  namespace = "n",
): JsonObject {
  return { apiVersion, kind, metadata: { name, namespace, ...metadata } };
}

/** `metadata` of an object that Velero leaves out. */
export const EXCLUDED: JsonObject = { labels: { "velero.io/exclude-from-backup": "true" } };
