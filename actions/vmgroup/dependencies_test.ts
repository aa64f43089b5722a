import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { dependenciesOf } from "./dependencies.ts";

// One line per item: resource and name.
function named(spec: unknown, version = "v1alpha6"): string[] {
  const vm = { apiVersion: `vmoperator.vmware.com/${version}`, metadata: { name: "vm" }, spec } as JsonObject;
  return dependenciesOf(vm, "n").map(({ group, resource, namespace, name }) => {
    assertEquals([group, namespace], ["", "n"]);
    return `${resource} ${name}`;
  });
}

// vmgroup G5, DEV-VMG-3: the rows of vmgroup 2.1 in order.
const ROWS: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["rawCloudConfig", { cloudInit: { rawCloudConfig: { name: "raw", key: "k" } } }, ["raw"]],
  [
    "hashed_passwd, then passwd, users in order",
    {
      cloudInit: {
        cloudConfig: {
          users: [
            { name: "a", passwd: { name: "p1" }, hashed_passwd: { name: "h1" } },
            { name: "b", hashed_passwd: { name: "h2" } },
            { name: "c", passwd: { name: "p2" } },
          ],
        },
      },
    },
    ["h1", "h2", "p1", "p2"],
  ],
  [
    "write_files content as an object; inline text is none",
    {
      cloudInit: {
        cloudConfig: {
          write_files: [{ content: "text" }, { content: { name: "f1", key: "k" } }, {
            content: { name: 5 },
          }, { content: { name: "f2" } }],
        },
      },
    },
    ["f1", "f2"],
  ],
  ["rawSysprep", { sysprep: { rawSysprep: { name: "s" } } }, ["s"]],
  [
    "inlined sysprep",
    {
      sysprep: {
        sysprep: {
          userData: { productID: { name: "s3" }, fullName: "x" },
          identification: { domainAdminPassword: { name: "s2" } },
          guiUnattended: { password: { name: "s1" } },
          scriptText: { from: { name: "s4" } },
        },
      },
    },
    ["s1", "s2", "s3", "s4"],
  ],
  ["inline sysprep script", { sysprep: { sysprep: { scriptText: { value: "echo" } } } }, []],
  ["linuxPrep", { linuxPrep: { scriptText: { from: { name: "l2" } }, password: { name: "l1" } } }, [
    "l1",
    "l2",
  ]],
  ["vAppConfig rawProperties is the name itself", { vAppConfig: { rawProperties: "v" } }, ["v"]],
  [
    "vAppConfig properties",
    {
      vAppConfig: {
        properties: [
          { key: "a", value: { from: { name: "v1", key: "k" } } },
          { key: "b", value: { value: "inline" } },
          { key: "c", value: { from: { name: "v2", key: "k" } } },
        ],
      },
    },
    ["v1", "v2"],
  ],
  ["empty name", { cloudInit: { rawCloudConfig: { name: "" } } }, []],
];

for (const [name, bootstrap, secrets] of ROWS) {
  Deno.test(`dependenciesOf() reads ${name}`, () => {
    assertEquals(named({ bootstrap }), secrets.map((secret) => `secrets ${secret}`));
  });
}

Deno.test("dependenciesOf() puts Secrets in table order whatever the order of keys, PVCs behind them (vmgroup G5, G6)", () => {
  const spec = {
    volumes: [{ name: "d", persistentVolumeClaim: { claimName: "disk" } }],
    bootstrap: {
      vAppConfig: { rawProperties: "s5" },
      linuxPrep: { password: { name: "s4" } },
      sysprep: { rawSysprep: { name: "s3" } },
      cloudInit: { cloudConfig: { users: [{ passwd: { name: "s2" } }] }, rawCloudConfig: { name: "s1" } },
    },
  };
  assertEquals(named(spec), [
    "secrets s1",
    "secrets s2",
    "secrets s3",
    "secrets s4",
    "secrets s5",
    "persistentvolumeclaims disk",
  ]);
});

Deno.test("dependenciesOf() reads vmMetadata of v1alpha1 only", () => {
  const spec = { vmMetadata: { secretName: "s", configMapName: "c" } };
  assertEquals(named(spec, "v1alpha1"), ["secrets s", "configmaps c"]);
  assertEquals(named(spec, "v1alpha5"), []);
});

Deno.test("dependenciesOf() reads a path whatever version the VM has", () => {
  assertEquals(named({ bootstrap: { linuxPrep: { password: { name: "s" } } } }, "v1alpha2"), ["secrets s"]);
});

Deno.test("dependenciesOf() leaves out instance storage and volumes without a claim (vmgroup G6, DEV-VMG-4)", () => {
  const volumes = [
    { name: "a", persistentVolumeClaim: { claimName: "one" } },
    { name: "b", persistentVolumeClaim: { claimName: "made", instanceVolumeClaim: { size: "1Gi" } } },
    { name: "c", persistentVolumeClaim: { claimName: "" } },
    { name: "d", cdrom: {} },
    null,
    { name: "e", persistentVolumeClaim: { claimName: "two", instanceVolumeClaim: null } },
  ];
  assertEquals(named({ volumes }), ["persistentvolumeclaims one", "persistentvolumeclaims two"]);
});

const WRONG: readonly unknown[] = [
  5,
  null,
  "x",
  [],
  { bootstrap: 5, volumes: "x" },
  { bootstrap: { cloudInit: [], sysprep: "x", linuxPrep: 5, vAppConfig: null } },
  { bootstrap: { cloudInit: { rawCloudConfig: "x", cloudConfig: { users: "x", write_files: [5, null] } } } },
  { bootstrap: { vAppConfig: { rawProperties: { name: "x" }, properties: [[], { value: 5 }] } } },
  {
    volumes: [5, null, "x", [], { persistentVolumeClaim: "x" }, { persistentVolumeClaim: { claimName: 5 } }],
  },
];

for (const spec of WRONG) {
  Deno.test(`dependenciesOf() finds nothing in ${JSON.stringify(spec)}`, () => assertEquals(named(spec), []));
}
