/**
 * What Velero's own actions do with an item, as a table. The unit test runs it through `preview/builtin/`; the end-to-end test through
 * the real actions of Velero, so the table is not our opinion.
 *
 * @module
 */

import type { ActionKind } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { object } from "./world.ts";

/** A call of one action. */
export interface BuiltinCase {
  readonly id: string;
  readonly kind: ActionKind;
  readonly action: string;
  readonly item: JsonObject;
  /** The item as it was backed up; default: the item. */
  readonly stored?: JsonObject;
  /** `spec` of the Backup or Restore. */
  readonly spec?: JsonObject;
  readonly cluster?: readonly JsonObject[];
  readonly expected: {
    /** Default: as it was. */
    readonly item?: JsonObject;
    /** `resource.group namespace/name` of additional or related items, sorted. */
    readonly asks?: readonly string[];
    readonly skipped?: true;
    /** Part of our error text; the real action fails as well, in other words. */
    readonly fails?: string;
    /** What a preview says that it does not show. */
    readonly told?: string;
  };
  /** Why the real action cannot be asked for this, where it cannot. */
  readonly ours?: string;
}

/** The Backup or Restore of a case. */
export function runOf({ kind, spec = {} }: BuiltinCase): JsonObject {
  const backup = kind.startsWith("Backup") || kind === "ItemBlockAction";
  return {
    apiVersion: "velero.io/v1",
    kind: backup ? "Backup" : "Restore",
    metadata: { name: backup ? "b" : "r", namespace: "velero" },
    spec: { ...(backup ? {} : { backupName: "b" }), ...spec },
  };
}

const BACKUP = "BackupItemAction";
const RESTORE = "RestoreItemAction";
const BLOCK = "ItemBlockAction";

type Rest = Partial<BuiltinCase>;
const table = (
  kind: ActionKind,
  action: string,
  rows: [string, JsonObject, BuiltinCase["expected"], Rest?][],
) =>
  rows.map(([id, item, expected, rest = {}]): BuiltinCase => ({
    id: `${action}: ${id}`,
    kind,
    action,
    item,
    expected,
    ...rest,
  }));

const claim = (spec: JsonObject, metadata: JsonObject = {}, phase = "Bound") =>
  object("v1", "PersistentVolumeClaim", "shop/data", { metadata, spec, status: { phase } });
const pod = (spec: JsonObject, metadata: JsonObject = {}, rest: JsonObject = {}) =>
  object("v1", "Pod", "shop/web", { metadata, spec, ...rest });
const using = (claimName: string) => ({ name: "v", persistentVolumeClaim: { claimName } });
const config = (name: string, action: string, data: JsonObject) =>
  object("v1", "ConfigMap", `velero/${name}`, {
    metadata: { labels: { "velero.io/plugin-config": "", [action]: "RestoreItemAction" } },
    data,
  });
const container = (image: string, rest: JsonObject = {}) => ({ name: "c", image, ...rest });

const BOUND = { volumeName: "pv1", storageClassName: "fast" };
const VOLUME = "persistentvolumes /pv1";
const MAPPED = { namespaceMapping: { shop: "copy" } };

