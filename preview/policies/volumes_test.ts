import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { object } from "../testing/world.ts";
import { parseQuantity } from "./quantity.ts";
import { readVolumePolicies, type Volume } from "./volumes.ts";

const CSI = { driver: "disk.example.com", volumeAttributes: { tier: "gold", zone: "a" } };
const pv = (spec: JsonObject) =>
  object("v1", "PersistentVolume", "pv", { spec: { capacity: { storage: "10Gi" }, ...spec } });
const claim = (rest: JsonObject) => object("v1", "PersistentVolumeClaim", "shop/a", rest);

const DISK: Volume = {
  volume: pv({ storageClassName: "fast", csi: CSI }),
  claim: claim({
    metadata: { labels: { app: "db", tier: "x" } },
    spec: { volumeMode: "Block", accessModes: ["ReadWriteOnce", "ReadOnlyMany"] },
    status: { phase: "Bound" },
  }),
};
const SHARE: Volume = { volume: pv({ nfs: { server: "10.0.0.1", path: "/data" } }) };
const UNBOUND: Volume = { claim: claim({ status: { phase: "Pending" } }) };
const CACHE: Volume = { podVolume: { name: "cache", emptyDir: {} } };

const matches = (conditions: JsonObject, volume: Volume) =>
  readVolumePolicies([{ conditions, action: { type: "skip" } }])(volume) === "skip";

const CASES: readonly [conditions: JsonObject, volume: Volume, matches: boolean][] = [
  [{}, DISK, true],
  [{}, CACHE, true],
  [{ capacity: "10Gi,20Gi" }, DISK, true],
  [{ capacity: "11Gi,20Gi" }, DISK, false],
  [{ capacity: "1Gi,9Gi" }, DISK, false],
  [{ capacity: ",10Gi" }, DISK, true],
  [{ capacity: ",9Gi" }, DISK, false],
  [{ capacity: "10Gi," }, DISK, true],
  [{ capacity: "10.5Gi," }, DISK, false],
  // A volume without a size has the size 0.
  [{ capacity: ",1Gi" }, CACHE, true],
  [{ capacity: "1Gi," }, UNBOUND, false],
  [{ storageClass: ["slow", "fast"] }, DISK, true],
  [{ storageClass: ["slow"] }, DISK, false],
  [{ storageClass: [""] }, SHARE, false],
  [{ storageClass: [] }, SHARE, true],
  [{ nfs: {} }, SHARE, true],
  [{ nfs: {} }, DISK, false],
  [{ nfs: { server: "10.0.0.1" } }, SHARE, true],
  [{ nfs: { server: "10.0.0.2" } }, SHARE, false],
  [{ nfs: { path: "/data", server: "10.0.0.1" } }, SHARE, true],
  [{ nfs: { path: "/other" } }, SHARE, false],
  [{ nfs: { server: "a" } }, { podVolume: { name: "n", nfs: { server: "a", path: "/" } } }, true],
  [{ csi: {} }, DISK, true],
  [{ csi: {} }, SHARE, false],
  [{ csi: { driver: "disk.example.com" } }, DISK, true],
  [{ csi: { driver: "other" } }, DISK, false],
  [{ csi: { driver: "disk.example.com", volumeAttributes: { tier: "gold" } } }, DISK, true],
  [{ csi: { driver: "disk.example.com", volumeAttributes: { tier: "tin" } } }, DISK, false],
  [{ volumeTypes: ["nfs", "csi"] }, DISK, true],
  [{ volumeTypes: ["emptyDir"] }, CACHE, true],
  [{ volumeTypes: ["emptyDir"] }, DISK, false],
  [{ volumeTypes: ["storageOS"] }, { volume: pv({ storageos: {} }) }, true],
  [{ pvcLabels: { app: "db" } }, DISK, true],
  [{ pvcLabels: { app: "db", tier: "y" } }, DISK, false],
  [{ pvcLabels: { app: "db" } }, SHARE, false],
  [{ pvcPhase: ["Pending", "Lost"] }, UNBOUND, true],
  [{ pvcPhase: ["Pending"] }, DISK, false],
  [{ pvcVolumeMode: "Block" }, DISK, true],
  [{ pvcVolumeMode: "Filesystem" }, DISK, false],
  [{ pvcAccessModes: ["ReadOnlyMany", "ReadWriteOnce"] }, DISK, true],
  [{ pvcAccessModes: ["ReadWriteOnce"] }, DISK, false],
  // All of them must hold.
  [{ storageClass: ["fast"], pvcPhase: ["Pending"] }, DISK, false],
];

