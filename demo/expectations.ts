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
];

/** An object of the restored namespace. */
export interface Named {
  readonly kind: string;
  readonly name: string;
}

/** What an action leaves out. */
export const ABSENT: readonly Named[] = [{ kind: "PersistentVolumeClaim", name: "orders-1" }];

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
];
