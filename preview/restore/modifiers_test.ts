import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { object } from "../testing/world.ts";
import { readModifiers } from "./modifiers.ts";

const ignore = Deno.permissions.querySync({ name: "env" }).state !== "granted";

const configMap = (...texts: string[]) =>
  object("v1", "ConfigMap", "velero/m", {
    data: Object.fromEntries(texts.map((text, i) => [`r${i}.yaml`, text])),
  });
const rules = (text: string) => `version: v1\nresourceModifierRules:\n${text}`;
const modify = (text: string, resource: string, item: JsonObject) =>
  readModifiers(configMap(rules(text)))(resource, item);

const CLAIM = object("v1", "PersistentVolumeClaim", "shop/mysql-0", {
  metadata: { labels: { app: "db" } },
  spec: { storageClassName: "premium", resources: { requests: { storage: "1Gi" } } },
});

const condition = (rest: string) =>
  `- conditions: {groupResource: persistentvolumeclaims, ${rest}}
  patches: [{operation: replace, path: /spec/storageClassName, value: standard}]\n`;

const CONDITIONS: readonly [conditions: string, matches: boolean][] = [
  ["", true],
  ['resourceNameRegex: "^mysql-.*$"', true],
  ['resourceNameRegex: "^web"', false],
  ['resourceNameRegex: "(?i)^MYSQL-"', true],
  ['resourceNameRegex: "^MYSQL-"', false],
  ["namespaces: [bar, shop]", true],
  ["namespaces: [bar]", false],
  ["labelSelector: {matchLabels: {app: db}}", true],
  ["labelSelector: {matchLabels: {app: web}}", false],
  ["matches: [{path: /spec/storageClassName, value: premium}]", true],
  ["matches: [{path: /spec/storageClassName, value: slow}]", false],
  ["matches: [{path: /spec/volumeName, value: x}]", false],
];

Deno.test(
  { name: "readModifiers() applies a rule where all its conditions hold (protocol 4.7)", ignore },
  async (t) => {
    for (const [conditions, matches] of CONDITIONS) {
      await t.step(conditions || "only a resource", () => {
        const modified = modify(condition(conditions), "persistentvolumeclaims", CLAIM);
        assertEquals(
          modified?.step.changes,
          matches
            ? [{ path: ["spec", "storageClassName"], before: "premium", after: "standard" }]
            : undefined,
        );
      });
    }
    assertEquals(modify(condition(""), "pods", CLAIM), undefined);
    const glob = condition("").replace("persistentvolumeclaims", '"persistent*"');
    assertEquals(modify(glob, "persistentvolumeclaims", CLAIM)?.errors, []);
  },
);

const DEPLOYMENT = object("apps/v1", "Deployment", "n/d", {
  metadata: { finalizers: ["a"] },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [{ name: "web", image: "a", ports: [{ containerPort: 80 }], args: ["x"] }, {
          name: "side",
        }],
      },
    },
  },
});

const PATCHES: readonly [about: string, rule: string, text: string][] = [
  [
    "values of a JSON patch are what they read as",
    `patches:
    - {operation: replace, path: /spec/replicas, value: "1"}
    - {operation: add, path: /spec/paused, value: "true"}
    - {operation: add, path: /metadata/labels, value: '{"a":"b"}'}
    - {operation: add, path: /metadata/labels/n, value: '"12"'}
    - {operation: add, path: /metadata/labels/t, value: text}
    - {operation: copy, from: /spec/replicas, path: /spec/revisionHistoryLimit}
    - {operation: remove, path: /metadata/finalizers}`,
    '{"replicas":1,"paused":true,"labels":{"a":"b","n":"12","t":"text"},"limit":1}',
  ],
  [
    "merge patches",
    `mergePatches:
    - patchData: '{"metadata":{"labels":{"a":"b"},"finalizers":null}}'
    - patchData: |
        spec: {replicas: 1, paused: true, revisionHistoryLimit: 2}`,
    '{"replicas":1,"paused":true,"labels":{"a":"b"},"limit":2}',
  ],
];

