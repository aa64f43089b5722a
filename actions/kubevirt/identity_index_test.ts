import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError, type ClusterReason, type ListOptions } from "../../cluster/cluster.ts";
import { messages, prepare } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { createIdentityIndex, type Holder } from "./identity_index.ts";

const domain = (mac: string, firmware: JsonObject = {}): JsonObject => ({
  domain: { devices: { interfaces: [{ macAddress: mac }] }, firmware },
});

const machine = (namespace: string, name: string, mac: string, firmware?: JsonObject): JsonObject => ({
  ...bare("kubevirt.io/v1", "VirtualMachine", name, {}, namespace),
  spec: { template: { spec: domain(mac, firmware) } },
});

const instance = (namespace: string, name: string, mac: string, firmware?: JsonObject): JsonObject => ({
  ...bare("kubevirt.io/v1", "VirtualMachineInstance", name, {}, namespace),
  spec: domain(mac, firmware),
});

const SELF: Holder = { kind: "VirtualMachine", namespace: "copy", name: "v" };

const text = ({ kind, namespace, name }: Holder) => `${kind} ${namespace}/${name}`;

const refused = (reason: ClusterReason, status: number) =>
  new ClusterError(`list virtualmachines.kubevirt.io: ${reason}`, reason, status);

/** A `list` that fails with what `fail` gives for the resource, and else is one of these objects. */
function lists(fail: (resource: string, version: string) => Error | undefined, objects: JsonObject[] = []) {
  const list: Cluster["list"] = async function* ({ resource, version }) {
    const error = await Promise.resolve(fail(resource, version));
    if (error !== undefined) throw error;
    yield* objects.filter(({ kind }) => `${String(kind).toLowerCase()}s` === resource);
  };
  return { list };
}

Deno.test("the index has the identities of all VMs and VMIs of the cluster (kubevirt 8.2)", async () => {
  const index = createIdentityIndex();
  const { context, requests } = prepare({
    objects: [
      machine("shop", "v", "02:00:00:00:00:01", { uuid: "AA", serial: "S" }),
      instance("shop", "v", "02-00-00-00-00-01", { uuid: "aa" }),
      instance("lab", "alone", "02:00:00:00:00:02"),
      machine("copy", "v", "02:00:00:00:00:03"),
      instance("copy", "v", "02:00:00:00:00:03"),
      { ...bare("kubevirt.io/v1", "VirtualMachine", "odd"), spec: { template: { spec: { domain: "x" } } } },
    ],
  });
  await index.refresh(context, undefined, false);
  const of = (identity: string) => index.others(identity, SELF).map(text);
  assertEquals(of("mac 020000000001"), ["VirtualMachine shop/v"]);
  assertEquals(of("uuid aa"), ["VirtualMachine shop/v"]);
  assertEquals(of("serial S"), ["VirtualMachine shop/v"]);
  assertEquals(of("mac 020000000002"), ["VirtualMachineInstance lab/alone"]);
  assertEquals(
    of("mac 020000000003"),
    [],
    "the VM of that name in that namespace, and its VMI, are the object itself",
  );
  assertEquals(of("mac 020000000009"), []);
  assertEquals(requests, ["list virtualmachines.kubevirt.io", "list virtualmachineinstances.kubevirt.io"]);
});

Deno.test("machines that this process restores count, too, once", async () => {
  const index = createIdentityIndex();
  const { context } = prepare({ objects: [machine("copy", "w", "02:00:00:00:00:01")] });
  const other: Holder = { kind: "VirtualMachine", namespace: "copy", name: "w" };
  index.add(other, ["mac 020000000001", "uuid b"]);
  index.add(SELF, ["uuid b"]);
  await index.refresh(context, undefined, false);
  assertEquals(index.others("mac 020000000001", SELF), [other]);
  assertEquals(index.others("uuid b", SELF), [other]);
  assertEquals(index.others("uuid b", other), [SELF]);
});

Deno.test("lists are read in pages, at most every 30 s, and by one of the calls at the same time", async () => {
  const index = createIdentityIndex();
  let now = Date.parse("2026-01-01T00:00:00Z");
  const asked: (ListOptions | undefined)[] = [];
  const { context } = prepare({
    cluster: {
      async *list(_kind, options) {
        asked.push(options);
        yield* await Promise.resolve([]);
      },
    },
  });
  const caller = { ...context, clock: { ...context.clock, now: () => new Date(now) } };
  await Promise.all([1, 2, 3, 4].map(() => index.refresh(caller, undefined, false)));
  assertEquals(asked.map((options) => [options?.pageSize, options?.namespace]), [
    [500, undefined],
    [500, undefined],
  ]);
  now += 29_999;
  await index.refresh(caller, undefined, false);
  assertEquals(asked.length, 2);
  now += 1;
  await Promise.all([1, 2].map(() => index.refresh(caller, undefined, false)));
  assertEquals(asked.length, 4);
});

