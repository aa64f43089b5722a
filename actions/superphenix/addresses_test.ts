import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Cluster, ClusterError, type ClusterReason } from "../../cluster/cluster.ts";
import { defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { ip, vm } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const STRICT = { ...DEFAULTS, "require-addresses": true };

type Request = Parameters<typeof runBackup<typeof DEFAULTS>>[1];

const run = (request: Partial<Request>) =>
  runBackup(backupVirtualMachine, { item: vm(), settings: DEFAULTS, ...request });

const addressesOf = (item: JsonObject) =>
  Object.fromEntries(
    Object.entries(objectAt(item, "spec", "template", "metadata", "annotations") ?? {})
      .filter(([key]) => key.endsWith("/ip_address"))
      .map(([key, value]) => [key.replace(".kubernetes.io/ip_address", ""), value]),
  );

const nads = (...names: string[]) =>
  names.map((name, index) => ({ name: String.fromCharCode(97 + index), multus: { networkName: name } }));

// SHA-256 of "a" begins with ca978112ca1, of "b" with 3e23e816003.
const A = "nad.n.ovn.podca978112ca1";
const B = "nad.n.ovn.pod3e23e816003";

Deno.test("a NAD attached twice has its addresses per interface (superphenix DEV-SPX-9, T4.50)", async (t) => {
  const item = vm({ networks: [{ pod: {} }, ...nads("nad", "n/nad")] });
  const rows: [what: string, present: string[], found: string[], warnings: number][] = [
    ["hashed names", [A, B, "nad.n.ovn"], [A, B], 0],
    ["counted names", ["nad.n.ovn.net1", "nad.n.ovn.net2"], ["nad.n.ovn.net1", "nad.n.ovn.net2"], 0],
    ["hashed before counted", [A, "nad.n.ovn.net1", "nad.n.ovn.net2"], [A, "nad.n.ovn.net2"], 0],
    ["the common name for one of them", ["nad.n.ovn"], ["nad.n.ovn"], 1],
    ["the common name for the one that is left", [A, "nad.n.ovn"], [A, "nad.n.ovn"], 0],
    ["IPAM only (superphenix DEV-SPX-10)", ["nad.n"], ["nad.n"], 0],
    ["none", [], [], 2],
  ];
  for (const [what, present, found, warnings] of rows) {
    await t.step(what, async () => {
      const objects = [ip("v.n", "1.1.1.1", "", ""), ...present.map((p) => ip(`v.n.${p}`, p, "", ""))];
      const answer = await run({ item, objects });
      assertEquals(addressesOf(answer.item), {
        ovn: "1.1.1.1",
        ...Object.fromEntries(found.map((p) => [p, p])),
      });
      assertEquals(messages(answer.logs, "warn").length, warnings);
    });
  }
});

Deno.test("interfaces with the same name ask once", async () => {
  const { requests } = await run({
    item: vm({ networks: [{ pod: {} }, { pod: {} }] }),
    objects: [ip("v.n", "1.1.1.1", "", "")],
  });
  assertEquals(requests, ["serves ips.kubeovn.io", "get ips.kubeovn.io v.n"]);
});

Deno.test("an IP object that is being deleted counts as absent (superphenix DEV-SPX-17)", async () => {
  const going = ip("v.n.nad.n.ovn", "10.1.0.1", "", "");
  objectAt(going, "metadata")!.deletionTimestamp = "2026-01-01T00:00:00Z";
  const cluster = { get: lookUp([going, ip("v.n.nad.n", "10.2.0.1", "", "")]) };
  const { item } = await run({ item: vm({ networks: nads("nad") }), cluster });
  assertEquals(addressesOf(item), { "nad.n": "10.2.0.1" });
});

// Finds objects by name alone, as they are.
function lookUp(objects: JsonObject[]): Cluster["get"] {
  return (_kind, _namespace, name) =>
    Promise.resolve(objects.find((object) => objectAt(object, "metadata")?.name === name));
}

Deno.test("a missing IP object is a warning with VM, interface and names tried (superphenix DEV-SPX-12)", async () => {
  const { logs, result } = await run({ item: vm({ networks: nads("nad") }) });
  assertEquals(result, {});
  assertEquals(messages(logs, "warn"), [
    "no Kube-OVN IP object for VM n/v on network n/nad (tried v.n.nad.n.ovn, v.n.nad.n); it will get a new address after a restore",
    "no Kube-OVN IP object for VM n/v on the default network (tried v.n); it will get a new address after a restore",
  ]);
});

Deno.test("require-addresses makes a missing IP object an error (superphenix E1)", async () => {
  const objects = [ip("v.n", "1.1.1.1", "", "")];
  const item = vm({ networks: nads("nad") });
  const error = await assertRejects(() => run({ item, objects, settings: STRICT }), Refusal);
  assertEquals(
    error.message,
    "no Kube-OVN IP object for VM n/v on network n/nad (tried v.n.nad.n.ovn, v.n.nad.n)",
  );
  assertStringIncludes(error.remedy, "superphenix.require-addresses");
  assertEquals(addressesOf((await run({ objects, settings: STRICT })).item), { ovn: "1.1.1.1" });
});

Deno.test("require-addresses refuses a VM in a cluster without Kube-OVN (superphenix E1)", async () => {
  await assertRejects(
    () => run({ settings: STRICT, absentGroups: ["kubeovn.io"] }),
    Refusal,
    "no Kube-OVN IP object for VM n/v",
  );
});

const failing = (reason: ClusterReason, status: number) => () =>
  Promise.reject(new ClusterError(`get ips.kubeovn.io v.n: ${reason}`, reason, status));

Deno.test("any other failure of the look-up fails the backup of the VM", async (t) => {
  const rows: [ClusterReason, number, Refusal["reason"]][] = [
    ["Forbidden", 403, "forbidden"],
    ["Unauthorized", 401, "forbidden"],
    ["Unreachable", 0, "lookup_failed"],
    ["NoCluster", 0, "lookup_failed"],
    ["BadAnswer", 200, "lookup_failed"],
    ["TooManyRequests", 429, "lookup_failed"],
    ["Other", 500, "lookup_failed"],
  ];
  for (const [reason, status, expected] of rows) {
    await t.step(reason, async () => {
      const error = await assertRejects(() => run({ cluster: { get: failing(reason, status) } }), Refusal);
      assertEquals(
        error.message,
        `failed to retrieve the IP custom resource for VM n/v: get ips.kubeovn.io v.n: ${reason}`,
      );
      assertEquals([error.reason, error.rule], [expected, "superphenix 3.2"]);
    });
  }
});

Deno.test("failing discovery loses no address", async (t) => {
  const rows: [ClusterReason, number][] = [["Forbidden", 403], ["Unreachable", 0], ["Other", 503]];
  for (const [reason, status] of rows) {
    await t.step(`${reason}, yet the object can be read`, async () => {
      const answer = await run({
        objects: [ip("v.n", "1.1.1.1", "", "")],
        cluster: { serves: failing(reason, status) },
      });
      assertEquals(addressesOf(answer.item), { ovn: "1.1.1.1" });
    });
  }
  await t.step("and the kind is not served", async () => {
    const answer = await run({
      cluster: { serves: failing("Other", 503), get: failing("NotServed", 404) },
    });
    assertEquals(answer.result, {});
    assertEquals(messages(answer.logs, "warn").length, 1);
  });
  await t.step("and no cluster is configured (superphenix T4.63)", async () => {
    const none = failing("NoCluster", 0);
    await assertRejects(() => run({ cluster: { serves: none, get: none } }), Refusal, "failed to retrieve");
  });
});

// A server that never answers; a request ends with its signal, as the live cluster's do.
const hanging: Cluster["get"] = (_kind, _namespace, _name, options) =>
  new Promise((_, reject) => {
    const end = () => reject(options?.signal?.reason);
    if (options?.signal?.aborted) end();
    options?.signal?.addEventListener("abort", end);
  });

Deno.test("the collection of all addresses has 30 s (superphenix DEV-SPX-11)", async () => {
  const asked: number[] = [];
  const timeout = (milliseconds: number) => {
    asked.push(milliseconds);
    return AbortSignal.abort(new DOMException("Signal timed out.", "TimeoutError"));
  };
  const error = await assertRejects(() => run({ timeout, cluster: { get: hanging } }), Refusal);
  assertEquals(asked, [30_000]);
  assertEquals(
    error.message,
    "failed to retrieve the IP custom resource for VM n/v: no answer within 30 s",
  );
  assertEquals(error.reason, "deadline");
});

Deno.test("a fault of the program is not passed off as a failed look-up", async () => {
  const cluster = { get: () => Promise.reject(new RangeError("fault")) };
  await assertRejects(() => run({ cluster }), RangeError, "fault");
  await assertRejects(
    () => run({ cluster: { serves: () => Promise.reject(new RangeError("fault")) } }),
    RangeError,
  );
});