Deno.test({ name: "readModifiers() patches by operations and by merging", ignore }, async (t) => {
  for (const [about, rule, text] of PATCHES) {
    await t.step(about, () => {
      const before = JSON.stringify(DEPLOYMENT);
      const { object, errors } = modify(
        `- conditions: {groupResource: deployments.apps}\n  ${rule}\n`,
        "deployments.apps",
        DEPLOYMENT,
      ) ??
        { object: {}, errors: ["no match"] };
      assertEquals(errors, []);
      const { metadata, spec } = object as { metadata: JsonObject; spec: JsonObject };
      assertEquals(
        JSON.stringify({
          replicas: spec.replicas,
          paused: spec.paused,
          labels: metadata.labels,
          limit: spec.revisionHistoryLimit,
        }),
        text,
      );
      assertEquals(metadata.finalizers, undefined);
      assertEquals(JSON.stringify(DEPLOYMENT), before);
    });
  }
});

Deno.test({
  name: "readModifiers() merges strategically by the keys of lists, for Kubernetes' own kinds only",
  ignore,
}, () => {
  const rule = (patch: string, resource = "deployments.apps") =>
    `- conditions: {groupResource: ${resource}}\n  strategicPatches:\n  - patchData: |\n      ${patch}\n`;
  const containers = (patch: string) => {
    const found = modify(rule(`{"spec":{"template":{"spec":${patch}}}}`), "deployments.apps", DEPLOYMENT);
    const { spec } = found?.object as { spec: { template: { spec: JsonObject } } };
    return [spec.template.spec.containers, found?.errors];
  };
  assertEquals(
    containers(
      '{"containers":[{"name":"web","image":"b","ports":[{"containerPort":81}],"args":["y"]},{"name":"side","$patch":"delete"},{"name":"new"}]}',
    ),
    [[{ name: "web", image: "b", ports: [{ containerPort: 80 }, { containerPort: 81 }], args: ["y"] }, {
      name: "new",
    }], []],
  );
  assertEquals(containers('{"containers":[{"$patch":"replace"},{"name":"only"}]}'), [[{ name: "only" }], []]);
  const [, errors] = containers('{"$setElementOrder/containers":[{"name":"side"}]}');
  assertEquals(errors, [
    'resource modifier 1 of ConfigMap "m": the directive $setElementOrder of a strategic merge patch is not modelled by preview',
  ]);
  const vm = object("kubevirt.io/v1", "VirtualMachine", "n/v");
  const custom = modify(
    rule('{"spec":{"a":1}}', "virtualmachines.kubevirt.io"),
    "virtualmachines.kubevirt.io",
    vm,
  );
  assertEquals(custom?.errors.length, 1);
  assertEquals(custom?.object, vm);
});

Deno.test({ name: "readModifiers() goes on after a rule that fails, and says which", ignore }, () => {
  const text = "- conditions: {groupResource: persistentvolumeclaims}\n" +
    "  patches: [{operation: remove, path: /spec/none}]\n" + condition("");
  const modified = modify(text, "persistentvolumeclaims", CLAIM);
  assertEquals(modified?.errors, [
    'resource modifier 1 of ConfigMap "m": JSON patch path "/spec/none" is not there',
  ]);
  assertEquals(modified?.step.changes.length, 1);
});

const WRONG: readonly [about: string, texts: string[], text: string][] = [
  ["no entry", [], "data must have exactly one entry"],
  ["two entries", ["a", "b"], "data must have exactly one entry"],
  ["another version", ["version: v2\nresourceModifierRules: []\n"], 'version is "v2", but must be "v1"'],
  ["no YAML", ["version: [v1\n"], 'Cannot parse "data", line 2, column 1'],
  ["no resource", [rules("- conditions: {}\n")], "modifier 1 has no conditions.groupResource"],
  [
    "a bad name",
    [rules("- conditions: {groupResource: pods, resourceNameRegex: '('}\n")],
    "is no regular expression",
  ],
  [
    "two kinds of patches",
    [rules(
      '- conditions: {groupResource: pods}\n  patches: [{operation: remove, path: /a}]\n  mergePatches: [{patchData: "{}"}]\n',
    )],
    "modifier 1 has patches and mergePatches",
  ],
  ["a patch that is none", [
    rules("- conditions: {groupResource: pods}\n  mergePatches: [{patchData: '[]'}]\n"),
  ], "is not an object"],
];

Deno.test({ name: "readModifiers() refuses what Velero refuses", ignore }, () => {
  for (const [about, texts, text] of WRONG) {
    assertThrows(() => readModifiers(configMap(...texts)), SyntaxError, text, about);
  }
});
