import { assertEquals } from "@std/assert";
import { settingsWith } from "../../tests/kit/cnpg.ts";
import { messages, runReadiness, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { parseLabelSelector } from "../../objects/label_selector.ts";
import { restoreDeployment } from "./restore_deployment.ts";

const settings = settingsWith();
const wait = { name: "wait-for-migration-job" };
const other = { name: "other-init" };

function deployment(initContainers?: JsonValue): JsonObject {
  const containers = initContainers === undefined ? {} : { initContainers };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", namespace: "n", labels: { app: "web" } },
    spec: { template: { spec: { ...containers, containers: [{ name: "web" }] } } },
  };
}

Deno.test("restoreDeployment names its resource as upstream does and is ready at once (cnpg T6.1)", async () => {
  assertEquals(restoreDeployment.appliesTo, { includedResources: ["deployments"] });
  assertEquals([restoreDeployment.progress, restoreDeployment.cancel], [undefined, undefined]);
  const { ready } = await runReadiness(restoreDeployment, {
    additionalItems: [],
    restore: undefined,
    settings,
  });
  assertEquals(ready, true);
});

const UNCHANGED = Symbol("unchanged");

const ROWS: [about: string, before: JsonValue | undefined, after: JsonValue | undefined | symbol][] = [
  ["one of two (cnpg D2, T6.2)", [wait, other], [other]],
  ["twice (cnpg T6.3)", [wait, wait, other], [other]],
  ["order stays", [{ name: "a" }, wait, { name: "b" }], [{ name: "a" }, { name: "b" }]],
  ["no match (cnpg D3, T6.4)", [other], UNCHANGED],
  ["the only one (cnpg D3, T6.5)", [wait], undefined],
  ["absent (cnpg D1, T6.6)", undefined, UNCHANGED],
  ["null", null, UNCHANGED],
  ["not a list (cnpg D1, T6.7)", "not-a-list", UNCHANGED],
  ["a map", {}, UNCHANGED],
  ["empty", [], UNCHANGED],
  ["one without name (cnpg D2, T6.8)", [{ image: "x" }, wait], [{ image: "x" }]],
  ["names that are no strings", [{ name: 5 }, { name: null }, wait], [{ name: 5 }, { name: null }]],
  ["elements that are no objects", ["wait-for-migration-job", null, wait], ["wait-for-migration-job", null]],
  ["case counts", [{ name: "Wait-For-Migration-Job" }], UNCHANGED],
];

for (const [about, before, after] of ROWS) {
  Deno.test(`restoreDeployment takes init containers out: ${about}`, async () => {
    const { result, requests } = await runRestore(restoreDeployment, { item: deployment(before), settings });
    if (after === UNCHANGED) assertEquals(result, {});
    else assertEquals(result, { item: deployment(after as JsonValue | undefined) });
    assertEquals(requests, []);
  });
}

const SHAPES: [about: string, item: JsonObject, warnings: string[]][] = [
  ["no spec", { metadata: {} }, []],
  ["null spec", { spec: null }, []],
  ["spec is a string", { spec: "x" }, ["spec is not a map; its init containers stay"]],
  ["no template", { spec: {} }, []],
  ["template is a list", { spec: { template: [] } }, [
    "spec.template is not a map; its init containers stay",
  ]],
  ["null pod spec", { spec: { template: { spec: null } } }, []],
  ["pod spec is a number", { spec: { template: { spec: 5 } } }, [
    "spec.template.spec is not a map; its init containers stay",
  ]],
  ["not a list", deployment("x"), ["spec.template.spec.initContainers is not a list; it stays as it is"]],
];

for (const [about, item, warnings] of SHAPES) {
  Deno.test(`restoreDeployment never fails: ${about}`, async () => {
    const { result, logs } = await runRestore(restoreDeployment, { item, settings });
    assertEquals(result, {});
    assertEquals(messages(logs, "warn"), warnings);
  });
}

Deno.test("restoreDeployment needs no name (cnpg D4, DEV-CNPG-1)", async () => {
  const { metadata: _, ...item } = deployment([wait]);
  const { result } = await runRestore(restoreDeployment, { item, settings });
  assertEquals((result.item?.spec as { template: JsonObject }).template.spec, {
    containers: [{ name: "web" }],
  });
});

// cnpg E11
Deno.test("init-containers names the containers; none turns the action off", async () => {
  assertEquals(restoreDeployment.enabled?.(settings), true);
  assertEquals(restoreDeployment.enabled?.(settingsWith({ "init-containers": [] })), false);
  const { item } = await runRestore(restoreDeployment, {
    item: deployment([wait, other, { name: "third" }]),
    settings: settingsWith({ "init-containers": ["other-init", "third"] }),
  });
  assertEquals(item, deployment([wait]));
});

for (const [selector, taken] of [["app=web", true], ["app in (api)", false], ["", true]] as const) {
  Deno.test(`init-containers-selector "${selector}" ${taken ? "takes" : "leaves"} the Deployment`, async () => {
    const { result } = await runRestore(restoreDeployment, {
      item: deployment([wait]),
      settings: settingsWith({ "init-containers-selector": parseLabelSelector(selector) }),
    });
    assertEquals(result.item !== undefined, taken);
  });
}
