import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { defaultsOf, messages, prepare, runRestore } from "../../tests/kit/run_action.ts";
import { bare, vm } from "../../tests/kit/virtual_machines.ts";
import { cloneJson, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { at, objectAt } from "../../objects/object.ts";
import type { RestoreResult } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { formatItem } from "./graph/node.ts";
import { restoreVirtualMachine } from "./restore_virtual_machine.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

const STRATEGY = "velero.kubevirt.io/restore-run-strategy";
const NEW_UUID = "velero.kubevirt.io/generate-new-firmware-uuid";
const CLEAR_MAC = "velero.kubevirt.io/clear-mac-address";
const EXTRAS = "velero-plugin-for-workloads/graph-extras";
const VM_NAME = "velero-plugin-for-workloads/vm-name";

type Request = Parameters<typeof runRestore<KubevirtSettings>>[1];

const run = (item: JsonObject, request: Partial<Request> = {}) =>
  runRestore(restoreVirtualMachine, { item, settings: DEFAULTS, ...request });

const labelled = (labels: JsonObject): JsonObject => ({ metadata: { labels } });

const additional = ({ additionalItems = [] }: RestoreResult) => additionalItems.map(formatItem);

/** A VM with these fields in its spec and, in its template's spec, these. */
const vmWith = (spec: JsonObject, machine: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: { name: "v", namespace: "n", ...metadata },
  spec: { ...spec, template: { spec: machine } },
});

Deno.test("restoreVirtualMachine is a v1 action with upstream's name (kubevirt A6)", () => {
  assertEquals([restoreVirtualMachine.kind, restoreVirtualMachine.name], [
    "RestoreItemAction",
    "kubevirt-velero-plugin/restore-vm-action",
  ]);
  assertEquals(restoreVirtualMachine.appliesTo, { includedResources: ["virtualmachines.kubevirt.io"] });
});

Deno.test("restoreVirtualMachine sets the power state that the Restore asks for (kubevirt 5.6, B22)", async (t) => {
  const rows: [
    row: string,
    before: JsonObject,
    label: string | undefined,
    after: JsonObject | "unchanged",
  ][] = [
    ["kubevirt T7.8.1", { runStrategy: "Always" }, undefined, "unchanged"],
    ["kubevirt T7.8.2", { runStrategy: "Halted" }, undefined, "unchanged"],
    ["kubevirt T7.8.3", { runStrategy: "Halted" }, "Always", { runStrategy: "Always" }],
    ["kubevirt T7.8.4", { runStrategy: "Always" }, "Halted", { runStrategy: "Halted" }],
    ["kubevirt T7.8.5", { running: true, runStrategy: "" }, "Halted", { runStrategy: "Halted" }],
    ["running without the label", { running: true }, undefined, "unchanged"],
    ["running becomes a strategy", { running: true }, "Manual", { runStrategy: "Manual" }],
    ["neither was there", {}, "RerunOnFailure", { runStrategy: "RerunOnFailure" }],
    ["once", { running: false }, "Once", { runStrategy: "Once" }],
    ["wait as receiver", { runStrategy: "Manual" }, "WaitAsReceiver", { runStrategy: "WaitAsReceiver" }],
    ["as it was", { runStrategy: "Always" }, "Always", "unchanged"],
    ["a null left beside it", { runStrategy: "Always", running: null }, "Always", { runStrategy: "Always" }],
  ];
  for (const [row, before, label, after] of rows) {
    await t.step(row, async () => {
      const restore = label === undefined ? {} : labelled({ [STRATEGY]: label });
      const { result } = await run(vmWith(before), { restore });
      assertEquals(
        result,
        after === "unchanged" ? { additionalItems: [] } : { item: vmWith(after), additionalItems: [] },
      );
    });
  }
});

Deno.test("restoreVirtualMachine makes the spec for a power state when there is none", async () => {
  const { item } = await run(bare("kubevirt.io/v1", "VirtualMachine", "v"), {
    restore: labelled({ [STRATEGY]: "Halted" }),
  });
  assertEquals(item.spec, { runStrategy: "Halted" });
});

Deno.test("restoreVirtualMachine refuses a run strategy that KubeVirt does not know (kubevirt 5.6, B13, T11.3)", async (t) => {
  const values: JsonValue[] = ["", "always", "ALWAYS", "Running", "true", "Halted ", 5, null, ["Always"]];
  for (const value of values) {
    await t.step(JSON.stringify(value), async () => {
      const restore = labelled({ [STRATEGY]: value });
      const error = await assertRejects(() => run(vm(), { restore }), Refusal);
      assertEquals([error.message, error.rule, error.reason, error.remedy], [
        `label ${STRATEGY} of the Restore is ${JSON.stringify(value)}`,
        "kubevirt 5.6",
        "invalid_label",
        "set it to one of Always, Halted, Manual, RerunOnFailure, Once, WaitAsReceiver, or remove it",
      ]);
    });
  }
});