const backups: BuiltinCase[] = [
  ...table(BACKUP, "velero.io/pv", [
    ["a bound claim asks for its volume", claim(BOUND), { asks: [VOLUME] }],
    [
      "a pending claim is left alone",
      claim({ ...BOUND, dataSource: { kind: "X", name: "x" } }, {}, "Pending"),
      {},
    ],
    ["a claim without a volume is left alone", claim({ storageClassName: "fast" }), {}],
    [
      "sources go",
      claim({
        ...BOUND,
        dataSource: { kind: "PersistentVolumeClaim", name: "x" },
        dataSourceRef: { kind: "PersistentVolumeClaim", name: "x" },
      }),
      { item: claim(BOUND), asks: [VOLUME] },
    ],
    ["the selector goes", claim({ ...BOUND, selector: { matchLabels: { a: "b" } } }), {
      item: claim(BOUND),
      asks: [VOLUME],
    }],
    [
      "without a class only Velero's labels go out of the selector",
      claim({
        volumeName: "pv1",
        storageClassName: "",
        selector: { matchLabels: { a: "b", "velero.io/dynamic-pv-restore": "x" } },
      }),
      {
        item: claim({ volumeName: "pv1", storageClassName: "", selector: { matchLabels: { a: "b" } } }),
        asks: [VOLUME],
      },
    ],
    [
      "stale labels go",
      claim(BOUND, {
        labels: {
          app: "web",
          "velero.io/restore-name": "r",
          "velero.io/backup-name": "older",
          "velero.io/volume-snapshot-name": "s",
          "backup.velero.io/must-include-additional-items": "true",
        },
      }),
      { item: claim(BOUND, { labels: { app: "web" } }), asks: [VOLUME] },
    ],
    ["the label of this backup stays", claim(BOUND, { labels: { "velero.io/backup-name": "b" } }), {
      asks: [VOLUME],
    }],
  ]),
  ...table(BACKUP, "velero.io/pod", [
    [
      "claims and the priority class",
      pod({
        priorityClassName: "high",
        volumes: [using("data"), { name: "t", emptyDir: {} }, using("logs")],
      }),
      {
        asks: [
          "persistentvolumeclaims shop/data",
          "persistentvolumeclaims shop/logs",
          "priorityclasses.scheduling.k8s.io /high",
        ],
      },
    ],
    ["nothing to ask for", pod({ containers: [container("x")] }), {}],
  ]),
  ...table(BACKUP, "velero.io/service-account", [
    ["its cluster-wide rights", object("v1", "ServiceAccount", "shop/robot"), {
      asks: [
        "clusterrolebindings.rbac.authorization.k8s.io /one",
        "clusterrolebindings.rbac.authorization.k8s.io /two",
        "clusterroles.rbac.authorization.k8s.io /view",
      ],
    }],
    ["none", object("v1", "ServiceAccount", "shop/other"), {}],
  ]).map((row) => ({
    ...row,
    cluster: [
      binding("one", [subject("robot", "shop")]),
      binding("two", [subject("robot", "elsewhere"), subject("robot", "shop")]),
      binding("three", [subject("robot", "elsewhere"), { kind: "User", name: "other" }]),
    ],
  })),
  ...table(BACKUP, "velero.io/crd-remap-version", [
    ["where there is no v1beta1 nothing changes", definition({ preserveUnknownFields: true }), {}],
    [
      "an object of v1beta1 is left alone",
      { ...definition(), apiVersion: "apiextensions.k8s.io/v1beta1" },
      {},
    ],
  ]),
];

function subject(name: string, namespace: string): JsonObject {
  return { kind: "ServiceAccount", name, namespace };
}

function binding(name: string, subjects: JsonObject[], kind = "ClusterRoleBinding", path = name): JsonObject {
  return object("rbac.authorization.k8s.io/v1", kind, path, {
    subjects,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
  });
}

function definition(spec: JsonObject = {}, schema: JsonObject = {}): JsonObject {
  return object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
    spec: {
      group: "example.com",
      names: { plural: "widgets", kind: "Widget" },
      scope: "Namespaced",
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", ...schema } },
      }],
      ...spec,
    },
  });
}

const mounting = (name: string, spec: JsonObject, phase = "Running") =>
  object("v1", "Pod", `shop/${name}`, { spec: { volumes: [using("data")], ...spec }, status: { phase } });

