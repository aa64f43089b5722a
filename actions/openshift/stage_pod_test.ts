import { assertEquals } from "@std/assert";
import { cloneJson, type JsonObject } from "../../objects/json.ts";
import { pod, restoreOf } from "../../tests/kit/openshift.ts";
import { becomeStagePod } from "./stage_pod.ts";

const claim = (name: string) => ({ name, persistentVolumeClaim: { claimName: name } });
const mount = (name: string) => ({ name, mountPath: `/${name}` });
const device = (name: string) => ({ name, devicePath: `/dev/${name}` });
const STAGE = { labels: { "migration-included-stage-backup": "task" } };
const RESTORE = restoreOf({}, {}, { annotations: { "migration.openshift.io/stage-pod-image": "stage:1" } });

function stagePod(excluded?: string): JsonObject {
  const annotations = excluded === undefined
    ? {}
    : { annotations: { "migration.openshift.io/exclude-pvcs": excluded } };
  return pod([], {
    volumes: [claim("a"), claim("b"), { name: "c", configMap: { name: "c" } }],
    containers: [{
      name: "web",
      image: "web:1",
      command: ["serve"],
      args: ["--port"],
      env: [{ name: "A", value: "b" }],
      volumeMounts: [mount("a"), mount("b"), mount("c")],
      volumeDevices: [device("b")],
      livenessProbe: { exec: {} },
      readinessProbe: { exec: {} },
      startupProbe: { exec: {} },
      lifecycle: { preStop: {} },
    }],
    initContainers: [{
      name: "init",
      image: "init:1",
      command: ["prepare"],
      volumeMounts: [mount("a"), mount("c")],
      volumeDevices: [device("b")],
    }],
  }, { ...STAGE, ...annotations });
}

function specAfter(item: JsonObject, restore: JsonObject | undefined = RESTORE): JsonObject {
  becomeStagePod(item, restore);
  return item.spec as JsonObject;
}

Deno.test("openshift T13.6.19: claims that are not excluded stay, with what uses them (openshift IMP-37)", () => {
  assertEquals(specAfter(stagePod("b")), {
    volumes: [claim("a")],
    containers: [{
      name: "web",
      image: "stage:1",
      command: ["sleep"],
      args: ["infinity"],
      env: [{ name: "A", value: "b" }],
      volumeMounts: [mount("a")],
      volumeDevices: [],
    }],
    initContainers: [{
      name: "init",
      image: "init:1",
      command: ["prepare"],
      volumeMounts: [mount("a")],
      volumeDevices: [],
    }],
  });
});

// Which volumes stay (openshift IMP-37).
const EXCLUDED: [excluded: string | undefined, kept: string[]][] = [
  [undefined, ["a", "b"]],
  ["", ["a", "b"]],
  ["a,b", []],
  [" a , b ", []],
  ["b,unknown", ["a"]],
];

for (const [excluded, kept] of EXCLUDED) {
  Deno.test(`stage pod without "${excluded}" (openshift IMP-37)`, () => {
    assertEquals(specAfter(stagePod(excluded)).volumes, kept.map(claim));
  });
}

Deno.test("a pod becomes a stage pod by its label and the Restore's image only (openshift 7.3)", () => {
  const same = (item: JsonObject, restore?: JsonObject) =>
    assertEquals(specAfter(cloneJson(item), restore ?? {}), item.spec);
  same(stagePod(), restoreOf());
  same(stagePod(), restoreOf({}, {}, { annotations: { "migration.openshift.io/stage-pod-image": "" } }));
  same(stagePod(), {});
  for (const labels of [{}, { "migration-included-stage-backup": "" }, null, 5]) {
    const item = stagePod();
    (item.metadata as JsonObject).labels = labels;
    same(item, RESTORE);
  }
});

Deno.test("a stage pod without volumes and mounts gets none (openshift IMP-02)", () => {
  assertEquals(specAfter(pod(["x"], {}, STAGE)), {
    containers: [{ name: "c0", image: "stage:1", command: ["sleep"], args: ["infinity"] }],
  });
  const item: JsonObject = { kind: "Pod", metadata: STAGE };
  becomeStagePod(item, RESTORE);
  assertEquals(item, { kind: "Pod", metadata: STAGE });
});