Deno.test("a later reading replaces the earlier one, and keeps what was restored", async () => {
  const index = createIdentityIndex();
  let now = 0;
  let present = [machine("shop", "gone", "02:00:00:00:00:01")];
  const { context } = prepare({
    cluster: {
      async *list({ resource }) {
        if (resource === "virtualmachines") yield* await Promise.resolve(present);
      },
    },
  });
  const caller = { ...context, clock: { ...context.clock, now: () => new Date(now) } };
  await index.refresh(caller, undefined, false);
  index.add({ ...SELF, name: "w" }, ["serial s"]);
  present = [machine("shop", "new", "02:00:00:00:00:02")];
  now += 30_000;
  await index.refresh(caller, undefined, false);
  assertEquals(index.others("mac 020000000001", SELF), []);
  assertEquals(index.others("mac 020000000002", SELF).map(text), ["VirtualMachine shop/new"]);
  assertEquals(index.others("serial s", SELF).map(text), ["VirtualMachine copy/w"]);
});

Deno.test("a forbidden list is said once, and the other one is used (kubevirt 10.2)", async () => {
  for (const [reason, status] of [["Forbidden", 403], ["Unauthorized", 401]] as const) {
    for (const must of [false, true]) {
      const index = createIdentityIndex();
      let now = 0;
      const { context, logs } = prepare({
        cluster: lists(
          (resource) => resource === "virtualmachines" ? refused(reason, status) : undefined,
          [instance("lab", "alone", "02:00:00:00:00:01")],
        ),
      });
      const caller = { ...context, clock: { ...context.clock, now: () => new Date(now) } };
      await index.refresh(caller, undefined, must);
      now += 60_000;
      await index.refresh(caller, undefined, must);
      assertEquals(index.others("mac 020000000001", SELF).map(text), ["VirtualMachineInstance lab/alone"]);
      assertEquals(messages(logs, "warn"), [
        `identities are not compared with those of virtualmachines: list virtualmachines.kubevirt.io: ${reason}`,
      ]);
    }
  }
});

Deno.test("an old KubeVirt is asked in its own version, and a cluster without KubeVirt has no machines", async () => {
  const old = createIdentityIndex();
  const notServed = refused("NotServed", 404);
  const { context, logs } = prepare({
    cluster: lists((_resource, version) => version === "v1" ? notServed : undefined, [
      machine("shop", "v", "02:00:00:00:00:01"),
    ]),
  });
  await old.refresh(context, undefined, true);
  assertEquals(old.others("mac 020000000001", SELF).map(text), ["VirtualMachine shop/v"]);
  const without = createIdentityIndex();
  const { context: empty, requests } = prepare({ absentGroups: ["kubevirt.io"] });
  await without.refresh(empty, undefined, true);
  assertEquals([without.others("mac 020000000001", SELF), logs, requests.length], [[], [], 4]);
});

Deno.test("any other failure is said once, and nothing is asked again", async (t) => {
  const rows: [ClusterReason, number][] = [["Other", 500], ["TooManyRequests", 429], ["Unreachable", 0], [
    "NoCluster",
    0,
  ], ["BadAnswer", 200]];
  for (const [reason, status] of rows) {
    await t.step(reason, async () => {
      const index = createIdentityIndex();
      const { context, logs, requests } = prepare({ cluster: lists(() => refused(reason, status)) });
      const later = { ...context, clock: { ...context.clock, now: () => new Date("2030-01-01T00:00:00Z") } };
      index.add({ ...SELF, name: "w" }, ["serial s"]);
      await index.refresh(context, undefined, false);
      await Promise.all([index.refresh(context, undefined, false), index.refresh(later, undefined, false)]);
      assertEquals(messages(logs, "warn"), [
        `identities are not compared any further in this restore: list virtualmachines.kubevirt.io: ${reason}`,
      ]);
      assertEquals(requests.length, 2);
      assertEquals(index.others("serial s", SELF).map(text), ["VirtualMachine copy/w"]);
    });
  }
});

