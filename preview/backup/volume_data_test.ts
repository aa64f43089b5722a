import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf } from "../../objects/object.ts";
import type { ActionHost } from "../run/actions.ts";
import { decodeItem } from "../run/step.ts";
import { refusing } from "../testing/refusing.ts";
import { createWorld, object, outcomes } from "../testing/world.ts";
import { runBackup } from "./backup.ts";

const ignore = Deno.permissions.querySync({ name: "env" }).state !== "granted";

const policy = (conditions: string, action: string) =>
  `  - {conditions: {${conditions}}, action: {type: ${action}}}\n`;
const policies = (...texts: string[]) =>
  object("v1", "ConfigMap", "velero/p", {
    data: { "policies.yaml": `version: v1\nvolumePolicies:\n${texts.join("")}` },
  });

const volume = (name: string, storageClassName: string, claim = name) =>
  object("v1", "PersistentVolume", `pv-${name}`, {
    spec: { storageClassName, capacity: { storage: "1Gi" }, claimRef: { namespace: "shop", name: claim } },
  });
const claim = (name: string, phase = "Bound") =>
  object("v1", "PersistentVolumeClaim", `shop/${name}`, {
    spec: phase === "Bound" ? { volumeName: `pv-${name}` } : {},
    status: { phase },
  });
const pod = (volumes: JsonObject[], annotations: JsonObject = {}) =>
  object("v1", "Pod", "shop/web", { metadata: { annotations }, spec: { volumes } });
const ofClaim = (name: string): JsonObject => ({ name, persistentVolumeClaim: { claimName: name } });
const LOCATION = object("velero.io/v1", "VolumeSnapshotLocation", "velero/default");

/** A host with Velero's own action for claims alone, which says nothing but that it was called. */
function csiHost(host: ActionHost, calls: string[]): ActionHost {
  return {
    ...host,
    list: () => Promise.resolve([{ kind: "BackupItemActionV2", name: "velero.io/csi-pvc-backupper" }]),
    appliesTo: () => Promise.resolve({ includedResources: ["persistentvolumeclaims"] }),
    execute: (_kind, _name, { item }) => {
      calls.push(nameOf(decodeItem(item)));
      return Promise.resolve({ item, additionalItems: [] });
    },
  };
}

async function backUp(
  objects: JsonObject[],
  spec: JsonObject = {},
  around = (cluster: Parameters<typeof refusing>[0]) => cluster,
) {
  const calls: string[] = [];
  const world = await createWorld([object("v1", "Namespace", "shop"), ...objects], []);
  const { report } = await runBackup({
    backup: {
      kind: "Backup",
      metadata: { name: "b", namespace: "velero" },
      spec: { resourcePolicy: { kind: "configmap", name: "p" }, includedNamespaces: ["shop"], ...spec },
    },
    ...world,
    host: csiHost(world.host, calls),
    cluster: around(world.cluster),
    live: true,
  });
  return {
    calls,
    notes: report.notModelled.map(({ item, text }) => `${item?.name}: ${text}`),
    failed: outcomes(report).filter((line) => line.includes(": failed")),
  };
}

const VOLUMES = { includedClusterScopedResources: ["pv"] };
const SNAPSHOT = "a snapshot would be taken, if the plugin of the snapshot location knows such volumes";
const SKIPPED = 'the data of its volume would not be in the backup: the volume policies say "skip"';
const CUSTOM = 'a plugin of yours must copy the data of its volume: the volume policies say "custom"';
const UNCOPIED =
  "nothing was found that would copy the data of its volume: no snapshot, no file copies, no data movement";

