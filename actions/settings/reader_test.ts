import { assert, assertEquals, assertRejects } from "@std/assert";
import { ClusterError, type ClusterReason } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { type Action, defineSource, type Log } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { choice, duration, flag, list, text } from "./setting.ts";
import { actionKey, createSettingsReader } from "./reader.ts";

const ACTION: Action = {
  kind: "BackupItemAction",
  name: "example.com/01-thing",
  appliesTo: { includedResources: ["pods"] },
  execute: () => {},
};
const FARM = defineSource("farm", {
  "keep-animals": flag(false, "Keep them."),
  "mode": choice(["day", "night"], "day", "When."),
  "hosts": list(["a"], "Where."),
  "wait": duration("5m", "How long."),
  "text": text("", "What."),
}, [ACTION]);
const OTHER = defineSource("other", { "keep-plants": flag(true, "Keep them.") }, []);
const OPENSHIFT = defineSource(
  "openshift",
  {
    "registry.insecure-hosts": list([], "Trust."),
    "images.transfer-registry": text("", "Trust."),
    "images.backup": flag(true, "Images."),
  },
  ["01-common-backup-plugin", "01-common-restore-plugin", "05-route-restore-plugin"].map((name) => ({
    ...ACTION,
    name: `openshift.io/${name}`,
  })),
);

const DEFAULTS = { "keep-animals": false, "mode": "day", "hosts": ["a"], "wait": 300_000, "text": "" };

function configMap(
  data: JsonObject,
  name = "settings",
  namespace = "velero",
  labels?: JsonObject,
): JsonObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      labels: labels ?? { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
    },
    data,
  };
}

function readerOf(objects: JsonObject[], failures: Error[] = []) {
  const memory = createMemoryCluster({ objects });
  const warnings: string[] = [];
  const asked: unknown[] = [];
  const quiet = () => {};
  const log: Log = {
    debug: quiet,
    info: quiet,
    warn: (message) => void warnings.push(message),
    error: quiet,
  };
  const reader = createSettingsReader({
    cluster: {
      ...memory,
      async *list(kind, options) {
        asked.push([kind.resource, options?.namespace, options?.labelSelector]);
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        yield* memory.list(kind, options);
      },
    },
    namespace: "velero",
    sources: [FARM, OTHER, OPENSHIFT],
    log,
  });
  return { reader, warnings, asked };
}

const run = (annotations: JsonObject): JsonObject => ({ metadata: { annotations } });

Deno.test("of() gives defaults without a ConfigMap, and asks once per process (protocol 12.1)", async () => {
  const { reader, warnings, asked } = readerOf([
    configMap({ "farm.mode": "night" }, "elsewhere", "other"),
    configMap({ "farm.mode": "night" }, "not-ours", "velero", { "velero.io/plugin-config": "" }),
    configMap({ "farm.mode": "night" }, "value", "velero", {
      "velero.io/plugin-config": "x",
      "velero-plugin-for-workloads": "",
    }),
  ]);
  const [first, second] = await Promise.all([reader.of(FARM, undefined), reader.of(OTHER, {})]);
  await reader.of(FARM, undefined);
  assertEquals(first.values, DEFAULTS);
  assertEquals(second.values, { "keep-plants": true });
  assertEquals(first.actionEnabled(ACTION.name), true);
  assertEquals(asked, [["configmaps", "velero", "velero.io/plugin-config=,velero-plugin-for-workloads="]]);
  assertEquals(warnings, []);
});

Deno.test("of() parses the values of its source", async () => {
  const { reader } = readerOf([
    configMap({
      "farm.keep-animals": "on",
      "farm.mode": "night",
      "farm.hosts": "",
      "farm.wait": "1h30m",
      "farm.text": "any text",
      "farm.actions.01-thing": "off",
    }),
  ]);
  const { values, actionEnabled } = await reader.of(FARM, undefined);
  assertEquals(values, {
    "keep-animals": true,
    "mode": "night",
    "hosts": [],
    "wait": 5_400_000,
    "text": "any text",
  });
  assertEquals(actionEnabled(ACTION.name), false);
});

