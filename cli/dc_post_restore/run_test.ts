import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { createMemoryCluster, type MemoryCluster } from "../../cluster/memory/memory.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { nameOf, objectAt } from "../../objects/object.ts";
import { object, restoreOf } from "../../tests/kit/openshift.ts";
import { postRestore, PostRestoreError, type PostRestoreOptions } from "./run.ts";

const MODIFIED = "oadp.openshift.io/replicas-modified";
const DISCONNECTED = "oadp.openshift.io/disconnected-from-dc";
const REPLICAS = "oadp.openshift.io/original-replicas";
const PAUSED = "oadp.openshift.io/original-paused";

const restore = (
  phase: string | undefined = "Completed",
  mapping: JsonObject = {},
  spec: JsonObject = {},
) => ({
  ...restoreOf(mapping, spec),
  ...(phase === undefined ? {} : { status: { phase } }),
});

function dc(
  name: string,
  options: { namespace?: string; label?: string; replicas?: JsonValue; paused?: JsonValue; ready?: number } =
    {},
) {
  const { namespace = "n", label = "r", replicas = "3", paused = "false", ready = 1 } = options;
  return object("apps.openshift.io/v1", "DeploymentConfig", name, {
    metadata: {
      namespace,
      labels: { [MODIFIED]: label, app: name },
      annotations: { [REPLICAS]: replicas, [PAUSED]: paused, a: "b" },
    },
    spec: { replicas: 0, selector: { app: name } },
    status: { readyReplicas: ready },
  });
}

function pod(
  name: string,
  options: { namespace?: string; label?: string; owner?: string; claim?: string } = {},
) {
  const { namespace = "n", label = "r", owner, claim } = options;
  return object("v1", "Pod", name, {
    metadata: {
      namespace,
      labels: { [DISCONNECTED]: label },
      ...(owner === undefined ? {} : { annotations: { "openshift.io/deployment-config.name": owner } }),
    },
    spec: {
      volumes: claim === undefined ? [] : [{ name: "d", persistentVolumeClaim: { claimName: claim } }],
    },
  });
}

const claim = (name: string, ...accessModes: string[]) =>
  object("v1", "PersistentVolumeClaim", name, { spec: { accessModes } });

interface Run extends Partial<PostRestoreOptions> {
  readonly objects: readonly JsonObject[];
  /** Stands in for operations of the memory cluster. */
  readonly over?: (memory: MemoryCluster) => Partial<Cluster>;
}

async function run({ objects, over, ...options }: Run) {
  const memory = createMemoryCluster({ objects });
  const writes: string[] = [];
  const cluster: Cluster = {
    ...memory,
    patch: (kind, namespace, name, ...rest) => {
      writes.push(`patch ${namespace}/${name}`);
      return memory.patch(kind, namespace, name, ...rest);
    },
    delete: (kind, namespace, name, ...rest) => {
      writes.push(`delete ${namespace}/${name}`);
      return memory.delete(kind, namespace, name, ...rest);
    },
    ...over?.(memory),
  };
  const lines: string[] = [];
  let waited = 0;
  const failed = await postRestore({
    cluster,
    restore: "r",
    veleroNamespace: "velero",
    namespaces: [],
    dryRun: false,
    force: false,
    deleteFirst: false,
    print: (line) => lines.push(line),
    pause: (milliseconds) => Promise.resolve(void (waited += milliseconds)),
    ...options,
  });
  const named = (name: string) => memory.objects().find((object) => nameOf(object) === name);
  return { failed, lines, writes, waited, named, memory };
}

Deno.test("dc-post-restore starts what was scaled down and deletes the pods beside it (openshift 12, IMP-58)", async () => {
  const objects = [restore(), dc("web"), pod("web-1", { owner: "web" }), pod("web-2", { owner: "web" })];
  const { failed, lines, writes, named } = await run({ objects });
  assertEquals([failed, writes], [0, ["patch n/web", "delete n/web-1", "delete n/web-2"]]);
  assertEquals(lines, [
    "Restore r: 1 DeploymentConfig to start, 2 pods to delete",
    "[1/1] n/web: started with 3 replicas",
    "[1/1] n/web: waiting for a ready pod, 60 s at most",
    "[1/1] n/web: a pod is ready",
    "[1/1] n/web: deleted pod web-1",
    "[1/1] n/web: deleted pod web-2",
    "done",
  ]);
  const web = named("web");
  assertEquals(web?.spec, { replicas: 3, paused: false, selector: { app: "web" } });
  assertEquals(objectAt(web, "metadata", "labels"), { app: "web" });
  assertEquals(objectAt(web, "metadata", "annotations"), { a: "b" });
});

Deno.test("dc-post-restore does nothing the second time (openshift IMP-58)", async () => {
  const first = await run({ objects: [restore(), dc("web"), pod("web-1")] });
  const again = await run({ objects: first.memory.objects() });
  assertEquals([again.failed, again.writes], [0, []]);
  assertEquals(again.lines, ["Restore r: 0 DeploymentConfigs to start, 0 pods to delete", "done"]);
});