Deno.test("restoreVirtualMachine gives a new UUID (kubevirt 5.6, kubevirt T7.8.6)", async () => {
  const uuidOf = (item: JsonObject) => at(item, "spec", "template", "spec", "domain", "firmware", "uuid");
  const item = vmWith({}, { domain: { firmware: { uuid: "original-uuid" } } });
  const { item: changed } = await run(item, { restore: labelled({ [NEW_UUID]: "true" }) });
  assertNotEquals(uuidOf(changed), "original-uuid");
  assertEquals(uuidOf(changed), "00000000-0000-4000-8000-000000000001");
  assertEquals(changed, vmWith({}, { domain: { firmware: { uuid: uuidOf(changed) } } }));
});

Deno.test("without a template there is no identity to change (kubevirt 5.6, B5)", async () => {
  const restore = labelled({ [NEW_UUID]: "true", [CLEAR_MAC]: "true" });
  for (const spec of [undefined, null, {}, { template: null }, { runStrategy: "Always" }]) {
    const item: JsonObject = { ...vm(), ...(spec === undefined ? {} : { spec }) };
    if (spec === undefined) delete item.spec;
    assertEquals((await run(item, { restore })).result, { additionalItems: [] });
  }
});

Deno.test("a template without a spec gets one only when something is written into it", async () => {
  const item = { ...vm(), spec: { template: { metadata: {} } } };
  assertEquals((await run(item)).result, { additionalItems: [] });
  assertEquals((await run(item, { restore: labelled({ [CLEAR_MAC]: "true" }) })).result, {
    additionalItems: [],
  });
  const { item: changed } = await run(item, { restore: labelled({ [NEW_UUID]: "true" }) });
  assertEquals(changed.spec, {
    template: {
      metadata: {},
      spec: { domain: { firmware: { uuid: "00000000-0000-4000-8000-000000000001" } } },
    },
  });
});

const dataVolume = (name: string): JsonObject => ({ name, dataVolume: { name } });

Deno.test("restoreVirtualMachine names what the VM hangs on (kubevirt 5.6)", async (t) => {
  await t.step("kubevirt T7.8.7", async () => {
    const item = {
      ...vm({ volumes: [dataVolume("test-dv-1"), dataVolume("test-dv-2")] }),
      apiVersion: "kubevirt.io/v1alpha3",
    };
    const { result, requests } = await run(item);
    assertEquals(result.item, undefined);
    assertEquals(additional(result), [
      "datavolumes.cdi.kubevirt.io/n/test-dv-1",
      "persistentvolumeclaims/n/test-dv-1",
      "datavolumes.cdi.kubevirt.io/n/test-dv-2",
      "persistentvolumeclaims/n/test-dv-2",
    ]);
    assertEquals(requests, []);
  });
  await t.step("v1alpha3 without version, and with a mapping (kubevirt V7)", async () => {
    const item = { ...vm({ volumes: [dataVolume("d")] }), apiVersion: "kubevirt.io" };
    const { result } = await run(item, { restore: { spec: { namespaceMapping: { n: "m" } } } });
    assertEquals(additional(result), ["datavolumes.cdi.kubevirt.io/n/d", "persistentvolumeclaims/n/d"]);
  });
});

const TPM = { domain: { devices: { tpm: { persistent: true } } } };
const claim = (name: string, owner: string) =>
  bare("v1", "PersistentVolumeClaim", name, { labels: { "persistent-state-for": owner } });

Deno.test("the claims with TPM and EFI state are those that the backup recorded (kubevirt 3.5, B6)", async (t) => {
  const objects = [claim("state-live", "v"), claim("state-of-another", "w")];
  const record = (...items: string[]) => ({ annotations: { [EXTRAS]: JSON.stringify(items) } });
  const rows: [
    what: string,
    metadata: JsonObject,
    objects: JsonObject[],
    expected: string[],
    reads: number,
  ][] = [
    [
      "recorded",
      record("persistentvolumeclaims/n/state-1"),
      objects,
      ["persistentvolumeclaims/n/state-1"],
      0,
    ],
    ["nothing recorded: those in the cluster", {}, objects, ["persistentvolumeclaims/n/state-live"], 1],
    ["nothing recorded and none there: the old name", {}, [], [
      "persistentvolumeclaims/n/persistent-state-for-v",
    ], 1],
    [
      "a damaged record",
      { annotations: { [EXTRAS]: "[" } },
      objects,
      ["persistentvolumeclaims/n/state-live"],
      1,
    ],
  ];
  for (const [what, metadata, objects, expected, reads] of rows) {
    await t.step(what, async () => {
      const { result, requests } = await run(vmWith({}, TPM, metadata), { objects });
      assertEquals(additional(result), expected);
      assertEquals(requests.filter((request) => request.startsWith("list")).length, reads);
    });
  }
});

