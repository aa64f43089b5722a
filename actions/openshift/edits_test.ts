import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { actionOf, defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { type Settings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const GENERATED = "openshift.io/host.generated";

function route(
  annotations: JsonValue,
  spec: JsonValue,
  name = "test-route",
  namespace = "test-ns",
): JsonObject {
  return {
    apiVersion: "route.openshift.io/v1",
    kind: "Route",
    metadata: { name, namespace, annotations },
    spec,
  };
}

const HOST = "test-route-test-ns.apps.example.com";
const YES = { [GENERATED]: "true" };

function service(type: string | undefined, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "n" },
    spec: { ...(type !== undefined && { type }), externalIPs: ["1.2.3.4", "5.6.7.8"], ...more },
  };
}

function autoscaler(target: JsonValue | undefined, apiVersion = "autoscaling/v2"): JsonObject {
  return {
    apiVersion,
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "h", namespace: "n" },
    spec: {
      maxReplicas: 5,
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      ...(target !== undefined && { scaleTargetRef: target }),
    },
  };
}

const OLD_TARGET = { apiVersion: "v1", kind: "DeploymentConfig", name: "d" };
const NEW_TARGET = { apiVersion: "apps.openshift.io/v1", kind: "DeploymentConfig", name: "d" };

const RULES = {
  "05-route": "openshift A15",
  "15-service": "openshift A28",
  "24-horizontalpodautoscaler": "openshift A38",
};

interface Row {
  readonly id: string;
  readonly action: "05-route" | "15-service" | "24-horizontalpodautoscaler";
  readonly item: JsonObject;
  /** Absent: unchanged. */
  readonly becomes?: JsonObject;
  readonly settings?: Partial<Settings>;
}

const KEEP: Partial<Settings> = { "route.host-policy": "keep" };
const BY_ANNOTATION: Partial<Settings> = { "route.host-policy": "annotation" };