const blocks: BuiltinCase[] = [
  ...table(BLOCK, "velero.io/pvc", [
    ["its volume and the running pods that mount it", claim(BOUND), {
      asks: ["persistentvolumes /pv1", "pods shop/a"],
    }],
    ["the claims of its group", claim(BOUND, { labels: { group: "g" } }), {
      asks: ["persistentvolumeclaims shop/logs", "persistentvolumes /pv1", "pods shop/a"],
    }, { spec: { volumeGroupSnapshotLabelKey: "group" } }],
    ["a pending claim", claim(BOUND, {}, "Pending"), {}],
  ]).map((row) => ({
    ...row,
    cluster: [
      mounting("a", { nodeName: "n" }),
      mounting("not-scheduled", {}),
      mounting("not-running", { nodeName: "n" }, "Pending"),
      mounting("of-another", { nodeName: "n", volumes: [using("logs")] }),
      claim(BOUND, { labels: { group: "g" } }),
      object("v1", "PersistentVolumeClaim", "shop/logs", {
        metadata: { labels: { group: "g" } },
        spec: BOUND,
      }),
      object("v1", "PersistentVolumeClaim", "shop/alone", {
        metadata: { labels: { group: "h" } },
        spec: BOUND,
      }),
    ],
  })),
  ...table(BLOCK, "velero.io/pod", [
    ["claims and the priority class", pod({ priorityClassName: "high", volumes: [using("data")] }), {
      asks: ["persistentvolumeclaims shop/data", "priorityclasses.scheduling.k8s.io /high"],
    }],
  ]),
  ...table(BLOCK, "velero.io/service-account", [
    ["its cluster-wide rights", object("v1", "ServiceAccount", "shop/robot"), {
      asks: [
        "clusterrolebindings.rbac.authorization.k8s.io /one",
        "clusterroles.rbac.authorization.k8s.io /view",
      ],
    }, { cluster: [binding("one", [subject("robot", "shop")])] }],
  ]),
];

const PLAIN = [container("x")];
const SECRET_MOUNT = { name: "robot-token-x1", mountPath: "/s" };