Deno.test("dc-post-restore goes on where it was ended (openshift IMP-58)", async () => {
  // The DeploymentConfig was started; its pod is still there.
  const { failed, writes } = await run({ objects: [restore(), pod("web-1", { owner: "web" })] });
  assertEquals([failed, writes], [0, ["delete n/web-1"]]);
});

Deno.test("dc-post-restore: a dry run writes nothing and does not wait (openshift IMP-58)", async () => {
  const objects = [restore(), dc("web", { paused: "true", ready: 0 }), pod("web-1")];
  const { failed, lines, writes, waited } = await run({ objects, dryRun: true });
  assertEquals([failed, writes, waited], [0, [], 0]);
  assertEquals(lines, [
    "Restore r: 1 DeploymentConfig to start, 1 pod to delete (dry run)",
    "[1/1] n/web: would start with 3 replicas, paused",
    "[1/1] n/web: would delete pod web-1",
    "done",
  ]);
});

Deno.test("dc-post-restore waits a minute for a ready pod, no longer (openshift IMP-58)", async () => {
  const { waited, writes, lines } = await run({
    objects: [restore(), dc("web", { ready: 0 }), pod("web-1")],
  });
  assertEquals([waited, writes], [60_000, ["patch n/web", "delete n/web-1"]]);
  assertEquals(lines[3], "[1/1] n/web: no pod is ready yet");
});

Deno.test("dc-post-restore waits neither for no replicas nor without pods (openshift IMP-58)", async () => {
  const zero = await run({ objects: [restore(), dc("web", { replicas: "0", ready: 0 }), pod("web-1")] });
  assertEquals([zero.waited, zero.writes], [0, ["patch n/web", "delete n/web-1"]]);
  const alone = await run({ objects: [restore(), dc("web", { ready: 0 })] });
  assertEquals([alone.waited, alone.writes], [0, ["patch n/web"]]);
});

// openshift IMP-58: whether the pods go before their DeploymentConfig starts.
const ORDER: [about: string, modes: string[], deleteFirst: boolean, first: boolean][] = [
  ["a volume of one node", ["ReadWriteOnce"], false, true],
  ["a volume of one pod", ["ReadWriteOncePod"], false, true],
  ["a volume of many", ["ReadWriteMany"], false, false],
  ["a volume of one or many", ["ReadWriteMany", "ReadWriteOnce"], false, true],
  ["the option", [], true, true],
];

for (const [about, modes, deleteFirst, first] of ORDER) {
  Deno.test(`dc-post-restore, order: ${about} (openshift IMP-58)`, async () => {
    const objects = [restore(), dc("web"), pod("web-1", { claim: "c" }), claim("c", ...modes)];
    const { writes } = await run({ objects, deleteFirst });
    assertEquals(writes, first ? ["delete n/web-1", "patch n/web"] : ["patch n/web", "delete n/web-1"]);
  });
}

Deno.test("dc-post-restore: a claim that is gone holds nothing (openshift IMP-58)", async () => {
  const { writes } = await run({ objects: [restore(), dc("web"), pod("web-1", { claim: "gone" })] });
  assertEquals(writes, ["patch n/web", "delete n/web-1"]);
});

Deno.test("dc-post-restore keeps to the Restore's targets and its label (openshift IMP-58)", async () => {
  const objects = [
    restore("Completed", { a: "n" }, { includedNamespaces: ["a", "b"] }),
    dc("mapped", { namespace: "n" }),
    dc("same", { namespace: "b" }),
    dc("source", { namespace: "a" }),
    dc("elsewhere", { namespace: "z" }),
    dc("other-restore", { namespace: "b", label: "r2" }),
    pod("p-z", { namespace: "z" }),
    pod("p-b", { namespace: "b", label: "r2" }),
  ];
  assertEquals((await run({ objects })).writes, ["patch b/same", "patch n/mapped"]);
  assertEquals((await run({ objects, namespaces: ["n"] })).writes, ["patch n/mapped"]);
  await assertRejects(
    () => run({ objects, namespaces: ["n", "z", "a"] }),
    PostRestoreError,
    "Restore r has not written to namespace z, a",
  );
});

Deno.test("dc-post-restore finds objects of a restore with a long name (openshift V10)", async () => {
  const name = "r".repeat(70);
  const label = "r".repeat(57) + "8e08f5";
  const objects = [restoreOf({}, {}, { name }), dc("web", { label })];
  assertEquals((await run({ objects, restore: name, force: true })).writes, ["patch n/web"]);
});

