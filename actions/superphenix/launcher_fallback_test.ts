import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { ip, vm } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { type Settings, settings } from "./settings.ts";

const ON = { ...defaultsOf(settings), "launcher-fallback": true };

type Request = Parameters<typeof runBackup<Settings>>[1];

const run = (request: Partial<Request>) =>
  runBackup(backupVirtualMachine, { item: vm({ state: "Running" }), settings: ON, ...request });

const annotationsOf = (item: JsonObject) => objectAt(item, "spec", "template", "metadata", "annotations");

interface PodOptions {
  readonly phase?: string;
  readonly node?: string;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
  readonly metadata?: JsonObject;
}

function pod(name: string, options: PodOptions = {}): JsonObject {
  const { phase = "Running", node = "one", annotations = {}, metadata = {} } = options;
  const labels = options.labels ?? { "kubevirt.io": "virt-launcher", "vm.kubevirt.io/name": "v" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "n", labels, annotations, ...metadata },
    spec: { nodeName: node },
    status: { phase },
  };
}

const assigned = (address: string, provider = "ovn"): JsonObject => ({
  [`${provider}.kubernetes.io/ip_address`]: address,
  [`${provider}.kubernetes.io/mac_address`]: `mac of ${address}`,
});

const vmi = (nodeName: string): JsonObject => ({
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachineInstance",
  metadata: { name: "v", namespace: "n" },
  status: { nodeName },
});

const BY_DOMAIN = { "kubevirt.io": "virt-launcher" };

Deno.test("launcher-fallback reads the launcher pod that runs (superphenix E2)", async (t) => {
  const rows: [what: string, objects: JsonObject[], address: string | undefined][] = [
    ["by its label", [pod("p", { annotations: assigned("10.0.0.5") })], "10.0.0.5"],
    [
      "by its annotation",
      [pod("p", { labels: BY_DOMAIN, annotations: { "kubevirt.io/domain": "v", ...assigned("10.0.0.6") } })],
      "10.0.0.6",
    ],
    [
      "not that of another VM",
      [pod("p", { labels: BY_DOMAIN, annotations: { "kubevirt.io/domain": "w", ...assigned("10.0.0.6") } })],
      undefined,
    ],
    [
      "not one that has ended",
      [pod("p", { phase: "Succeeded", annotations: assigned("10.0.0.5") })],
      undefined,
    ],
    [
      "not a pod that attaches disks",
      [
        pod("h", {
          labels: { "kubevirt.io": "hotplug-disk", "vm.kubevirt.io/name": "v" },
          annotations: assigned("10.0.0.5"),
        }),
      ],
      undefined,
    ],
    [
      "of two in a migration that on the VMI's node, also when it is the older",
      [
        pod("source", {
          node: "one",
          annotations: assigned("10.0.0.1"),
          metadata: { creationTimestamp: "2026-01-02T00:00:00Z" },
        }),
        pod("target", {
          node: "two",
          annotations: assigned("10.0.0.2"),
          metadata: { creationTimestamp: "2026-01-01T00:00:00Z" },
        }),
        vmi("two"),
      ],
      "10.0.0.2",
    ],
    [
      "the newest when the node tells nothing",
      [
        pod("old", {
          annotations: assigned("10.0.0.1"),
          metadata: { creationTimestamp: "2026-01-01T00:00:00Z" },
        }),
        pod("new", {
          annotations: assigned("10.0.0.2"),
          metadata: { creationTimestamp: "2026-01-02T00:00:00Z" },
        }),
      ],
      "10.0.0.2",
    ],
    ["an IP object named after it", [pod("p"), ip("p.n", "10.0.0.7", "", "mac of 10.0.0.7")], "10.0.0.7"],
    ["the VM's IP object first", [
      pod("p", { annotations: assigned("10.0.0.5") }),
      ip("v.n", "10.0.0.8", "", "mac of 10.0.0.8"),
    ], "10.0.0.8"],
    ["none", [], undefined],
  ];
  for (const [what, objects, address] of rows) {
    await t.step(what, async () => {
      const { item, logs } = await run({ objects });
      assertEquals(annotationsOf(item), address === undefined ? undefined : assigned(address));
      assertEquals(messages(logs, "warn").length, address === undefined ? 1 : 0);
    });
  }
});

Deno.test("launcher-fallback ignores a pod that is being deleted", async () => {
  const going = pod("p", {
    annotations: assigned("10.0.0.5"),
    metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
  });
  const { result } = await run({
    cluster: {
      async *list() {
        yield await Promise.resolve(going);
      },
    },
  });
  assertEquals(result, {});
});

Deno.test("launcher-fallback asks once per VM and only for one that runs", async (t) => {
  const networks = [{ pod: {} }, { name: "b", multus: { networkName: "nad" } }];
  for (
    const [state, lists] of [["Running", 2], ["Migrating", 2], ["Paused", 2], ["Stopped", 0], [
      "",
      0,
    ]] as const
  ) {
    await t.step(state, async () => {
      const { requests } = await run({ item: vm({ state, networks }) });
      assertEquals(requests.filter((request) => request.startsWith("list pods")).length, lists);
    });
  }
});

Deno.test("launcher-fallback keeps families, subnet and NADs apart", async () => {
  const annotations = {
    ...assigned("10.0.0.5,fd00::5"),
    "ovn.kubernetes.io/logical_switch": "blue",
    ...assigned("10.1.0.5", "nad.n.ovn"),
  };
  const { item } = await run({
    item: vm({ state: "Running", networks: [{ pod: {} }, { name: "b", multus: { networkName: "nad" } }] }),
    objects: [pod("p", { annotations })],
    settings: { ...ON, families: "ipv6", subnet: true },
  });
  assertEquals(annotationsOf(item), {
    "ovn.kubernetes.io/ip_address": "fd00::5",
    "ovn.kubernetes.io/mac_address": "mac of 10.0.0.5,fd00::5",
    "ovn.kubernetes.io/logical_switch": "blue",
    "nad.n.ovn.kubernetes.io/mac_address": "mac of 10.1.0.5",
  });
});

Deno.test("launcher-fallback fails the VM when pods cannot be listed", async () => {
  const error = await assertRejects(
    () =>
      run({
        cluster: {
          // deno-lint-ignore require-yield
          async *list() {
            throw await Promise.resolve(new ClusterError("list pods n: forbidden", "Forbidden", 403));
          },
        },
      }),
    Refusal,
    "failed to retrieve the IP custom resource for VM n/v: list pods n: forbidden",
  );
  assertEquals(error.reason, "forbidden");
});