const pods: BuiltinCase[] = [
  ...table(RESTORE, "velero.io/add-pvc-from-pod", [
    ["its claims", pod({ containers: PLAIN, volumes: [using("data")] }), {
      asks: ["persistentvolumeclaims shop/data"],
    }],
  ]),
  ...table(RESTORE, "velero.io/pod", [
    ["the node and the priority go", pod({ containers: PLAIN, nodeName: "n", priority: 5 }), {
      item: pod({ containers: PLAIN }),
    }],
    [
      "generated tokens go",
      pod({
        serviceAccountName: "robot",
        volumes: [{ name: "robot-token-x1", secret: { secretName: "robot-token-x1" } }, {
          name: "t",
          emptyDir: {},
        }],
        containers: [container("x", { volumeMounts: [SECRET_MOUNT, { name: "t", mountPath: "/t" }] })],
        initContainers: [container("y", { volumeMounts: [SECRET_MOUNT] })],
      }),
      {
        item: pod({
          serviceAccountName: "robot",
          volumes: [{ name: "t", emptyDir: {} }],
          containers: [container("x", { volumeMounts: [{ name: "t", mountPath: "/t" }] })],
          initContainers: [container("y")],
        }),
      },
    ],
    [
      "tokens of another account stay",
      pod({
        serviceAccountName: "other",
        volumes: [{ name: "robot-token-x1", emptyDir: {} }],
        containers: [container("x", { volumeMounts: [SECRET_MOUNT] })],
      }),
      {},
    ],
    ["the priority class is asked for", pod({ containers: PLAIN, priorityClassName: "high" }), {
      asks: ["priorityclasses.scheduling.k8s.io /high"],
    }],
  ]),
  ...table(RESTORE, "velero.io/pod-volume-restore", [
    [
      "the init container of an earlier restore goes",
      pod({
        containers: PLAIN,
        initContainers: [
          container("v", { name: "restore-wait" }),
          container("y"),
          container("v", { name: "restic-wait" }),
        ],
      }),
      { item: pod({ containers: PLAIN, initContainers: [container("y")] }) },
    ],
    ["the data of a volume is told", pod({ containers: PLAIN, volumes: [{ name: "v", emptyDir: {} }] }), {
      told: 'an init container "restore-wait" would wait for the data of its volumes v',
    }, {
      ours: "the real one adds an init container",
      cluster: [object("velero.io/v1", "PodVolumeBackup", "velero/p", {
        metadata: { labels: { "velero.io/backup-name": "b" } },
        spec: { volume: "v", pod: { namespace: "shop", name: "web" } },
        status: { snapshotID: "1", phase: "Completed" },
      })],
    }],
  ]).map((row) => ({
    ...row,
    cluster: [
      ...row.cluster ?? [],
      object("apps/v1", "Deployment", "velero/velero", {
        spec: { template: { spec: { containers: [container("velero/velero:v1.18.3")] } } },
      }),
    ],
  })),
  ...table(RESTORE, "velero.io/init-restore-hook", [
    ["no hook", pod({ containers: PLAIN }), {}],
    [
      "by annotations",
      pod({ containers: PLAIN, initContainers: [container("y")] }, {
        annotations: hook({ "container-name": "warm", command: '["/bin/warm", "up"]' }),
      }),
      {
        item: pod({
          containers: PLAIN,
          initContainers: [
            { name: "warm", image: "tools:1", command: ["/bin/warm", "up"] },
            container("y"),
          ],
        }, { annotations: hook({ "container-name": "warm", command: '["/bin/warm", "up"]' }) }),
      },
    ],
    [
      "one word is a command of one word",
      pod({ containers: PLAIN }, {
        annotations: hook({ "container-name": "warm", command: "warm up" }),
      }),
      {
        item: pod({
          containers: PLAIN,
          initContainers: [{ name: "warm", image: "tools:1", command: ["warm up"] }],
        }, { annotations: hook({ "container-name": "warm", command: "warm up" }) }),
      },
    ],
    ["an annotation without a command fails", pod({ containers: PLAIN }, { annotations: hook({}) }), {
      fails: "stands without",
    }],
    [
      "by the Restore, behind the container that waits for data",
      pod({
        containers: PLAIN,
        initContainers: [container("v", { name: "restore-wait" }), container("y")],
      }, { labels: { app: "web" } }),
      {
        item: pod({
          containers: PLAIN,
          initContainers: [
            container("v", { name: "restore-wait" }),
            { name: "init", image: "i", command: ["go"] },
            container("y"),
          ],
        }, { labels: { app: "web" } }),
      },
      { spec: hooked({ includedNamespaces: ["shop"], labelSelector: { matchLabels: { app: "web" } } }) },
    ],
    ["the namespace of a hook is the target", pod({ containers: PLAIN }), {
      item: pod({ containers: PLAIN, initContainers: [{ name: "init", image: "i", command: ["go"] }] }),
    }, { spec: { ...hooked({ includedNamespaces: ["copy"] }), ...MAPPED } }],
    ["a hook of another namespace or label", pod({ containers: PLAIN }), {}, {
      spec: hooked({ excludedNamespaces: ["shop"] }),
    }],
    ["a hook that is incomplete fails", pod({ containers: PLAIN }), {
      fails: "lacks its name, image or command",
    }, {
      spec: hooked({}, { name: "init", image: "i" }),
    }],
  ]),
];

function hook(rest: JsonObject): JsonObject {
  const all = { "container-image": "tools:1", ...rest };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [`init.hook.restore.velero.io/${key}`, value]),
  );
}

function hooked(
  selection: JsonObject,
  init: JsonObject = { name: "init", image: "i", command: ["go"] },
): JsonObject {
  return {
    hooks: { resources: [{ name: "h", ...selection, postHooks: [{ init: { initContainers: [init] } }] }] },
  };
}

const service = (spec: JsonObject, metadata: JsonObject = {}) =>
  object("v1", "Service", "shop/web", { metadata, spec: { type: "NodePort", ...spec } });
