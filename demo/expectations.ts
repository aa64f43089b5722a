import type { JsonValue } from "../objects/json.ts";

/** What must be true of a restored object. */
export interface Expectation {
  readonly source: string;
  /** In words, for people. */
  readonly what: string;
  readonly kind: string;
  readonly name: string;
  /** Keys from the object's root. */
  readonly path: readonly string[];
  /** The value, what a text must match, or `undefined` for nothing. */
  readonly value: JsonValue | RegExp | undefined;
}

function onOpenShift(
  what: string,
  [kind, name]: readonly [kind: string, name: string],
  path: readonly string[],
  value: Expectation["value"],
): Expectation {
  return { source: "openshift", what, kind, name, path, value };
}

function onKubeVirt(
  what: string,
  [kind, name]: readonly [kind: string, name: string],
  path: readonly string[],
  value: Expectation["value"],
): Expectation {
  return { source: "kubevirt", what, kind, name, path, value };
}

const OFFICE = ["VirtualMachine", "office"] as const;

const ADDRESSES = ["spec", "template", "metadata", "annotations"];

function web(what: string, key: string, value: string): Expectation {
  return {
    source: "superphenix",
    what,
    kind: "VirtualMachine",
    name: "web",
    path: [...ADDRESSES, key],
    value,
  };
}

