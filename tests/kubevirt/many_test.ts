/**
 * A namespace of 500 running VMs with two disks each is backed up by the real process: what it asks of the API server (kubevirt 3.4, B31).
 */

import { assertEquals } from "@std/assert";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import type { JsonObject } from "../../objects/json.ts";
import { runBackup } from "../../preview/backup/backup.ts";
import { startPlugin } from "../../preview/host/plugin.ts";
import { createDiscovery } from "../../preview/run/resources.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { ignore } from "../protocol/plugin.ts";
import { object } from "./world.ts";

const VMS = 500;

const owned = (apiVersion: string, kind: string, name: string) => ({
  ownerReferences: [{ apiVersion, kind, name, uid: `uid-of-${kind}-${name}`, controller: true }],
});

/** VM `name`, running, with its instance, launcher pod, a DataVolume of its own and a disk that it only names. */
function running(name: string): JsonObject[] {
  const [root, data] = [`${name}-root`, `${name}-data`];
  const spec = {
    networks: [{ name: "default", pod: {} }],
    domain: { devices: { interfaces: [{ name: "default", masquerade: {} }] } },
    volumes: [{ name: "root", dataVolume: { name: root } }, {
      name: "data",
      persistentVolumeClaim: { claimName: data },
    }],
  };
  return [
    object("kubevirt.io/v1", "VirtualMachine", name, {
      spec: {
        dataVolumeTemplates: [{ metadata: { name: root }, spec: { source: { blank: {} } } }],
        template: { spec },
      },
      status: { printableStatus: "Running", created: true },
    }),
    object("kubevirt.io/v1", "VirtualMachineInstance", name, {
      metadata: owned("kubevirt.io/v1", "VirtualMachine", name),
      spec,
      status: { phase: "Running" },
    }),
    object("v1", "Pod", `virt-launcher-${name}`, {
      metadata: {
        labels: {
          "kubevirt.io": "virt-launcher",
          "kubevirt.io/created-by": `uid-of-VirtualMachineInstance-${name}`,
        },
        annotations: {
          "kubevirt.io/domain": name,
          "pre.hook.backup.velero.io/command": '["/usr/bin/virt-freezer"]',
        },
        ...owned("kubevirt.io/v1", "VirtualMachineInstance", name),
      },
      status: { phase: "Running", containerStatuses: [{ name: "compute", ready: true }] },
    }),
    object("cdi.kubevirt.io/v1beta1", "DataVolume", root, { status: { phase: "Succeeded" } }),
    object("v1", "PersistentVolumeClaim", root, {
      metadata: owned("cdi.kubevirt.io/v1beta1", "DataVolume", root),
    }),
    object("v1", "PersistentVolumeClaim", data),
  ];
}

/** What a request asks for, without the names of single objects. */
function kindOf(request: string): string {
  const [, method = "", path = ""] = /^(\w+) ([^? ]+)/.exec(request) ?? [];
  const named = /^(.*\/namespaces\/n\/[\w.-]+)\/[^/]+$/.exec(path);
  return named === null ? `${method} ${path}` : `${method} ${named[1]}/NAME`;
}

// Four for each VM: the instance in the block and in the backup, a claim and the VM in the backup. An object that is read for one call
// is not kept for the next (kubevirt 11).
const PER_MACHINE: ReadonlyMap<string, number> = new Map([
  ["GET /api/v1/namespaces/n/persistentvolumeclaims/NAME", 1],
  ["GET /apis/kubevirt.io/v1/namespaces/n/virtualmachineinstances/NAME", 2],
  ["GET /apis/kubevirt.io/v1/namespaces/n/virtualmachines/NAME", 1],
]);
const LISTS = [
  "GET /api/v1/namespaces/n/pods",
  "GET /apis/cdi.kubevirt.io/v1beta1/namespaces/n/datavolumes",
];
const ONCE = [
  "GET /api/v1/namespaces/velero/configmaps",
  "GET /apis/cdi.kubevirt.io",
  "GET /apis/cdi.kubevirt.io/v1beta1",
  "GET /apis/kubevirt.io",
  "GET /apis/kubevirt.io/v1",
  "GET /apis/kubevirt.io/v1alpha3",
];

Deno.test({
  name: "four requests for each of 500 running VMs, and lists that serve them all",
  ignore,
  async fn() {
    const names = Array.from({ length: VMS }, (_, index) => `vm-${index}`);
    const cluster = createMemoryCluster({ objects: names.flatMap(running) });
    const served = serveCluster(cluster);
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/kubeconfig`, served.kubeconfig());
    const plugin = await startPlugin({
      path: await bundledPlugin(),
      args: ["--log-level=info", "--features="],
      env: {
        ...Deno.env.toObject(),
        DENO: Deno.execPath(),
        KUBECONFIG: `${folder}/kubeconfig`,
        VELERO_NAMESPACE: "velero",
        WORKLOADS_SOURCES: "kubevirt",
      },
      log: () => {},
    });
    try {
      await plugin.list();
      const { report } = await runBackup({
        backup: {
          apiVersion: "velero.io/v1",
          kind: "Backup",
          metadata: { name: "many", namespace: "velero", uid: "many" },
          spec: { includedNamespaces: ["n"] },
        },
        cluster,
        discovery: await createDiscovery(() => Promise.resolve(cluster.store.resources())),
        host: plugin,
      });
      assertEquals([report.errors, report.warnings], [[], []]);
      assertEquals(report.items.filter(({ outcome }) => outcome === "stored").length >= VMS * 6, true);
      const counted = Map.groupBy(
        served.requests().filter((request) => !/[?&]continue=/.test(request)),
        kindOf,
      );
      const count = (kind: string) => counted.get(kind)?.length ?? 0;
      const perMachine = [...PER_MACHINE.keys()].map((kind) => [kind, count(kind) / VMS] as const);
      assertEquals(new Map(perMachine), PER_MACHINE);
      // One list serves all VMs of the namespace for some seconds.
      for (const list of LISTS) {
        assertEquals(count(list) > 0 && count(list) < VMS / 10, true, `${count(list)} times ${list}`);
      }
      const others = [...counted.keys()].filter((kind) => !PER_MACHINE.has(kind) && !LISTS.includes(kind));
      assertEquals(others.toSorted().map((kind) => [kind, count(kind)]), ONCE.map((kind) => [kind, 1]));
    } finally {
      await plugin.stop();
      await served.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