const port = (number: number, rest: JsonObject = {}) => ({ port: number, protocol: "TCP", ...rest });
const applied = (spec: JsonObject) => ({
  annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ spec }) },
});
const managed = (spec: JsonObject) => ({
  managedFields: [{
    manager: "m",
    operation: "Update",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": spec },
  }],
});
const PORTS = [port(80, { name: "http", nodePort: 30080 }), port(443, { name: "tls", nodePort: 30443 })];
const BALANCED = { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [port(80)] };

const services: BuiltinCase[] = table(RESTORE, "velero.io/service", [
  ["addresses go", service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ports: [port(80)] }), {
    item: service({ ports: [port(80)] }),
  }],
  ["a headless one stays", service({ type: "ClusterIP", clusterIP: "None", clusterIPs: ["None"] }), {}],
  ["node ports go", service({ ports: PORTS }), {
    item: service({ ports: [port(80, { name: "http" }), port(443, { name: "tls" })] }),
  }],
  ["node ports are preserved on demand", service({ ports: PORTS }), {}, {
    spec: { preserveNodePorts: true },
  }],
  [
    "node ports that kubectl applied stay, by name",
    service({ ports: PORTS }, applied({ ports: [PORTS[0] ?? {}] })),
    {
      item: service(
        { ports: [PORTS[0] ?? {}, port(443, { name: "tls" })] },
        applied({ ports: [PORTS[0] ?? {}] }),
      ),
    },
  ],
  [
    "without a name by number",
    service(
      { ports: [port(80, { nodePort: 30080 }), port(81, { nodePort: 30081 })] },
      applied({
        ports: [{ port: 80, nodePort: "30080" }],
      }),
    ),
    {
      item: service(
        { ports: [port(80, { nodePort: 30080 }), port(81)] },
        applied({
          ports: [{ port: 80, nodePort: "30080" }],
        }),
      ),
    },
  ],
  [
    "node ports that a manager set stay",
    service(
      { ports: PORTS },
      managed({
        "f:ports": { 'k:{"port":443,"protocol":"TCP"}': { "f:nodePort": {} } },
      }),
    ),
    {
      item: service(
        { ports: [port(80, { name: "http" }), PORTS[1] ?? {}] },
        managed({
          "f:ports": { 'k:{"port":443,"protocol":"TCP"}': { "f:nodePort": {} } },
        }),
      ),
    },
  ],
  ["the port of health checks goes", service({ ...BALANCED, healthCheckNodePort: 31000 }), {
    item: service(BALANCED),
  }],
  [
    "unless a manager set it",
    service({ ...BALANCED, healthCheckNodePort: 31000 }, managed({ "f:healthCheckNodePort": {} })),
    {},
  ],
  [
    "or kubectl applied it",
    service({ ...BALANCED, healthCheckNodePort: 31000 }, applied({ healthCheckNodePort: 31000 })),
    {},
  ],
  [
    "an external name has no node ports",
    service({ type: "ExternalName", externalName: "x.y", ports: PORTS }),
    {},
  ],
  [
    "an annotation that is no JSON fails",
    service({ ports: PORTS }, { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{" } }),
    { fails: "is no JSON object" },
  ],
]);

const robot = (secrets: string[]) =>
  object(
    "v1",
    "ServiceAccount",
    "shop/robot",
    secrets.length === 0 ? {} : {
      secrets: secrets.map((name) => ({ name })),
    },
  );
const token = (
  name: string,
  metadata: JsonObject,
  data: JsonObject,
  type = "kubernetes.io/service-account-token",
) =>
  object("v1", "Secret", `shop/${name}`, {
    metadata,
    type,
    ...(Object.keys(data).length === 0 ? {} : { data }),
  });

const accounts: BuiltinCase[] = [
  ...table(RESTORE, "velero.io/service-account", [
    ["the last generated token goes", robot(["robot-token-a", "mine", "robot-token-b"]), {
      item: robot(["robot-token-a", "mine"]),
    }],
    ["the only one goes with its list", robot(["robot-token-a"]), { item: robot([]) }],
    ["others stay", robot(["mine", "other-token-a"]), {}],
  ]),
  ...table(RESTORE, "velero.io/secret", [
    ["any other type stays", token("robot-token-a", {}, { token: "eA==" }, "Opaque"), {}],
    ["a generated token is left out", token("robot-token-a", {}, { token: "eA==" }), { skipped: true }],
    [
      "one of the user's is emptied",
      token("mine", {
        annotations: {
          "kubernetes.io/service-account.name": "robot",
          "kubernetes.io/service-account.uid": "1",
        },
      }, { token: "eA==", "ca.crt": "eA==", namespace: "eA==" }),
      {
        item: token("mine", { annotations: { "kubernetes.io/service-account.name": "robot" } }, {
          namespace: "eA==",
        }),
      },
    ],
  ]).map((row) => ({ ...row, cluster: [robot([])] })),
  ...table(RESTORE, "velero.io/role-bindings", [
    [
      "subjects follow the mapping",
      binding("x", [subject("a", "shop"), subject("b", "other")], "RoleBinding", "shop/x"),
      {
        item: binding("x", [subject("a", "copy"), subject("b", "other")], "RoleBinding", "shop/x"),
      },
      { spec: MAPPED },
    ],
    ["without a mapping nothing changes", binding("x", [subject("a", "shop")], "RoleBinding", "shop/x"), {}],
  ]),
  ...table(RESTORE, "velero.io/cluster-role-bindings", [
    ["subjects follow the mapping", binding("x", [subject("a", "shop"), { kind: "User", name: "u" }]), {
      item: binding("x", [subject("a", "copy"), { kind: "User", name: "u" }]),
    }, { spec: MAPPED }],
  ]),
];

const UIDS = { "batch.kubernetes.io/controller-uid": "1", "controller-uid": "1" };
const job = (labels: JsonObject, selector: JsonObject) =>
  object("batch/v1", "Job", "shop/once", {
    spec: {
      selector,
      template: { metadata: { labels }, spec: { containers: PLAIN, restartPolicy: "Never" } },
    },
  });
const webhooks = (...effects: string[]) =>
  object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "w", {
    webhooks: effects.map((sideEffects, i) => ({ name: `w${i}.example.com`, sideEffects })),
  });

