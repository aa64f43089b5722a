import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { pod } from "../../tests/kit/openshift.ts";
import { podHasVolumes } from "./pod_volumes.ts";

const CLAIM = { name: "data", persistentVolumeClaim: { claimName: "c" } };
const EXCLUDES = "backup.velero.io/backup-volumes-excludes";

// openshift 5.9
const ROWS: [about: string, volumes: JsonValue | undefined, annotations: JsonObject, has: boolean][] = [
  ["openshift T13.6.8: none", undefined, {}, false],
  ["openshift T13.6.8: an empty list", [], {}, false],
  ["openshift T13.6.8: PVC", [CLAIM], {}, true],
  ["openshift T13.6.8: ConfigMap only", [{ name: "c", configMap: { name: "x" } }], {}, false],
  ["openshift T13.6.9: emptyDir", [{ name: "tmp", emptyDir: {} }], {}, true],
  ["openshift T13.6.9: PVC in the exclude annotation", [CLAIM], { [EXCLUDES]: "other,data" }, true],
  [
    "what comes from elsewhere",
    [
      { name: "a", hostPath: { path: "/" } },
      { name: "b", secret: { secretName: "s" } },
      { name: "c", projected: { sources: [] } },
      { name: "d", downwardAPI: { items: [] } },
    ],
    {},
    false,
  ],
  ["one among such", [{ name: "b", secret: {} }, { name: "e", csi: { driver: "d" } }], {}, true],
  ["the account's token", [{ name: "default-token-x", emptyDir: {} }], {}, false],
  ["a token's name in the exclude annotation", [{ name: "default-token-x", emptyDir: {} }], {
    [EXCLUDES]: "default-token-x",
  }, true],
  ["a name in the exclude annotation alone", [], { [EXCLUDES]: "data" }, false],
  ["a ConfigMap in the exclude annotation", [{ name: "c", configMap: {} }], { [EXCLUDES]: "c" }, false],
  ["wrong types", [null, 5, "x", { name: 5, configMap: {} }], {}, false],
  ["no list", { name: "data" }, {}, false],
];

for (const [about, volumes, annotations, has] of ROWS) {
  Deno.test(`podHasVolumes(): ${about} (openshift 5.9)`, () => {
    assertEquals(podHasVolumes(pod([], volumes === undefined ? {} : { volumes }, { annotations })), has);
  });
}