const ROWS: readonly Row[] = [
  {
    id: "openshift T13.9.13",
    action: "05-route",
    item: route(YES, { host: HOST, to: { name: "s" } }),
    becomes: route(YES, { to: { name: "s" } }),
  },
  { id: "openshift T13.9.14: other annotation", action: "05-route", item: route({ a: "b" }, { host: HOST }) },
  {
    id: "openshift T13.9.14: false",
    action: "05-route",
    item: route({ [GENERATED]: "false" }, { host: HOST }),
  },
  {
    id: "openshift T13.9.14: no annotations",
    action: "05-route",
    item: route(null, { host: "custom.example.com" }),
  },
  {
    id: "openshift T13.9.14, openshift IMP-28: a host of the user's",
    action: "05-route",
    item: route(YES, { host: "shop.example.com" }),
  },
  {
    id: "openshift IMP-28: the host of another namespace's Route",
    action: "05-route",
    item: route(YES, { host: "test-route-other.apps.example.com" }),
  },
  {
    id: "openshift IMP-28: a namespace that only begins alike",
    action: "05-route",
    item: route(YES, { host: "test-route-test-ns2.apps.example.com" }),
  },
  {
    id: "openshift IMP-28: a Route that only ends alike",
    action: "05-route",
    item: route(YES, { host: "my-test-route-test-ns.apps.example.com" }),
  },
  {
    id: "openshift IMP-28: annotation alone, as upstream",
    action: "05-route",
    item: route(YES, { host: "shop.example.com" }),
    becomes: route(YES, {}),
    settings: BY_ANNOTATION,
  },
  {
    id: "openshift IMP-28: annotation alone, not generated",
    action: "05-route",
    item: route({}, { host: HOST }),
    settings: BY_ANNOTATION,
  },
  { id: "openshift IMP-28: keep", action: "05-route", item: route(YES, { host: HOST }), settings: KEEP },
  {
    id: "sub-domain and unknown fields stay (openshift IMP-01)",
    action: "05-route",
    item: route(YES, { host: HOST, subdomain: "x", future: 1 }),
    becomes: route(YES, { subdomain: "x", future: 1 }),
  },
  { id: "no host", action: "05-route", item: route(YES, { subdomain: "x" }) },
  { id: "empty host", action: "05-route", item: route(YES, { host: "" }), settings: BY_ANNOTATION },
  { id: "spec of a wrong type", action: "05-route", item: route(YES, "x") },
  {
    id: "a Route of Knative",
    action: "05-route",
    item: { ...route(YES, { host: HOST }), apiVersion: "serving.knative.dev/v1" },
  },

  {
    id: "openshift T13.9.12: LoadBalancer",
    action: "15-service",
    item: service("LoadBalancer", { loadBalancerIP: "9.9.9.9", loadBalancerSourceRanges: ["10.0.0.0/8"] }),
    becomes: {
      ...service("LoadBalancer"),
      spec: { type: "LoadBalancer", loadBalancerIP: "9.9.9.9", loadBalancerSourceRanges: ["10.0.0.0/8"] },
    },
  },
  ...["ClusterIP", "NodePort", "ExternalName", undefined].map((type): Row => ({
    id: `openshift T13.9.12: ${type}`,
    action: "15-service",
    item: service(type),
  })),
  {
    id: "LoadBalancer without external IPs",
    action: "15-service",
    item: { ...service("LoadBalancer"), spec: { type: "LoadBalancer" } },
  },
  { id: "spec of a wrong type", action: "15-service", item: { ...service("x"), spec: [] } },

  {
    id: "openshift T13.9.15 and T13.9.18: behavior is preserved",
    action: "24-horizontalpodautoscaler",
    item: autoscaler(OLD_TARGET),
    becomes: autoscaler(NEW_TARGET),
  },
  {
    id: "openshift T13.9.15: v1",
    action: "24-horizontalpodautoscaler",
    item: autoscaler(OLD_TARGET, "autoscaling/v1"),
    becomes: autoscaler(NEW_TARGET, "autoscaling/v1"),
  },
  {
    id: "openshift T13.9.16: the right group already",
    action: "24-horizontalpodautoscaler",
    item: autoscaler(NEW_TARGET),
  },
  {
    id: "openshift T13.9.16: Deployment",
    action: "24-horizontalpodautoscaler",
    item: autoscaler({ apiVersion: "apps/v1", kind: "Deployment", name: "d" }),
  },
  {
    id: "openshift T13.9.16: no scaleTargetRef",
    action: "24-horizontalpodautoscaler",
    item: autoscaler(undefined),
  },
  {
    id: "another kind of v1",
    action: "24-horizontalpodautoscaler",
    item: autoscaler({ apiVersion: "v1", kind: "ReplicationController", name: "d" }),
  },
  {
    id: "another version",
    action: "24-horizontalpodautoscaler",
    item: autoscaler({ apiVersion: "v2", kind: "DeploymentConfig", name: "d" }),
  },
  { id: "empty scaleTargetRef", action: "24-horizontalpodautoscaler", item: autoscaler({}) },
  {
    id: "apiVersion of a wrong type",
    action: "24-horizontalpodautoscaler",
    item: autoscaler({ ...OLD_TARGET, apiVersion: 1 }),
  },
  { id: "scaleTargetRef of a wrong type", action: "24-horizontalpodautoscaler", item: autoscaler("x") },
];

function actionNamed(name: string) {
  return actionOf(openshift, "RestoreItemAction", `openshift.io/${name}-restore-plugin`);
}

for (const { id, action, item, becomes, settings: own = {} } of ROWS) {
  Deno.test(`${action}, ${RULES[action]}: ${id}`, async () => {
    const restore = { spec: { namespaceMapping: { "test-ns": "copy" } } };
    const { result, logs, requests } = await runRestore(actionNamed(action), {
      item,
      restore,
      settings: { ...DEFAULTS, ...own },
    });
    assertEquals(result, becomes === undefined ? {} : { item: becomes });
    assertEquals(messages(logs, "info").length, becomes === undefined ? 0 : 1);
    assertEquals(requests.filter((request) => !request.startsWith("serves ")), []);
  });
}

Deno.test("05-route: the namespace is that of the stored Route (openshift IMP-28)", async () => {
  const item = route(YES, { host: HOST }, "test-route", "elsewhere");
  const itemFromBackup = route(YES, { host: HOST });
  const { result } = await runRestore(actionNamed("05-route"), { item, itemFromBackup, settings: DEFAULTS });
  assertEquals(result.item?.spec, {});
});

for (const apiVersion of ["invalid/api/version/format", "a/b/", "//"]) {
  Deno.test(`24-horizontalpodautoscaler: openshift T13.9.17: ${apiVersion}`, async () => {
    const error = await assertRejects(
      () =>
        runRestore(actionNamed("24-horizontalpodautoscaler"), {
          item: autoscaler({ ...OLD_TARGET, apiVersion }),
          settings: DEFAULTS,
        }),
      Refusal,
      `spec.scaleTargetRef.apiVersion "${apiVersion}" is not of the form group/version`,
    );
    assertEquals([error.rule, error.reason], ["openshift A38", "invalid_item"]);
  });
}
