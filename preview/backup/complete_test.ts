import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createWorld, object } from "../testing/world.ts";
import { checkSelectors } from "../run/check_selectors.ts";
import { completeBackup } from "./complete.ts";

const SNAPSHOTS = "volumesnapshots.snapshot.storage.k8s.io";
const CONTENTS = "volumesnapshotcontents.snapshot.storage.k8s.io";

const fail = (text: string): never => {
  throw new Error(text);
};

async function complete(spec: JsonObject, objects: JsonObject[] = []): Promise<JsonObject> {
  const { cluster } = await createWorld(objects, []);
  const given = { spec };
  const before = JSON.stringify(given);
  const completed = await completeBackup(given, cluster, fail);
  assertEquals(JSON.stringify(given), before, "the given Backup is left alone");
  return completed.spec as JsonObject;
}

Deno.test("completeBackup() makes the Backup what the server has (protocol 4.3)", async (t) => {
  const VGS = { volumeGroupSnapshotLabelKey: "velero.io/volume-group" };
  const excludedResources = [SNAPSHOTS, CONTENTS];
  const cases: [string, JsonObject, JsonObject][] = [
    ["nothing counts as lists by scope", {}, {
      includedNamespaces: ["*"],
      excludedNamespaceScopedResources: [SNAPSHOTS],
      excludedClusterScopedResources: [CONTENTS],
      ...VGS,
    }],
    ["a word about cluster scope", { includeClusterResources: true }, {
      includedNamespaces: ["*"],
      includeClusterResources: true,
      excludedResources,
      ...VGS,
    }],
    ["snapshot objects are not collected, even when named", {
      includedNamespaces: ["shop"],
      includedResources: ["pods", SNAPSHOTS],
    }, { includedNamespaces: ["shop"], includedResources: ["pods"], excludedResources, ...VGS }],
    ["by scope", { includedNamespaceScopedResources: ["pods"], volumeGroupSnapshotLabelKey: "group" }, {
      includedNamespaces: ["*"],
      includedNamespaceScopedResources: ["pods"],
      excludedNamespaceScopedResources: [SNAPSHOTS],
      excludedClusterScopedResources: [CONTENTS],
      volumeGroupSnapshotLabelKey: "group",
    }],
  ];
  for (const [name, spec, expected] of cases) {
    await t.step(name, async () => assertEquals(await complete(spec), expected));
  }
});

Deno.test("completeBackup() leaves out namespaces that carry the exclude label", async () => {
  const hidden = object("v1", "Namespace", "hidden", {
    metadata: { labels: { "velero.io/exclude-from-backup": "true" } },
  });
  const { excludedNamespaces } = await complete({ excludedNamespaces: ["a"] }, [
    hidden,
    object("v1", "Namespace", "shop"),
  ]);
  assertEquals(excludedNamespaces, ["a", "hidden"]);
});

Deno.test("completeBackup() refuses what the server refuses", async () => {
  await assertRejects(
    () => complete({ includedResources: ["pods"], excludedClusterScopedResources: ["nodes"] }),
    Error,
    "spec.includedResources and spec.excludedClusterScopedResources cannot be used together",
  );
  await assertRejects(
    () => complete({ labelSelector: {}, orLabelSelectors: [{}] }),
    Error,
    "spec.labelSelector and spec.orLabelSelectors cannot be used together",
  );
  assertEquals(checkSelectors({ labelSelector: {} }), undefined);
});