Deno.test("of() warns once of an unknown key, with the nearest known name", async () => {
  const { reader, warnings } = readerOf([configMap({ "farm.keep-animal": "true", "fram.mode": "night" })]);
  await reader.of(FARM, undefined);
  await reader.of(OTHER, undefined);
  assertEquals(warnings, [
    'Unknown setting "farm.keep-animal" is ignored; the nearest known name is "farm.keep-animals"',
    'Unknown setting "fram.mode" is ignored; the nearest known name is "farm.mode"',
  ]);
});

Deno.test("of() fails a source closed on an invalid value, and only that source", async (t) => {
  const rows: [key: string, value: string, message: string][] = [
    ["farm.keep-animals", "yes", 'setting farm.keep-animals is "yes"; allowed: true, false'],
    ["farm.mode", "Night", 'setting farm.mode is "Night"; allowed: day, night'],
    ["farm.wait", "5", 'setting farm.wait is "5"; allowed: a duration such as 30s, 5m or 1h30m'],
    ["farm.actions.01-thing", "no", 'setting farm.actions.01-thing is "no"; allowed: true, false'],
    [
      "farm.actions.1-thing",
      "true",
      'setting farm.actions.1-thing names no action of farm; the nearest is "01-thing"',
    ],
  ];
  for (const [key, value, message] of rows) {
    await t.step(`${key}=${value}`, async () => {
      const { reader, warnings } = readerOf([configMap({ [key]: value })]);
      for (let turn = 0; turn < 2; turn++) {
        const error = await assertRejects(() => reader.of(FARM, undefined), Refusal);
        assertEquals([error.message, error.reason], [message, "settings"]);
      }
      assertEquals((await reader.of(OTHER, undefined)).values, { "keep-plants": true });
      assertEquals(warnings, []);
    });
  }
});

Deno.test("of() refuses two ConfigMaps and names them", async () => {
  const { reader, asked } = readerOf([configMap({}, "b"), configMap({}, "a")]);
  for (const source of [FARM, OTHER]) {
    await assertRejects(
      () => reader.of(source, undefined),
      Refusal,
      "more than one settings ConfigMap in namespace velero: a, b",
    );
  }
  assertEquals(asked.length, 1);
});

const failure = (reason: ClusterReason, status: number) =>
  new ClusterError("list configmaps velero: no", reason, status);

Deno.test("of() has defaults when it may not list, with one warning, and when no cluster is configured", async () => {
  const forbidden = readerOf([configMap({ "farm.mode": "night" })], [failure("Forbidden", 403)]);
  assertEquals((await forbidden.reader.of(FARM, undefined)).values, DEFAULTS);
  assertEquals((await forbidden.reader.of(OTHER, undefined)).values, { "keep-plants": true });
  assertEquals(forbidden.warnings, [
    "Cannot list ConfigMaps in namespace velero, so all settings have their defaults: list configmaps velero: no",
  ]);
  const none = readerOf([], [failure("NoCluster", 0)]);
  assertEquals((await none.reader.of(FARM, undefined)).values, DEFAULTS);
  assertEquals(none.warnings, []);
});

Deno.test("of() fails calls while the cluster does not answer, and asks again", async () => {
  const { reader, asked } = readerOf([configMap({ "farm.mode": "night" })], [
    failure("Unreachable", 0),
    failure("Other", 500),
  ]);
  const both = await Promise.allSettled([reader.of(FARM, undefined), reader.of(OTHER, undefined)]);
  assertEquals(both.map(({ status }) => status), ["rejected", "rejected"]);
  await assertRejects(() => reader.of(FARM, undefined), ClusterError);
  assertEquals((await reader.of(FARM, undefined)).values.mode, "night");
  await reader.of(FARM, undefined);
  assertEquals(asked.length, 3);
});

