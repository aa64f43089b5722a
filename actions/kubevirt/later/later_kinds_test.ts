import { assertEquals, assertRejects } from "@std/assert";
import type { RestoreItemAction } from "../../action.ts";
import { defaultsOf, messages, runRestore } from "../../../tests/kit/run_action.ts";
import { bare } from "../../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../../objects/json.ts";
import { Refusal } from "../../lib/refusal.ts";
import { formatItem } from "../graph/node.ts";
import { type KubevirtSettings, settings } from "../settings.ts";
import { restoreDataSource } from "./restore_data_source.ts";
import { restoreNetwork } from "./restore_network.ts";
import { restoreTemplate } from "./restore_template.ts";

const ON = { ...defaultsOf(settings), "later-kinds": true };
const MAPPED = { spec: { namespaceMapping: { n: "m" } } };
const UNMAPPED = {
  ...MAPPED,
  metadata: { labels: { "velero-plugin-for-workloads/remap-embedded-namespaces": "false" } },
};

const run = (
  action: RestoreItemAction<KubevirtSettings>,
  item: JsonObject,
  more: JsonObject | null = {},
  objects: JsonObject[] = [],
) => runRestore(action, { item, restore: more, settings: ON, objects });

Deno.test("the later kinds are off until a setting turns them on (kubevirt 8.4)", () => {
  const rows: [RestoreItemAction<KubevirtSettings>, name: string, resource: string][] = [
    [
      restoreTemplate,
      "restore-virtualmachinetemplate-action",
      "virtualmachinetemplates.template.kubevirt.io",
    ],
    [restoreDataSource, "restore-datasource-action", "datasources.cdi.kubevirt.io"],
    [
      restoreNetwork,
      "restore-networkattachmentdefinition-action",
      "network-attachment-definitions.k8s.cni.cncf.io",
    ],
  ];
  for (const [action, name, resource] of rows) {
    assertEquals([action.kind, action.name], ["RestoreItemAction", `kubevirt-velero-plugin/${name}`]);
    assertEquals(action.appliesTo, { includedResources: [resource] });
    assertEquals([action.enabled?.(defaultsOf(settings)), action.enabled?.(ON)], [false, true]);
  }
});

const template = (machine: JsonValue, metadata: JsonObject = {}): JsonObject => ({
  ...bare("template.kubevirt.io/v1alpha1", "VirtualMachineTemplate", "t", metadata),
  spec: { parameters: [{ name: "NAME", required: true }], virtualMachine: machine },
});

const inside = (machine: JsonObject, spec: JsonObject = {}): JsonObject => ({
  metadata: { name: "${NAME}" },
  spec: { ...spec, template: { spec: machine } },
});

Deno.test("a template is restored with what every VM of it needs (kubevirt 8.4)", async () => {
  const machine = inside({
    domain: { devices: { tpm: { persistent: true } }, cpu: { cores: "${{CORES}}" } },
    volumes: [
      { name: "a", dataVolume: { name: "${NAME}-root" } },
      { name: "b", dataVolume: { name: "data" } },
      {
        name: "c",
        cloudInitNoCloud: { secretRef: { name: "${{SECRET}}" }, networkDataSecretRef: { name: "net" } },
      },
      "${{VOLUME}}",
    ],
    accessCredentials: "${{CREDENTIALS}}",
  }, { instancetype: { name: "u1", revisionName: "rev" }, preference: { revisionName: "${REVISION}" } });
  const item = template(machine);
  const { result, requests } = await run(restoreTemplate, item);
  assertEquals(result.item, undefined);
  assertEquals(result.additionalItems?.map(formatItem), [
    "controllerrevisions.apps/n/rev",
    "datavolumes.cdi.kubevirt.io/n/data",
    "persistentvolumeclaims/n/data",
    "secrets/n/net",
  ]);
  assertEquals(requests, [], "a template has no TPM state");
});

Deno.test("namespaces inside of a template follow the mapping, parameters stay (kubevirt 8.4)", async () => {
  const machine = (namespace: string) =>
    inside({
      networks: [{ multus: { networkName: `${namespace}/net` } }, { multus: { networkName: "${NS}/net" } }],
    }, {
      dataVolumeTemplates: [
        { spec: { sourceRef: { kind: "DataSource", name: "x", namespace } } },
        { spec: { sourceRef: { kind: "DataSource", name: "x", namespace: "${NS}" } } },
      ],
    });
  const nad = bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "net", {}, "m");
  const { item } = await run(restoreTemplate, template(machine("n")), MAPPED, [nad]);
  assertEquals(item, template(machine("m")));
  assertEquals((await run(restoreTemplate, template(machine("n")), UNMAPPED, [nad])).result.item, undefined);
});

Deno.test("what a backup recorded in a template is restored and taken off", async () => {
  const extras = JSON.stringify(["datasources.cdi.kubevirt.io/n/gold"]);
  const annotations = { "velero-plugin-for-workloads/graph-extras": extras };
  const { result } = await run(restoreTemplate, template(inside({}), { annotations }));
  assertEquals(result.item, template(inside({})));
});

Deno.test("a template without a VM is restored as it is", async () => {
  for (const machine of [null, "x", 5, [], "${VM}"]) {
    assertEquals((await run(restoreTemplate, template(machine))).result, { additionalItems: [] });
  }
  await assertRejects(
    async () => await run(restoreTemplate, template(inside({ volumes: "x" }))),
    Refusal,
    "spec.template.spec.volumes is not a list",
  );
});

