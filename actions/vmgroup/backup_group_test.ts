import { assertEquals, assertRejects } from "@std/assert";
import { defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { ResourceIdentifier } from "../action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupGroup } from "./backup_group.ts";
import { settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

function group(bootOrder?: unknown, apiVersion = "vmoperator.vmware.com/v1alpha6"): JsonObject {
  const spec = bootOrder === undefined ? {} : { bootOrder: bootOrder as JsonValue };
  return { apiVersion, kind: "VirtualMachineGroup", metadata: { name: "g", namespace: "n" }, spec };
}

function vm(name: string, spec: JsonObject = {}, labels: JsonObject = {}): JsonObject {
  const metadata = { name, namespace: "n", labels };
  return { apiVersion: "vmoperator.vmware.com/v1alpha6", kind: "VirtualMachine", metadata, spec };
}

const needs = (secret: string, claim: string): JsonObject => ({
  bootstrap: { cloudInit: { rawCloudConfig: { name: secret } } },
  volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
});

const steps = (...names: string[]) => names.map((name) => ({ members: [{ name }] }));

/** `vm vm-1`, `secret s`: namespace and group are checked, not shown. */
function short(items: readonly ResourceIdentifier[] | undefined): string[] {
  return (items ?? []).map(({ group, resource, namespace, name }) => {
    assertEquals(namespace, "n");
    const words: Record<string, string> = {
      virtualmachines: "vm",
      virtualmachinegroups: "group",
      virtualmachineservices: "service",
      secrets: "secret",
      persistentvolumeclaims: "pvc",
    };
    assertEquals(group, /^virtualmachine/.test(resource) ? "vmoperator.vmware.com" : "");
    return `${words[resource]} ${name}`;
  });
}

interface Row {
  readonly name: string;
  readonly bootOrder?: unknown;
  readonly vms?: readonly JsonObject[];
  readonly items: readonly string[];
  readonly warnings?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    name: "no bootOrder (vmgroup G1, T3.2.1)",
    items: [],
    warnings: ["VirtualMachineGroup has no boot orders"],
  },
  {
    name: "bootOrder null",
    bootOrder: null,
    items: [],
    warnings: ["VirtualMachineGroup has no boot orders"],
  },
  { name: "bootOrder empty", bootOrder: [], items: [], warnings: ["VirtualMachineGroup has no boot orders"] },
  {
    name: "two steps with dependencies (vmgroup G2, G7, T3.2.2)",
    bootOrder: steps("vm-1", "vm-2"),
    vms: [
      vm("vm-1", needs("vm-1-cloud-init", "vm-1-data")),
      vm("vm-2", needs("vm-2-cloud-init", "vm-2-data")),
    ],
    items: [
      "vm vm-1",
      "secret vm-1-cloud-init",
      "pvc vm-1-data",
      "vm vm-2",
      "secret vm-2-cloud-init",
      "pvc vm-2-data",
    ],
  },
  {
    name: "member missing in the cluster (vmgroup G4, T3.2.3)",
    bootOrder: steps("vm-x", "vm-1"),
    vms: [vm("vm-1", needs("s", "p"))],
    items: ["vm vm-x", "vm vm-1", "secret s", "pvc p"],
    warnings: ["Failed to get VirtualMachine n/vm-x: it does not exist"],
  },
  {
    name: "nested group (vmgroup G3, DEV-VMG-1, T3.2.4)",
    bootOrder: [{ members: [{ name: "g2", kind: "VirtualMachineGroup" }] }],
    items: ["group g2"],
  },
  {
    name: "two VMs sharing a PVC (vmgroup DEV-VMG-5, T3.2.5)",
    bootOrder: steps("a", "b"),
    vms: [vm("a", needs("sa", "shared")), vm("b", needs("sb", "shared"))],
    items: ["vm a", "secret sa", "pvc shared", "vm b", "secret sb"],
  },
  {
    name: "VM without bootstrap and volumes (vmgroup T3.2.6)",
    bootOrder: steps("a"),
    vms: [vm("a")],
    items: ["vm a"],
  },
  {
    name: "empty names (vmgroup T3.2.7)",
    bootOrder: steps("a"),
    vms: [vm("a", needs("", ""))],
    items: ["vm a"],
  },
  {
    name: "a member listed twice",
    bootOrder: steps("a", "b", "a"),
    vms: [vm("a"), vm("b")],
    items: ["vm a", "vm b"],
  },
  {
    name: "a VM and a group of one name",
    bootOrder: [{
      members: [{ name: "a", kind: "VirtualMachine" }, { name: "a", kind: "VirtualMachineGroup" }],
    }],
    vms: [vm("a")],
    items: ["vm a", "group a"],
  },
  {
    name: "members without a name or of another kind (vmgroup G2, G3)",
    bootOrder: [{
      members: [{}, { name: "" }, { name: 5 }, { name: "p", kind: "Pod" }, { name: "q", kind: 5 }],
    }],
    items: [],
    warnings: [
      "spec.bootOrder[0].members[0] has no name; it is skipped",
      "spec.bootOrder[0].members[1] has no name; it is skipped",
      "spec.bootOrder[0].members[2] has no name; it is skipped",
      'spec.bootOrder[0].members[3] "p" has the unknown kind "Pod"; it is skipped',
      'spec.bootOrder[0].members[4] "q" has the unknown kind 5; it is skipped',
    ],
  },
  {
    name: "a kind of null is a VM",
    bootOrder: [{ members: [{ name: "a", kind: null }] }],
    vms: [vm("a")],
    items: ["vm a"],
  },
  {
    name: "wrong types at every level",
    bootOrder: [5, null, { members: "x" }, { powerOnDelay: "1m" }, { members: [5, null, { name: "a" }] }],
    vms: [vm("a")],
    items: ["vm a"],
    warnings: [
      "spec.bootOrder[0] is not an object; it is skipped",
      "spec.bootOrder[1] is not an object; it is skipped",
      "spec.bootOrder[2].members is not an array; it is skipped",
      "spec.bootOrder[4].members[0] has no name; it is skipped",
      "spec.bootOrder[4].members[1] has no name; it is skipped",
    ],
  },
  {
    name: "an object with members is one step (vmgroup G1)",
    bootOrder: { members: [{ name: "a" }, { name: "b" }] },
    vms: [vm("a"), vm("b")],
    items: ["vm a", "vm b"],
    warnings: ["spec.bootOrder is an object, not an array; it is read as one step"],
  },
];

for (const { name, bootOrder, vms = [], items, warnings = [] } of ROWS) {
  Deno.test(`vmgroup-backup: ${name}`, async () => {
    const outcome = await runBackup(backupGroup, {
      item: group(bootOrder),
      objects: vms,
      settings: DEFAULTS,
    });
    assertEquals(short(outcome.result.additionalItems), items);
    assertEquals(outcome.result.item, undefined);
    assertEquals(messages(outcome.logs, "warn"), warnings);
    assertEquals(messages(outcome.logs, "error"), []);
  });
}

for (const bootOrder of ["x", 5, true, {}]) {
  Deno.test(`vmgroup-backup: bootOrder ${JSON.stringify(bootOrder)} is refused`, async () => {
    const error = await assertRejects(
      () => runBackup(backupGroup, { item: group(bootOrder), settings: DEFAULTS }),
      Refusal,
      "failed to convert item to VirtualMachineGroup: spec.bootOrder is not an array",
    );
    assertEquals([error.rule, error.reason], ["vmgroup G1", "invalid_item"]);
  });
}

for (const item of [{}, { spec: 5 }, { metadata: [], spec: [] }, { spec: null }] as JsonObject[]) {
  Deno.test(`vmgroup-backup: ${JSON.stringify(item)} has no boot orders (vmgroup G9)`, async () => {
    const outcome = await runBackup(backupGroup, { item, settings: DEFAULTS });
    assertEquals(outcome.result, {});
    assertEquals(messages(outcome.logs, "warn"), ["VirtualMachineGroup has no boot orders"]);
  });
}

Deno.test("vmgroup-backup: 403 for VMs is one error line each, all VMs stay (vmgroup G4, T3.2.8)", async () => {
  const get = () =>
    Promise.reject(new ClusterError("get virtualmachines.vmoperator.vmware.com: 403", "Forbidden", 403));
  const outcome = await runBackup(backupGroup, {
    item: group(steps("a", "b")),
    cluster: { get },
    settings: DEFAULTS,
  });
  assertEquals(short(outcome.result.additionalItems), ["vm a", "vm b"]);
  assertEquals(messages(outcome.logs, "error"), [
    "Failed to get VirtualMachine n/a: get virtualmachines.vmoperator.vmware.com: 403",
    "Failed to get VirtualMachine n/b: get virtualmachines.vmoperator.vmware.com: 403",
  ]);
  assertEquals(messages(outcome.logs, "warn"), []);
});

Deno.test("vmgroup-backup reads each VM once, in the version of the group, and no group (vmgroup DEV-VMG-2)", async () => {
  const asked: unknown[] = [];
  const outcome = await runBackup(backupGroup, {
    item: group(
      [...steps("a", "a"), { members: [{ name: "g2", kind: "VirtualMachineGroup" }] }],
      "vmoperator.vmware.com/v1alpha3",
    ),
    cluster: {
      get: (kind, namespace, name) => {
        asked.push({ ...kind, namespace, name });
        return Promise.resolve(vm(name));
      },
    },
    settings: DEFAULTS,
  });
  assertEquals(asked, [
    {
      group: "vmoperator.vmware.com",
      version: "v1alpha3",
      resource: "virtualmachines",
      namespace: "n",
      name: "a",
    },
  ]);
  assertEquals(short(outcome.result.additionalItems), ["vm a", "group g2"]);
});

Deno.test("vmgroup-backup bounds each read to 30 s and goes on behind it", async () => {
  const limits: number[] = [];
  const outcome = await runBackup(backupGroup, {
    item: group(steps("slow", "b")),
    cluster: {
      get: (_kind, _namespace, name, options) => {
        if (name !== "slow") return Promise.resolve(vm(name, needs("s", "p")));
        return Promise.reject(options?.signal?.reason);
      },
    },
    timeout: (milliseconds) => {
      limits.push(milliseconds);
      return AbortSignal.abort(new DOMException("Signal timed out.", "TimeoutError"));
    },
    settings: DEFAULTS,
  });
  assertEquals(limits, [30_000, 30_000]);
  assertEquals(short(outcome.result.additionalItems), ["vm slow", "vm b", "secret s", "pvc p"]);
  assertEquals(messages(outcome.logs, "error"), [
    "Failed to get VirtualMachine n/slow: no answer within 30 s",
  ]);
});

Deno.test("vmgroup-backup ends with its deadline instead of logging every member", async () => {
  const reason = new Error("no answer after 300 s");
  await assertRejects(
    () =>
      runBackup(backupGroup, {
        item: group(steps("a", "b")),
        cluster: { get: () => Promise.reject(reason) },
        signal: AbortSignal.abort(reason),
        settings: DEFAULTS,
      }),
    Error,
    "no answer after 300 s",
  );
});

Deno.test("vmgroup-backup keeps boot order with more members than it reads at once", async () => {
  const names = Array.from({ length: 21 }, (_, index) => `vm-${index}`);
  const outcome = await runBackup(backupGroup, {
    item: group(steps(...names)),
    objects: names.map((name) => vm(name, needs(`s-${name}`, ""))),
    settings: DEFAULTS,
  });
  assertEquals(
    short(outcome.result.additionalItems),
    names.flatMap((name) => [`vm ${name}`, `secret s-${name}`]),
  );
});

Deno.test("vmgroup-backup with services adds those that select a member, after the members (vmgroup E11)", async () => {
  const service = (name: string, selector: JsonValue, namespace = "n"): JsonObject => ({
    apiVersion: "vmoperator.vmware.com/v1alpha6",
    kind: "VirtualMachineService",
    metadata: { name, namespace },
    spec: { selector },
  });
  const outcome = await runBackup(backupGroup, {
    item: group(steps("a", "b", "gone")),
    objects: [
      vm("a", {}, { app: "x", tier: "db" }),
      vm("b", {}, { app: "x" }),
      service("both", { app: "x" }),
      service("one", { app: "x", tier: "db" }),
      service("other", { app: "y" }),
      service("none", {}),
      service("wrong", "x"),
      service("elsewhere", { app: "x" }, "m"),
    ],
    settings: { ...DEFAULTS, services: true },
  });
  assertEquals(short(outcome.result.additionalItems), [
    "vm a",
    "vm b",
    "vm gone",
    "service both",
    "service one",
  ]);
  assertEquals(
    outcome.requests.filter((request) => request.startsWith("list")),
    ["list virtualmachineservices.vmoperator.vmware.com n"],
  );
});

Deno.test("vmgroup-backup with services goes on when they cannot be listed", async () => {
  const outcome = await runBackup(backupGroup, {
    item: group(steps("a")),
    objects: [vm("a")],
    cluster: {
      // deno-lint-ignore require-yield
      async *list() {
        throw await Promise.resolve(new ClusterError("list refused", "Forbidden", 403));
      },
    },
    settings: { ...DEFAULTS, services: true },
  });
  assertEquals(short(outcome.result.additionalItems), ["vm a"]);
  assertEquals(messages(outcome.logs, "error"), ["Failed to list VirtualMachineServices of n: list refused"]);
});
