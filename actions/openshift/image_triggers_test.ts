import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { object, restoreOf, settingsWith } from "../../tests/kit/openshift.ts";
import { actionOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";

const KEY = "image.openshift.io/triggers";

async function triggersAfter(annotation: JsonObject[string], mapping: JsonObject, part = "13-deployment") {
  const action = actionOf(openshift, "RestoreItemAction", `openshift.io/${part}-restore-plugin`);
  const item = object("apps/v1", "X", "x", { metadata: { annotations: { [KEY]: annotation } } });
  const outcome = await runRestore(action, { item, restore: restoreOf(mapping), settings: settingsWith() });
  const { annotations } = outcome.item.metadata as { annotations: JsonObject };
  return { ...outcome, triggers: annotations[KEY] };
}

const trigger = (kind: string, namespace?: string) => ({
  from: { kind, name: "web:latest", ...(namespace === undefined ? {} : { namespace }), unknown: 1 },
  fieldPath: 'spec.template.spec.containers[?(@.name=="web")].image',
  paused: "false",
});

// openshift IMP-14
const ROWS: [about: string, from: unknown[], to: unknown[]][] = [
  ["a tag of a mapped namespace", [trigger("ImageStreamTag", "a")], [trigger("ImageStreamTag", "b")]],
  ["an image of a mapped namespace", [trigger("ImageStreamImage", "a")], [trigger("ImageStreamImage", "b")]],
  ["another kind", [trigger("DockerImage", "a")], [trigger("DockerImage", "a")]],
  ["another namespace", [trigger("ImageStreamTag", "c")], [trigger("ImageStreamTag", "c")]],
  ["no namespace", [trigger("ImageStreamTag")], [trigger("ImageStreamTag")]],
  [
    "several",
    [trigger("ImageStreamTag", "c"), trigger("ImageStreamTag", "a"), null, 5, { from: "x" }],
    [trigger("ImageStreamTag", "c"), trigger("ImageStreamTag", "b"), null, 5, { from: "x" }],
  ],
  ["namespaces that change places", [trigger("ImageStreamTag", "b")], [trigger("ImageStreamTag", "a")]],
];

for (const [about, from, to] of ROWS) {
  Deno.test(`image triggers: ${about} (openshift IMP-14)`, async () => {
    const { triggers, logs } = await triggersAfter(JSON.stringify(from), { a: "b", b: "a" });
    assertEquals(triggers, JSON.stringify(to));
    assertEquals(messages(logs, "warn"), []);
  });
}

Deno.test("image triggers of all workloads are mapped (openshift IMP-14)", async () => {
  for (const part of ["10-job", "11-daemonset", "12-replicaset", "14-statefulset", "16-cronjob"]) {
    const { triggers } = await triggersAfter(
      JSON.stringify([trigger("ImageStreamTag", "a")]),
      { a: "b" },
      part,
    );
    assertEquals(triggers, JSON.stringify([trigger("ImageStreamTag", "b")]));
  }
});

Deno.test("image triggers that stay are not written anew", async () => {
  const spaced = '[ {"from": {"kind":"ImageStreamTag","namespace":"c"}, "big": 12345678901234567890} ]';
  const { triggers, result } = await triggersAfter(spaced, { a: "b" });
  assertEquals([triggers, result], [spaced, {}]);
});

Deno.test("image triggers keep numbers that a double cannot hold", async () => {
  const text = (namespace: string) =>
    `[{"from":{"kind":"ImageStreamTag","namespace":"${namespace}"},"big":12345678901234567890}]`;
  assertEquals((await triggersAfter(text("a"), { a: "b" })).triggers, text("b"));
});

Deno.test("image triggers that cannot be parsed stay, with a warning (openshift IMP-14)", async () => {
  for (const text of ["", "{", '{"from":{}}', "5", "null"]) {
    const { triggers, logs, result } = await triggersAfter(text, { a: "b" });
    assertEquals([triggers, result], [text, {}]);
    assertEquals(messages(logs, "warn"), [
      `annotation ${KEY} is not a JSON list, so its namespaces are not mapped`,
    ]);
    // Without a mapping there is nothing to do.
    assertEquals(messages((await triggersAfter(text, {})).logs, "warn"), []);
  }
  assertEquals((await triggersAfter(5, { a: "b" })).result, {});
});
