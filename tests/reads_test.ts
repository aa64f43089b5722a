/**
 * What a call costs while the API server takes its time: as many rounds of requests as its longest chain has links.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { backupCluster } from "../actions/cnpg/backup_cluster.ts";
import { restoreCluster } from "../actions/cnpg/restore_cluster.ts";
import { backupVirtualMachine as backupMachine } from "../actions/kubevirt/backup_virtual_machine.ts";
import { settings as kubevirt } from "../actions/kubevirt/settings.ts";
import { Refusal } from "../actions/lib/refusal.ts";
import { backupVirtualMachine } from "../actions/superphenix/backup_virtual_machine.ts";
import { restoreVirtualMachine } from "../actions/superphenix/restore_virtual_machine.ts";
import { settings as superphenix } from "../actions/superphenix/settings.ts";
import { openshift } from "../actions/openshift/mod.ts";
import { backupGroup } from "../actions/vmgroup/backup_group.ts";
import { settings as vmgroup } from "../actions/vmgroup/settings.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { createMemoryCluster } from "../cluster/memory/memory.ts";
import type { JsonObject } from "../objects/json.ts";
import { createWorld, ignore } from "./bad_input/world.ts";
import { archived, settingsWith, written } from "./kit/cnpg.ts";
import { inRounds } from "./kit/rounds.ts";
import {
  account,
  imageStream,
  NEW,
  OLD,
  openshiftVersion,
  pod,
  registries,
  restoreOf,
  settingsWith as openshiftSettings,
} from "./kit/openshift.ts";
import { actionOf, defaultsOf, runBackup, runRestore } from "./kit/run_action.ts";
import { bare, ip, vm } from "./kit/virtual_machines.ts";

interface Row {
  readonly what: string;
  readonly objects: readonly JsonObject[];
  readonly run: (cluster: Partial<Cluster>) => Promise<unknown>;
  /** The requests of each round. */
  readonly rounds: readonly (readonly string[])[];
}

const multus = (...names: string[]) =>
  names.map((name) => ({ name: `of-${name}`, multus: { networkName: name } }));

const RUNNING = {
  state: "Running",
  networks: [{ name: "default", pod: {} }, ...multus("blue", "green")],
  volumes: [
    { name: "root", dataVolume: { name: "root" } },
    { name: "data", persistentVolumeClaim: { claimName: "data" } },
  ],
};
const CHECKS_OF_RUNNING = [
  "get virtualmachineinstances.kubevirt.io n/v",
  "get datavolumes.cdi.kubevirt.io n/root",
  "get persistentvolumeclaims n/data",
];
const READS_OF_RUNNING = [
  ...CHECKS_OF_RUNNING,
  "get ips.kubeovn.io v.n",
  "get ips.kubeovn.io v.n.blue.n.ovn",
  "get ips.kubeovn.io v.n.green.n.ovn",
];
const IPS = ["v.n", "v.n.blue.n.ovn", "v.n.green.n.ovn"].map((name) => ip(name, "10.0.0.1", "", "m"));
const VMI = bare("kubevirt.io/v1", "VirtualMachineInstance", "v");
const claim = (name: string) => bare("v1", "PersistentVolumeClaim", name);
const ROOT = bare("cdi.kubevirt.io/v1beta1", "DataVolume", "root");
const nad = (name: string, namespace: string) =>
  bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", name, {}, namespace);

const backUp = (item: JsonObject, backup: JsonObject = {}) => (cluster: Partial<Cluster>) =>
  runBackup(backupVirtualMachine, { item, backup, cluster, settings: defaultsOf(superphenix) });

/** Both sources that back a VM up, in Velero's order and in one process. */
const backUpByBoth = (item: JsonObject) => async (cluster: Partial<Cluster>) => {
  const backup = { metadata: { uid: "backup" } };
  const world = { backup, cluster, states: new Map<string, unknown>() };
  const first = await runBackup(backupMachine, { ...world, item, settings: defaultsOf(kubevirt) });
  await runBackup(backupVirtualMachine, { ...world, item: first.item, settings: defaultsOf(superphenix) });
};

/** A VM of an instance type, with what identifies its version. */
function ofInstancetype(state: string): JsonObject {
  const item = vm({ ...RUNNING, state });
  return {
    ...item,
    metadata: { ...item.metadata as JsonObject, uid: "vm-uid", resourceVersion: "1" },
    spec: { ...item.spec as JsonObject, instancetype: { kind: "VirtualMachineInstancetype", name: "small" } },
    status: {
      printableStatus: state,
      created: state === "Running",
      instancetypeRef: { controllerRevisionRef: { name: "v-small-1" } },
    },
  };
}

