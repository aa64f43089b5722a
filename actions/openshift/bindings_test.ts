import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { actionOf, defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

const ROLE = "21-role-bindings";
const CLUSTER = "22-cluster-role-bindings";
const RBAC = "27-rbac-role-bindings";

const RULES: Readonly<Record<string, string>> = {
  [ROLE]: "openshift A35",
  [CLUSTER]: "openshift A36",
  [RBAC]: "openshift A43",
};

const API: Readonly<Record<string, JsonObject>> = {
  [ROLE]: { apiVersion: "authorization.openshift.io/v1", kind: "RoleBinding" },
  [CLUSTER]: { apiVersion: "authorization.openshift.io/v1", kind: "ClusterRoleBinding" },
  [RBAC]: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
};

interface Row {
  readonly id: string;
  /** Default: all three. */
  readonly actions?: readonly string[];
  readonly name?: string;
  readonly binding: JsonObject;
  readonly mapping?: JsonValue;
  /** Absent: unchanged. */
  readonly becomes?: JsonObject;
  readonly skip?: true;
}

const OLD = { "old-namespace": "new-namespace" };
const SUBJECTS = [
  { kind: "ServiceAccount", name: "app", namespace: "old-namespace" },
  { kind: "Group", name: "system:serviceaccounts:old-namespace" },
];
const MAPPED_GROUP = { kind: "Group", name: "system:serviceaccounts:new-namespace" };

const ROWS: readonly Row[] = [
  ...["system:image-pullers", "system:image-builders", "system:deployers"].flatMap((name): Row[] => [
    {
      id: `openshift T13.8.1: ${name}`,
      actions: [ROLE, RBAC],
      name,
      binding: { subjects: SUBJECTS },
      mapping: OLD,
      skip: true,
    },
    {
      id: `openshift T13.8.1, without a mapping: ${name}`,
      actions: [ROLE, RBAC],
      name,
      binding: { subjects: SUBJECTS },
      skip: true,
    },
    {
      id: `openshift A36 has no such rule: ${name}`,
      actions: [CLUSTER],
      name,
      binding: { subjects: SUBJECTS },
    },
  ]),
  ...["my-custom-rolebinding", "system:custom-role", "image-pullers"].map((name): Row => ({
    id: `openshift T13.8.2: ${name}`,
    name,
    binding: { subjects: SUBJECTS },
  })),
  {
    id: "openshift T13.8.3",
    actions: [ROLE, CLUSTER],
    mapping: OLD,
    binding: {
      roleRef: { name: "edit", namespace: "old-namespace" },
      subjects: SUBJECTS,
      userNames: ["system:serviceaccount:old-namespace:test-sa", "regular-user"],
      groupNames: ["system:serviceaccounts:old-namespace", "regular-group"],
    },
    becomes: {
      roleRef: { name: "edit", namespace: "new-namespace" },
      subjects: [{ kind: "ServiceAccount", name: "app", namespace: "new-namespace" }, MAPPED_GROUP],
      userNames: ["system:serviceaccount:new-namespace:test-sa", "regular-user"],
      groupNames: ["system:serviceaccounts:new-namespace", "regular-group"],
    },
  },
  {
    id: "openshift IMP-32: names alone, Velero maps the namespaces itself",
    actions: [RBAC],
    mapping: OLD,
    binding: {
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "edit",
        namespace: "old-namespace",
      },
      subjects: [...SUBJECTS, { kind: "User", name: "system:serviceaccount:old-namespace:app" }],
      userNames: ["system:serviceaccount:old-namespace:app"],
    },
    becomes: {
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "edit",
        namespace: "old-namespace",
      },
      subjects: [SUBJECTS[0] ?? null, MAPPED_GROUP, {
        kind: "User",
        name: "system:serviceaccount:new-namespace:app",
      }],
      userNames: ["system:serviceaccount:old-namespace:app"],
    },
  },
  {
    id: "openshift T13.8.4",
    actions: [ROLE, CLUSTER],
    mapping: { "old-ns": "new-ns" },
    binding: {
      subjects: [{ namespace: "old-ns", name: "test-sa" }, { name: "system:serviceaccounts:old-ns" }, {
        namespace: "unmapped-ns",
      }],
    },
    becomes: {
      subjects: [{ namespace: "new-ns", name: "test-sa" }, { name: "system:serviceaccounts:new-ns" }, {
        namespace: "unmapped-ns",
      }],
    },
  },
  {
    id: "openshift T13.8.6",
    actions: [CLUSTER],
    mapping: { oldRoleNamespace: "newRoleNameSpace" },
    binding: { roleRef: { name: "r", namespace: "oldRoleNamespace" } },
    becomes: { roleRef: { name: "r", namespace: "newRoleNameSpace" } },
  },
  {
    id: "openshift T13.8.7",
    actions: [ROLE, CLUSTER],
    mapping: { SubjectNamespace: "newSubjectNameSpace", ServiceNamespace: "newServiceNamespace" },
    binding: {
      subjects: [{ namespace: "SubjectNamespace", name: "role:serviceaccounts:ServiceNamespace:tempValue" }],
    },
    becomes: {
      subjects: [{
        namespace: "newSubjectNameSpace",
        name: "role:serviceaccounts:newServiceNamespace:tempValue",
      }],
    },
  },
  {
    id: "openshift T13.8.8 and openshift T13.8.9 in the lists",
    actions: [ROLE, CLUSTER],
    mapping: { namespace: "mapped", newNamespace: "" },
    binding: {
      userNames: [
        "role:serviceaccount:namespace:tempValue",
        "temp",
        "role:wrongserviceaccount:newNamespace:tempValue",
      ],
      groupNames: [
        "role:serviceaccounts:namespace:tempValue",
        "role:serviceaccounts",
        "role:serviceaccount:namespace:tempValue",
      ],
    },
    becomes: {
      userNames: [
        "role:serviceaccount:mapped:tempValue",
        "temp",
        "role:wrongserviceaccount:newNamespace:tempValue",
      ],
      groupNames: [
        "role:serviceaccounts:mapped:tempValue",
        "role:serviceaccounts",
        "role:serviceaccount:namespace:tempValue",
      ],
    },
  },
  {
    id: "openshift T13.8.10",
    mapping: { "old-namespace": "" },
    binding: { roleRef: { namespace: "old-namespace" }, subjects: SUBJECTS },
  },
  { id: "openshift T13.8.12", binding: { subjects: SUBJECTS } },
  { id: "openshift T13.8.12, no lists", mapping: OLD, binding: {} },
  {
    id: "a cycle maps once",
    actions: [ROLE],
    mapping: { a: "b", b: "a" },
    binding: {
      roleRef: { namespace: "a" },
      subjects: [{ namespace: "b", name: "system:serviceaccounts:a" }],
      userNames: ["system:serviceaccount:a:x", "system:serviceaccount:b:x"],
    },
    becomes: {
      roleRef: { namespace: "b" },
      subjects: [{ namespace: "a", name: "system:serviceaccounts:b" }],
      userNames: ["system:serviceaccount:b:x", "system:serviceaccount:a:x"],
    },
  },
  {
    id: "openshift IMP-33: subjects that are users",
    actions: [ROLE, CLUSTER],
    mapping: OLD,
    binding: { subjects: [{ kind: "SystemUser", name: "system:serviceaccount:old-namespace:x" }] },
    becomes: { subjects: [{ kind: "SystemUser", name: "system:serviceaccount:new-namespace:x" }] },
  },
];

for (const { id, actions = [ROLE, CLUSTER, RBAC], name = "b", binding, mapping, becomes, skip } of ROWS) {
  for (const action of actions) {
    Deno.test(`${action}, ${RULES[action]}: ${id}`, async () => {
      const found = actionOf(openshift, "RestoreItemAction", `openshift.io/${action}-restore-plugin`);
      const item = { ...API[action], metadata: { name, namespace: "old-namespace" }, ...binding };
      const { result, logs, requests } = await runRestore(found, {
        item,
        restore: { spec: { ...(mapping !== undefined && { namespaceMapping: mapping }) } },
        settings: defaultsOf(settings),
      });
      assertEquals(result, skip ? { skipRestore: true } : becomes ? { item: { ...item, ...becomes } } : {});
      assertEquals(messages(logs, "info").length, skip || becomes ? 1 : 0);
      assertEquals(requests.filter((request) => !request.startsWith("serves ")), []);
    });
  }
}