Deno.test(
  { name: "volume policies decide what is done with the data of volumes (protocol 4.14)", ignore },
  async (t) => {
    const objects = [
      LOCATION,
      ...["scratch", "fast", "share", "own"].flatMap((name) => [volume(name, name), claim(name)]),
      pod([ofClaim("scratch"), ofClaim("share"), { name: "cache", emptyDir: {} }], {
        "backup.velero.io/backup-volumes": "scratch,cache",
      }),
      policies(
        policy("storageClass: [scratch]", "skip"),
        policy("storageClass: [share]", "fs-backup"),
        policy("storageClass: [own]", "custom"),
      ),
    ];
    await t.step("by class", async () => {
      assertEquals(await backUp(objects, VOLUMES), {
        // Velero leaves its CSI action out for every policy that says something else than "snapshot".
        calls: ["fast"],
        notes: [
          // Of "scratch" the policy wins over the annotation; on "cache" no policy says anything.
          "web: the files of its volumes share, cache would be copied",
          `own: ${CUSTOM}`,
          `scratch: ${SKIPPED}`,
          `pv-fast: ${SNAPSHOT}`,
        ],
        failed: [],
      });
    });
    await t.step("a snapshot against spec.snapshotVolumes, without a place for it", async () => {
      const all = [...objects.slice(1, -1), policies(policy("storageClass: [fast]", "snapshot"))];
      const { calls, notes } = await backUp(all, { ...VOLUMES, snapshotVolumes: false });
      assertEquals(calls, ["fast", "own", "scratch", "share"]);
      assertEquals(notes, ["web: the files of its volumes scratch, cache would be copied"]);
    });
    await t.step("nothing that a policy is about is forgotten", async () => {
      const { notes } = await backUp([
        claim("a"),
        volume("a", "a"),
        policies(policy("storageClass: [a]", "fs-backup")),
      ]);
      assertEquals(notes, [`a: ${UNCOPIED}`]);
    });
  },
);

Deno.test(
  { name: "volume policies need the claims and volumes of a pod, as in Velero", ignore },
  async (t) => {
    const skipped = policies(policy("pvcPhase: [Pending]", "skip"));
    const other = policies(policy("storageClass: [other]", "skip"));
    const cases: [string, JsonObject[], JsonObject, string[]][] = [
      ["a claim that is not bound", [claim("a", "Pending"), pod([ofClaim("a")]), other], {}, [
        'pods shop/web: failed (no policy is about its volume "a", and the claim "a" is not bound to a volume)',
      ]],
      ["one that a policy is about", [claim("a", "Pending"), pod([ofClaim("a")]), skipped], {}, []],
      ["one that is not there", [pod([ofClaim("a")]), skipped], {}, [
        'pods shop/web: failed (the claim "a" of its volume "a" does not exist)',
      ]],
      [
        "claims do not count where data is moved",
        [pod([ofClaim("a")]), skipped],
        { snapshotMoveData: true },
        [],
      ],
      [
        "volumes that are never copied",
        [pod([{ name: "a", secret: {} }]), policies(policy("", "fs-backup"))],
        {},
        [],
      ],
      ["a volume whose claim is gone", [volume("a", "a"), other], VOLUMES, [
        'persistentvolumes pv-a: failed (the claim "shop/a" of this volume does not exist, and the volume policies need it)',
      ]],
      ["that is skipped", [volume("a", "other"), other], VOLUMES, []],
    ];
    for (const [name, objects, spec, expected] of cases) {
      await t.step(name, async () => assertEquals((await backUp(objects, spec)).failed, expected));
    }
  },
);

Deno.test(
  { name: "what volume policies say is told as unknown where a volume may not be read", ignore },
  async () => {
    const objects = [claim("a"), volume("a", "a"), policies(policy("", "skip"))];
    const { notes, failed } = await backUp(
      objects,
      {},
      (cluster) => refusing(cluster, ["get persistentvolumes"]),
    );
    assertEquals([notes, failed], [[
      "a: it is not known what the volume policies say about its data: get persistentvolumes pv-a: 403 Forbidden: not for you",
    ], []]);
  },
);

Deno.test({ name: "runBackup() fails as a whole for policies that Velero refuses", ignore }, async () => {
  const failure = async (objects: JsonObject[], spec: JsonObject = {}) => {
    try {
      await backUp(objects, spec);
      return "";
    } catch (cause) {
      return (cause as Error).message;
    }
  };
  assertEquals(await failure([]), 'namespace "velero" has no ConfigMap "p", which spec.resourcePolicy names');
  assertEquals(
    await failure([policies(policy("", "drop"))]),
    'the resource policies in ConfigMap "p" are invalid: volumePolicies[0].action.type is "drop", but must be one of skip, ' +
      "fs-backup, snapshot, custom",
  );
  const text = "version: v1\nincludeExcludePolicy: {excludedNamespaceScopedResources: [pods]}\n";
  const kinds = object("v1", "ConfigMap", "velero/p", { data: { p: text } });
  assertEquals(
    await failure([kinds], { includedResources: ["pods"] }),
    "spec.includedResources and includeExcludePolicy of the resource policies cannot be used together",
  );
  assertEquals((await backUp([kinds, pod([])])).failed, []);
});