Deno.test("a failing look-up of these claims is the old name, as upstream has it (kubevirt 3.5)", async () => {
  const list: Cluster["list"] = async function* () {
    yield await Promise.reject(
      new ClusterError("list persistentvolumeclaims n: forbidden", "Forbidden", 403),
    );
  };
  const { result, logs } = await run(vmWith({}, TPM), { cluster: { list } });
  assertEquals(additional(result), ["persistentvolumeclaims/n/persistent-state-for-v"]);
  assertEquals(messages(logs, "debug"), [
    "failed to find the PVCs with the state of VM n/v: list persistentvolumeclaims n: forbidden",
  ]);
  const fault: Cluster["list"] = async function* () {
    yield await Promise.reject(new RangeError("fault"));
  };
  await assertRejects(() => run(vmWith({}, TPM), { cluster: { list: fault } }), RangeError);
});

Deno.test("without a cluster to ask, a VM that keeps state without a record of its claims is refused (kubevirt 3.5, 10.2)", async () => {
  const list: Cluster["list"] = async function* () {
    yield await Promise.reject(new ClusterError("no cluster is configured", "NoCluster", 0));
  };
  const refusal = await assertRejects(
    () => run(vmWith({}, TPM), { cluster: { list } }),
    Refusal,
    "failed to find the PVCs with the state of VM n/v: no cluster is configured",
  );
  assertEquals([refusal.rule, refusal.remedy], [
    "kubevirt 3.5",
    "run Velero in the cluster, or give it a kubeconfig",
  ]);
  const recorded = { annotations: { [EXTRAS]: '["persistentvolumeclaims/n/state-1"]' } };
  const { result } = await run(vmWith({}, TPM, recorded), { cluster: { list } });
  assertEquals(additional(result), ["persistentvolumeclaims/n/state-1"]);
});

Deno.test("what only the archive carries is taken off (kubevirt G5, B23)", async () => {
  const extras = JSON.stringify(["network-attachment-definitions.k8s.cni.cncf.io/n/net", "secrets/n/pull"]);
  const item = vmWith({}, {}, {
    labels: { [VM_NAME]: "v" },
    annotations: { [EXTRAS]: extras, "example.com/keep": "1" },
  });
  const { result } = await run(item);
  assertEquals(result.item, vmWith({}, {}, { annotations: { "example.com/keep": "1" } }));
  assertEquals(additional(result), [
    "network-attachment-definitions.k8s.cni.cncf.io/n/net",
    "secrets/n/pull",
  ]);
  const again = await run(result.item ?? {});
  assertEquals(again.result, { additionalItems: [] });
});

Deno.test("with the profile upstream only upstream's graph is restored", async () => {
  const volumes = [{ name: "a", sysprep: { secret: { secretName: "x", name: "sys" } } }, dataVolume("d")];
  const item = vm({ volumes });
  assertEquals(additional((await run(item)).result), [
    "datavolumes.cdi.kubevirt.io/n/d",
    "persistentvolumeclaims/n/d",
    "secrets/n/sys",
  ]);
  const { result } = await run(item, { settings: { ...DEFAULTS, "graph-profile": "upstream" } });
  assertEquals(additional(result), ["datavolumes.cdi.kubevirt.io/n/d", "persistentvolumeclaims/n/d"]);
});

Deno.test("restoreVirtualMachine takes no Restore, and a Restore of any shape", async () => {
  const item = vm({ volumes: [dataVolume("d")] });
  const restores: (JsonObject | null)[] = [null, {}, { metadata: null }, {
    metadata: { labels: "x" },
    spec: 5,
  }, {
    spec: { namespaceMapping: ["x"] },
  }];
  for (const restore of restores) {
    const { result } = await run(item, { restore });
    assertEquals([result.item, result.additionalItems?.length], [undefined, 2], JSON.stringify(restore));
  }
});

Deno.test("restoreVirtualMachine never looks at the stored VM", async () => {
  const request = {
    item: cloneJson(vm({ volumes: [dataVolume("d")] })),
    restore: {},
    get itemFromBackup(): JsonObject {
      throw new Error("read");
    },
  };
  const result = await restoreVirtualMachine.execute(request, prepare({ settings: DEFAULTS }).context);
  assertEquals(result?.additionalItems?.length, 2);
});

