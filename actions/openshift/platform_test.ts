import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { defaultsOf, prepare, runBackup, runRestore, type World } from "../../tests/kit/run_action.ts";
import type { BackupItemAction, ItemBlockAction, RestoreItemAction } from "../action.ts";
import { onOpenShift, type OpenShiftAction } from "./platform.ts";
import { type Settings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

function mark(...includedResources: string[]): BackupItemAction<Settings> {
  const action: OpenShiftAction = {
    kind: "BackupItemAction",
    name: "openshift.io/test",
    appliesTo: { includedResources },
    execute: ({ item }) => ({ item: { ...item, marked: true } }),
  };
  return onOpenShift(action) as BackupItemAction<Settings>;
}

const ROUTE = { apiVersion: "route.openshift.io/v1", kind: "Route", metadata: { name: "r", namespace: "n" } };
const SERVES = ["serves imagestreams.image.openshift.io"];

const failing = (reason: "NoCluster" | "Forbidden" | "Unreachable") => ({
  serves: () => Promise.reject(new ClusterError(`discover: ${reason}`, reason, 0)),
});

// openshift IMP-05: where an action acts.
const CLUSTERS: [about: string, world: World<Settings>, acts: boolean, requests: string[]][] = [
  ["OpenShift", {}, true, SERVES],
  ["another cluster", { absentGroups: ["image.openshift.io"] }, false, SERVES],
  [
    "a cluster with other groups of OpenShift only",
    {
      absentGroups: ["image.openshift.io", "apps.openshift.io"],
    },
    false,
    SERVES,
  ],
  [
    "OpenShift without the other groups",
    {
      absentGroups: ["apps.openshift.io", "security.openshift.io", "config.openshift.io"],
    },
    true,
    SERVES,
  ],
  ["no cluster at all, as in preview", { cluster: failing("NoCluster") }, true, []],
  ["a cluster that hides its groups", { cluster: failing("Forbidden") }, true, []],
  ["a cluster out of reach", { cluster: failing("Unreachable") }, true, []],
  ["enabled=false", { settings: { ...DEFAULTS, enabled: "false" } }, false, []],
  [
    "enabled=true elsewhere",
    {
      settings: { ...DEFAULTS, enabled: "true" },
      absentGroups: ["image.openshift.io"],
    },
    true,
    [],
  ],
];

for (const [about, world, acts, requests] of CLUSTERS) {
  Deno.test(`onOpenShift(): ${about}`, async () => {
    const outcome = await runBackup(mark("routes"), { settings: DEFAULTS, ...world, item: ROUTE });
    assertEquals(outcome.item.marked ?? false, acts);
    // A stand-in for an operation is not watched.
    if (world.cluster === undefined) assertEquals(outcome.requests, requests);
  });
}

// Which objects an action takes: those whose API group its resources mean.
const OBJECTS: [resources: string[], apiVersion: string | undefined, acts: boolean][] = [
  [["routes"], "route.openshift.io/v1", true],
  [["routes"], "v1", true],
  [["routes"], undefined, true],
  [["routes"], "serving.knative.dev/v1", false],
  [["routes"], "notopenshift.io/v1", false],
  [["builds"], "shipwright.io/v1beta1", false],
  [["builds"], "build.openshift.io/v1", true],
  [["nonadminbackups.oadp.openshift.io"], "customgroup.io/v1", false],
  [["nonadminbackups.oadp.openshift.io"], "oadp.openshift.io/v1alpha1", true],
  [["rolebinding.authorization.openshift.io"], "rbac.authorization.k8s.io/v1", false],
  [["rolebindings"], "rbac.authorization.k8s.io/v1", true],
  [["deployments.apps"], "apps/v1", true],
  [["pods"], "v1", true],
  [["jobs"], "batch/v1", true],
  [["pods", "deploymentconfigs", "deployments.apps", "jobs.batch"], "apps/v1", true],
  [["pods", "deploymentconfigs", "deployments.apps", "jobs.batch"], "batch/v1", true],
  [["pods", "deploymentconfigs", "deployments.apps", "jobs.batch"], "apps.openshift.io/v1", true],
  [["pods", "deploymentconfigs", "deployments.apps", "jobs.batch"], "example.com/v1", false],
];

for (const [resources, apiVersion, acts] of OBJECTS) {
  Deno.test(`onOpenShift(): ${resources.join(", ")} and ${apiVersion}`, async () => {
    const item = { kind: "X", metadata: { name: "x" }, ...(apiVersion === undefined ? {} : { apiVersion }) };
    const outcome = await runBackup(mark(...resources), { settings: DEFAULTS, item });
    assertEquals(outcome.item.marked ?? false, acts);
    assertEquals(outcome.requests, acts ? SERVES : []);
  });
}

Deno.test("onOpenShift() keeps what an action answers, of every kind", async () => {
  const related = [{ group: "", resource: "secrets", namespace: "n", name: "s" }];
  const base = { name: "openshift.io/test", appliesTo: { includedResources: ["pods"] } };
  const block = onOpenShift({ kind: "ItemBlockAction", ...base, relatedItems: () => related });
  const v1 = onOpenShift({
    kind: "RestoreItemAction",
    ...base,
    execute: () => ({ skipRestore: true }),
  }) as RestoreItemAction<Settings>;
  const v2 = onOpenShift({
    kind: "RestoreItemActionV2",
    ...base,
    execute: () => ({ waitForAdditionalItems: true }),
  }) as RestoreItemAction<Settings>;
  for (const [absentGroups, on] of [[[], true], [["image.openshift.io"], false]] as const) {
    const world = { settings: DEFAULTS, absentGroups, item: { kind: "Pod" } };
    assertEquals((await runRestore(v1, world)).result, on ? { skipRestore: true } : {});
    assertEquals((await runRestore(v2, world)).result, on ? { waitForAdditionalItems: true } : {});
    const { context } = prepare(world);
    const request = { item: world.item, backup: undefined };
    assertEquals(
      await (block as ItemBlockAction<Settings>).relatedItems(request, context),
      on ? related : undefined,
    );
  }
});

Deno.test("onOpenShift() ends with the call", async () => {
  const signal = AbortSignal.abort(new Error("no answer after 300 s"));
  const world = { settings: DEFAULTS, signal, cluster: failing("Unreachable"), item: ROUTE };
  await assertRejects(() => runBackup(mark("routes"), world), Error, "no answer after 300 s");
});
