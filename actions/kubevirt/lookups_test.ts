import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { instance, kubevirtObject, launcher } from "../../tests/kit/kubevirt.ts";
import { messages, prepare, type World } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import { Refusal } from "../lib/refusal.ts";
import { nodeOf, NODES } from "./graph/node.ts";
import { createLookups, READ } from "./lookups.ts";

const BACKUP = { metadata: { uid: "backup-uid" } };
const VMI = instance({}, { metadata: { uid: "vmi-uid" }, status: { nodeName: "node-1" } });

/** A process: its calls share what it keeps. */
function createProcess(world: World<unknown> = {}) {
  const states = new Map<string, unknown>();
  return (own: World<unknown> = {}) => {
    const { context, ...rest } = prepare({ states, ...world, ...own });
    return { ...createLookups(context, BACKUP), ...rest };
  };
}

const at = (seconds: number) => ({ now: new Date(seconds * 1000) });

const claim = (name: string, owner: string, metadata: JsonObject = {}) =>
  bare("v1", "PersistentVolumeClaim", name, { labels: { "persistent-state-for": owner }, ...metadata });

const failing = (reason: "Forbidden" | "Other", status: number, of: keyof Cluster): Partial<Cluster> => {
  const fail = () => Promise.reject(new ClusterError(`${of}: ${status}`, reason, status));
  return of === "list"
    ? {
      async *list() {
        yield await fail();
      },
    }
    : { [of]: fail };
};

Deno.test("get() reads an object once in a call, and again in the next", async () => {
  const call = createProcess({ objects: [bare("v1", "PersistentVolumeClaim", "p")] });
  const first = call();
  const read = (options = {}) => first.get(READ.claims, "n", "p", options);
  await Promise.all([read({ metadataOnly: true }), read({ metadataOnly: true })]);
  await read({ metadataOnly: true });
  assertEquals(first.requests, ["get persistentvolumeclaims n/p"]);
  assertEquals((await read())?.kind, "PersistentVolumeClaim");
  await read({ metadataOnly: true });
  assertEquals(first.requests.length, 2, "metadata alone is not the object, the object has the metadata");
  const second = call();
  await second.get(READ.claims, "n", "p");
  assertEquals(second.requests, ["get persistentvolumeclaims n/p"]);
});

Deno.test("get() reads an instance whole, because its labels are not all that is asked for", async () => {
  const { get, instance, requests } = createProcess({ objects: [VMI] })();
  assertEquals((await get(READ.instances, "n", "v", { metadataOnly: true }))?.status, { nodeName: "node-1" });
  assertEquals((await instance("n", "v"))?.spec, {});
  assertEquals(requests, ["get virtualmachineinstances.kubevirt.io n/v"]);
});

Deno.test("get() takes the version that the cluster serves", async () => {
  const asked: string[] = [];
  const get: Cluster["get"] = (kind) => {
    asked.push(kind.version);
    return kind.version === "v1alpha3"
      ? Promise.resolve(VMI)
      : Promise.reject(new ClusterError("no", "NotServed", 404));
  };
  const old = createProcess({ cluster: { get, serves: () => Promise.resolve(["v1alpha3"]) } })();
  assertEquals(await old.instance("n", "v"), VMI);
  assertEquals(asked, ["v1", "v1alpha3"]);
  const none = createProcess({ cluster: { get, serves: () => Promise.resolve([]) } })();
  await assertRejects(() => none.instance("n", "v"), ClusterError, "no");
});

Deno.test("launcher() lists the launchers of a namespace once for the calls of five seconds (kubevirt B31)", async () => {
  const other = launcher("other", { metadata: { annotations: { "kubevirt.io/domain": "w" } } }, {
    "kubevirt.io/created-by": "w-uid",
  });
  const call = createProcess({ objects: [launcher("own"), other] });
  const ask = async (seconds: number, name: string, uid: string) => {
    const own = call(at(seconds));
    const pod = await own.launcher("n", name, { metadata: { uid } });
    return [pod?.name, ...own.requests];
  };
  assertEquals(await Promise.all([ask(0, "v", "vmi-uid"), ask(0, "w", "w-uid")]), [["own", "list pods n"], [
    "other",
  ]]);
  assertEquals(await ask(4.9, "w", "w-uid"), ["other"]);
  assertEquals(await ask(5, "v", "vmi-uid"), ["own", "list pods n"]);
});