Deno.test("a VM of a wrong shape is refused with the path (kubevirt 10.2)", async (t) => {
  const rows: [item: JsonObject, message: string][] = [
    [{ ...vm(), spec: "x" }, "spec is not an object"],
    [{ ...vm(), spec: [] }, "spec is not an object"],
    [{ ...vm(), spec: { template: 5 } }, "spec.template is not an object"],
    [{ ...vm(), spec: { template: { spec: "x" } } }, "spec.template.spec is not an object"],
    [vmWith({}, { domain: "x" }), "spec.template.spec.domain is not an object"],
    [vm({ volumes: "x" }), "spec.template.spec.volumes is not a list"],
  ];
  for (const [item, message] of rows) {
    await t.step(message, async () => {
      const error = await assertRejects(() => run(item), Refusal, message);
      assertEquals(error.reason, "invalid_item");
    });
  }
});

Deno.test("fields that no rule names stay as they are (kubevirt T11.1, B3)", async () => {
  const item = vmWith({ futureField: { a: [1] }, runStrategy: "Always" }, {
    domain: { devices: { interfaces: [{ name: "a", futureY: {}, macAddress: "02:00:00:00:00:01" }] } },
    volumes: [{ name: "x", futureSource: {} }],
  });
  const { item: changed, result } = await run(item, {
    restore: labelled({ [CLEAR_MAC]: "true", [STRATEGY]: "Halted" }),
  });
  assertEquals(
    changed,
    vmWith({ futureField: { a: [1] }, runStrategy: "Halted" }, {
      domain: { devices: { interfaces: [{ name: "a", futureY: {} }] } },
      volumes: [{ name: "x", futureSource: {} }],
    }),
  );
  assertEquals(result.additionalItems, []);
  assertEquals(Object.keys(changed), Object.keys(item));
});

const network = (networkName: JsonValue): JsonObject => ({ name: "a", multus: { networkName } });
const nad = (namespace: string, name = "net") =>
  bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", name, {}, namespace);

Deno.test("a network named with its namespace moves when its NAD is there or was backed up (kubevirt 5.11, B20)", async (t) => {
  const record = {
    annotations: { [EXTRAS]: JSON.stringify(["network-attachment-definitions.k8s.cni.cncf.io/n/net"]) },
  };
  const rows: [
    what: string,
    objects: JsonObject[],
    metadata: JsonObject,
    after: string,
    reads: number,
    warnings: number,
  ][] = [
    ["there", [nad("m")], {}, "m/net", 1, 0],
    ["backed up with the VM", [], record, "m/net", 0, 0],
    ["neither", [nad("n")], {}, "n/net", 1, 1],
  ];
  for (const [what, objects, metadata, after, reads, warnings] of rows) {
    await t.step(what, async () => {
      const item = vmWith({}, { networks: [network("n/net"), network("n/net")] }, metadata);
      const restore = { spec: { namespaceMapping: { n: "m" } } };
      const { item: changed, requests, logs } = await run(item, { objects, restore });
      assertEquals(objectAt(changed, "spec", "template", "spec")?.networks, [network(after), network(after)]);
      assertEquals(requests.length, reads, "one question for both");
      assertEquals(messages(logs, "warn").length, warnings);
    });
  }
});

Deno.test("what is read for a VM is read at the same time", async () => {
  const waiting: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => waiting.push(resolve));
  const cluster: Partial<Cluster> = {
    async *list() {
      await wait();
      yield* [];
    },
    async get({ resource }) {
      if (resource === "persistentvolumeclaims") return undefined;
      await wait();
      return nad("m");
    },
  };
  const item = vmWith({}, {
    domain: { devices: { tpm: { persistent: true }, interfaces: [{ macAddress: "02:00:00:00:00:01" }] } },
    networks: [network("n/net"), network("n/net2")],
  });
  const restored = run(item, { cluster, restore: { spec: { namespaceMapping: { n: "m" } } } });
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(waiting.length, 5, "state claims, VMs, VMIs and two NADs");
  for (const release of waiting) release();
  const { item: changed } = await restored;
  assertEquals(at(changed, "spec", "template", "spec", "networks"), [network("m/net"), network("m/net2")]);
});

Deno.test("a VM beside its original is told about the identities it shares (kubevirt 8.2)", async () => {
  const machine = { domain: { devices: { interfaces: [{ macAddress: "02:00:00:00:00:01" }] } } };
  const { result, logs, counts } = await run(vmWith({}, machine), {
    objects: [vmWith({}, machine)],
    restore: { spec: { namespaceMapping: { n: "copy" } } },
  });
  assertEquals(result, { additionalItems: [] });
  assertEquals(counts, ["collisions mac"]);
  assertStringIncludes(
    messages(logs, "warn").join(),
    "MAC address 02:00:00:00:00:01 of VirtualMachine copy/v (spec.template.spec.domain.devices.interfaces[0].macAddress) is in use by VirtualMachine n/v;",
  );
});