// A process reads what the API server serves once.
const SERVES_OF_VM = [
  "serves datavolumes.cdi.kubevirt.io",
  "serves datavolumes.cdi.kubevirt.io",
  "serves network-attachment-definitions.k8s.cni.cncf.io",
  "serves network-attachment-definitions.k8s.cni.cncf.io",
  "serves virtualmachineinstancetypes.instancetype.kubevirt.io",
];
// superphenix makes none of the checks again that kubevirt has made.
const ADDRESSES_OF_VM = [
  ["serves ips.kubeovn.io"],
  ["get ips.kubeovn.io v.n", "get ips.kubeovn.io v.n.blue.n.ovn", "get ips.kubeovn.io v.n.green.n.ovn"],
];
const OPTIONAL_OF_VM = [
  "list datavolumes.cdi.kubevirt.io n",
  "get network-attachment-definitions.k8s.cni.cncf.io n/blue",
  "get network-attachment-definitions.k8s.cni.cncf.io n/green",
  "get virtualmachineinstancetypes.instancetype.kubevirt.io n/small",
];

const VM_OPERATOR = "vmoperator.vmware.com/v1alpha6";

const restoreOnOpenShift = (part: string, item: JsonObject) => (cluster: Partial<Cluster>) =>
  runRestore(actionOf(openshift, "RestoreItemAction", `openshift.io/${part}-restore-plugin`), {
    item,
    restore: restoreOf(),
    cluster,
    settings: openshiftSettings(),
  });

const IS_OPENSHIFT = ["serves imagestreams.image.openshift.io"];

