import { assertEquals } from "@std/assert";
import type { Fault } from "../../cluster/served/faults.ts";
import { inNamespace, settingsMap, SUBJECTS } from "./subjects.ts";
import { complaints, createWorld, ignore, SECRET } from "./world.ts";

/** A fault of every path that has its namespace in it, and how it reads in an error text. */
interface Row {
  readonly namespace: string;
  readonly fault: Omit<Fault, "path">;
  /** Behind what was asked. */
  readonly text: string;
  readonly forbidden?: boolean;
  /** True for the answer that says that the kind is not there: to superphenix no error but an absent address. */
  readonly notServed?: boolean;
}

// With Retry-After 0 requests are repeated without pauses.
const NOW = { "retry-after": "0" };

const ROWS: readonly Row[] = [
  {
    namespace: "f-401",
    fault: { status: 401, message: "no" },
    text: ": 401 Unauthorized: no",
    forbidden: true,
  },
  { namespace: "f-403", fault: { status: 403, message: "no" }, text: ": 403 Forbidden: no", forbidden: true },
  {
    namespace: "f-404",
    fault: { status: 404, body: "404 page not found\n" },
    text: ": 404 NotServed: the server could not find the requested resource",
    notServed: true,
  },
  {
    namespace: "f-429",
    fault: { status: 429, message: "slow", headers: NOW },
    text: ": 429 TooManyRequests: slow",
  },
  {
    namespace: "f-500",
    fault: { status: 500, message: "broken", headers: NOW },
    text: ": 500 InternalError: broken",
  },
  { namespace: "f-503", fault: { status: 503, body: SECRET, headers: NOW }, text: ": 503 Other" },
  {
    namespace: "f-html",
    fault: { body: `<html>${SECRET}</html>`, headers: { "content-type": "text/html" } },
    text: ": this is not an answer of the Kubernetes API (status 200, text/html)",
  },
  {
    namespace: "f-cut",
    fault: {
      body: `{"kind":"x","data":{"password":"${SECRET}`,
      headers: { "content-type": "application/json" },
    },
    text: ": this is not an answer of the Kubernetes API (status 200, application/json)",
  },
  {
    namespace: "f-302",
    fault: { status: 302, body: "", headers: { location: `http://127.0.0.1:9/${SECRET}` } },
    text: ": this is not an answer of the Kubernetes API (status 302, text/plain)",
  },
];

const REMEDY = "make the API server answer and repeat the backup";
const GRANT = "grant Velero's service account the permissions of docs/superphenix.md";

Deno.test(
  {
    name: "each fault of the API server is a refusal or a warning with its text, as each action's rules say",
    ignore,
  },
  async (t) => {
    const { backupVirtualMachine, backupGroup, backupCluster, restoreCluster } = SUBJECTS;
    const settings = settingsMap({
      "superphenix.skip-checks": "true",
      "cnpg.dependencies": "true",
      "cnpg.skip-owned": "true",
    });
    const faults = ROWS.map(({ namespace, fault }) => ({ path: `*${namespace}*`, ...fault }));
    const world = await createWorld({ objects: [settings], faults });
    const { call } = world;
    const outcomes = await Promise.all(ROWS.map(async ({ namespace }) => ({
      vm: await call(inNamespace(backupVirtualMachine, namespace)),
      group: await call(inNamespace(backupGroup, namespace)),
      backup: await call(inNamespace(backupCluster, namespace)),
      restore: await call(inNamespace(restoreCluster, namespace)),
    })));
    assertEquals((await call(SUBJECTS.restoreMachine)).code, "OK", "a good call afterwards");
    const lines = await world.end();

    for (const [index, { namespace: n, text, forbidden = false, notServed = false }] of ROWS.entries()) {
      const { vm, group, backup, restore } = outcomes[index]!;
      await t.step(`${n}: superphenix fails closed, for a lost address cannot be had again`, () => {
        const { name } = backupVirtualMachine;
        if (notServed) {
          assertEquals(vm.code, "OK");
          assertEquals(complaints(lines, backupVirtualMachine, n), [
            `warn no Kube-OVN IP object for VM ${n}/vm on network n/x (tried vm.${n}.x.n.ovn, vm.${n}.x.n); it will get a new address after a restore`,
            `warn no Kube-OVN IP object for VM ${n}/vm on the default network (tried vm.${n}); it will get a new address after a restore`,
          ]);
          return;
        }
        assertEquals(vm, {
          code: "Unknown",
          text:
            `${name}: VirtualMachine ${n}/vm: failed to retrieve the IP custom resource for VM ${n}/vm: ` +
            `get ips.kubeovn.io vm.${n}${text} (rule superphenix 3.2); ${forbidden ? GRANT : REMEDY}`,
        });
      });
      await t.step(`${n}: vmgroup goes on with an error line, so that the backup is PartiallyFailed`, () => {
        assertEquals(group.code, "OK");
        assertEquals(complaints(lines, backupGroup, n), [
          `error Failed to get VirtualMachine ${n}/m: get virtualmachines.vmoperator.vmware.com ${n}/m${text}`,
        ]);
      });
      await t.step(
        `${n}: cnpg's backup goes on with warnings, for the archive knows its newest backup`,
        () => {
          assertEquals(backup.code, "OK");
          assertEquals(complaints(lines, backupCluster, n), [
            `warn ObjectStore store cannot be read: get objectstores.barmancloud.cnpg.io ${n}/store${text}; ` +
            "neither it nor its Secrets are added to the backup",
            `warn cannot look for the newest base backup in namespace ${n}: list backups.postgresql.cnpg.io ${n}${text}; ` +
            "the restore takes the newest one of the archive",
          ]);
        },
      );
      await t.step(`${n}: cnpg's restore fails closed when the override cannot be written`, () => {
        const { name } = restoreCluster;
        const remedy = forbidden
          ? `allow Velero to patch and create configmaps in namespace ${n}, then restore again`
          : `make sure that ConfigMap ${n}/cnpg-velero-override can be written, then restore again`;
        assertEquals(restore, {
          code: "Unknown",
          text: `${name}: Cluster ${n}/pg: failed to create/update ConfigMap: failed to apply ConfigMap: ` +
            `patch configmaps ${n}/cnpg-velero-override${text} (${n}/cnpg-velero-override) (rule cnpg R13); ${remedy}`,
        });
        assertEquals(complaints(lines, restoreCluster, n), [
          `warn cannot find out whether Cluster ${n}/pg exists, so it is restored as if it did not: ` +
          `get clusters.postgresql.cnpg.io ${n}/pg${text}`,
        ]);
      });
    }
  },
);

