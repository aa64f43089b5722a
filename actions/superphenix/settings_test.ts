import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError, type ClusterReason } from "../../cluster/cluster.ts";
import { defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { bare, EXCLUDED, ip, vm } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { type Settings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const P = "ovn.kubernetes.io";

type Request = Parameters<typeof runBackup<Settings>>[1];

const run = (on: Partial<Settings>, request: Partial<Request>) =>
  runBackup(backupVirtualMachine, { item: vm(), ...request, settings: { ...DEFAULTS, ...on } });

const annotationsOf = (item: JsonObject) => objectAt(item, "spec", "template", "metadata", "annotations");

Deno.test("settings have the defaults of the specification", () => {
  assertEquals({ ...DEFAULTS }, {
    "require-addresses": false,
    "launcher-fallback": false,
    "subnet": false,
    "keep-user-addresses": false,
    "families": "both",
    "skip-checks": false,
    "nad-lookup": false,
    "restore-action": false,
  });
});

Deno.test("families, subnet and keep-user-addresses decide what is written", async (t) => {
  const dual = ip("v.n", "10.0.0.1", "fd00::1", "aa", { subnet: "blue" });
  const both = { [`${P}/ip_address`]: "10.0.0.1,fd00::1", [`${P}/mac_address`]: "aa" };
  const rows: [
    what: string,
    on: Partial<Settings>,
    existing: JsonObject | undefined,
    expected: JsonObject,
  ][] = [
    ["families ipv4 (superphenix E5)", { families: "ipv4" }, undefined, {
      ...both,
      [`${P}/ip_address`]: "10.0.0.1",
    }],
    ["families ipv6", { families: "ipv6" }, undefined, { ...both, [`${P}/ip_address`]: "fd00::1" }],
    ["subnet (superphenix E3)", { subnet: true }, undefined, { ...both, [`${P}/logical_switch`]: "blue" }],
    [
      "subnet, one named already",
      { subnet: true },
      { [`${P}/logical_switch`]: "green" },
      { ...both, [`${P}/logical_switch`]: "green" },
    ],
    ["subnet off", {}, { [`${P}/logical_switch`]: "green" }, { ...both, [`${P}/logical_switch`]: "green" }],
    [
      "own address kept (superphenix E4)",
      { "keep-user-addresses": true },
      { [`${P}/ip_address`]: "9.9.9.9" },
      { [`${P}/ip_address`]: "9.9.9.9", [`${P}/mac_address`]: "aa" },
    ],
    [
      "own MAC kept",
      { "keep-user-addresses": true },
      { [`${P}/mac_address`]: "zz" },
      { ...both, [`${P}/mac_address`]: "zz" },
    ],
    [
      "own pool kept",
      { "keep-user-addresses": true },
      { [`${P}/ip_pool`]: "pool" },
      { [`${P}/ip_pool`]: "pool", [`${P}/mac_address`]: "aa" },
    ],
    [
      "an address of another provider is no reason",
      { "keep-user-addresses": true },
      { [`nad.n.${P}/ip_address`]: "9.9.9.9" },
      { [`nad.n.${P}/ip_address`]: "9.9.9.9", ...both },
    ],
  ];
  for (const [what, on, existing, expected] of rows) {
    await t.step(what, async () => {
      const item = vm(existing === undefined ? {} : { annotations: existing });
      assertEquals(annotationsOf((await run(on, { item, objects: [dual] })).item), expected);
    });
  }
});

Deno.test("families leaves out an address annotation that would be empty", async () => {
  const { result } = await run({ families: "ipv6" }, { objects: [ip("v.n", "10.0.0.1", "", "")] });
  assertEquals(result, {});
});

Deno.test("skip-checks leaves both checks out (superphenix E6)", async () => {
  const item = vm({ state: "Running", volumes: [{ persistentVolumeClaim: { claimName: "gone" } }] });
  const vmi = bare("kubevirt.io/v1", "VirtualMachineInstance", "v", EXCLUDED);
  const objects = [vmi, ip("v.n", "10.0.0.1", "", "")];
  const { requests } = await run({ "skip-checks": true }, { item, objects });
  assertEquals(requests, ["serves ips.kubeovn.io", "get ips.kubeovn.io v.n"]);
  await assertRejects(() => run({}, { item, objects }), Refusal);
});

const nad = (config: JsonObject | string): JsonObject => ({
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: { name: "nad", namespace: "n" },
  spec: { config: typeof config === "string" ? config : JSON.stringify(config) },
});

Deno.test("nad-lookup asks for the one name that the NAD's configuration means (superphenix E7)", async (t) => {
  const item = vm({ networks: [{ pod: {} }, { name: "b", multus: { networkName: "nad" } }] });
  const OVERLAY = "v.n.nad.n.ovn";
  const IPAM = "v.n.nad.n";
  const rows: [what: string, objects: JsonObject[], tried: string[]][] = [
    ["kube-ovn", [nad({ type: "kube-ovn" })], [OVERLAY]],
    ["kube-ovn in the list of plugins", [nad({ plugins: [{ type: "x" }, { type: "kube-ovn" }] })], [OVERLAY]],
    ["IPAM", [nad({ type: "macvlan", ipam: { type: "kube-ovn" } })], [IPAM]],
    ["IPAM in the list of plugins", [nad({ plugins: [{ type: "x", ipam: { type: "kube-ovn" } }] })], [IPAM]],
    ["a bridge", [nad({ type: "bridge", ipam: { type: "whereabouts" } })], []],
    ["no JSON", [nad("{")], [OVERLAY, IPAM]],
    ["no object", [nad("[]")], [OVERLAY, IPAM]],
    ["no configuration", [nad("")], [OVERLAY, IPAM]],
    ["no NAD", [], [OVERLAY, IPAM]],
  ];
  for (const [what, objects, tried] of rows) {
    await t.step(what, async () => {
      const { requests, logs } = await run({ "nad-lookup": true }, {
        item,
        objects: [...objects, ip("v.n", "10.0.0.1", "", "")],
      });
      assertEquals(requests.filter((request) => /nad/.test(request)), [
        "get network-attachment-definitions.k8s.cni.cncf.io n/nad",
        ...tried.map((name) => `get ips.kubeovn.io ${name}`),
      ]);
      assertEquals(messages(logs, "warn").length, tried.length === 0 ? 0 : 1);
    });
  }
});

Deno.test("nad-lookup tries the names when the NAD cannot be read", async (t) => {
  const item = vm({ networks: [{ name: "b", multus: { networkName: "nad", default: true } }] });
  const rows: [ClusterReason, number][] = [["Forbidden", 403], ["NotServed", 404], ["Unreachable", 0]];
  for (const [reason, status] of rows) {
    await t.step(reason, async () => {
      const answer = await run({ "nad-lookup": true }, {
        item,
        cluster: {
          get: (kind, _namespace, name) =>
            kind.resource !== "ips"
              ? Promise.reject(new ClusterError("no", reason, status))
              : Promise.resolve(name === "v.n.nad.n.ovn" ? ip(name, "10.1.0.1", "", "") : undefined),
        },
      });
      assertEquals(annotationsOf(answer.item), { "nad.n.ovn.kubernetes.io/ip_address": "10.1.0.1" });
    });
  }
});

Deno.test("nad-lookup finds a network that Kube-OVN does not serve acceptable in strict mode", async () => {
  const item = vm({ networks: [{ pod: {} }, { name: "b", multus: { networkName: "nad" } }] });
  const objects = [nad({ type: "bridge" }), ip("v.n", "10.0.0.1", "", "")];
  const { item: changed } = await run({ "nad-lookup": true, "require-addresses": true }, { item, objects });
  assertEquals(annotationsOf(changed), { "ovn.kubernetes.io/ip_address": "10.0.0.1" });
});