const others: BuiltinCase[] = [
  ...table(RESTORE, "velero.io/job", [
    ["its identity goes", job({ ...UIDS, app: "once" }, { matchLabels: UIDS }), {
      item: job({ app: "once" }, {}),
    }],
    ["other labels stay", job({ app: "once" }, { matchLabels: { app: "once" } }), {}],
  ]),
  ...table(RESTORE, "velero.io/apiservice", [
    [
      "one that Kubernetes registers is left out",
      object("apiregistration.k8s.io/v1", "APIService", "v1.apps", {
        metadata: { labels: { "kube-aggregator.kubernetes.io/automanaged": "true" } },
      }),
      { skipped: true },
    ],
  ]),
  ...table(RESTORE, "velero.io/admission-webhook-configuration", [
    ["effects of an old version become None", webhooks("Some", "NoneOnDryRun", "None", "Unknown"), {
      item: webhooks("None", "NoneOnDryRun", "None", "None"),
    }],
    ["an older version is left alone", {
      ...webhooks("Some"),
      apiVersion: "admissionregistration.k8s.io/v1beta1",
    }, {}],
  ]),
  ...table(RESTORE, "velero.io/crd-preserve-fields", [
    ["the word moves into the schema", definition({ preserveUnknownFields: true }), {
      item: definition({}, { "x-kubernetes-preserve-unknown-fields": true }),
    }],
    ["others stay", definition(), {}],
  ]),
  ...table(RESTORE, "velero.io/pvc", [
    [
      "what bound it goes",
      claim(BOUND, {
        annotations: {
          keep: "x",
          "pv.kubernetes.io/bind-completed": "yes",
          "pv.kubernetes.io/bound-by-controller": "yes",
          "volume.kubernetes.io/storage-provisioner": "p",
          "volume.beta.kubernetes.io/storage-provisioner": "p",
          "volume.kubernetes.io/selected-node": "n",
          "velero.io/volume-snapshot-name": "s",
          "velero.io/data-upload-name": "d",
        },
      }),
      { item: claim(BOUND, { annotations: { keep: "x" } }), asks: [VOLUME] },
    ],
    ["the volume is that of the backup", claim({ storageClassName: "fast" }), { asks: [VOLUME] }, {
      stored: claim(BOUND),
    }],
    ["a claim that was not bound asks for nothing", claim(BOUND), {}, {
      stored: claim(BOUND, {}, "Pending"),
    }],
  ]),
];

