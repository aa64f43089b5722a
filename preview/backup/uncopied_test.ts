import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { copiedVolumes } from "../builtin/data.ts";
import { encode } from "../run/step.ts";
import { createWorld, object } from "../testing/world.ts";
import { runBackup } from "./backup.ts";
import { type StoredBackup, uncopiedVolumes } from "./uncopied.ts";

const item = (resource: string, name: string, namespace = "shop") => ({
  group: "",
  resource,
  namespace,
  name,
});

const claim = (name: string, phase = "Bound") =>
  object("v1", "PersistentVolumeClaim", `shop/${name}`, {
    spec: { volumeName: `pv-${name}` },
    status: { phase },
  });

const pod = (annotations: JsonObject = {}) =>
  object("v1", "Pod", "shop/web", {
    metadata: { annotations },
    spec: {
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: "a" } },
        { name: "cache", emptyDir: {} },
      ],
    },
  });

function told(
  objects: Record<string, JsonObject>,
  more: Partial<Omit<StoredBackup, "stored">> = {},
): string[] {
  const stored = Object.entries(objects).map(([path, found]) => {
    const [resource = "", name = ""] = path.split(" ");
    return { ...item(resource, name), bytes: encode(found) };
  });
  const backup = more.backup ?? { spec: {} };
  const copiedOf = (pod: JsonObject) => copiedVolumes(pod, backup);
  return uncopiedVolumes({ deeds: [], moved: [], copiedOf, ...more, backup, stored })
    .map((note) => note.item?.name ?? "");
}

const A = { "persistentvolumeclaims a": claim("a") };

Deno.test("uncopiedVolumes() names the claims whose data nothing would copy", async (t) => {
  const cases: [string, string[], string[]][] = [
    ["bound, and nothing cares", told({ ...A, "persistentvolumeclaims b": claim("b") }), ["a", "b"]],
    ["not bound: there is no data", told({ "persistentvolumeclaims a": claim("a", "Pending") }), []],
    [
      "a snapshot of the volume",
      told(A, { deeds: [{ item: item("persistentvolumes", "pv-a", ""), text: "" }] }),
      [],
    ],
    ["a CSI snapshot", told(A, { deeds: [{ item: item("persistentvolumeclaims", "a"), text: "" }] }), []],
    [
      "a snapshot of another",
      told(A, { deeds: [{ item: item("persistentvolumes", "pv-b", ""), text: "" }] }),
      ["a"],
    ],
    ["an operation of a plugin", told(A, { moved: [item("persistentvolumeclaims", "a")] }), []],
    ["copies of files", told({ ...A, "pods web": pod({ "backup.velero.io/backup-volumes": "data" }) }), []],
    ["of another volume", told({ ...A, "pods web": pod({ "backup.velero.io/backup-volumes": "cache" }) }), [
      "a",
    ]],
    [
      "of all volumes",
      told({ ...A, "pods web": pod() }, { backup: { spec: { defaultVolumesToFsBackup: true } } }),
      [],
    ],
    ["none is wanted", told(A, { backup: { spec: { snapshotVolumes: false } } }), []],
  ];
  for (const [about, found, expected] of cases) await t.step(about, () => assertEquals(found, expected));
});

Deno.test("runBackup() tells of a claim whose data would not be in the backup", async () => {
  const world = await createWorld([object("v1", "Namespace", "shop"), claim("a")], []);
  const { report } = await runBackup({ backup: { spec: { includedNamespaces: ["shop"] } }, ...world });
  assertEquals(report.notModelled, [{
    item: item("persistentvolumeclaims", "a"),
    text:
      "nothing was found that would copy the data of its volume: no snapshot, no file copies, no data movement",
  }]);
});