Deno.test(
  { name: "a fault that passes is repeated, Retry-After heeded, and nothing is said", ignore },
  async () => {
    const once = (namespace: string, fault: Omit<Fault, "path">) => ({
      path: `*${namespace}*`,
      times: 1,
      ...fault,
    });
    const world = await createWorld({
      faults: [
        once("p-429", { status: 429, headers: { "retry-after": "1" } }),
        once("p-500", { status: 500 }),
      ],
    });
    for (const namespace of ["p-429", "p-500"]) {
      world.served.clearRequests();
      assertEquals((await world.call(inNamespace(SUBJECTS.restoreCluster, namespace))).code, "OK");
      const asked = world.served.requests().filter((line) => line.includes(`/${namespace}/clusters/`));
      assertEquals(asked.map((line) => line.slice(-3)), [namespace.slice(2), "404"]);
    }
    const lines = await world.end();
    assertEquals(complaints(lines, SUBJECTS.restoreCluster, "p-429"), []);
  },
);

Deno.test({
  name: "an API server that never answers ends each call at its deadline, and only that call",
  ignore,
}, async () => {
  const env = { WORKLOADS_ACTION_TIMEOUT: "5s" };
  const world = await createWorld({ faults: [{ path: "*f-hang*", hang: true }], env });
  const { backupVirtualMachine, backupGroup, backupCluster, restoreCluster } = SUBJECTS;
  const text =
    "no answer after 5 s (rule protocol 12.3); look at the API server, or raise WORKLOADS_ACTION_TIMEOUT";
  const hanging = [backupVirtualMachine, backupGroup, backupCluster, restoreCluster].map(async (subject) => {
    const { kind, metadata } = subject.item as { kind: string; metadata: { name: string } };
    assertEquals(await world.call(inNamespace(subject, "f-hang")), {
      code: "Unknown",
      text: `${subject.name}: ${kind} f-hang/${metadata.name}: ${text}`,
    });
  });
  const good = await world.call(restoreCluster);
  await Promise.all(hanging);
  assertEquals([good.code, (await world.call(restoreCluster)).code], ["OK", "OK"]);
  await world.end();
});

/** Discovery of Kube-OVN, which only superphenix asks for; what follows when it fails. */
const DISCOVERY: readonly (readonly [about: string, fault: Omit<Fault, "path">, reads: boolean])[] = [
  ["500", { status: 500, headers: NOW }, true],
  ["403", { status: 403 }, true],
  ["garbage", { body: SECRET }, true],
  ["404 of the group", { status: 404, body: "404 page not found\n" }, false],
];

Deno.test(
  { name: "an address is looked for unless the API server says that there is no Kube-OVN", ignore },
  async (t) => {
    for (const [about, fault, reads] of DISCOVERY) {
      await t.step(about, async () => {
        const settings = settingsMap({ "superphenix.skip-checks": "true" });
        const world = await createWorld({
          objects: [settings],
          faults: [{ path: "/apis/kubeovn.io", ...fault }],
        });
        assertEquals((await world.call(SUBJECTS.backupVirtualMachine)).code, "OK");
        assertEquals(world.served.requests().some((line) => line.includes("/ips/")), reads);
        await world.end();
      });
    }
  },
);
