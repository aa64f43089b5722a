/**
 * OpenShift's part of the demo's namespace, with the workloads, volumes and pods that a cluster has beside it.
 *
 * @module
 */

import { parseAllDocuments } from "yaml";
import type { Api, Json } from "./api.ts";
import { ROOT } from "./tools.ts";

/** The internal registry of the cluster backed up. */
export const OLD_HOST = "image-registry.openshift-image-registry.svc:5000";

/** The internal registry of the cluster restored to. */
export const NEW_HOST = "registry.new.example.com:5000";

// Kinds whose plural is not the lower-case kind with an s, and kinds without a namespace.
const PLURALS: Readonly<Record<string, string>> = {
  Proxy: "proxies",
  SecurityContextConstraints: "securitycontextconstraints",
};
const CLUSTER_WIDE = [
  "ClusterVersion",
  "Config",
  "Image",
  "PersistentVolume",
  "SecurityContextConstraints",
  "ClusterRoleBinding",
];

/** Where objects of that kind lie. */
export function collectionOf(apiVersion: string, kind: string, namespace: string): string {
  const prefix = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  return CLUSTER_WIDE.includes(kind) ? `${prefix}/${plural}` : `${prefix}/namespaces/${namespace}/${plural}`;
}

/** Creates an object where its kind lies. */
export function create(api: Api, object: Json): Promise<Json> {
  const { apiVersion, kind, metadata: { namespace = "" } } = object as Json & { metadata: Json };
  return api.create(collectionOf(apiVersion, kind, namespace), object);
}

const image = (name: string) => `${OLD_HOST}/shop/${name}`;
const podTemplate = (name: string) => ({
  metadata: { labels: { app: name } },
  spec: { restartPolicy: "Never", containers: [{ name: "main", image: image(`${name}:1`) }] },
});

/** Beside the demo's objects: the cluster's version and registry, workloads with images of the internal registry, volumes and pods. */
const MORE: readonly Json[] = [
  {
    apiVersion: "config.openshift.io/v1",
    kind: "ClusterVersion",
    metadata: { name: "version" },
    status: { desired: { version: "4.16.3" }, capabilities: { enabledCapabilities: ["ImageRegistry"] } },
  },
  {
    apiVersion: "imageregistry.operator.openshift.io/v1",
    kind: "Config",
    metadata: { name: "cluster" },
    spec: { managementState: "Managed" },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "report", namespace: "shop" },
    spec: {
      schedule: "0 3 * * *",
      timeZone: "Europe/Berlin",
      jobTemplate: { spec: { template: podTemplate("report") } },
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "api", namespace: "shop" },
    spec: {
      selector: { matchLabels: { app: "api" } },
      template: {
        metadata: { labels: { app: "api" } },
        spec: {
          containers: [{ name: "main", image: image("api:1") }, {
            name: "side",
            image: "quay.example.com/side:1",
          }],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: "data",
      namespace: "shop",
      annotations: { "openshift.io/migrate-type": "copy", "openshift.io/target-storage-class": "fast" },
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "slow",
      resources: { requests: { storage: "1Gi" } },
    },
  },
  // Owned by nothing: restored, and with the pull secret that the target cluster has made for its account.
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "console", namespace: "shop", labels: { app: "console" } },
    spec: {
      nodeSelector: { disktype: "ssd" },
      containers: [{ name: "main", image: image("console:1") }],
      imagePullSecrets: [{ name: "default-dockercfg-old" }],
    },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "catalog-8-build",
      namespace: "shop",
      annotations: { "openshift.io/build.name": "catalog-8" },
    },
    spec: { containers: [{ name: "main", image: "quay.example.com/builder:1" }] },
  },
];

/** Builds namespace `shop`. */
export async function createOpenShiftNamespace(api: Api): Promise<void> {
  const text = await Deno.readTextFile(`${ROOT}examples/shop/openshift/catalog.yaml`);
  const demo = parseAllDocuments(text).map((document): Json => document.toJS());
  await api.create("/api/v1/namespaces", { metadata: { name: "shop" } });
  for (const object of [...demo, ...MORE]) await create(api, object);
}

/** A namespace as OpenShift makes it: two of its ServiceAccounts have pull secrets. */
export async function createTargetNamespace(api: Api, namespace: string): Promise<void> {
  await api.create("/api/v1/namespaces", { metadata: { name: namespace } });
  for (const account of ["default", "builder"]) {
    const secret = `${account}-dockercfg-new`;
    await create(api, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: account,
        namespace,
        annotations: { "openshift.io/internal-registry-pull-secret-ref": secret },
      },
      imagePullSecrets: [{ name: secret }],
    });
    await create(api, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: secret,
        namespace,
        annotations: { "openshift.io/internal-registry-auth-token.service-account": account },
      },
      type: "kubernetes.io/dockercfg",
      stringData: { ".dockercfg": "{}" },
    });
  }
}
