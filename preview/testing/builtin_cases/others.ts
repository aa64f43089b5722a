import type { JsonObject } from "../../../objects/json.ts";
import { object } from "../world.ts";
import { BOUND, type BuiltinCase, claim, definition, PLAIN, RESTORE, table, VOLUME } from "./case.ts";

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

/** Of other kinds in restores. */
export const others: BuiltinCase[] = [
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
