/**
 * Velero's restore actions that need nothing but the object and the Restore (protocol 4.13).
 *
 * @module
 */

import type { RestoreItemAction } from "../../actions/action.ts";
import { namespaceMapping } from "../../actions/lib/namespace_mapping.ts";
import { at, ensureObject, objectAt, objectsAt } from "../../objects/object.ts";
import { deleteKeys } from "./delete_keys.ts";

/** The service accounts of a binding follow the namespace mapping. */
const mapSubjects = (name: string, resource: string): RestoreItemAction => ({
  kind: "RestoreItemAction",
  name,
  appliesTo: { includedResources: [`${resource}.rbac.authorization.k8s.io`] },
  execute({ item, restore }) {
    const mapping = namespaceMapping(restore);
    for (const subject of objectsAt(item, "subjects")) {
      const target = mapping.get(String(subject.namespace ?? ""));
      if (target !== undefined) subject.namespace = target;
    }
    return { item };
  },
});

const CONTROLLER_UIDS = ["batch.kubernetes.io/controller-uid", "controller-uid"];
const isControllerUid = (key: string) => CONTROLLER_UIDS.includes(key);

/** Takes the identity of the old Job off its selector and its pods. */
const restoreJob: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/job",
  appliesTo: { includedResources: ["jobs.batch"] },
  execute({ item }) {
    deleteKeys(objectAt(item, "spec", "selector"), "matchLabels", isControllerUid);
    deleteKeys(objectAt(item, "spec", "template", "metadata"), "labels", isControllerUid);
    return { item };
  },
};

/** An API that Kubernetes registers by itself is left out. */
const restoreApiService: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/apiservice",
  appliesTo: {
    includedResources: ["apiservices.apiregistration.k8s.io"],
    selector: "kube-aggregator.kubernetes.io/automanaged",
  },
  execute: () => ({ skipRestore: true }),
};

/** Version 1 of webhook configurations knows two values of `sideEffects` only; any other becomes `None`. */
const restoreWebhooks: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/admission-webhook-configuration",
  appliesTo: {
    includedResources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]
      .map((resource) => `${resource}.admissionregistration.k8s.io`),
  },
  execute({ item }) {
    if (item.apiVersion !== "admissionregistration.k8s.io/v1") return;
    for (const webhook of objectsAt(item, "webhooks")) {
      const { sideEffects } = webhook;
      if (sideEffects !== "None" && sideEffects !== "NoneOnDryRun") webhook.sideEffects = "None";
    }
    return { item };
  },
};

/** Version 1 of definitions keeps unknown fields by a word in the schema, no longer by one in the spec. */
const restoreDefinition: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/crd-preserve-fields",
  appliesTo: { includedResources: ["customresourcedefinitions.apiextensions.k8s.io"] },
  execute({ item }) {
    if (item.apiVersion !== "apiextensions.k8s.io/v1") return;
    if (at(item, "spec", "preserveUnknownFields") !== true) return;
    delete ensureObject(item, "spec").preserveUnknownFields;
    for (const version of objectsAt(item, "spec", "versions")) {
      const schema = objectAt(version, "schema", "openAPIV3Schema");
      if (schema !== undefined) schema["x-kubernetes-preserve-unknown-fields"] = true;
    }
    return { item };
  },
};

/** All of them. */
export const OBJECT_ACTIONS: readonly RestoreItemAction[] = [
  mapSubjects("velero.io/role-bindings", "rolebindings"),
  mapSubjects("velero.io/cluster-role-bindings", "clusterrolebindings"),
  restoreJob,
  restoreApiService,
  restoreWebhooks,
  restoreDefinition,
];
