import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject, JsonValue } from "../../../objects/json.ts";
import { DV, DV_NODES, PASSWORD, SSH, tpm, VOLUME_NODES, VOLUMES } from "../../../tests/kit/kubevirt.ts";
import { GRAPH_EXTRAS } from "../../lib/kubevirt/graph_extras.ts";
import { Refusal } from "../../lib/refusal.ts";
import { formatItem, type GraphNode } from "./node.ts";
import {
  instanceRestoreGraph,
  machineRestoreGraph,
  replicaSetRestoreGraph,
  type RestoreGraphOptions,
} from "./restore.ts";

const NO_CLAIMS = () => Promise.reject(new Error("nothing is looked up here"));
const FULL: RestoreGraphOptions = { profile: "full", findBackendClaims: NO_CLAIMS };

const object = (kind: string, spec: JsonValue, more: JsonObject = {}): JsonObject => ({
  apiVersion: "kubevirt.io/v1",
  kind,
  metadata: { name: "v", namespace: "n", ...(more.metadata as JsonObject | undefined) },
  spec,
  ...(more.status === undefined ? {} : { status: more.status }),
});
const vm = (spec: JsonObject, rest: JsonObject = {}, more: JsonObject = {}) =>
  object("VirtualMachine", { ...rest, template: { spec } }, more);
const vmi = (spec: JsonValue, more: JsonObject = {}) => object("VirtualMachineInstance", spec, more);
const recorded = (...items: string[]) => ({
  metadata: { annotations: { [GRAPH_EXTRAS]: JSON.stringify(items) } },
});

// By the kind, as each of the three actions does for its own.
const restoreGraph = async (item: JsonObject, options: RestoreGraphOptions): Promise<GraphNode[]> => {
  switch (item.kind) {
    case "VirtualMachine":
      return await machineRestoreGraph(item, options);
    case "VirtualMachineInstance":
      return await instanceRestoreGraph(item, options);
    default:
      return replicaSetRestoreGraph(item, options);
  }
};

const names = async (item: JsonObject, options: Partial<RestoreGraphOptions> = {}) =>
  (await restoreGraph(item, { ...FULL, ...options })).map(formatItem);

const TPM = tpm(true);

interface Row {
  readonly id: string;
  readonly item: JsonObject;
  readonly expected: readonly string[];
  readonly options?: Partial<RestoreGraphOptions>;
}