const CLASSES = "velero.io/change-storage-class";
const IMAGES = "velero.io/change-image-name";
const SLOW = object("storage.k8s.io/v1", "StorageClass", "slow", { provisioner: "p" });
const stateful = (storageClassName: string) =>
  object("apps/v1", "StatefulSet", "shop/db", {
    spec: {
      serviceName: "db",
      selector: {},
      template: { spec: { containers: PLAIN } },
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { storageClassName } }, {
        metadata: { name: "logs" },
        spec: { storageClassName: "other" },
      }],
    },
  });
const images = (kind: string, ...names: string[]) => {
  const spec = {
    containers: names.map((name) => container(name)),
    initContainers: [container("old/init:1")],
  };
  const template = { template: { spec } };
  if (kind === "Pod") return pod(spec);
  return kind === "CronJob"
    ? object("batch/v1", "CronJob", "shop/x", { spec: { jobTemplate: { spec: template } } })
    : object("apps/v1", kind, "shop/x", { spec: template });
};
const mappedImages = (kind: string) => {
  const text = JSON.stringify(images(kind, "old/web:1", "other:1")).replaceAll("old/", "new/");
  return JSON.parse(text) as JsonObject;
};

const mapped: BuiltinCase[] = [
  ...table(RESTORE, CLASSES, [
    ["without a ConfigMap nothing changes", claim(BOUND), {}],
    ["a claim", claim(BOUND), { item: claim({ ...BOUND, storageClassName: "slow" }) }, {
      cluster: [SLOW, config("m", CLASSES, { fast: "slow" })],
    }],
    ["the templates of a StatefulSet", stateful("fast"), { item: stateful("slow") }, {
      cluster: [SLOW, config("m", CLASSES, { fast: "slow" })],
    }],
    ["another class", claim({ storageClassName: "other" }), {}, {
      cluster: [SLOW, config("m", CLASSES, { fast: "slow" })],
    }],
    ["a class that the cluster lacks fails", claim(BOUND), { fails: 'no StorageClass "slow"' }, {
      cluster: [config("m", CLASSES, { fast: "slow" })],
    }],
    ["two ConfigMaps fail", claim(BOUND), { fails: "more than one ConfigMap" }, {
      cluster: [SLOW, config("m", CLASSES, { fast: "slow" }), config("n", CLASSES, { fast: "slow" })],
    }],
  ]),
  ...table(RESTORE, IMAGES, [
    ...["Pod", "Deployment", "CronJob"].map((kind) =>
      [kind, images(kind, "old/web:1", "other:1"), { item: mappedImages(kind) }, {
        cluster: [config("m", IMAGES, { a: " old/ , new/ ", b: "no comma", c: "nothing," })],
      }] as [string, JsonObject, BuiltinCase["expected"], Rest]
    ),
    ["without a ConfigMap nothing changes", images("Pod", "old/web:1"), {}],
    ["two ConfigMaps fail", images("Pod", "old/web:1"), { fails: "more than one ConfigMap" }, {
      cluster: [config("m", IMAGES, { a: "old,new" }), config("n", IMAGES, { a: "old,new" })],
    }],
  ]),
];

/** All cases. */
export const BUILTIN_CASES: readonly BuiltinCase[] = [
  ...backups,
  ...blocks,
  ...pods,
  ...services,
  ...accounts,
  ...others,
  ...mapped,
];