Deno.test("launcher() asks once more for a pod that may be younger than the list", async () => {
  const call = createProcess();
  await call(at(0)).launcher("n", "v", VMI);
  const selectors: (string | undefined)[] = [];
  const list: Cluster["list"] = async function* (_kind, options) {
    selectors.push(options?.labelSelector);
    assertEquals(options?.pageSize, 100, "parsed pods are large");
    yield await Promise.resolve(launcher("young"));
  };
  const young = (instance: JsonObject | undefined) =>
    call({ ...at(1), cluster: { list } }).launcher("n", "v", instance);
  assertEquals((await young(VMI))?.name, "young");
  assertEquals((await young(undefined))?.name, "young");
  assertEquals(selectors, [
    "kubevirt.io=virt-launcher,kubevirt.io/created-by=vmi-uid",
    "kubevirt.io=virt-launcher",
  ]);
});

Deno.test("launcher() fails with upstream's text when the list fails", async () => {
  for (const [status, reason] of [[403, "forbidden"], [500, "lookup_failed"]] as const) {
    const call = createProcess({ cluster: failing(status === 403 ? "Forbidden" : "Other", status, "list") });
    const refusal = await assertRejects(
      () => call().launcher("n", "v", VMI),
      Refusal,
      `failed to get launcher pod from VMI n/v: list: ${status}`,
    );
    assertEquals([refusal.rule, refusal.reason], ["kubevirt 3.4", reason]);
  }
});

Deno.test("backendClaims() finds claims by their label, not those that go away (kubevirt 3.5)", async () => {
  const objects = [
    claim("a", "v"),
    claim("b", "v"),
    claim("c", "w"),
    claim("gone", "v", {
      labels: { "persistent-state-for": "v" },
      deletionTimestamp: "2026-01-01T00:00:00Z",
    }),
    bare("v1", "PersistentVolumeClaim", "persistent-state-for-v"),
  ];
  const call = createProcess({ objects });
  const first = call();
  assertEquals(await first.backendClaims("n", "v"), ["a", "b"]);
  assertEquals(first.requests, ["list persistentvolumeclaims n"]);
  const second = call();
  assertEquals(await second.backendClaims("n", "w"), ["c"]);
  assertEquals(second.requests, [], "one list for the VMs of the namespace");
});

Deno.test("backendClaims() takes the legacy name only when that claim exists and stays", async () => {
  const legacy = (metadata: JsonObject = {}) =>
    bare("v1", "PersistentVolumeClaim", "persistent-state-for-v", metadata);
  const ask = (objects: JsonObject[]) => createProcess({ objects })().backendClaims("n", "v");
  assertEquals(await ask([legacy()]), ["persistent-state-for-v"]);
  assertEquals(await ask([]), []);
  assertEquals(await ask([legacy({ deletionTimestamp: "2026-01-01T00:00:00Z" })]), []);
});

Deno.test("backendClaims() asks once more for a claim that may be younger than the list", async () => {
  const call = createProcess();
  await call().backendClaims("n", "w");
  const young = call({ objects: [claim("young", "v")] });
  assertEquals(await young.backendClaims("n", "v"), ["young"]);
  assertEquals(young.requests, ["list persistentvolumeclaims n"]);
  const long = call();
  assertEquals(await long.backendClaims("n", "v".repeat(64)), []);
  assertEquals(long.requests, [`get persistentvolumeclaims n/persistent-state-for-${"v".repeat(64)}`]);
});

Deno.test("backendClaims() fails when the list fails: the state would be lost silently (kubevirt B8)", async () => {
  const call = createProcess({ cluster: failing("Forbidden", 403, "list") });
  const refusal = await assertRejects(
    () => call().backendClaims("n", "v"),
    Refusal,
    "failed to find the PVCs with the state of VM n/v: list: 403",
  );
  assertEquals([refusal.rule, refusal.reason], ["kubevirt 3.5", "forbidden"]);
});

