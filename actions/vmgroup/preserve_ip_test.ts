import { assertEquals } from "@std/assert";
import { defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { restoreVm } from "./restore_vm.ts";
import { settings } from "./settings.ts";

function vm(network: JsonValue | undefined, version = "v1alpha6"): JsonObject {
  return {
    apiVersion: `vmoperator.vmware.com/${version}`,
    kind: "VirtualMachine",
    metadata: { name: "v", namespace: "n" },
    spec: network === undefined ? {} : { network },
  };
}

const eth = (name: string, ip: JsonValue): JsonObject => ({ name, ip, dns: { nameservers: ["10.0.0.53"] } });

interface Row {
  readonly name: string;
  readonly network: JsonValue | undefined;
  /** `status.network.config.interfaces` of the stored VM. */
  readonly config: JsonValue | undefined;
  /** `spec.network` afterwards; absent: unchanged. */
  readonly becomes?: JsonObject;
  readonly version?: string;
  readonly warnings?: readonly string[];
}

const IP4 = { addresses: ["10.0.0.2/24"], gateway4: "10.0.0.1/24" };
const IP4_SET = { addresses: ["10.0.0.2/24"], gateway4: "10.0.0.1" };

const ROWS: readonly Row[] = [
  {
    name: "the golden vector (vmgroup E4, T11.2)",
    network: { interfaces: [{ name: "eth0" }] },
    config: [eth("eth0", IP4)],
    becomes: { interfaces: [{ name: "eth0", ...IP4_SET }] },
  },
  {
    name: "both families, and other fields of the interface stay",
    network: { hostName: "h", interfaces: [{ name: "eth0", network: { name: "net" }, mtu: 9000 }] },
    config: [eth("eth0", {
      addresses: ["10.0.0.2/24", "fd00::2/64"],
      gateway4: "10.0.0.1",
      gateway6: "fd00::1/64",
      dhcp: { ip4: { enabled: false } },
    })],
    becomes: {
      hostName: "h",
      interfaces: [{
        name: "eth0",
        network: { name: "net" },
        mtu: 9000,
        addresses: ["10.0.0.2/24", "fd00::2/64"],
        gateway4: "10.0.0.1",
        gateway6: "fd00::1",
      }],
    },
  },
  {
    name: "DHCP for IPv4 leaves IPv6",
    network: { interfaces: [{ name: "eth0" }] },
    config: [eth("eth0", {
      addresses: ["10.0.0.2/24", "fd00::2/64"],
      gateway4: "10.0.0.1",
      gateway6: "fd00::1",
      dhcp: { ip4: { enabled: true } },
    })],
    becomes: { interfaces: [{ name: "eth0", addresses: ["fd00::2/64"], gateway6: "fd00::1" }] },
  },
  {
    name: "DHCP for both families",
    network: { interfaces: [{ name: "eth0" }] },
    config: [eth("eth0", { ...IP4, dhcp: { ip4: { enabled: true }, ip6: { enabled: true } } })],
  },
  {
    name: "DHCP asked for by the spec",
    network: { interfaces: [{ name: "eth0", dhcp4: true }] },
    config: [eth("eth0", IP4)],
  },
  {
    name: "addresses of the spec win",
    network: { interfaces: [{ name: "eth0", addresses: ["10.9.9.9/24"] }] },
    config: [eth("eth0", IP4)],
  },
  {
    name: "an empty list of addresses is none",
    network: { interfaces: [{ name: "eth0", addresses: [] }] },
    config: [eth("eth0", IP4)],
    becomes: { interfaces: [{ name: "eth0", ...IP4_SET }] },
  },
  {
    name: "the gateway of the spec wins",
    network: { interfaces: [{ name: "eth0", gateway4: "10.0.0.254" }] },
    config: [eth("eth0", IP4)],
    becomes: { interfaces: [{ name: "eth0", addresses: ["10.0.0.2/24"], gateway4: "10.0.0.254" }] },
  },
  {
    name: "no gateway of a family without an address",
    network: { interfaces: [{ name: "eth0" }] },
    config: [eth("eth0", { addresses: ["10.0.0.2/24"], gateway6: "fd00::1" })],
    becomes: { interfaces: [{ name: "eth0", addresses: ["10.0.0.2/24"] }] },
  },
  {
    name: "an address without a prefix length would be refused",
    network: { interfaces: [{ name: "eth0" }] },
    config: [eth("eth0", { addresses: ["10.0.0.2"], gateway4: "10.0.0.1" })],
  },
  {
    name: "interfaces are matched by name, none is added",
    network: { interfaces: [{ name: "eth1" }, { name: "eth0" }, { name: "eth2" }] },
    config: [
      eth("eth0", { addresses: ["10.0.0.2/24"] }),
      eth("eth1", { addresses: ["10.0.1.2/24"] }),
      eth("eth3", { addresses: ["10.0.3.2/24"] }),
    ],
    becomes: {
      interfaces: [
        { name: "eth1", addresses: ["10.0.1.2/24"] },
        { name: "eth0", addresses: ["10.0.0.2/24"] },
        { name: "eth2" },
      ],
    },
  },
  { name: "no config", network: { interfaces: [{ name: "eth0" }] }, config: undefined },
  {
    name: "no spec.network and one interface",
    network: undefined,
    config: [eth("eth0", IP4)],
    becomes: { interfaces: [{ name: "eth0", ...IP4_SET }] },
  },
  {
    name: "spec.network null and one interface",
    network: null,
    config: [eth("eth0", IP4)],
    becomes: { interfaces: [{ name: "eth0", ...IP4_SET }] },
  },
  {
    name: "no interfaces, other fields stay",
    network: { hostName: "h", interfaces: [] },
    config: [eth("eth0", IP4)],
    becomes: { hostName: "h", interfaces: [{ name: "eth0", ...IP4_SET }] },
  },
  {
    name: "no interfaces and a config by DHCP",
    network: {},
    config: [eth("eth0", { dhcp: { ip4: { enabled: true } } })],
  },
  {
    name: "no interfaces and two configured",
    network: {},
    config: [eth("eth0", IP4), eth("eth1", IP4)],
    warnings: [
      "vmgroup.preserve-ip: the VM keeps no addresses, because spec.network has no interfaces and the stored status has 2 instead of one",
    ],
  },
  {
    name: "no interfaces and none configured",
    network: undefined,
    config: undefined,
    warnings: [
      "vmgroup.preserve-ip: the VM keeps no addresses, because spec.network has no interfaces and the stored status has 0 instead of one",
    ],
  },
  { name: "network disabled", network: { disabled: true }, config: [eth("eth0", IP4)] },
  {
    name: "v1alpha1",
    network: { interfaces: [{ name: "eth0" }] },
    config: [eth("eth0", IP4)],
    version: "v1alpha1",
    warnings: [
      "vmgroup.preserve-ip: the VM keeps no addresses, because API version v1alpha1 has no field for them",
    ],
  },
  { name: "spec.network of a wrong type", network: "x", config: [eth("eth0", IP4)] },
  { name: "interfaces of a wrong type", network: { interfaces: "x" }, config: [eth("eth0", IP4)] },
  {
    name: "elements of a wrong type",
    network: { interfaces: [5, null, {}, { name: 5 }] },
    config: [5, { name: 5, ip: IP4 }],
  },
  { name: "config of a wrong type", network: { interfaces: [{ name: "eth0" }] }, config: "x" },
  { name: "ip of a wrong type", network: { interfaces: [{ name: "eth0" }] }, config: [eth("eth0", "x")] },
  {
    name: "addresses of a wrong type",
    network: { interfaces: [{ name: "eth0" }] },
    config: [eth("eth0", { addresses: [5, null, {}, "10.0.0.2/24"], gateway4: 5 })],
    becomes: { interfaces: [{ name: "eth0", addresses: ["10.0.0.2/24"] }] },
  },
];

for (const { name, network, config, becomes, version = "v1alpha6", warnings = [] } of ROWS) {
  Deno.test(`preserve-ip: ${name}`, async () => {
    const item = vm(network, version);
    const status: JsonObject = config === undefined ? {} : { network: { config: { interfaces: config } } };
    const { result, logs } = await runRestore(restoreVm, {
      item,
      itemFromBackup: { ...item, status },
      settings: { ...defaultsOf(settings), "preserve-ip": true },
    });
    assertEquals(result.item, becomes === undefined ? undefined : vm(becomes, version));
    assertEquals(messages(logs, "warn"), warnings);
  });
}

Deno.test("preserve-ip off keeps no address (vmgroup M5)", async () => {
  const item = vm({ interfaces: [{ name: "eth0" }] });
  const { result } = await runRestore(restoreVm, {
    item,
    itemFromBackup: { ...item, status: { network: { config: { interfaces: [eth("eth0", IP4)] } } } },
    settings: defaultsOf(settings),
  });
  assertEquals(result, {});
});

Deno.test("preserve-ip does not make a spec", async () => {
  const { result } = await runRestore(restoreVm, {
    item: { apiVersion: "vmoperator.vmware.com/v1alpha6", kind: "VirtualMachine", metadata: { name: "v" } },
    itemFromBackup: { status: { network: { config: { interfaces: [eth("eth0", IP4)] } } } },
    settings: { ...defaultsOf(settings), "preserve-ip": true },
  });
  assertEquals(result, {});
});