// openshift IMP-58: what stands in the annotations, and the text about it.
const WRONG: [replicas: JsonValue, paused: JsonValue, text: string][] = [
  ["three", "false", `annotation ${REPLICAS} is "three", not a number of replicas`],
  ["-1", "false", `annotation ${REPLICAS} is "-1", not a number of replicas`],
  ["3; rm", "false", `annotation ${REPLICAS} is "3; rm", not a number of replicas`],
  ["2147483648", "false", `annotation ${REPLICAS} is "2147483648", not a number of replicas`],
  ["", "false", `annotation ${REPLICAS} is "", not a number of replicas`],
  ["3", "yes", `annotation ${PAUSED} is "yes", neither true nor false`],
  ["3", "", `annotation ${PAUSED} is "", neither true nor false`],
];

for (const [replicas, paused, text] of WRONG) {
  Deno.test(`dc-post-restore refuses replicas "${replicas}", paused "${paused}" (openshift IMP-58)`, async () => {
    const objects = [
      restore(),
      dc("bad", { replicas, paused }),
      pod("bad-1", { owner: "bad" }),
      dc("good"),
      pod("loose"),
    ];
    const { failed, writes, lines } = await run({ objects });
    // Pods that may belong to the failed one stay; the others' work goes on.
    assertEquals([failed, writes], [2, ["patch n/good"]]);
    assertEquals(lines.slice(1), [
      `[1/3] n/bad: failed: ${text}; correct it or scale the DeploymentConfig yourself`,
      "[2/3] n/good: started with 3 replicas",
      "[3/3] n/pods: failed: kept 1 pod, because a DeploymentConfig of the namespace failed and may own them",
      "2 objects failed; run the command again when you have removed the causes",
    ]);
  });
}

Deno.test("dc-post-restore goes on after a write that fails (openshift IMP-58)", async () => {
  const objects = [
    restore(),
    dc("a"),
    pod("a-1", { owner: "a" }),
    dc("b", { namespace: "m" }),
    pod("b-1", { namespace: "m" }),
    pod("b-2", { namespace: "m" }),
  ];
  const forbidden = new ClusterError("patch deploymentconfigs n/a: forbidden", "Forbidden", 403);
  const { failed, lines } = await run({
    objects,
    over: (memory) => ({
      patch: (kind, namespace, ...rest) =>
        namespace === "n" ? Promise.reject(forbidden) : memory.patch(kind, namespace, ...rest),
      delete: (kind, namespace, name, ...rest) =>
        name === "b-1" ? Promise.reject(new Error("boom")) : memory.delete(kind, namespace, name, ...rest),
    }),
  });
  assertEquals(failed, 2);
  assertEquals(lines.filter((line) => line.includes("failed")), [
    "[1/2] m/b: failed to delete pod b-1: boom",
    "[2/2] n/a: failed to start with 3 replicas: patch deploymentconfigs n/a: forbidden",
    "2 objects failed; run the command again when you have removed the causes",
  ]);
});

Deno.test("dc-post-restore deletes only the pod that it has seen (openshift IMP-58)", async () => {
  const seen: unknown[] = [];
  await run({
    objects: [restore(), pod("web-1")],
    over: () => ({
      delete: (_kind, _namespace, name, options) => {
        seen.push([name, typeof options?.uid]);
        return Promise.resolve(false);
      },
    }),
  });
  assertEquals(seen, [["web-1", "string"]]);
});

Deno.test("dc-post-restore works on a cluster without DeploymentConfigs (openshift IMP-58)", async () => {
  const memory = createMemoryCluster({
    objects: [restore(), pod("web-1")],
    absentGroups: ["apps.openshift.io"],
  });
  const { failed } = await run({ objects: [], over: () => memory });
  assertEquals(failed, 0);
  assertEquals(memory.objects().map(nameOf), ["r"]);
});

// openshift IMP-58: the phases in which it works.
const PHASES: [phase: string | undefined, works: boolean][] = [
  ["Completed", true],
  ["PartiallyFailed", true],
  ["Failed", true],
  ["FailedValidation", true],
  ["InProgress", false],
  ["Finalizing", false],
  ["WaitingForPluginOperations", false],
  [undefined, false],
];

for (const [phase, works] of PHASES) {
  Deno.test(`dc-post-restore and a Restore that is ${phase} (openshift IMP-58)`, async () => {
    const { status: _, ...without } = restore();
    const objects = [phase === undefined ? without : restore(phase), dc("web")];
    if (works) assertEquals((await run({ objects })).writes, ["patch n/web"]);
    else {await assertRejects(
        () => run({ objects }),
        PostRestoreError,
        `Restore r is ${phase ?? "New"}: wait until`,
      );}
    assertEquals((await run({ objects, force: true })).writes, ["patch n/web"]);
  });
}

Deno.test("dc-post-restore needs the Restore (openshift IMP-58)", async () => {
  await assertRejects(() => run({ objects: [] }), PostRestoreError, "Restore velero/r does not exist");
  const error = new ClusterError("get restores: forbidden", "Forbidden", 403);
  await assertRejects(
    () => run({ objects: [], over: () => ({ get: () => Promise.reject(error) }) }),
    ClusterError,
  );
});