/** One line per fact that the restored namespace must show. */
export const EXPECTATIONS: readonly Expectation[] = [
  web("both pod addresses", "ovn.kubernetes.io/ip_address", "10.16.0.21,fd00:10:16::15"),
  web("the MAC of the pod network", "ovn.kubernetes.io/mac_address", "00:00:00:8A:3C:11"),
  web(
    "the NAD's address, for the copy's own NAD",
    "storage.shop-copy.ovn.kubernetes.io/ip_address",
    "172.20.5.9",
  ),
  web("the NAD's MAC likewise", "storage.shop-copy.ovn.kubernetes.io/mac_address", "00:00:00:8A:3C:12"),
  {
    source: "vmgroup",
    what: "a member VM is still in its group",
    kind: "VirtualMachine",
    name: "erp-db",
    path: ["spec", "groupName"],
    value: "erp",
  },
  {
    source: "vmgroup",
    what: "without the identity of the original",
    kind: "VirtualMachine",
    name: "erp-db",
    path: ["spec", "instanceUUID"],
    value: undefined,
  },
  {
    source: "cnpg",
    what: "recovery from its archive",
    kind: "Cluster",
    name: "orders",
    path: ["spec", "bootstrap", "recovery", "recoveryTarget", "backupID"],
    value: "20261120T020003",
  },
  {
    source: "cnpg",
    what: "an archive of its own to write to",
    kind: "ConfigMap",
    name: "cnpg-velero-override",
    path: ["data", "write_to_server_name"],
    value: /^orders-\d{8}-\d{6}$/,
  },
  onOpenShift(
    "the image in the other cluster's registry",
    ["DeploymentConfig", "catalog"],
    ["spec", "template", "spec", "containers"],
    [{
      name: "web",
      image: "registry.dr.example.com:5000/shop-copy/catalog:1.4",
      ports: [{ containerPort: 8080 }],
    }],
  ),
  onOpenShift(
    "builds push with the new account's secret",
    ["BuildConfig", "catalog"],
    ["spec", "output", "pushSecret", "name"],
    "builder-dockercfg-5vj2k",
  ),
  onOpenShift("OpenShift chooses a new host", ["Route", "catalog"], ["spec", "host"], undefined),
  onOpenShift(
    "no pull secret of the old cluster",
    ["ServiceAccount", "catalog"],
    ["imagePullSecrets"],
    undefined,
  ),
  onOpenShift("the SCC admits the copy's pods", ["SecurityContextConstraints", "catalog"], ["users"], [
    "system:serviceaccount:shop-copy:catalog",
  ]),
  onOpenShift("its subjects are the copy's", ["RoleBinding", "ci-may-edit"], ["userNames"], [
    "system:serviceaccount:shop-copy:ci",
  ]),
  onOpenShift(
    "the scale target is found",
    ["HorizontalPodAutoscaler", "catalog"],
    ["spec", "scaleTargetRef", "apiVersion"],
    "apps.openshift.io/v1",
  ),
  onKubeVirt("switched off, as the Restore asks", OFFICE, ["spec", "runStrategy"], "Halted"),
  onKubeVirt(
    "the instance type as it was at its start",
    OFFICE,
    ["spec", "instancetype", "revisionName"],
    "office-medium-v1beta1-1",
  ),
  onKubeVirt(
    "the preference likewise",
    OFFICE,
    ["spec", "preference", "revisionName"],
    "office-windows-v1beta1-1",
  ),
  onKubeVirt(
    "a UUID of its own",
    OFFICE,
    ["spec", "template", "spec", "domain", "firmware", "uuid"],
    /^(?!7f0c2a55-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  ),
  onKubeVirt("none of the backup's own marks", OFFICE, ["metadata", "annotations"], undefined),
  onKubeVirt(
    "not imported a second time",
    ["DataVolume", "office-root"],
    ["metadata", "annotations", "cdi.kubevirt.io/storage.prePopulated"],
    "office-root",
  ),
  onKubeVirt(
    "its image is the copy's",
    ["DataVolume", "office-root"],
    ["spec", "sourceRef", "namespace"],
    "shop-copy",
  ),
  onKubeVirt(
    "does not wait for a source that is gone",
    ["PersistentVolumeClaim", "office-root"],
    ["spec", "dataSourceRef"],
    undefined,
  ),
];

/** An object of the restored namespace. */
export interface Named {
  readonly kind: string;
  readonly name: string;
}

/** What an action leaves out. */
export const ABSENT: readonly Named[] = [
  { kind: "PersistentVolumeClaim", name: "orders-1" },
  { kind: "Secret", name: "catalog-dockercfg-x7k2p" },
  { kind: "Secret", name: "catalog-tls" },
  { kind: "Build", name: "catalog-7" },
  { kind: "ConfigMap", name: "catalog-7-ca" },
  { kind: "RoleBinding", name: "system:image-pullers" },
  { kind: "VirtualMachineInstance", name: "web" },
  { kind: "VirtualMachineInstance", name: "office" },
  { kind: "Pod", name: "virt-launcher-web-x7k2p" },
  { kind: "Pod", name: "virt-launcher-office-8f2mq" },
  { kind: "PersistentVolumeClaim", name: "office-tools" },
  { kind: "VirtualMachineInstanceMigration", name: "office-to-node-2" },
];

/** What must be there. */
export const PRESENT: readonly Named[] = [
  { kind: "VirtualMachine", name: "web" },
  { kind: "DataVolume", name: "web-root" },
  { kind: "PersistentVolumeClaim", name: "web-root" },
  { kind: "PersistentVolumeClaim", name: "web-data" },
  { kind: "NetworkAttachmentDefinition", name: "storage" },
  { kind: "VirtualMachineGroup", name: "erp" },
  { kind: "VirtualMachine", name: "erp-app" },
  { kind: "PersistentVolumeClaim", name: "erp-data" },
  { kind: "Secret", name: "erp-cloud-init" },
  { kind: "ObjectStore", name: "orders-store" },
  { kind: "Service", name: "catalog" },
  { kind: "ImageStream", name: "ubi" },
  { kind: "DataVolume", name: "office-root" },
  { kind: "PersistentVolumeClaim", name: "office-root" },
  { kind: "PersistentVolumeClaim", name: "office-archive" },
  { kind: "PersistentVolumeClaim", name: "persistent-state-for-office-4xk9p" },
  { kind: "DataVolume", name: "office-tools" },
  { kind: "DataSource", name: "windows-2025" },
  { kind: "ControllerRevision", name: "office-medium-v1beta1-1" },
  { kind: "Secret", name: "office-init" },
  { kind: "Secret", name: "office-keys" },
];