const ROWS: readonly Row[] = [
  {
    what: "superphenix: a running VM with two disks and three interfaces",
    objects: [VMI, ROOT, claim("data"), ...IPS],
    run: backUp(vm(RUNNING)),
    rounds: [
      ["serves ips.kubeovn.io"],
      READS_OF_RUNNING,
    ],
  },
  {
    what:
      "superphenix: a disk without DataVolume and networks that Kube-OVN names otherwise take one round more",
    objects: [VMI, claim("root"), claim("data"), IPS[0]!, ip("v.n.green.n", "10.0.0.1", "", "m")],
    run: backUp(vm(RUNNING)),
    rounds: [
      ["serves ips.kubeovn.io"],
      READS_OF_RUNNING,
      [
        "get persistentvolumeclaims n/root",
        "get ips.kubeovn.io v.n.blue.n",
        "get ips.kubeovn.io v.n.green.n",
      ],
    ],
  },
  {
    what: "superphenix: of more reads than eight the others wait",
    objects: [VMI, ROOT, claim("data"), ...IPS],
    run: backUp(vm({ ...RUNNING, networks: multus("a", "b", "c", "d", "e", "blue") })),
    rounds: [
      ["serves ips.kubeovn.io"],
      [
        ...CHECKS_OF_RUNNING,
        ...["a", "b", "c", "d", "e"].map((name) => `get ips.kubeovn.io v.n.${name}.n.ovn`),
      ],
      [
        "get ips.kubeovn.io v.n.blue.n.ovn",
        "get ips.kubeovn.io v.n",
        ...["a", "b", "c", "d", "e"].map((name) => `get ips.kubeovn.io v.n.${name}.n`),
      ],
    ],
  },
  {
    what: "superphenix: a safety check that refuses without an answer asks for nothing more",
    objects: [],
    run: (cluster) =>
      assertRejects(() => backUp(vm(RUNNING), { spec: { includedResources: ["vm"] } })(cluster), Refusal),
    rounds: [["serves ips.kubeovn.io"]],
  },
  {
    what: "superphenix: a restore asks for all mapped networks at once",
    objects: [nad("blue", "m"), nad("green", "m")],
    run: (cluster) => {
      const annotations = {
        "blue.n.ovn.kubernetes.io/ip_address": "10.0.0.1",
        "blue.n.ovn.kubernetes.io/mac_address": "m",
        "green.n.ovn.kubernetes.io/ip_address": "10.0.0.2",
      };
      const item = vm({ annotations, networks: multus("n/blue", "n/green") });
      const restore = { spec: { namespaceMapping: { n: "m" } } };
      return runRestore(restoreVirtualMachine, { item, restore, cluster, settings: defaultsOf(superphenix) });
    },
    rounds: [
      ["blue", "green"].map((name) => `get network-attachment-definitions.k8s.cni.cncf.io m/${name}`),
    ],
  },
  {
    what: "kubevirt and superphenix: a stopped VM of an instance type, with two disks and three interfaces",
    objects: [ROOT, claim("data"), ...IPS],
    run: backUpByBoth(ofInstancetype("Stopped")),
    rounds: [
      [...CHECKS_OF_RUNNING.slice(1), ...SERVES_OF_VM],
      OPTIONAL_OF_VM,
      ...ADDRESSES_OF_VM,
    ],
  },
  {
    what: "kubevirt and superphenix: the same VM while it runs",
    objects: [VMI, ROOT, claim("data"), ...IPS],
    run: backUpByBoth(ofInstancetype("Running")),
    rounds: [
      [...CHECKS_OF_RUNNING, ...SERVES_OF_VM],
      // As the ninth it waits for one of the eight; where discovery has been read before it goes out with them.
      ["list pods n", ...OPTIONAL_OF_VM],
      ...ADDRESSES_OF_VM,
    ],
  },
  {
    what: "cnpg: Backups and ObjectStore",
    objects: [],
    run: (cluster) => runBackup(backupCluster, { item: archived(), cluster, settings: settingsWith() }),
    rounds: [["list backups.postgresql.cnpg.io n", "get objectstores.barmancloud.cnpg.io n/o"]],
  },
  {
    what: "cnpg: the snapshots to recover from, when there is no Cluster yet",
    objects: ["base", "wal"].map((name) => bare("snapshot.storage.k8s.io/v1", "VolumeSnapshot", name)),
    run: (cluster) => {
      const snapshots = [{ name: "base", type: "PG_DATA" }, { name: "wal", type: "PG_WAL" }];
      const item = archived(written({ "velero-cnpg/volume-snapshots": JSON.stringify(snapshots) }));
      return runRestore(restoreCluster, {
        item,
        cluster,
        settings: settingsWith({ "volume-snapshot": true }),
      });
    },
    rounds: [
      ["get clusters.postgresql.cnpg.io n/c"],
      ["base", "wal"].map((name) => `get volumesnapshots.snapshot.storage.k8s.io n/${name}`),
      ["apply configmaps"],
    ],
  },
  {
    what: "vmgroup: members and services",
    objects: [],
    run: (cluster) => {
      const members = ["a", "b", "c"].map((name) => ({ members: [{ name }] }));
      const item = { ...bare(VM_OPERATOR, "VirtualMachineGroup", "g"), spec: { bootOrder: members } };
      const settings = { ...defaultsOf(vmgroup), services: true };
      return runBackup(backupGroup, { item, cluster, settings });
    },
    rounds: [[
      ...["a", "b", "c"].map((name) => `get virtualmachines.vmoperator.vmware.com n/${name}`),
      "list virtualmachineservices.vmoperator.vmware.com n",
    ]],
  },
  {
    what: "openshift: a pod of an older backup that waits for nothing",
    objects: [
      ...openshiftVersion("4.16.1"),
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } },
      { apiVersion: "velero.io/v1", kind: "Backup", metadata: { name: "b", namespace: "velero" } },
      account("default", "default-dockercfg-new"),
      imageStream("openshift", "cli", ["sha256:a"]),
    ],
    run: restoreOnOpenShift(
      "07-pod",
      pod([`${OLD}/openshift/cli@sha256:a`, `${NEW}/n/web`], {
        imagePullSecrets: [{ name: "default-dockercfg-old" }],
      }, { annotations: registries(), labels: { deployment: "d-1", deploymentconfig: "d" } }),
    ),
    rounds: [
      IS_OPENSHIFT,
      [
        "get namespaces n",
        "get clusterversions.config.openshift.io version",
        "get configs.imageregistry.operator.openshift.io cluster",
        "get backups.velero.io velero/b",
        "get imagestreams.image.openshift.io openshift/cli",
      ],
      ["get serviceaccounts n/default"],
    ],
  },
  {
    what: "openshift: images and secrets of a build",
    objects: [account("builder", "builder-dockercfg-new"), account("ci", "ci-dockercfg-new")],
    run: restoreOnOpenShift("17-buildconfig", {
      apiVersion: "build.openshift.io/v1",
      kind: "BuildConfig",
      metadata: { name: "b", namespace: "n", annotations: registries() },
      spec: {
        output: { pushSecret: { name: "builder-dockercfg-old" } },
        strategy: {
          sourceStrategy: {
            from: { kind: "DockerImage", name: `${OLD}/openshift/cli@sha256:a` },
            pullSecret: { name: "builder-dockercfg-old" },
          },
        },
      },
    }),
    rounds: [IS_OPENSHIFT, [
      "get imagestreams.image.openshift.io openshift/cli",
      "get serviceaccounts n/builder",
    ]],
  },
];

for (const { what, objects, run, rounds } of ROWS) {
  Deno.test(what, async () => {
    const cluster = inRounds(createMemoryCluster({ objects }));
    await run(cluster);
    assertEquals(cluster.rounds(), rounds);
  });
}

Deno.test({
  name: "the executable has all reads of a running VM under way before the API server answers one",
  ignore,
  fn: async () => {
    const world = await createWorld({
      objects: [VMI, ROOT, claim("data"), ...IPS],
      env: { WORKLOADS_ACTION_TIMEOUT: "60s" },
    });
    const item = vm(RUNNING);
    const subject = {
      kind: "BackupItemAction",
      name: "superphenix.net/backup-virtualmachine",
      item,
      run: {},
    } as const;
    // The first call of a process reads the settings too, and what the API server serves.
    const first = await world.call(subject);
    world.served.clearRequests();
    world.served.setFaults([{ path: "*", gather: 6 }]);
    assertEquals(await world.call(subject), first);
    assertEquals([first.code, world.served.requests().length], ["OK", 6]);
    world.served.setFaults([]);
    await world.end();
  },
});