Deno.test("serves() asks discovery; without an answer what is named stays named (kubevirt G3)", async () => {
  const call = createProcess({ absentGroups: ["cdi.kubevirt.io"] });
  assertEquals(await call().serves(NODES.dataVolumes), false);
  assertEquals(await call().serves(NODES.networks), true);
  assertEquals(await call({ cluster: failing("Other", 500, "serves") }).serves(NODES.dataVolumes), true);
});

const replicaSet = (spec: JsonObject, metadata: JsonObject = { uid: "rs-uid" }) =>
  kubevirtObject("VirtualMachineInstanceReplicaSet", spec, { metadata });
const owned = (name: string, owner: JsonObject, labels: JsonObject = { app: "a" }) =>
  instance({}, {
    metadata: { name, labels, ownerReferences: [{ kind: "VirtualMachineInstanceReplicaSet", ...owner }] },
  });

Deno.test("replicas() lists by the selector and keeps what the replica set owns (kubevirt 4.6)", async () => {
  const objects = [
    owned("one", { uid: "rs-uid", name: "v" }),
    owned("two", { uid: "rs-uid" }),
    owned("of another", { uid: "other", name: "v" }),
    owned("of a VM", { uid: "rs-uid", kind: "VirtualMachine" }),
    owned("not selected", { uid: "rs-uid" }, { app: "b" }),
    instance({}, { metadata: { name: "alone", labels: { app: "a" } } }),
  ];
  const selector = { matchLabels: { app: "a" }, matchExpressions: [{ key: "app", operator: "Exists" }] };
  const ask = (item: JsonObject) => createProcess({ objects })().replicas(item);
  assertEquals(await ask(replicaSet({ selector })), ["one", "two"]);
  assertEquals((await ask(replicaSet({}))).toSorted(), ["not selected", "one", "two"]);
  assertEquals(await ask(replicaSet({ selector }, {})), ["of another", "one"]);
});

Deno.test("replicas() lists in the version that the cluster serves (kubevirt 10.1)", async () => {
  const list: Cluster["list"] = async function* (kind) {
    if (kind.version !== "v1alpha3") throw new ClusterError("no", "NotServed", 404);
    yield await Promise.resolve(owned("one", { uid: "rs-uid" }));
  };
  const old = createProcess({ cluster: { list, serves: () => Promise.resolve(["v1alpha3"]) } })();
  assertEquals(await old.replicas(replicaSet({})), ["one"]);
});

Deno.test("replicas() refuses a selector that is none", async () => {
  const ask = (spec: JsonObject) => createProcess()().replicas(replicaSet(spec));
  const wrong = { matchExpressions: [{ key: "a", operator: "Equals" }] };
  await assertRejects(
    () => ask({ selector: wrong }),
    Refusal,
    '"Equals" is not a valid label selector operator',
  );
  await assertRejects(() => ask({ selector: "app=a" }), Refusal, "spec.selector is not an object");
});

const NODE = nodeOf(NODES.networks, "n", "nad", "spec.networks[0]");
const SECRET = nodeOf(NODES.secrets, "n", "s", "spec.dataVolumeTemplates[0]");
const TYPE = nodeOf(NODES.clusterInstancetypes, "", "small", "spec.instancetype");
const PRESENT = [
  bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "nad"),
  bare("v1", "Secret", "s"),
  {
    apiVersion: "instancetype.kubevirt.io/v1beta1",
    kind: "VirtualMachineClusterInstancetype",
    metadata: { name: "small" },
  },
];

Deno.test("existing() gives the nodes that are there, in their order (kubevirt G5)", async () => {
  const nodes = [TYPE, SECRET, NODE];
  const present = createProcess({ objects: PRESENT })();
  assertEquals(await present.existing(nodes), nodes);
  assertEquals(await createProcess({ objects: PRESENT.slice(1, 2) })().existing(nodes), [SECRET]);
  const absentGroups = ["k8s.cni.cncf.io", "instancetype.kubevirt.io"];
  const absent = createProcess({ absentGroups, objects: PRESENT.slice(1, 2) })();
  assertEquals(await absent.existing(nodes), [SECRET]);
  assertEquals(absent.requests.filter((request) => request.startsWith("get")), ["get secrets n/s"]);
  assertEquals([present.counts, absent.counts], [[], []]);
});