const dataSource = (source: JsonValue): JsonObject => ({
  ...bare("cdi.kubevirt.io/v1beta1", "DataSource", "s"),
  spec: { source },
});

Deno.test("a DataSource is restored with what it stands for, and moves with it (kubevirt 8.4)", async (t) => {
  const rows: [source: JsonValue, after: JsonValue | "unchanged", additional: string[]][] = [
    [{ pvc: { name: "p", namespace: "n" } }, { pvc: { name: "p", namespace: "m" } }, [
      "persistentvolumeclaims/n/p",
    ]],
    [{ snapshot: { name: "p", namespace: "n" } }, { snapshot: { name: "p", namespace: "m" } }, [
      "volumesnapshots.snapshot.storage.k8s.io/n/p",
    ]],
    [{ dataSource: { name: "p", namespace: "n" } }, { dataSource: { name: "p", namespace: "m" } }, [
      "datasources.cdi.kubevirt.io/n/p",
    ]],
    [{ pvc: { name: "p" } }, "unchanged", ["persistentvolumeclaims/n/p"]],
    [{ pvc: { name: "p", namespace: "elsewhere" } }, "unchanged", []],
    [{ pvc: { namespace: "n" } }, { pvc: { namespace: "m" } }, []],
    [{ pvc: null }, "unchanged", []],
    [{}, "unchanged", []],
    [null, "unchanged", []],
  ];
  for (const [source, after, additional] of rows) {
    await t.step(JSON.stringify(source), async () => {
      const { result } = await run(restoreDataSource, dataSource(source), MAPPED);
      assertEquals(result.item, after === "unchanged" ? undefined : dataSource(after));
      assertEquals(result.additionalItems?.map(formatItem), additional);
    });
  }
  await t.step("not mapped", async () => {
    const item = dataSource({ pvc: { name: "p", namespace: "n" } });
    for (const restore of [null, {}, UNMAPPED]) {
      assertEquals((await run(restoreDataSource, item, restore)).result.item, undefined);
    }
  });
  await t.step("wrong types", async () => {
    for (
      const source of ["x", { pvc: "x" }, { pvc: { name: 5 } }, { snapshot: { namespace: [], name: "x" } }]
    ) {
      await assertRejects(
        async () => await run(restoreDataSource, dataSource(source)),
        Refusal,
        "spec.source",
      );
    }
  });
});

const nad = (config: JsonValue | undefined): JsonObject => ({
  ...bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "net"),
  spec: config === undefined ? {} : { config },
});

Deno.test("a NAD that names itself with its namespace follows the mapping (kubevirt 8.4, B20)", async (t) => {
  const rows: [what: string, config: JsonValue | undefined, after: string | "unchanged"][] = [
    [
      "at the top",
      '{"type": "ovn-k8s-cni-overlay", "netAttachDefName":"n/net"}',
      '{"type": "ovn-k8s-cni-overlay", "netAttachDefName":"m/net"}',
    ],
    [
      "in a plugin, with its layout",
      '{\n  "plugins": [\n    {"netAttachDefName" : "n/net", "mtu": 12345678901234567890}\n  ]\n}',
      '{\n  "plugins": [\n    {"netAttachDefName" : "m/net", "mtu": 12345678901234567890}\n  ]\n}',
    ],
    [
      "several",
      '[{"netAttachDefName":"n/a"},{"netAttachDefName":"x/b"},{"netAttachDefName":"n/c"}]',
      '[{"netAttachDefName":"m/a"},{"netAttachDefName":"x/b"},{"netAttachDefName":"m/c"}]',
    ],
    ["another namespace", '{"netAttachDefName":"x/net"}', "unchanged"],
    ["without namespace", '{"netAttachDefName":"net"}', "unchanged"],
    ["another field", '{"name":"n/net"}', "unchanged"],
    ["inside of a text", String.raw`{"note":"\"netAttachDefName\":\"n/net\""}`, "unchanged"],
    ["a wrong type", '{"netAttachDefName":5}', "unchanged"],
    ["a text of JSON that is no object", '"n/net"', "unchanged"],
    ["empty", "", "unchanged"],
    ["none", undefined, "unchanged"],
    ["null", null, "unchanged"],
  ];
  for (const [what, config, after] of rows) {
    await t.step(what, async () => {
      const { result, logs } = await run(restoreNetwork, nad(config), MAPPED);
      assertEquals(result, after === "unchanged" ? {} : { item: nad(after) });
      assertEquals(logs, []);
    });
  }
  await t.step("a configuration that is not JSON is a warning", async () => {
    const { result, logs } = await run(restoreNetwork, nad('{"netAttachDefName":"n/net"'), MAPPED);
    assertEquals(result, {});
    assertEquals(messages(logs, "warn"), [
      "spec.config is not JSON, so a namespace in its netAttachDefName stays as it is",
    ]);
  });
  await t.step("without a mapping nothing is read", async () => {
    for (const restore of [null, {}, UNMAPPED]) {
      const { result, logs } = await run(restoreNetwork, nad("{"), restore);
      assertEquals([result, logs], [{}, []]);
    }
  });
  await t.step("a configuration of a wrong type is refused", async () => {
    await assertRejects(
      async () => await run(restoreNetwork, nad(5), MAPPED),
      Refusal,
      "spec.config is not a string",
    );
  });
});
