import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError, type ClusterReason } from "../../cluster/cluster.ts";
import { defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { bare, vm } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { restoreVirtualMachine } from "./restore_virtual_machine.ts";
import { type Settings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

type Request = Parameters<typeof runRestore<Settings>>[1];

const run = (request: Partial<Request> & { item: JsonObject }) =>
  runRestore(restoreVirtualMachine, { settings: DEFAULTS, ...request });

const annotationsOf = (item: JsonObject) => objectAt(item, "spec", "template", "metadata", "annotations");

const restoreOf = (mapping: JsonObject, labels: JsonObject = {}): JsonObject => ({
  metadata: { labels },
  spec: { namespaceMapping: mapping },
});

const networksOf = (...names: string[]): JsonValue =>
  names.map((networkName, index) => ({ name: `net${index}`, multus: { networkName } }));

const nad = (namespace: string, name = "nad") =>
  bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", name, {}, namespace);

const IP = "ip_address";
const key = (provider: string, field = IP) => `${provider}.kubernetes.io/${field}`;

Deno.test("restoreVirtualMachine is a v1 action that its setting turns on (superphenix E8)", () => {
  assertEquals(restoreVirtualMachine.kind, "RestoreItemAction");
  assertEquals(restoreVirtualMachine.name, "superphenix.net/restore-virtualmachine");
  assertEquals(restoreVirtualMachine.appliesTo, { includedResources: ["virtualmachines.kubevirt.io"] });
  assertEquals(restoreVirtualMachine.enabled?.(DEFAULTS), false);
  assertEquals(restoreVirtualMachine.enabled?.({ ...DEFAULTS, "restore-action": true }), true);
});

const FULL: JsonObject = {
  "example.com/keep": "1",
  "ovn.kubernetes.io/ip_address": "10.0.0.1",
  "ovn.kubernetes.io/mac_address": "aa",
  "ovn.kubernetes.io/logical_switch": "blue",
  "ovn.kubernetes.io/ip_pool": "pool",
  "nad.n.ovn.kubernetes.io/ip_address": "10.1.0.1",
  "nad.n.ovn.kubernetes.io/mac_address": "bb",
  "nad.n.ovn.pod3e23e816003.kubernetes.io/mac_address": "cc",
  "nad.n.kubernetes.io/ip_address": "10.2.0.1",
  "other.n.ovn.kubernetes.io/mac_address": "not a network of this VM",
};

const CLEAR_MAC = "velero.kubevirt.io/clear-mac-address";
const CLEAR = "superphenix.net/clear-addresses";

Deno.test("restoreVirtualMachine clears what the labels of the Restore name", async (t) => {
  const item = vm({ annotations: FULL, networks: networksOf("nad") });
  const without = (pattern: RegExp) =>
    Object.fromEntries(Object.entries(FULL).filter(([k]) => !pattern.test(k)));
  const macs = without(/^(ovn|nad).*mac_address$/);
  const all = without(/^(ovn|nad).*(ip_address|mac_address|logical_switch)$/);
  const rows: [labels: JsonObject, expected: JsonObject][] = [
    [{}, FULL],
    // superphenix R1
    [{ [CLEAR_MAC]: "" }, macs],
    [{ [CLEAR_MAC]: "true" }, macs],
    [{ [CLEAR_MAC]: "False" }, FULL],
    // superphenix R2
    [{ [CLEAR]: "yes" }, all],
    [{ [CLEAR]: "false" }, FULL],
    [{ [CLEAR]: "false", [CLEAR_MAC]: "true" }, macs],
    [{ [CLEAR]: "true", [CLEAR_MAC]: "true" }, all],
  ];
  for (const [labels, expected] of rows) {
    await t.step(JSON.stringify(labels), async () => {
      const { item: changed, result } = await run({ item, restore: restoreOf({}, labels) });
      assertEquals(annotationsOf(changed), expected);
      assertEquals(result.item === undefined, expected === FULL);
    });
  }
});

Deno.test("restoreVirtualMachine clears a NAD's addresses under its old and its new namespace", async () => {
  const annotations = { [key("nad.n.ovn")]: "1", [key("nad.m.ovn")]: "2", [key("nad.x.ovn")]: "3" };
  const { item } = await run({
    item: vm({ annotations, networks: networksOf("m/nad") }),
    restore: restoreOf({ n: "m" }, { [CLEAR]: "" }),
  });
  assertEquals(annotationsOf(item), { [key("nad.x.ovn")]: "3" });
});

Deno.test("restoreVirtualMachine removes the map that it empties", async () => {
  const item = vm({ annotations: { [key("ovn")]: "10.0.0.1" } });
  const { item: changed } = await run({ item, restore: restoreOf({}, { [CLEAR]: "" }) });
  assertEquals(objectAt(changed, "spec", "template", "metadata"), {});
});

// superphenix R3. VM in namespace n; the mapping is n to m unless said.
const MOVES: [
  what: string,
  networks: string[],
  before: string[],
  after: string[],
  more?: {
    mapping?: JsonObject;
    objects?: JsonObject[];
    labels?: JsonObject;
    recorded?: string;
    warnings?: number;
  },
][] = [
  ["name without namespace", ["nad"], ["nad.n.ovn"], ["nad.m.ovn"]],
  ["all providers of a NAD", ["nad"], ["nad.n.ovn", "nad.n.ovn.net1", "nad.n"], [
    "nad.m.ovn",
    "nad.m.ovn.net1",
    "nad.m",
  ]],
  ["default network", ["nad"], ["ovn"], ["ovn"]],
  ["dots", ["my.nad"], ["my.nad.n.ovn"], ["my.nad.m.ovn"]],
  ["the NAD is in the target", ["n/nad"], ["nad.n.ovn"], ["nad.m.ovn"], { objects: [nad("m")] }],
  ["the NAD is not in the target", ["n/nad"], ["nad.n.ovn"], ["nad.n.ovn"], { warnings: 1 }],
  ["the NAD is only in the source", ["n/nad"], ["nad.n.ovn"], ["nad.n.ovn"], {
    objects: [nad("n")],
    warnings: 1,
  }],
  [
    "the NAD was backed up with the VM",
    ["n/nad"],
    ["nad.n.ovn"],
    ["nad.m.ovn"],
    { recorded: '["network-attachment-definitions.k8s.cni.cncf.io/n/nad"]' },
  ],
  [
    "another NAD was backed up",
    ["n/nad"],
    ["nad.n.ovn"],
    ["nad.n.ovn"],
    { recorded: '["network-attachment-definitions.k8s.cni.cncf.io/n/other"]', warnings: 1 },
  ],
  ["the record is damaged", ["n/nad"], ["nad.n.ovn"], ["nad.n.ovn"], { recorded: "[", warnings: 1 }],
  ["networkName already rewritten", ["m/nad"], ["nad.n.ovn"], ["nad.m.ovn"]],
  ["namespace that is not mapped", ["shared/nad"], ["nad.shared.ovn"], ["nad.shared.ovn"]],
  [
    "other mapped namespace",
    ["shared/nad"],
    ["nad.shared.ovn"],
    ["nad.common.ovn"],
    { mapping: { shared: "common" }, objects: [nad("common")] },
  ],
  [
    "already rewritten, target mapped on",
    ["m/nad"],
    ["nad.n.ovn"],
    ["nad.m.ovn"],
    { mapping: { n: "m", m: "x" }, objects: [nad("x")] },
  ],
  ["switched off", ["n/nad"], ["nad.n.ovn"], ["nad.n.ovn"], {
    labels: { "velero-plugin-for-workloads/remap-embedded-namespaces": "false" },
    objects: [nad("m")],
  }],
  ["switched off, name without namespace", ["nad"], ["nad.n.ovn"], ["nad.m.ovn"], {
    labels: { "velero-plugin-for-workloads/remap-embedded-namespaces": "false" },
  }],
  ["switched off, named after a target", ["m/nad"], ["nad.n.ovn"], ["nad.n.ovn"], {
    labels: { "velero-plugin-for-workloads/remap-embedded-namespaces": "false" },
  }],
  ["a NAD that the VM does not use", ["nad"], ["other.n.ovn"], ["other.n.ovn"]],
  ["a namespace that only begins alike", ["nad"], ["nad.nn.ovn"], ["nad.nn.ovn"]],
  [
    "a name that becomes free",
    ["nad", "s/nad"],
    ["nad.n.ovn", "nad.s.ovn"],
    ["nad.k.ovn", "nad.n.ovn"],
    { mapping: { n: "k", s: "n" }, objects: [nad("n")] },
  ],
  ["no mapping", ["nad"], ["nad.n.ovn"], ["nad.n.ovn"], { mapping: {} }],
  ["mapping to itself", ["nad"], ["nad.n.ovn"], ["nad.n.ovn"], { mapping: { n: "n" } }],
  ["the new name is taken", ["nad", "m/nad"], ["nad.n.ovn", "nad.m.ovn"], ["nad.n.ovn", "nad.m.ovn"], {
    warnings: 1,
  }],
];

Deno.test("restoreVirtualMachine renames annotations of NADs taken from the mapped namespace", async (t) => {
  for (const [what, networks, before, after, more = {}] of MOVES) {
    await t.step(what, async () => {
      const annotations = Object.fromEntries(before.map((provider) => [key(provider), `of ${provider}`]));
      const item = vm({ annotations, networks: networksOf(...networks) });
      const itemFromBackup = structuredClone(item);
      if (more.recorded !== undefined) {
        objectAt(itemFromBackup, "metadata")!.annotations = {
          "velero-plugin-for-workloads/graph-extras": more.recorded,
        };
      }
      const answer = await run({
        item,
        itemFromBackup,
        restore: restoreOf(more.mapping ?? { n: "m" }, more.labels),
        objects: more.objects ?? [],
      });
      const expected = before.map((provider, index) => [key(after[index] ?? ""), `of ${provider}`]);
      assertEquals(annotationsOf(answer.item), Object.fromEntries(expected));
      assertEquals(answer.result.item === undefined, before.join() === after.join());
      assertEquals(messages(answer.logs, "warn").length, more.warnings ?? 0);
    });
  }
});

Deno.test("restoreVirtualMachine gives the same whether or not networkName was mapped before it", async () => {
  const annotations = { [key("nad.n.ovn")]: "1", [key("nad.n.ovn", "mac_address")]: "2" };
  const answers = await Promise.all(["n/nad", "m/nad"].map((networkName) =>
    run({
      item: vm({ annotations, networks: networksOf(networkName) }),
      restore: restoreOf({ n: "m" }),
      objects: [nad("m")],
    })
  ));
  const expected = { [key("nad.m.ovn")]: "1", [key("nad.m.ovn", "mac_address")]: "2" };
  assertEquals(answers.map(({ item }) => annotationsOf(item)), [expected, expected]);
  assertEquals(answers[0]!.requests, ["get network-attachment-definitions.k8s.cni.cncf.io m/nad"]);
  assertEquals(answers[1]!.requests, []);
});

Deno.test("restoreVirtualMachine keeps the namespace when it may not read the NAD", async (t) => {
  const item = vm({ annotations: { [key("nad.n.ovn")]: "1" }, networks: networksOf("n/nad") });
  const failing = (reason: ClusterReason, status: number) =>
    run({
      item,
      restore: restoreOf({ n: "m" }),
      cluster: { get: () => Promise.reject(new ClusterError("get m/nad", reason, status)) },
    });
  for (const [reason, status] of [["Forbidden", 403], ["NotServed", 404]] as const) {
    await t.step(reason, async () => {
      const { result, logs } = await failing(reason, status);
      assertEquals(result, {});
      assertEquals(messages(logs, "warn").length, 1);
    });
  }
  await t.step("and fails when there is no answer", async () => {
    await assertRejects(() => failing("Unreachable", 0), ClusterError);
  });
});

Deno.test("restoreVirtualMachine leaves items without addresses alone, without a request (superphenix R4)", async (t) => {
  const template = (metadata: JsonValue): JsonObject => ({
    ...vm(),
    spec: { template: { metadata, spec: { networks: networksOf("n/nad") } } },
  });
  const rows: [string, JsonObject][] = [
    ["no annotations", vm()],
    [
      "others",
      vm({ annotations: { a: "1", "x.kubernetes.io/ip_address": "2" }, networks: networksOf("n/nad") }),
    ],
    [
      "newer keys",
      vm({ annotations: { "nad.n.kubernetes.io/ip_address.if0": "1" }, networks: networksOf("n/nad") }),
    ],
    ["annotations of a wrong type", template({ annotations: ["x"] })],
    ["metadata of a wrong type", template("x")],
    ["no spec", { ...vm(), spec: null }],
  ];
  for (const [what, item] of rows) {
    await t.step(what, async () => {
      const { result, requests } = await run({ item, restore: restoreOf({ n: "m" }, { [CLEAR]: "" }) });
      assertEquals(result, {});
      assertEquals(requests, []);
    });
  }
});

Deno.test("restoreVirtualMachine takes a missing Restore as one without labels", async () => {
  const { result } = await run({
    item: vm({ annotations: FULL, networks: networksOf("nad") }),
    restore: null,
  });
  assertEquals(result, {});
});
