import type { JsonObject } from "../../../objects/json.ts";
import { object } from "../world.ts";
import { type BuiltinCase, container, MAPPED, PLAIN, pod, RESTORE, table, using } from "./case.ts";

const SECRET_MOUNT = { name: "robot-token-x1", mountPath: "/s" };

/** Of pods in restores. */
export const pods: BuiltinCase[] = [
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
      fails: "is set without",
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
