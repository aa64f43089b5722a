import type { JsonObject } from "../../../objects/json.ts";
import { object } from "../world.ts";
import {
  BOUND,
  type BuiltinCase,
  claim,
  config,
  container,
  PLAIN,
  pod,
  type Rest,
  RESTORE,
  table,
} from "./case.ts";

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

/** Of the actions that a ConfigMap configures. */
export const mapped: BuiltinCase[] = [
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