Deno.test("of() lets annotations of the run override single keys, for that run alone", async () => {
  const { reader, asked, warnings } = readerOf([configMap({ "farm.mode": "night", "farm.text": "map" })]);
  const own = run({
    "velero-plugin-for-workloads/farm.text": "run",
    "velero-plugin-for-workloads/farm.actions.01-thing": "false",
    "velero-plugin-for-workloads/other.keep-plants": "false",
    "farm.mode": "day",
  });
  const { values, actionEnabled } = await reader.of(FARM, own);
  assertEquals([values.mode, values.text, actionEnabled(ACTION.name)], ["night", "run", false]);
  assertEquals((await reader.of(OTHER, own)).values, { "keep-plants": false });
  const plain = await reader.of(FARM, run({ "example.com/farm.text": "run" }));
  assertEquals([plain.values.text, plain.actionEnabled(ACTION.name)], ["map", true]);
  assertEquals([asked.length, warnings], [1, []]);
});

Deno.test("of() refuses an invalid override and warns once of an unknown one", async () => {
  const { reader, warnings } = readerOf([]);
  const domain = "velero-plugin-for-workloads";
  await assertRejects(
    () => reader.of(FARM, run({ [`${domain}/farm.mode`]: "dusk" })),
    Refusal,
    'farm.mode is "dusk"',
  );
  await assertRejects(
    () => reader.of(FARM, run({ [`${domain}/farm.actions.x`]: "true" })),
    Refusal,
    "no action of farm",
  );
  const unknown = run({ [`${domain}/farm.mod`]: "night" });
  for (let turn = 0; turn < 3; turn++) assertEquals((await reader.of(FARM, unknown)).values, DEFAULTS);
  assertEquals(warnings, ['Unknown setting "farm.mod" is ignored; the nearest known name is "farm.mode"']);
});

Deno.test("of() never takes from a run whom the process trusts", async () => {
  const { reader } = readerOf([]);
  const { values, actionEnabled } = await reader.of(
    OPENSHIFT,
    run({
      "velero-plugin-for-workloads/openshift.actions.01-common-backup-plugin": "false",
      "velero-plugin-for-workloads/openshift.actions.01-common-restore-plugin": "false",
      "velero-plugin-for-workloads/openshift.actions.05-route-restore-plugin": "false",
      "velero-plugin-for-workloads/openshift.registry.insecure-hosts": "evil.example",
      "velero-plugin-for-workloads/openshift.images.transfer-registry": "evil.example",
      "velero-plugin-for-workloads/openshift.images.backup": "false",
    }),
  );
  assertEquals(values, {
    "registry.insecure-hosts": [],
    "images.transfer-registry": "",
    "images.backup": false,
  });
  assertEquals(
    OPENSHIFT.actions.map(({ name }) => actionEnabled(name)),
    [true, true, false],
  );
});

Deno.test("of() lets the ConfigMap decide about what no run may", async () => {
  const { reader } = readerOf([configMap({ "openshift.actions.01-common-backup-plugin": "false" })]);
  assertEquals(
    (await reader.of(OPENSHIFT, undefined)).actionEnabled("openshift.io/01-common-backup-plugin"),
    false,
  );
});

Deno.test("of() passes over what is no text and no annotation", async () => {
  const { reader } = readerOf([configMap({ "farm.mode": 5, "farm.text": null })]);
  assertEquals((await reader.of(FARM, { metadata: { annotations: ["x"] } })).values, DEFAULTS);
  assertEquals((await reader.of(FARM, { metadata: 5 })).values, DEFAULTS);
  assertEquals(
    (await reader.of(FARM, run({ "velero-plugin-for-workloads/farm.mode": 5 }))).values,
    DEFAULTS,
  );
});

Deno.test("actionKey() is the part after the slash", () => {
  assertEquals(actionKey("example.com/01-thing"), "01-thing");
  assert(ACTION.name.endsWith(actionKey(ACTION.name)));
});