Deno.test("a failure of a later reading leaves what the earlier one found", async () => {
  const index = createIdentityIndex();
  let now = 0;
  const { context, logs } = prepare({
    cluster: lists(() => now > 0 ? refused("Other", 500) : undefined, [
      machine("shop", "v", "02:00:00:00:00:01"),
    ]),
  });
  const caller = { ...context, clock: { ...context.clock, now: () => new Date(now) } };
  await index.refresh(caller, undefined, false);
  now = 31_000;
  await index.refresh(caller, undefined, false);
  assertEquals(index.others("mac 020000000001", SELF).map(text), ["VirtualMachine shop/v"]);
  assertEquals(messages(logs, "warn").length, 1);
});

Deno.test("a Restore that depends on the answer is refused without one, and asks again", async () => {
  const index = createIdentityIndex();
  let works = false;
  const { context, logs } = prepare({
    cluster: lists(() => works ? undefined : refused("Other", 500), [
      machine("shop", "v", "02:00:00:00:00:01"),
    ]),
  });
  const error = await assertRejects(() => index.refresh(context, undefined, true), Refusal);
  assertEquals([error.message, error.rule, error.reason], [
    "identities in use cannot be found: list virtualmachines.kubevirt.io: Other",
    "kubevirt 8.2",
    "lookup_failed",
  ]);
  works = true;
  await index.refresh(context, undefined, true);
  assertEquals(index.others("mac 020000000001", SELF).map(text), ["VirtualMachine shop/v"]);
  assertEquals(logs, []);
});

// A server that never answers; a request ends with its signal, as the live cluster's do.
function hanging(began: () => void = () => {}) {
  const list: Cluster["list"] = async function* (_kind, options) {
    began();
    await new Promise((_, reject) => {
      const end = () => reject(options?.signal?.reason);
      if (options?.signal?.aborted) end();
      options?.signal?.addEventListener("abort", end);
    });
    yield {};
  };
  return { list };
}

Deno.test("a list that is too slow is given up after a minute", async () => {
  const asked: number[] = [];
  const timeout = (milliseconds: number) => {
    asked.push(milliseconds);
    return AbortSignal.abort(new DOMException("Signal timed out.", "TimeoutError"));
  };
  const index = createIdentityIndex();
  const { context, logs } = prepare({ cluster: hanging(), timeout });
  await index.refresh(context, undefined, false);
  await index.refresh(context, undefined, false);
  assertEquals(asked, [60_000]);
  assertEquals(messages(logs, "warn"), [
    "identities are not compared any further in this restore: no answer within 60 s",
  ]);
  const strict = createIdentityIndex();
  const error = await assertRejects(() => strict.refresh(context, undefined, true), Refusal);
  assertEquals(error.message, "identities in use cannot be found: no answer within 60 s");
});

Deno.test("a call whose reading ends with another call reads itself", async () => {
  const index = createIdentityIndex();
  const first = new AbortController();
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const { context: ending } = prepare({ cluster: hanging(resolve) });
  const { context: running } = prepare({ objects: [machine("shop", "v", "02:00:00:00:00:01")] });
  const stopped = index.refresh(
    {
      ...ending,
      signal: first.signal,
      cluster: {
        ...ending.cluster,
        list: (kind, options) => ending.cluster.list(kind, { ...options, signal: first.signal }),
      },
    },
    undefined,
    false,
  );
  await begun;
  const second = index.refresh(running, undefined, false);
  first.abort(new Error("the call has ended"));
  await assertRejects(() => stopped, Error, "the call has ended");
  await second;
  assertEquals(index.others("mac 020000000001", SELF).map(text), ["VirtualMachine shop/v"]);
});

Deno.test("a fault of the program is not passed off as a failed list", async () => {
  const index = createIdentityIndex();
  const { context } = prepare({ cluster: lists(() => new RangeError("fault")) });
  await assertRejects(() => index.refresh(context, undefined, false), RangeError, "fault");
});

Deno.test("5,000 VMs with their VMIs are compared", async () => {
  const index = createIdentityIndex();
  const count = 5_000;
  const mac = (n: number) =>
    `02:00:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`;
  let made = 0;
  const { context } = prepare({
    cluster: {
      async *list({ resource }) {
        for (let n = 0; n < count; n++) {
          if (n % 500 === 0) await Promise.resolve();
          made++;
          const make = resource === "virtualmachines" ? machine : instance;
          yield make(`ns-${n % 50}`, `vm-${n}`, mac(n), { uuid: `uuid-${n}` });
        }
      },
    },
  });
  await index.refresh(context, undefined, false);
  assertEquals(made, 2 * count);
  assertEquals(index.others("uuid uuid-4999", SELF).map(text), ["VirtualMachine ns-49/vm-4999"]);
  assertEquals(index.others(`mac 020000000000`, SELF).map(text), ["VirtualMachine ns-0/vm-0"]);
});