Deno.test("existing() finds DataVolumes in the list of their namespace (kubevirt X8, 11)", async () => {
  const [there, absent] = ["there", "absent"].map((name) => nodeOf(NODES.dataVolumes, "n", name, "a volume"));
  const objects = [bare("cdi.kubevirt.io/v1beta1", "DataVolume", "there")];
  const ask = async (call: ReturnType<typeof createProcess>) => {
    const { existing, requests } = call();
    return [await existing([there!, absent!]), requests.filter((request) => !request.startsWith("serves"))];
  };
  const call = createProcess({ objects });
  assertEquals(await ask(call), [[there], ["list datavolumes.cdi.kubevirt.io n"]]);
  assertEquals(await ask(call), [[there], []]);
  const forbidden = createProcess({ objects, cluster: failing("Forbidden", 403, "list") });
  assertEquals(await ask(forbidden), [[there], [
    "list datavolumes.cdi.kubevirt.io n",
    "get datavolumes.cdi.kubevirt.io n/there",
    "get datavolumes.cdi.kubevirt.io n/absent",
  ]]);
});

Deno.test("existing() reads nothing but metadata", async () => {
  const options: unknown[] = [];
  const get: Cluster["get"] = (_kind, _namespace, _name, own) => {
    options.push(own?.metadataOnly);
    return Promise.resolve(undefined);
  };
  await createProcess({ cluster: { get } })().existing([TYPE, SECRET, NODE]);
  assertEquals(options, [true, true, true]);
});

Deno.test("existing() warns once of a kind that may not be read, and counts every node (kubevirt 10.2)", async () => {
  const call = createProcess({ cluster: failing("Forbidden", 403, "get") });
  const second = nodeOf(NODES.networks, "n", "nad-2", "spec.networks[1]");
  const first = call();
  assertEquals(await first.existing([NODE, second, SECRET]), []);
  assertEquals(messages(first.logs, "warn"), [
    "network-attachment-definitions.k8s.cni.cncf.io/n/nad, named in spec.networks[0], is left out of the backup, and so are others of its kind: get: 403",
    "secrets/n/s, named in spec.dataVolumeTemplates[0], is left out of the backup, and so are others of its kind: get: 403",
  ]);
  assertEquals(first.counts, ["graphNodes", "graphNodes", "graphNodes"]);
  const later = call();
  await later.existing([NODE]);
  assertEquals([messages(later.logs, "warn"), later.counts], [[], ["graphNodes"]]);
});

Deno.test("existing() warns of every node that the API server does not answer for", async () => {
  for (const  of of["get", "serves"] as const) {
    const call = createProcess({ cluster: failing("Other", 503, of) });
    for (let turn = 0; turn < 2; turn++) {
      const { existing, logs, counts } = call();
      assertEquals(await existing([NODE]), []);
      assertEquals(messages(logs, "warn"), [
        `network-attachment-definitions.k8s.cni.cncf.io/n/nad, named in spec.networks[0], is left out of the backup: ${of}: 503`,
      ]);
      assertEquals(counts, ["graphNodes"]);
    }
  }
});

Deno.test("existing() ends with the call", async () => {
  const ended = new AbortController();
  ended.abort(new Refusal("no answer after 300 s", { rule: "deadline", remedy: "", reason: "deadline" }));
  const call = createProcess({ cluster: failing("Other", 503, "get"), signal: ended.signal });
  await assertRejects(() => call().existing([NODE]), Refusal, "no answer after 300 s");
});

Deno.test("existing() asks at most eight at once", async () => {
  let underWay = 0;
  let most = 0;
  const get: Cluster["get"] = async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve));
    underWay--;
    return undefined;
  };
  const nodes = Array.from({ length: 40 }, (_, index) => nodeOf(NODES.secrets, "n", `s${index}`, ""));
  assertEquals(await createProcess({ cluster: { get } })().existing(nodes), []);
  assertEquals(most, 8);
});