const ROWS: readonly Row[] = [
  {
    id: "kubevirt T7.9.10 revisions of the spec, disk, state found by its label, Secret; no VMI and no pod",
    item: vm({ ...TPM, volumes: [DV], accessCredentials: [SSH] }, {
      instancetype: { name: "i", revisionName: "cr-instancetype" },
      preference: { name: "p", revisionName: "cr-preference" },
    }, { status: { created: true } }),
    options: { findBackendClaims: (namespace, owner) => Promise.resolve([`${namespace}-${owner}-state`]) },
    expected: [
      "controllerrevisions.apps/n/cr-instancetype",
      "controllerrevisions.apps/n/cr-preference",
      ...DV_NODES,
      "persistentvolumeclaims/n/n-v-state",
      "secrets/n/ssh",
    ],
  },
  {
    id: "kubevirt T7.9.11 volumes of a VMI",
    item: vmi({ volumes: VOLUMES }),
    expected: VOLUME_NODES,
  },
  {
    id: "kubevirt T7.9.11 credentials of a VMI",
    item: vmi({ accessCredentials: [SSH, PASSWORD] }),
    expected: ["secrets/n/ssh", "secrets/n/pw"],
  },
  {
    id: "kubevirt T7.9.2 a Pod has no graph",
    item: object("Pod", { volumes: [{ configMap: { name: "cm" } }] }),
    expected: [],
  },
  {
    id: "kubevirt T7.8.7 an old version, two disks, DataVolume and claim each",
    item: {
      ...vm({ volumes: [{ dataVolume: { name: "a" } }, { dataVolume: { name: "b" } }] }),
      apiVersion: "kubevirt.io/v1alpha3",
    },
    expected: ["a", "b"].flatMap((
      name,
    ) => [`datavolumes.cdi.kubevirt.io/n/${name}`, `persistentvolumeclaims/n/${name}`]),
  },
  {
    id: "kubevirt 5.14 a replica set: the template, without state",
    item: object("VirtualMachineInstanceReplicaSet", { template: { spec: { ...TPM, volumes: [DV] } } }),
    expected: DV_NODES,
  },
  {
    id: "kubevirt G2 equal nodes once, kubevirt G4 empty names never",
    item: vm({ volumes: [DV, DV, { configMap: { name: "" } }, { secret: {} }, { configMap: null }] }),
    expected: DV_NODES,
  },
  {
    id: "kubevirt 4.3 the first source counts, an unknown one names nothing",
    item: vm({
      volumes: [{ secret: { secretName: "s" }, configMap: { name: "cm" } }, { future: { name: "x" } }],
    }),
    expected: ["configmaps/n/cm"],
  },
  {
    id: "kubevirt B18 cloud-init user and network data",
    item: vm({
      volumes: [
        { cloudInitNoCloud: { secretRef: { name: "u" }, networkDataSecretRef: { name: "w" } } },
        { cloudInitConfigDrive: { secretRef: { name: "x" }, userDataSecretRef: { name: "not a field" } } },
      ],
    }),
    expected: ["secrets/n/u", "secrets/n/w", "secrets/n/x"],
  },
  {
    id: "kubevirt B19, T11.4 both credentials of one entry",
    item: vm({ accessCredentials: [{ ...SSH, ...PASSWORD }] }),
    expected: ["secrets/n/ssh", "secrets/n/pw"],
  },
  { id: "kubevirt B5 no template", item: object("VirtualMachine", { running: true }), expected: [] },
  { id: "no spec", item: { kind: "VirtualMachine", metadata: { name: "v", namespace: "n" } }, expected: [] },
  {
    id: "kubevirt G5 recorded nodes: the state in its place, the rest behind the always ones",
    item: vm(
      {
        ...TPM,
        volumes: [{ persistentVolumeClaim: { claimName: "p" } }],
        accessCredentials: [SSH],
        serviceAccountName: "sa",
      },
      {},
      recorded(
        "persistentvolumeclaims/n/state",
        "datavolumes.cdi.kubevirt.io/n/p",
        "network-attachment-definitions.k8s.cni.cncf.io/shared/nad",
        "virtualmachineclusterinstancetypes.instancetype.kubevirt.io//small",
      ),
    ),
    expected: [
      "persistentvolumeclaims/n/p",
      "persistentvolumeclaims/n/state",
      "secrets/n/ssh",
      "serviceaccounts/n/sa",
      "datavolumes.cdi.kubevirt.io/n/p",
      "network-attachment-definitions.k8s.cni.cncf.io/shared/nad",
      "virtualmachineclusterinstancetypes.instancetype.kubevirt.io//small",
    ],
  },
  {
    id: "kubevirt B6 recorded nothing: the cluster is not asked",
    item: vmi(TPM, recorded()),
    expected: [],
  },
  {
    id: "kubevirt G5 a record names only what a backup records, in the object's namespace",
    item: vm(
      {},
      {},
      recorded(
        "secrets/other/s",
        "persistentvolumeclaims/other/p",
        "roles.rbac.authorization.k8s.io/n/r",
        "secrets/n/",
        "secrets",
        "secrets/n/a/b",
        "secrets/n/mine",
      ),
    ),
    expected: ["secrets/n/mine"],
  },
  {
    id: "kubevirt 3.5 a damaged record: as nothing recorded",
    item: vm(TPM, {}, { metadata: { annotations: { [GRAPH_EXTRAS]: "[not JSON" } } }),
    options: { findBackendClaims: () => Promise.resolve(["found"]) },
    expected: ["persistentvolumeclaims/n/found"],
  },
  {
    id: "kubevirt 3.5 persistent EFI of a VMI",
    item: vmi({ domain: { firmware: { bootloader: { efi: { persistent: true } } } } }),
    options: { findBackendClaims: () => Promise.resolve(["a", "b"]) },
    expected: ["persistentvolumeclaims/n/a", "persistentvolumeclaims/n/b"],
  },
  {
    id: "kubevirt 3.5 a TPM that is not persistent",
    item: vm({ domain: { devices: { tpm: {} } } }),
    expected: [],
  },
];

Deno.test("the restore graph names what an object hangs on, in order", async (t) => {
  for (const { id, item, expected, options } of ROWS) {
    await t.step(id, async () => assertEquals(await names(item, options), expected));
  }
});

Deno.test("the restore graph says which field leads to each node", async () => {
  const item = vm({ volumes: [{ cloudInitNoCloud: { secretRef: { name: "u" } } }], ...TPM }, {
    preference: { revisionName: "r" },
  }, recorded("persistentvolumeclaims/n/state"));
  assertEquals((await restoreGraph(item, FULL)).map(({ reason }) => reason), [
    "spec.preference.revisionName",
    "spec.template.spec.volumes[0].cloudInitNoCloud.secretRef.name",
    "recorded at the backup",
  ]);
});

// The rows of kubevirt 4.4 that a restore reads from the spec: kubevirt X1 to X5 and X7.
const ALWAYS = {
  volumes: [
    { sysprep: { secret: { name: "x1s" } } },
    { sysprep: { configMap: { name: "x1c" } } },
    { ephemeral: { persistentVolumeClaim: { claimName: "x2" } } },
    { containerDisk: { image: "i", imagePullSecret: "x3" } },
  ],
  domain: { firmware: { kernelBoot: { container: { imagePullSecret: "x4" } } } },
  utilityVolumes: [{ name: "u", claimName: "x5" }],
  serviceAccountName: "x7",
};

