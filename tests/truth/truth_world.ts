/**
 * A namespace with one of each kind that Velero's own actions treat, and what belongs to it at cluster scope.
 *
 * @module
 */

import type { Api, Json } from "../velero/api.ts";

const CORE = "/api/v1";
const container = (rest: Json = {}) => ({ name: "web", image: "registry.old.example.com/web:1", ...rest });
const template = (labels: Json) => ({ metadata: { labels }, spec: { containers: [container()] } });

/** A kind of the namespace's own. */
export const WIDGETS: Json = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    }],
  },
};

/** Where things are made: `[collection, object]` in the order of making. */
function objectsOf(namespace: string): [string, Json][] {
  const core = (resource: string) => `${CORE}/namespaces/${namespace}/${resource}`;
  const apps = (resource: string) => `/apis/apps/v1/namespaces/${namespace}/${resource}`;
  const batch = (resource: string) => `/apis/batch/v1/namespaces/${namespace}/${resource}`;
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const role = (kind: string) => ({
    apiGroup: "rbac.authorization.k8s.io",
    kind,
    name: `${namespace}-reader`,
  });
  const robot = { kind: "ServiceAccount", name: "robot", namespace };
  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
  const claim = (name: string, volumeName?: string, metadata: Json = {}): [string, Json] => [
    core("persistentvolumeclaims"),
    {
      metadata: { name, ...metadata },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "fast",
        resources: { requests: { storage: "1Gi" } },
        ...(volumeName === undefined ? {} : { volumeName }),
      },
      ...(volumeName === undefined
        ? {}
        : { status: { phase: "Bound", capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] } }),
    },
  ];
  const volume = (name: string, claimName: string, persistentVolumeReclaimPolicy: string): [string, Json] => [
    `${CORE}/persistentvolumes`,
    {
      metadata: { name, annotations: { "pv.kubernetes.io/bound-by-controller": "yes" } },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "1Gi" },
        storageClassName: "fast",
        persistentVolumeReclaimPolicy,
        hostPath: { path: `/data/${name}` },
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName, uid: "1" },
      },
      status: { phase: "Bound" },
    },
  ];
  const pod = (name: string, rest: Json, metadata: Json = {}, phase = "Running"): [string, Json] => [
    core("pods"),
    { metadata: { name, ...metadata }, spec: { containers: [container()], ...rest }, status: { phase } },
  ];
  return [
    ["/apis/storage.k8s.io/v1/storageclasses", {
      metadata: { name: "fast" },
      provisioner: "example.com/fast",
    }],
    ["/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: `${namespace}-high` }, value: 100 }],
    [`${CORE}/namespaces`, {
      metadata: { name: namespace, labels: { team: "a" }, annotations: { note: "kept" } },
    }],
    [core("serviceaccounts"), {
      metadata: { name: "robot" },
      secrets: [{ name: "robot-token-x1" }, { name: "mine" }],
    }],
    [core("secrets"), {
      metadata: { name: "mine", annotations: { "kubernetes.io/service-account.name": "robot" } },
      type: "kubernetes.io/service-account-token",
      data: { token: "eA==", "ca.crt": "eA==", namespace: "eA==" },
    }],
    [core("secrets"), { metadata: { name: "plain", labels: { app: "web" } }, stringData: { a: "b" } }],
    [core("configmaps"), {
      metadata: { name: "settings", labels: { app: "web" } },
      data: { a: "1", b: "1" },
    }],
    [core("configmaps"), { metadata: { name: "other" }, data: { a: "1" } }],
    [core("services"), {
      metadata: { name: "web", labels: { app: "web" } },
      spec: { type: "NodePort", selector: { app: "web" }, ports: [{ name: "http", port: 80 }] },
    }],
    [core("services"), {
      metadata: { name: "balanced" },
      spec: { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [{ port: 443 }] },
    }],
    [core("services"), {
      metadata: { name: "headless" },
      spec: { clusterIP: "None", ports: [{ port: 80 }] },
    }],
    volume("kept", "kept", "Retain"),
    volume("gone", "gone", "Delete"),
    claim("kept", "kept", {
      annotations: { "pv.kubernetes.io/bind-completed": "yes", "volume.kubernetes.io/selected-node": "n" },
    }),
    claim("gone", "gone"),
    claim("pending", undefined, { labels: { app: "web" } }),
    pod("web", {
      nodeName: "node-1",
      priorityClassName: `${namespace}-high`,
      serviceAccountName: "robot",
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "kept" } }],
    }, {
      labels: { app: "web" },
      annotations: {
        "pre.hook.backup.velero.io/command": "sync",
        "pre.hook.backup.velero.io/on-error": "Continue",
        "init.hook.restore.velero.io/container-image": "tools:1",
        "init.hook.restore.velero.io/container-name": "warm",
        "init.hook.restore.velero.io/command": '["/bin/warm"]',
      },
    }),
    pod("done", {}, {}, "Succeeded"),
    [`/apis/example.com/v1/namespaces/${namespace}/widgets`, {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "one" },
      spec: { size: 1 },
    }],
    [apps("deployments"), {
      metadata: { name: "web", labels: { app: "web" } },
      spec: { selector: { matchLabels: { app: "web" } }, template: template({ app: "web" }) },
    }],
    [apps("statefulsets"), {
      metadata: { name: "db" },
      spec: {
        serviceName: "headless",
        selector: { matchLabels: { app: "db" } },
        template: template({ app: "db" }),
        volumeClaimTemplates: [{
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "fast",
            resources: { requests: { storage: "1Gi" } },
          },
        }],
      },
    }],
    [batch("jobs"), {
      metadata: { name: "once" },
      spec: { template: { spec: { restartPolicy: "Never", containers: [container()] } } },
    }],
    [batch("cronjobs"), {
      metadata: { name: "nightly" },
      spec: {
        schedule: "0 3 * * *",
        jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [container()] } } } },
      },
    }],
    [`${rbac}/clusterroles`, { metadata: { name: `${namespace}-reader` }, rules }],
    [`${rbac}/namespaces/${namespace}/roles`, { metadata: { name: `${namespace}-reader` }, rules }],
    [`${rbac}/namespaces/${namespace}/rolebindings`, {
      metadata: { name: "robot" },
      subjects: [robot],
      roleRef: role("Role"),
    }],
    [`${rbac}/clusterrolebindings`, {
      metadata: { name: `${namespace}-robot` },
      subjects: [robot],
      roleRef: role("ClusterRole"),
    }],
    ["/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
      metadata: { name: namespace, labels: { app: "web" } },
      webhooks: [{
        name: "w.example.com",
        sideEffects: "NoneOnDryRun",
        admissionReviewVersions: ["v1"],
        clientConfig: { url: "https://127.0.0.1:1/" },
        rules: [{
          apiGroups: ["none.example.com"],
          apiVersions: ["v1"],
          operations: ["CREATE"],
          resources: ["x"],
        }],
      }],
    }],
  ];
}

/** Makes the namespace. */
export async function createMixedNamespace(api: Api, namespace: string): Promise<void> {
  for (const [collection, { status, ...object }] of objectsOf(namespace)) {
    await api.create(collection, object);
    const path = `${collection}/${object["metadata"].name}/status`;
    if (status !== undefined) await api.patch(path, { status });
  }
}
