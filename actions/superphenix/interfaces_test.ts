import { assertEquals } from "@std/assert";
import { annotationPrefix, candidatesOf, describeInterface, ipName } from "./candidates.ts";
import { readInterfaces } from "./interfaces.ts";
import type { JsonValue } from "../../objects/json.ts";

const multus = (networkName: string, more = {}, name = "net") => ({
  name,
  multus: { networkName, ...more },
});

// superphenix 3.1, and the rows «Interfaces of a VM» of superphenix 4: the first IP object tried for each interface, in order.
const ROWS: [what: string, networks: JsonValue | undefined, names: string[], invalid?: string[]][] = [
  ["absent (superphenix N1, T4.8)", undefined, ["v.n"]],
  ["null", null, ["v.n"]],
  ["empty", [], ["v.n"]],
  ["pod (superphenix N2, T4.9)", [{ pod: {} }], ["v.n"]],
  ["pod null, as if absent", [{ pod: null }], ["v.n"]],
  ["two pods", [{ pod: {} }, { pod: {} }], ["v.n", "v.n"]],
  ["no source", [{ name: "a" }], ["v.n"]],
  ["null entry", [null], ["v.n"]],
  ["NAD, default implied at the end (superphenix N3, T4.10, T4.14)", [multus("n/nad")], [
    "v.n.nad.n.ovn",
    "v.n",
  ]],
  ["NAD as default (superphenix T4.11, T4.13)", [multus("n/nad", { default: true })], ["v.n.nad.n.ovn"]],
  ["NAD with default false", [multus("n/nad", { default: false })], ["v.n.nad.n.ovn", "v.n"]],
  ["two NADs (superphenix T4.12)", [multus("n/nad1"), multus("n/nad2")], [
    "v.n.nad1.n.ovn",
    "v.n.nad2.n.ovn",
    "v.n",
  ]],
  ["pod before NAD", [{ pod: {} }, multus("n/nad")], ["v.n", "v.n.nad.n.ovn"]],
  ["NAD before pod", [multus("n/nad"), { pod: {} }], ["v.n.nad.n.ovn", "v.n"]],
  ["pod and NAD as default", [{ pod: {} }, multus("n/nad", { default: true })], ["v.n", "v.n.nad.n.ovn"]],
  ["no namespace (superphenix DEV-SPX-5, T4.15)", [multus("nad")], ["v.n.nad.n.ovn", "v.n"]],
  ["other namespace (superphenix DEV-SPX-7, T4.44)", [multus("shared/nad")], ["v.n.nad.shared.ovn", "v.n"]],
  ["dots (superphenix DEV-SPX-8, T4.45)", [multus("n/my.nad")], ["v.n.my.nad.n.ovn", "v.n"]],
  ["two slashes (superphenix DEV-SPX-6)", [multus("n/nad/x")], ["v.n"], ["n/nad/x"]],
  ["empty name", [multus("")], ["v.n"], [""]],
  ["no name", [{ multus: {} }], ["v.n"], [""]],
  ["empty namespace", [multus("/nad")], ["v.n"], ["/nad"]],
  ["empty NAD", [multus("n/")], ["v.n"], ["n/"]],
  ["invalid, yet default", [multus("a/b/c", { default: true })], [], ["a/b/c"]],
];

Deno.test("readInterfaces() gives the interfaces in the order of the networks", async (t) => {
  for (const [what, networks, names, invalid = []] of ROWS) {
    await t.step(what, async () => {
      const template = networks === undefined ? {} : { spec: { networks } };
      const found = readInterfaces(template, "n");
      const first = await Promise.all(
        found.interfaces.map(async (own) => (await candidatesOf(own, found.interfaces))[0]?.provider ?? ""),
      );
      assertEquals(first.map((provider) => ipName("v", "n", provider)), names);
      assertEquals(found.invalid, invalid);
    });
  }
});

