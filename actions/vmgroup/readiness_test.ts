import { assertEquals } from "@std/assert";
import { defaultsOf, messages, runReadiness } from "../../tests/kit/run_action.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceIdentifier } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { restoreGroup } from "./restore_group.ts";
import { restoreVm } from "./restore_vm.ts";
import { settings } from "./settings.ts";

const id = (name: string, resource = "virtualmachinegroups"): ResourceIdentifier => ({
  group: "vmoperator.vmware.com",
  resource,
  namespace: "a",
  name,
});

const group = (name: string, metadata: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  apiVersion: "vmoperator.vmware.com/v1alpha6",
  kind: "VirtualMachineGroup",
  metadata: { name, namespace: "b", ...metadata },
  ...more,
});

const MAPPED = { spec: { namespaceMapping: { a: "b" } } };
const NOT_READY = { status: { conditions: [{ type: "Ready", status: "False" }] } };
const forbidden = () => Promise.reject(new ClusterError("get refused", "Forbidden", 403));

interface Row {
  readonly name: string;
  readonly items: readonly ResourceIdentifier[];
  readonly restore?: JsonObject;
  readonly objects?: readonly JsonObject[];
  readonly cluster?: Partial<Cluster>;
  readonly ready: boolean;
  readonly warnings?: readonly string[];
}

// vmgroup 4.2.
const ROWS: readonly Row[] = [
  { name: "no items", items: [], ready: true },
  { name: "there, in the mapped namespace", items: [id("g")], objects: [group("g")], ready: true },
  { name: "not there", items: [id("g")], ready: false },
  {
    name: "in the source namespace only, with a mapping",
    items: [id("g")],
    objects: [group("g", { namespace: "a" })],
    ready: false,
  },
  {
    name: "no mapping",
    items: [id("g")],
    restore: {},
    objects: [group("g", { namespace: "a" })],
    ready: true,
  },
  {
    name: "a mapping of another namespace",
    items: [id("g")],
    restore: { spec: { namespaceMapping: { x: "b" } } },
    objects: [group("g", { namespace: "a" })],
    ready: true,
  },
  {
    name: "a mapping of a wrong type",
    items: [id("g")],
    restore: { spec: { namespaceMapping: ["b"] } },
    objects: [group("g", { namespace: "a" })],
    ready: true,
  },
  {
    name: "being deleted",
    items: [id("g")],
    objects: [group("g", { deletionTimestamp: "2026-01-01T00:00:00Z" })],
    ready: false,
  },
  { name: "conditions do not count", items: [id("g")], objects: [group("g", {}, NOT_READY)], ready: true },
  { name: "one of two is missing", items: [id("g"), id("h")], objects: [group("g")], ready: false },
  { name: "both are there", items: [id("g"), id("h")], objects: [group("h"), group("g")], ready: true },
  {
    name: "other resources are ignored",
    items: [id("vm", "virtualmachines"), id("s", "secrets")],
    ready: true,
  },
  {
    name: "not allowed to look",
    items: [id("g"), id("h")],
    cluster: { get: forbidden },
    ready: true,
    warnings: [
      "Cannot find out whether VirtualMachineGroup b/g exists, so the restore goes on: get refused",
      "Cannot find out whether VirtualMachineGroup b/h exists, so the restore goes on: get refused",
    ],
  },
  {
    name: "not served",
    items: [id("g")],
    cluster: { serves: () => Promise.resolve([]) },
    ready: true,
    warnings: [
      "Cannot find out whether VirtualMachineGroup b/g exists, so the restore goes on: the API server does not serve virtualmachinegroups.vmoperator.vmware.com",
    ],
  },
  {
    name: "discovery fails",
    items: [id("g")],
    cluster: { serves: () => Promise.reject(new ClusterError("no answer", "Unreachable", 0)) },
    ready: true,
    warnings: ["Cannot find out whether VirtualMachineGroup b/g exists, so the restore goes on: no answer"],
  },
];

for (const { name, items, restore = MAPPED, objects = [], cluster = {}, ready, warnings = [] } of ROWS) {
  Deno.test(`readiness: ${name}`, async () => {
    for (const action of [restoreVm, restoreGroup]) {
      const answer = await runReadiness(action, {
        additionalItems: items,
        restore,
        objects,
        cluster,
        settings: defaultsOf(settings),
      });
      assertEquals(answer.ready, ready);
      assertEquals(messages(answer.logs, "warn"), warnings);
    }
  });
}

Deno.test("readiness asks in the preferred version and without a Restore in the source namespace", async () => {
  const asked: unknown[] = [];
  const answer = await runReadiness(restoreVm, {
    additionalItems: [id("g")],
    restore: undefined,
    cluster: {
      serves: () => Promise.resolve(["v1alpha6", "v1alpha5"]),
      get: (kind, namespace, name) => {
        asked.push([kind.version, kind.resource, namespace, name]);
        return Promise.resolve(group(name));
      },
    },
    settings: defaultsOf(settings),
  });
  assertEquals(answer.ready, true);
  assertEquals(asked, [["v1alpha6", "virtualmachinegroups", "a", "g"]]);
});