Deno.test("the restore graph adds what upstream leaves out, but not in its profile", async () => {
  const expected = [
    "secrets/n/x1s",
    "configmaps/n/x1c",
    "persistentvolumeclaims/n/x2",
    "secrets/n/x3",
    "secrets/n/x4",
    "persistentvolumeclaims/n/x5",
    "serviceaccounts/n/x7",
  ];
  assertEquals(await names(vm(ALWAYS)), expected);
  assertEquals(await names(vmi(ALWAYS)), expected);
  const replicas = object("VirtualMachineInstanceReplicaSet", { template: { spec: ALWAYS } });
  assertEquals(await names(replicas), expected);
  for (const item of [vm(ALWAYS), vmi(ALWAYS), replicas]) {
    assertEquals(await names(item, { profile: "upstream" }), []);
  }
  const extras = recorded("persistentvolumeclaims/n/state", "datasources.cdi.kubevirt.io/n/s");
  assertEquals(await names(vm({}, {}, extras)), [
    "persistentvolumeclaims/n/state",
    "datasources.cdi.kubevirt.io/n/s",
  ]);
  assertEquals(await names(vm({}, {}, extras), { profile: "upstream" }), ["persistentvolumeclaims/n/state"]);
});

Deno.test("the restore graph goes by the spec of a VM alone, whatever its status says (kubevirt 4.1, X6)", async () => {
  const status = {
    created: true,
    instancetypeRef: { controllerRevisionRef: { name: "of-status" } },
    memoryDumpRequest: { claimName: "dump" },
  };
  const item = vm({}, { instancetype: { name: "i", revisionName: "of-spec" } }, { status });
  assertEquals(await names(item), ["controllerrevisions.apps/n/of-spec"]);
});

Deno.test("the restore graph gives the rows of kubevirt 7 in the profile of upstream too", async (t) => {
  for (const { id, item, expected, options } of ROWS.filter(({ id }) => id.startsWith("kubevirt T"))) {
    await t.step(id, async () => {
      assertEquals(await names(item, { ...options, profile: "upstream" }), expected);
    });
  }
});

Deno.test("the restore graph refuses a wrong type at every level it reads", async (t) => {
  const rows: [item: JsonObject, message: string][] = [
    [object("VirtualMachine", "text"), "spec is not an object"],
    [object("VirtualMachine", { template: [] }), "spec.template is not an object"],
    [object("VirtualMachine", { template: { spec: 5 } }), "spec.template.spec is not an object"],
    [object("VirtualMachine", { instancetype: "i" }), "spec.instancetype is not an object"],
    [
      object("VirtualMachine", { preference: { revisionName: 1 } }),
      "spec.preference.revisionName is not a string",
    ],
    [vm({ volumes: {} }), "spec.template.spec.volumes is not a list"],
    [vm({ volumes: [5] }), "spec.template.spec.volumes[0] is not an object"],
    [vm({ volumes: [{ secret: "s" }] }), "spec.template.spec.volumes[0].secret is not an object"],
    [vm({ volumes: [{ secret: { secretName: [] } }] }), "volumes[0].secret.secretName is not a string"],
    [
      vmi({ volumes: [{ cloudInitNoCloud: { secretRef: 1 } }] }),
      "spec.volumes[0].cloudInitNoCloud.secretRef is",
    ],
    [vmi({ accessCredentials: [{ userPassword: { source: "x" } }] }), "userPassword.source is not an object"],
    [vmi({ domain: { devices: { tpm: { persistent: "true" } } } }), "tpm.persistent is not true or false"],
    [vmi({ domain: { firmware: false } }), "spec.domain.firmware is not an object"],
    [
      vmi({ volumes: [{ sysprep: { secret: { name: {} } } }] }),
      "volumes[0].sysprep.secret.name is not a string",
    ],
    [vmi({ utilityVolumes: "u" }), "spec.utilityVolumes is not a list"],
  ];
  for (const [item, message] of rows) {
    await t.step(message, async () => {
      const refusal = await assertRejects(() => restoreGraph(item, FULL), Refusal, message);
      assertEquals([refusal.rule, refusal.reason], ["kubevirt 4", "invalid_item"]);
    });
  }
});

Deno.test("the restore graph takes 10,000 volumes and names of 253 letters", async () => {
  const long = (index: number) => `${"a".repeat(248)}${String(index).padStart(5, "0")}`;
  const volumes = Array.from({ length: 10_000 }, (_, index) => ({ dataVolume: { name: long(index) } }));
  const found = await names(vm({ volumes: [...volumes, ...volumes] }));
  assertEquals(found.length, 20_000);
  assertEquals(found.at(-1), `persistentvolumeclaims/n/${long(9999)}`);
});
