import type { JsonObject } from "../../../objects/json.ts";
import { object } from "../world.ts";
import {
  BACKUP,
  binding,
  BLOCK,
  BOUND,
  type BuiltinCase,
  claim,
  container,
  definition,
  pod,
  subject,
  table,
  using,
  VOLUME,
} from "./case.ts";

/** Of backups. */
export const backups: BuiltinCase[] = [
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

const mounting = (name: string, spec: JsonObject, phase = "Running") =>
  object("v1", "Pod", `shop/${name}`, { spec: { volumes: [using("data")], ...spec }, status: { phase } });

/** Of item blocks. */
export const blocks: BuiltinCase[] = [
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
