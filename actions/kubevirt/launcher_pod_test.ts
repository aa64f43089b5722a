import { assertEquals } from "@std/assert";
import { launcher } from "../../tests/kit/kubevirt.ts";
import type { JsonObject } from "../../objects/json.ts";
import { chooseLauncher, launched, launcherPod } from "./launcher_pod.ts";

const OLD = "2026-01-01T00:00:00Z";
const NEW = "2026-01-02T00:00:00Z";

/** A pod with what the order looks at. */
const pod = (name: string, phase: string, more: { node?: string; created?: string; gone?: boolean } = {}) =>
  launcher(name, {
    metadata: {
      creationTimestamp: more.created ?? OLD,
      ...(more.gone === true ? { deletionTimestamp: NEW } : {}),
    },
    spec: { nodeName: more.node ?? "node-1" },
    status: { phase },
  });

const INSTANCE = { metadata: { uid: "vmi-uid" }, status: { nodeName: "node-2" } };
const choose = (pods: JsonObject[], instance: JsonObject | undefined = INSTANCE) =>
  chooseLauncher(pods.map(launcherPod), launched("v", instance))?.name;

Deno.test("chooseLauncher() takes the pod of the instance (kubevirt 3.4, T7.9.8)", () => {
  const other = launcher("other", {}, { "kubevirt.io/created-by": "another-uid" });
  assertEquals(choose([other, launcher("own")]), "own");
  assertEquals(choose([other]), undefined);
  assertEquals(choose([]), undefined);
});

Deno.test("chooseLauncher() goes by the domain annotation where the UID is not known (kubevirt T7.9.8)", () => {
  const of = (annotations: JsonObject | null) => launcher("p", { metadata: { annotations } });
  assertEquals(choose([of({ "kubevirt.io/domain": "v" })], {}), "p");
  assertEquals(choose([of({ "kubevirt.io/domain": "w" })], {}), undefined);
  assertEquals(choose([of(null)], {}), undefined);
  assertEquals(
    chooseLauncher([launcherPod(of({ "kubevirt.io/domain": "v" }))], launched("v", undefined))?.name,
    "p",
  );
});

Deno.test("chooseLauncher() takes a pod without the label of any instance by its annotation, when no pod has the label (kubevirt 3.4)", () => {
  const unlabelled = launcher("unlabelled", {}, { "kubevirt.io/created-by": "" });
  const predecessor = launcher("predecessor", {}, { "kubevirt.io/created-by": "another-uid" });
  assertEquals(choose([predecessor, unlabelled]), "unlabelled");
  assertEquals(choose([unlabelled, launcher("own")]), "own");
  const elsewhere = { metadata: { annotations: { "kubevirt.io/domain": "w" } } };
  assertEquals(choose([launcher("w", elsewhere, { "kubevirt.io/created-by": "" })]), undefined);
});

Deno.test("chooseLauncher() takes the right one of several, whichever comes first (kubevirt B15)", async (t) => {
  const rows: [about: string, better: JsonObject, worse: JsonObject][] = [
    [
      "not ended before ended",
      pod("better", "Pending"),
      pod("worse", "Succeeded", { node: "node-2", created: NEW }),
    ],
    ["going away before failed", pod("better", "Running", { gone: true }), pod("worse", "Failed")],
    [
      "staying before going away",
      pod("better", "Pending"),
      pod("worse", "Running", { gone: true, node: "node-2" }),
    ],
    [
      "running before others",
      pod("better", "Running"),
      pod("worse", "Pending", { node: "node-2", created: NEW }),
    ],
    [
      "the instance's node before others",
      pod("better", "Running", { node: "node-2" }),
      pod("worse", "Running", { created: NEW }),
    ],
    ["newer before older", pod("better", "Running", { created: NEW }), pod("worse", "Running")],
  ];
  for (const [about, better, worse] of rows) {
    await t.step(about, () => {
      assertEquals(choose([better, worse]), "better");
      assertEquals(choose([worse, better]), "better");
    });
  }
});

Deno.test("chooseLauncher() takes a pod that has ended when there is no other", () => {
  assertEquals(choose([pod("done", "Succeeded")]), "done");
});

Deno.test("launcherPod() reads what the rules look at", () => {
  const { takesExec, hasHooks, excluded, backsUpFiles, ...rest } = launcherPod(
    pod("p", "Pending", { gone: true }),
  );
  assertEquals(rest, {
    name: "p",
    createdBy: "vmi-uid",
    domain: "v",
    terminating: true,
    phase: "Pending",
    node: "node-1",
    created: OLD,
  });
  assertEquals([takesExec, hasHooks, excluded, backsUpFiles], [false, true, false, false]);
});

Deno.test("launcherPod() tells which pods can run a command (kubevirt 8.3)", () => {
  const compute = (ready: boolean) => [{ name: "compute", ready }, { name: "volumes", ready: true }];
  const takesExec = (status: JsonObject, metadata: JsonObject = {}) =>
    launcherPod(launcher("p", { status, metadata })).takesExec;
  assertEquals(takesExec({ phase: "Running", containerStatuses: compute(true) }), true);
  assertEquals(takesExec({ phase: "Running", containerStatuses: compute(false) }), false);
  assertEquals(takesExec({ phase: "Running", containerStatuses: [{ name: "volumes", ready: true }] }), false);
  assertEquals(takesExec({ phase: "Running" }), false);
  assertEquals(takesExec({ phase: "Succeeded", containerStatuses: compute(true) }), false);
  const gone = { deletionTimestamp: NEW };
  assertEquals(takesExec({ phase: "Running", containerStatuses: compute(true) }, gone), false);
});

Deno.test("launcherPod() takes a pod of wrong types as one that has nothing", () => {
  const wrong = {
    metadata: { labels: 5, annotations: [], name: {} },
    spec: null,
    status: { containerStatuses: "x" },
  };
  assertEquals(launcherPod(wrong), {
    name: "",
    createdBy: "",
    domain: "",
    terminating: false,
    phase: "",
    node: "",
    created: "",
    takesExec: false,
    hasHooks: false,
    excluded: false,
    backsUpFiles: false,
  });
});

Deno.test("launcherPod() sees the exclude label and file-system backups", () => {
  const annotations = { "backup.velero.io/backup-volumes": "disk" };
  const { excluded, backsUpFiles, hasHooks } = launcherPod(
    launcher("p", { metadata: { labels: { "velero.io/exclude-from-backup": "true" }, annotations } }),
  );
  assertEquals([excluded, backsUpFiles, hasHooks], [true, true, false]);
});