Deno.test("readVolumePolicies() knows the conditions of Velero 1.18 (protocol 4.14)", () => {
  for (const [conditions, volume, expected] of CASES) {
    assertEquals(matches(conditions, volume), expected, JSON.stringify([conditions, volume]));
  }
});

Deno.test("readVolumePolicies() goes by the first policy that matches", () => {
  const policies = readVolumePolicies([
    { conditions: { nfs: {} }, action: { type: "skip" } },
    { conditions: { csi: {} }, action: { type: "custom", parameters: { any: 1 } } },
    { conditions: {}, action: { type: "fs-backup" } },
  ]);
  assertEquals([SHARE, DISK, CACHE].map(policies), ["skip", "custom", "fs-backup"]);
  assertEquals(readVolumePolicies([])(DISK), undefined);
});

const WRONG: readonly [policy: JsonValue, text: string][] = [
  ["skip", "volumePolicies[0] is not an object"],
  [
    { action: { type: "drop" } },
    'volumePolicies[0].action.type is "drop", but must be one of skip, fs-backup,',
  ],
  [{ action: {} }, 'volumePolicies[0].action.type is ""'],
  [
    { conditions: { storageclass: ["a"] }, action: { type: "skip" } },
    'volumePolicies[0].conditions has the unknown field "storageclass"',
  ],
  [{ conditions: { storageClass: "a" }, action: { type: "skip" } }, "conditions.storageClass is not a list"],
  [
    { conditions: { capacity: "10Gi" }, action: { type: "skip" } },
    'conditions.capacity is "10Gi", but must be two',
  ],
  [{ conditions: { capacity: "2Gi,1Gi" }, action: { type: "skip" } }, "but must be two sizes"],
  [{ conditions: { capacity: "big," }, action: { type: "skip" } }, "but must be two sizes"],
  [
    { conditions: { csi: { volumeAttributes: { a: "b" } } }, action: { type: "skip" } },
    "must name the driver",
  ],
  [
    { conditions: { nfs: { host: "a" } }, action: { type: "skip" } },
    'conditions.nfs has the unknown field "host"',
  ],
  [
    { conditions: { pvcLabels: ["a"] }, action: { type: "skip" } },
    "conditions.pvcLabels must be a map of labels",
  ],
  [
    { conditions: { pvcVolumeMode: ["Block"] }, action: { type: "skip" } },
    "conditions.pvcVolumeMode is not a text",
  ],
];

Deno.test("readVolumePolicies() refuses what Velero refuses, and says where", () => {
  for (const [policy, text] of WRONG) {
    assertThrows(() => readVolumePolicies([policy]), SyntaxError, text, JSON.stringify(policy));
  }
});

Deno.test("parseQuantity() reads Kubernetes' numbers", () => {
  const cases: [string, number | undefined][] = [
    ["1", 1],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["2k", 2000],
    ["100m", 0.1],
    ["1e3", 1000],
    ["1E3", 1000],
    ["1E", 1e18],
    [".5", 0.5],
    ["-1", -1],
    ["", undefined],
    ["1K", undefined],
    ["Gi", undefined],
    ["1 Gi", undefined],
  ];
  for (const [text, expected] of cases) assertEquals(parseQuantity(text), expected, text);
});
