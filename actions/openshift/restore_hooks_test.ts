import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { pod, restoreOf } from "../../tests/kit/openshift.ts";
import { Refusal } from "../lib/refusal.ts";
import { podHasHookAnnotation, restoreHasHooks } from "./restore_hooks.ts";

const POST = "post.hook.restore.velero.io/command";
const INIT = "init.hook.restore.velero.io/container-image";

// openshift T13.6.7
const ANNOTATIONS: [about: string, annotations: JsonValue, has: boolean][] = [
  ["nil", null, false],
  ["post hook", { [POST]: '["/bin/true"]' }, true],
  ["init container image", { [INIT]: "image" }, true],
  ["unrelated", { "pre.hook.backup.velero.io/command": "x" }, false],
  ["an empty value counts", { [POST]: "" }, true],
  ["a wrong type counts", { [POST]: 5 }, true],
  ["annotations of a wrong type", [POST], false],
];

for (const [about, annotations, has] of ANNOTATIONS) {
  Deno.test(`podHasHookAnnotation(): ${about} (openshift T13.6.7, 5.8)`, () => {
    assertEquals(podHasHookAnnotation(pod([], {}, { annotations })), has);
  });
}

const EXEC = { postHooks: [{ exec: { command: ["echo", "hello"] } }] };
const LABELS = { app: "books", tier: "web" };
const UNREADABLE = { labelSelector: { matchExpressions: [{ key: "a", operator: "Near" }] } };

// Hooks of the Restore, and whether one is for pods with LABELS in namespace ns-1 (openshift 5.8).
const HOOKS: [about: string, hooks: JsonValue, has: boolean][] = [
  ["openshift T13.6.1: an empty list", [], false],
  ["openshift T13.6.4: its namespace", [{ includedNamespaces: ["ns-1"], ...EXEC }], true],
  ["openshift T13.6.5: no post hooks", [{ includedNamespaces: ["ns-1"] }], false],
  ["empty post hooks", [{ postHooks: [] }], false],
  ["no lists", [EXEC], true],
  ["the second of two", [{ includedNamespaces: ["ns-2"], ...EXEC }, EXEC], true],
  ["another namespace", [{ includedNamespaces: ["ns-2"], ...EXEC }], false],
  ["a glob of namespaces", [{ includedNamespaces: ["ns-*"], ...EXEC }], true],
  ["a glob of one character", [{ includedNamespaces: ["ns-?"], ...EXEC }], true],
  ["all namespaces", [{ includedNamespaces: ["*"], ...EXEC }], true],
  [
    "an excluded namespace wins",
    [{ includedNamespaces: ["ns-1"], excludedNamespaces: ["ns-1"], ...EXEC }],
    false,
  ],
  ["a glob excludes", [{ excludedNamespaces: ["*-1"], ...EXEC }], false],
  ["openshift IMP-19: pods", [{ includedResources: ["pods"], ...EXEC }], true],
  ["openshift IMP-19: pod", [{ includedResources: ["pod"], ...EXEC }], true],
  ["openshift IMP-19: po", [{ includedResources: ["po"], ...EXEC }], true],
  ["another resource", [{ includedResources: ["persistentvolumeclaims"], ...EXEC }], false],
  ["pods are excluded", [{ excludedResources: ["pods"], ...EXEC }], false],
  ["pods are excluded by their short name", [{
    includedResources: ["pods"],
    excludedResources: ["po"],
    ...EXEC,
  }], false],
  ["its labels", [{ labelSelector: { matchLabels: { app: "books" } }, ...EXEC }], true],
  ["other labels", [{ labelSelector: { matchLabels: { app: "other" } }, ...EXEC }], false],
  ["expressions", [{
    labelSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["web", "db"] }] },
    ...EXEC,
  }], true],
  ["an empty selector", [{ labelSelector: {}, ...EXEC }], true],
  ["a selector of no use, without post hooks", [{ ...UNREADABLE, postHooks: [] }, EXEC], true],
  ["a selector of no use, after one that matches", [EXEC, { ...UNREADABLE, ...EXEC }], true],
  ["wrong types", [null, 5, "x", { includedNamespaces: "ns-2", postHooks: "x" }], false],
  ["no list", { postHooks: [1] }, false],
];

for (const [about, resources, has] of HOOKS) {
  Deno.test(`restoreHasHooks(): ${about} (openshift 5.8)`, () => {
    assertEquals(restoreHasHooks(restoreOf({}, { hooks: { resources } }), "ns-1", LABELS), has);
  });
}

Deno.test("restoreHasHooks() takes a Restore without hooks", () => {
  for (
    const restore of [undefined, {}, { spec: 5 }, { spec: { hooks: null } }, {
      spec: { hooks: { resources: null } },
    }]
  ) {
    assertEquals(restoreHasHooks(restore as JsonObject | undefined, "ns-1", LABELS), false);
  }
});

Deno.test("restoreHasHooks() refuses a label selector that cannot be understood, also of a hook for others (openshift 5.8)", () => {
  for (const includedNamespaces of [["ns-1"], ["ns-2"]]) {
    const restore = restoreOf({}, {
      hooks: { resources: [{ name: "h", includedNamespaces, ...UNREADABLE, ...EXEC }] },
    });
    const error = assertThrows(
      () => restoreHasHooks(restore, "ns-1", LABELS),
      Refusal,
      'label selector of restore hook "h": "Near" is not a valid label selector operator',
    );
    assertEquals([error.rule, error.reason], ["openshift 5.8", "invalid_item"]);
  }
});
