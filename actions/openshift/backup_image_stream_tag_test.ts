import { assertEquals } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { backupOf, object, settingsWith } from "../../tests/kit/openshift.ts";
import { actionOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";

const ACTION = actionOf(openshift, "BackupItemAction", "openshift.io/04-imagestreamtag-backup-plugin");
const TAG = "migration.openshift.io/related-istag";
const NS = `${TAG}-ns`;

const istag = (name: string, digest: string | undefined, tag?: JsonValue, metadata: JsonObject = {}) =>
  object("image.openshift.io/v1", "ImageStreamTag", name, {
    metadata,
    ...(digest === undefined ? {} : { image: { metadata: { name: digest } } }),
    ...(tag === undefined ? {} : { tag }),
  });
const from = (kind: string, name: string, namespace?: string) => ({
  from: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
});

const OBJECTS = [
  istag("base:1", "sha256:b"),
  istag("alias:1", "sha256:c", from("ImageStreamTag", "base:1")),
  istag("odd:1", "sha256:d", {}),
  istag("ext:1", "sha256:c", from("DockerImage", "quay.io/x")),
  istag("later:1", "sha256:b"),
  istag("python:3", "sha256:p", undefined, { namespace: "shared" }),
];

interface Row {
  readonly about: string;
  readonly tag: JsonValue | undefined;
  readonly annotations?: JsonObject;
  /** Namespace and name of the related tag. */
  readonly related?: readonly [namespace: string, name: string];
  readonly warning?: string;
}

// openshift A13
const ROWS: readonly Row[] = [
  { about: "no reference", tag: undefined },
  { about: "a tag without from", tag: { name: "1" } },
  { about: "a tag of the same namespace", tag: from("ImageStreamTag", "base:1"), related: ["n", "base:1"] },
  {
    about: "a tag of another namespace",
    tag: from("ImageStreamTag", "python:3", "shared"),
    related: ["shared", "python:3"],
  },
  {
    about: "openshift IMP-22: a tag that is gone",
    tag: from("ImageStreamTag", "gone:1"),
    warning: "ImageStreamTag n/gone:1, to which the tag refers, has no tag that could be restored first",
  },
  {
    about: "an image with a tag of its own, the first",
    tag: from("ImageStreamImage", "base@sha256:b"),
    related: ["n", "base:1"],
  },
  {
    about: "an image imported from elsewhere",
    tag: from("ImageStreamImage", "ext@sha256:c"),
    related: ["n", "ext:1"],
  },
  {
    about: "an image of another namespace",
    tag: from("ImageStreamImage", "python@sha256:p", "shared"),
    related: ["shared", "python:3"],
  },
  {
    about: "openshift IMP-22: an image whose tag says nothing of its origin",
    tag: from("ImageStreamImage", "odd@sha256:d"),
    warning:
      "ImageStreamImage n/odd@sha256:d, to which the tag refers, has no tag that could be restored first",
  },
  { about: "an image without digest", tag: from("ImageStreamImage", "base@") },
  { about: "an image without sign", tag: from("ImageStreamImage", "base") },
  { about: "an image with two signs", tag: from("ImageStreamImage", "base@sha256:b@x") },
  { about: "an image of a registry", tag: from("DockerImage", "quay.io/x:1") },
  { about: "stale annotations go", tag: undefined, annotations: { [TAG]: "old:1", [NS]: "old", keep: "me" } },
  {
    about: "stale annotations are replaced",
    tag: from("ImageStreamTag", "base:1"),
    annotations: { [TAG]: "old:1", [NS]: "old", keep: "me" },
    related: ["n", "base:1"],
  },
  { about: "wrong types", tag: { from: { kind: 5, name: 5 } } },
  { about: "a name of a wrong type", tag: { from: { kind: "ImageStreamTag", name: 5 } } },
];

for (const { about, tag, annotations, related, warning } of ROWS) {
  Deno.test(`backup of a tag: ${about} (openshift A13)`, async () => {
    const metadata: JsonObject = annotations === undefined ? {} : { annotations };
    const item = istag("web:1", "sha256:w", tag, metadata);
    const { result, logs } = await runBackup(ACTION, {
      item,
      backup: backupOf(),
      objects: OBJECTS,
      settings: settingsWith(),
    });
    const notes = related === undefined ? {} : { [NS]: related[0], [TAG]: related[1] };
    const kept = annotations === undefined ? {} : { keep: "me" };
    if (related === undefined && annotations === undefined) assertEquals(result, {});
    else assertEquals(result.item, istag("web:1", "sha256:w", tag, { annotations: { ...kept, ...notes } }));
    assertEquals(
      result.additionalItems,
      related &&
        [{
          group: "image.openshift.io",
          resource: "imagestreamtags",
          namespace: related[0],
          name: related[1],
        }],
    );
    assertEquals(messages(logs, "warn"), warning === undefined ? [] : [warning]);
  });
}

// openshift IMP-22: whether the related tag's namespace is in the backup.
const IN_BACKUP: [spec: JsonObject, included: boolean][] = [
  [{ includedNamespaces: ["n", "shared"] }, true],
  [{ includedNamespaces: ["*"] }, true],
  [{ includedNamespaces: ["n"] }, false],
  [{ excludedNamespaces: ["shared"] }, false],
  [{ includedNamespaces: "n" }, true],
];

for (const [spec, included] of IN_BACKUP) {
  Deno.test(`backup of a tag: its related tag is taken along in ${JSON.stringify(spec)} (openshift IMP-22)`, async () => {
    const item = istag("web:1", "sha256:w", from("ImageStreamTag", "python:3", "shared"));
    const { result } = await runBackup(ACTION, {
      item,
      backup: backupOf(spec),
      objects: OBJECTS,
      settings: settingsWith(),
    });
    assertEquals(result.additionalItems?.length ?? 0, included ? 1 : 0);
    assertEquals((result.item?.metadata as { annotations: JsonObject }).annotations[NS], "shared");
  });
}

Deno.test("backup of a tag: a look-up that fails is a warning (openshift A13)", async () => {
  const fail = (reason: "Forbidden" | "NoCluster") => new ClusterError(`it is ${reason}`, reason, 0);
  for (const reason of ["Forbidden", "NoCluster"] as const) {
    const get = () => Promise.reject(fail(reason));
    // deno-lint-ignore require-yield
    const list = async function* () {
      await Promise.reject(fail(reason));
    };
    for (const tag of [from("ImageStreamTag", "base:1"), from("ImageStreamImage", "base@sha256:b")]) {
      const world = { item: istag("web:1", "w", tag), cluster: { get, list }, settings: settingsWith() };
      const { result, logs } = await runBackup(ACTION, world);
      assertEquals(result, {});
      const title = `${tag.from.kind} n/${tag.from.name}, to which the tag refers,`;
      assertEquals(messages(logs, "warn"), [`${title} cannot be looked up: it is ${reason}`]);
    }
  }
});

Deno.test("backup of tags lists those of a namespace once (openshift IMP-03)", async () => {
  const states = new Map<string, unknown>();
  const requests = await Promise.all(["b", "c", "d"].map(async (digest) => {
    const item = istag("web:1", "w", from("ImageStreamImage", `x@sha256:${digest}`));
    const world = { item, backup: backupOf(), objects: OBJECTS, settings: settingsWith(), states };
    return (await runBackup(ACTION, world)).requests;
  }));
  assertEquals(requests.flat().filter((request) => !request.startsWith("serves")), [
    "list imagestreamtags.image.openshift.io n",
  ]);
});
