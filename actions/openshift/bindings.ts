/**
 * Role bindings of OpenShift's own group and of Kubernetes' (openshift A35, A36, A43).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { nameOf, objectAt, objectsAt } from "../../objects/object.ts";
import type { RestoreItemAction } from "../action.ts";
import { namespaceMapping } from "../lib/namespace_mapping.ts";
import type { Settings } from "./settings.ts";
import {
  mapNames,
  mapNamespace,
  mappedGroup,
  mappedUser,
  type Mapping,
  mapSubjectNames,
} from "./subjects.ts";

interface Binding {
  readonly name: string;
  readonly resource: string;
  /** True when the bindings that OpenShift makes in every namespace are left out. */
  readonly skipsOwn: boolean;
  /** Maps namespaces in place; gives how many changed. */
  readonly map: (binding: JsonObject, mapping: Mapping) => number;
}

const BINDINGS: readonly Binding[] = [
  {
    name: "21-role-bindings-restore-plugin",
    resource: "rolebinding.authorization.openshift.io",
    skipsOwn: true,
    map: mapWholeBinding,
  },
  {
    name: "22-cluster-role-bindings-restore-plugin",
    resource: "clusterrolebinding.authorization.openshift.io",
    skipsOwn: false,
    map: mapWholeBinding,
  },
  // Velero maps the namespaces of these subjects itself; names are left (openshift IMP-32).
  {
    name: "27-rbac-role-bindings-restore-plugin",
    resource: "rolebindings",
    skipsOwn: true,
    map: mapSubjectNames,
  },
];

const MADE_BY_OPENSHIFT: readonly string[] = [
  "system:image-pullers",
  "system:image-builders",
  "system:deployers",
];

/** The actions of the table. */
export const bindings: readonly RestoreItemAction<Settings>[] = BINDINGS.map((binding) => ({
  kind: "RestoreItemAction",
  name: `openshift.io/${binding.name}`,
  appliesTo: { includedResources: [binding.resource] },
  execute({ item, restore }, { log }) {
    if (binding.skipsOwn && MADE_BY_OPENSHIFT.includes(nameOf(item))) {
      log.info("not restored: OpenShift makes this binding in every namespace");
      return { skipRestore: true };
    }
    const changes = binding.map(item, namespaceMapping(restore));
    if (changes === 0) return;
    log.info(`mapped the namespace in ${changes} places`);
    return { item };
  },
}));

function mapWholeBinding(binding: JsonObject, mapping: Mapping): number {
  const subjects = objectsAt(binding, "subjects");
  return mapNamespace(objectAt(binding, "roleRef"), mapping) +
    subjects.reduce((changes, subject) => changes + mapNamespace(subject, mapping), 0) +
    mapSubjectNames(binding, mapping) +
    mapNames(binding.userNames, mappedUser, mapping).length +
    mapNames(binding.groupNames, mappedGroup, mapping).length;
}