// Upstream's rows about names: [row, networkName, IP object of VM test-vm in test-ns, prefix of its annotations]. A row without a
// prefix is a networkName that is not valid.
const NAMES: [row: string, networkName: string | undefined, object?: string, prefix?: string][] = [
  ["superphenix T4.52, T4.56", undefined, "test-vm.test-ns", "ovn.kubernetes.io"],
  [
    "superphenix T4.1, T4.57, T4.68",
    "test-ns/test-nad",
    "test-vm.test-ns.test-nad.test-ns.ovn",
    "test-nad.test-ns.ovn.kubernetes.io",
  ],
  [
    "superphenix T4.4, T4.60",
    "other-ns/test-nad",
    "test-vm.test-ns.test-nad.other-ns.ovn",
    "test-nad.other-ns.ovn.kubernetes.io",
  ],
  [
    "superphenix T4.69",
    "test-ns-test-nad",
    "test-vm.test-ns.test-ns-test-nad.test-ns.ovn",
    "test-ns-test-nad.test-ns.ovn.kubernetes.io",
  ],
  ["superphenix T4.70", "test-ns/test-nad/extra"],
  ["superphenix T4.71", ""],
];

Deno.test("the IP object and the annotations of an interface are named after provider, VM and namespace", async (t) => {
  for (const [row, networkName, object, prefix] of NAMES) {
    await t.step(row, async () => {
      const networks = networkName === undefined ? [{ pod: {} }] : [multus(networkName, { default: true })];
      const { interfaces, invalid } = readInterfaces({ spec: { networks } }, "test-ns");
      const [own] = interfaces;
      const provider = own === undefined ? undefined : (await candidatesOf(own, interfaces))[0]?.provider;
      assertEquals(provider === undefined ? undefined : ipName("test-vm", "test-ns", provider), object);
      assertEquals(provider === undefined ? undefined : annotationPrefix(provider), prefix);
      assertEquals(invalid, prefix === undefined ? [networkName] : []);
    });
  }
});

Deno.test("candidatesOf() tries the overlay name, then the IPAM-only name", async () => {
  const { interfaces } = readInterfaces({ spec: { networks: [multus("b/a")] } }, "n");
  const [nad, implied] = interfaces;
  assertEquals(await candidatesOf(nad!, interfaces), [
    { provider: "a.b.ovn", exclusive: false },
    { provider: "a.b", exclusive: false },
  ]);
  assertEquals(await candidatesOf(implied!, interfaces), [{ provider: "ovn", exclusive: false }]);
  assertEquals(annotationPrefix("a.b.ovn"), "a.b.ovn.kubernetes.io");
  assertEquals([describeInterface(nad!), describeInterface(implied!)], [
    "network b/a",
    "the default network",
  ]);
});

Deno.test("candidatesOf() tries the names of a NAD attached twice per interface first", async () => {
  const { interfaces } = readInterfaces({
    spec: {
      networks: [
        { name: "default", pod: {} },
        multus("x", {}, "other"),
        multus("nad", {}, "b"),
        multus("n/nad", {}, "c"),
      ],
    },
  }, "n");
  const providers = async (index: number) =>
    (await candidatesOf(interfaces[index]!, interfaces)).map(({ provider }) => provider);
  // SHA-256("b") begins with 3e23e816003, SHA-256("c") with 2e7d2c03a95.
  assertEquals(await providers(2), ["nad.n.ovn.pod3e23e816003", "nad.n.ovn.net2", "nad.n.ovn", "nad.n"]);
  assertEquals(await providers(3), ["nad.n.ovn.pod2e7d2c03a95", "nad.n.ovn.net3", "nad.n.ovn", "nad.n"]);
  assertEquals(await providers(1), ["x.n.ovn", "x.n"]);
});

Deno.test("candidatesOf() gives a default NAD no counted interface name", async () => {
  const { interfaces } = readInterfaces({
    spec: { networks: [multus("nad", { default: true }, "b"), multus("nad", {}, "c")] },
  }, "n");
  const [primary, secondary] = await Promise.all(interfaces.map((own) => candidatesOf(own, interfaces)));
  assertEquals(primary!.map((candidate) => candidate.provider), [
    "nad.n.ovn.pod3e23e816003",
    "nad.n.ovn",
    "nad.n",
  ]);
  assertEquals(secondary![1]!.provider, "nad.n.ovn.net1");
});

Deno.test("candidatesOf() keeps to what is known of the NAD (superphenix E7)", async () => {
  const { interfaces } = readInterfaces({ spec: { networks: [multus("b/a")] } }, "n");
  const of = async (kind: "kube-ovn" | "ipam" | "none") =>
    (await candidatesOf(interfaces[0]!, interfaces, kind)).map(({ provider }) => provider);
  assertEquals(await of("kube-ovn"), ["a.b.ovn"]);
  assertEquals(await of("ipam"), ["a.b"]);
  assertEquals(await of("none"), []);
});
