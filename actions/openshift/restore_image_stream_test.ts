import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { digestOf } from "../../tests/kit/image_store.ts";
import { createTestImages, type TestImages } from "../../tests/kit/images.ts";
import {
  backupOf,
  MIGRATION,
  NEW,
  object,
  OLD,
  registries,
  restoreOf,
  settingsWith,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, type Outcome, runRestore } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { RestoreResultV2 } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";
import type { Settings } from "./settings.ts";

const RESTORE = actionOf(openshift, "RestoreItemAction", "openshift.io/19-is-restore-plugin");
const RESTORE_TAG = actionOf(
  openshift,
  "RestoreItemActionV2",
  "openshift.io/04-imagestreamtag-restore-plugin",
);

const DISABLED = { "migration.openshift.io/disable-image-copy": "true" };
const SKIPPED = { "openshift.io/skip-image-copy": "true" };
const TRANSFER = "mig.example.com:5000";
const REGISTRY = { "openshift.io/migration-registry": TRANSFER };
const BSL = { "openshift.io/migration-registry": "bsl://" };
const STORAGE = "bsl://velero/default";

const OBJECTS: readonly JsonObject[] = [
  backupOf({ storageLocation: "default" }),
  {
    apiVersion: "velero.io/v1",
    kind: "BackupStorageLocation",
    metadata: { name: "default", namespace: "velero" },
    spec: { provider: "aws" },
  },
];

const specTag = (name: string, image: string) => ({ name, from: { kind: "DockerImage", name: image } });
const EXT = specTag("ext", "quay.io/x");
const INT = specTag("int", `${OLD}/n/other:1`);

const status = (...references: string[]): JsonObject => ({
  tags: references.map((dockerImageReference) => ({
    tag: "t",
    items: [{ dockerImageReference, image: "sha256:a" }],
  })),
});

function stream(annotations: JsonObject, more: JsonObject = {}): JsonObject {
  return object("image.openshift.io/v1", "ImageStream", "web", { metadata: { annotations }, ...more });
}

interface PlainRow {
  readonly about: string;
  readonly annotations?: JsonObject;
  readonly tags: JsonValue;
  readonly stored?: JsonObject;
  readonly restore?: JsonObject;
  readonly settings?: Partial<Settings>;
  /** Tags afterwards; absent: the item is unchanged. */
  readonly after?: JsonValue;
  readonly warning?: string;
}

const warning = (images: number, tags: number) =>
  `images are not transported: ${images} of the stream and ${tags} tags are of the registry of the old cluster`;

// openshift A33, 9.3 rows 2 and 5
const PLAIN: readonly PlainRow[] = [
  { about: "external images only", tags: [EXT], stored: status("quay.io/x@sha256:a") },
  {
    about: "openshift IMP-49: images of the old registry",
    tags: [EXT],
    stored: status(`${OLD}/n/web@sha256:a`, `${OLD}/n/web@sha256:b`, "quay.io/x"),
    warning: warning(2, 0),
  },
  {
    about: "openshift IMP-49: a tag that points there",
    tags: [EXT, INT],
    after: [EXT],
    warning: warning(0, 1),
  },
  {
    about: "openshift IMP-49: both",
    tags: [INT],
    stored: status(`${OLD}/n/web@sha256:a`),
    after: [],
    warning: warning(1, 1),
  },
  {
    about: "openshift IMP-45: a host that only begins like it",
    tags: [specTag("x", `${OLD}0/n/other`)],
    stored: status(`${OLD}0/n/web@sha256:a`),
  },
  {
    about: "the old registry not known",
    annotations: registries(""),
    tags: [INT],
    stored: status(`${OLD}/n/web@sha256:a`),
  },
  { about: "tags of streams", tags: [{ name: "a", from: { kind: "ImageStreamTag", name: "base:1" } }] },
  {
    about: "tags of wrong types stay",
    tags: [null, 5, "x", { from: 5 }, INT],
    after: [null, 5, "x", { from: 5 }],
    warning: warning(0, 1),
  },
  { about: "no list of tags", tags: "x" },
  {
    about: "a migration and a stream that wants no copy",
    annotations: { ...registries(), ...SKIPPED },
    tags: [EXT, INT],
    restore: restoreOf({}, {}, { labels: MIGRATION }),
    after: [EXT],
    warning: warning(0, 1),
  },
  {
    about: "a migration backed up without image copies",
    annotations: { ...registries(), ...DISABLED },
    tags: null,
    restore: restoreOf({}, {}, { labels: MIGRATION }),
  },
  { about: "off by setting", tags: [EXT], settings: { "images.backup": "false" } },
];

for (
  const {
    about,
    annotations = registries(),
    tags,
    stored = {},
    restore = restoreOf(),
    settings = {},
    after,
    warning,
  } of PLAIN
) {
  Deno.test(`restore of an image stream without its images: ${about} (openshift 9.3)`, async () => {
    const of = (tags: JsonValue, more: JsonObject = {}) =>
      stream(annotations, { spec: { lookupPolicy: {}, tags }, ...more });
    const { result, logs, requests } = await runRestore(RESTORE, {
      item: of(tags),
      itemFromBackup: of(tags, { status: stored }),
      restore,
      settings: settingsWith(settings),
      images: createTestImages({ backupByDefault: settings["images.backup"] !== undefined }),
    });
    assertEquals(result, after === undefined ? {} : { item: of(after) });
    assertEquals(messages(logs, "warn"), warning === undefined ? [] : [warning]);
    // The Backup is not needed (openshift IMP-47).
    assertEquals(requests, ["serves imagestreams.image.openshift.io"]);
  });
}

interface Given {
  readonly restore?: JsonObject;
  readonly settings?: Partial<Settings>;
  readonly objects?: readonly JsonObject[];
  readonly annotations?: JsonObject;
  readonly more?: JsonObject;
  readonly states?: Map<string, unknown>;
  readonly cluster?: Parameters<typeof runRestore>[1]["cluster"];
}

const migrated = (mapping: JsonObject = {}, annotations: JsonObject = REGISTRY) =>
  restoreOf(mapping, {}, { labels: MIGRATION, annotations });

/** Restores a stream with these entries of `status.tags`. */
function run(
  images: TestImages,
  tags: readonly JsonObject[],
  given: Given = {},
): Promise<Outcome<RestoreResultV2>> {
  const { restore = migrated(), settings = {}, objects = OBJECTS, annotations = {}, more = {} } = given;
  const item = stream({ ...registries(), ...annotations }, more);
  return runRestore(RESTORE, {
    item,
    itemFromBackup: { ...item, status: { tags: [...tags] } },
    restore,
    settings: settingsWith(settings),
    images,
    objects,
    ...(given.states === undefined ? {} : { states: given.states }),
    ...(given.cluster === undefined ? {} : { cluster: given.cluster }),
  });
}

const local = (digest: string, repo = "n/web") => ({
  dockerImageReference: `${OLD}/${repo}@${digest}`,
  image: digest,
});
const tagged = (tag: string, ...items: JsonObject[]) => ({ tag, items });

Deno.test("restore of an image stream copies from the transfer registry and leaves the item out (openshift 9.3 row 7)", async () => {
  const images = createTestImages();
  const older = await images.at(TRANSFER).addImage("n/web", ["older"]);
  const digest = await images.at(TRANSFER).addImage("n/web", ["layer"], "v1");
  const { result } = await run(images, [tagged("v1", local(digest), local(older))], {
    restore: migrated({ n: "m" }),
  });
  assertEquals(result, { skipRestore: true });
  assertEquals(images.copies, [older, digest].map((one) => `${TRANSFER}/n/web@${one} -> ${NEW}/m/web:v1`));
  assertEquals(images.at(NEW).repository("m/web").tags.get("v1"), digest);
  assertEquals(images.accesses.map(({ host, credentials }) => [host, credentials]), [
    [TRANSFER, undefined],
    [NEW, "service-account"],
  ]);
});

Deno.test("restore of an image stream outside of migrations copies from the Backup's storage location (openshift 9.3 row 3)", async () => {
  const images = createTestImages({ backupByDefault: true });
  const digest = await images.at(STORAGE).addImage("n/web", ["layer"]);
  const given = { restore: restoreOf(), annotations: BSL };
  assertEquals((await run(images, [tagged("v1", local(digest))], given)).result, { skipRestore: true });
  assertEquals(images.at(NEW).repository("n/web").tags.get("v1"), digest);
  await assertRejects(
    () => run(images, [], { ...given, objects: [] }),
    Refusal,
    'backups.velero.io "b" not found',
  );
  await assertRejects(
    () => run(images, [], { ...given, objects: OBJECTS.slice(0, 1) }),
    Refusal,
    "there is no place for the images: BackupStorageLocation velero/default does not exist",
  );

  // Through a registry the Backup is not needed (openshift IMP-47).
  const settings = { "images.transfer-registry": TRANSFER };
  const other = await images.at(TRANSFER).addImage("n/web", ["other"]);
  await run(images, [tagged("v2", local(other))], { ...given, objects: [], settings });
  assertEquals(images.at(NEW).repository("n/web").tags.get("v2"), other);
});

Deno.test("restore of a stream whose backup has no images restores it as an object", async () => {
  const images = createTestImages({ backupByDefault: true });
  const { result, logs } = await run(images, [tagged("v1", local(await digestOf("x")))], {
    restore: restoreOf(),
  });
  assertEquals([result, messages(logs, "warn")], [{}, [warning(1, 0)]]);
  assertEquals((await run(images, [], { restore: restoreOf() })).result, { skipRestore: true });
});

Deno.test("restore of an image stream of a migration needs a registry (openshift IMP-46)", async () => {
  for (const annotations of [{}, { "openshift.io/migration-registry": "" }]) {
    const error = await assertRejects(
      () => run(createTestImages(), [], { restore: migrated({}, annotations) }),
      Refusal,
      'migration registry not found for annotation "openshift.io/migration-registry"',
    );
    assertEquals([error.rule, error.reason], ["openshift IMP-46", "invalid_item"]);
  }
});

Deno.test("restore of images without a registry in this cluster is an error (openshift 9.4)", async () => {
  const images = createTestImages();
  const given = { annotations: { "openshift.io/restore-registry-hostname": "" } };
  const tags = [tagged("v1", local(await digestOf("x")))];
  const why = "copy destination registry not found but ImageStream has internal images";
  await assertRejects(() => run(images, tags, given), Refusal, why);
  assertEquals((await run(images, [], given)).result, { skipRestore: true });
});

// openshift 9.4 step 4
Deno.test("restore finds images that another plugin left where the reference says", async () => {
  const images = createTestImages();
  const digest = await images.at(TRANSFER).addImage("dev/foo", ["layer"]);
  await run(images, [tagged("v1", local(digest, "dev/foo"))]);
  assertEquals(
    images.copies,
    ["n/web", "dev/foo"].map((repo) => `${TRANSFER}/${repo}@${digest} -> ${NEW}/n/web:v1`),
  );
  assertEquals(images.at(NEW).repository("n/web").tags.get("v1"), digest);

  const other = await digestOf("other");
  const odd = { dockerImageReference: `${OLD}/dev/foo@${digest}`, image: other };
  await assertRejects(() => run(images, [tagged("v1", odd)]), Refusal, `tag v1, ${other}: `);
});

// openshift IMP-48
Deno.test("restore creates the stream before its images, with what a push would lose", async () => {
  const images = createTestImages();
  const digest = await images.at(TRANSFER).addImage("n/web", ["layer"]);
  const created: JsonObject[] = [];
  const cluster = {
    create: (_: unknown, made: JsonObject) => {
      created.push(made);
      assertEquals(images.copies, [], "the stream comes first");
      return Promise.resolve(made);
    },
  };
  const more = {
    metadata: {
      name: "web",
      namespace: "n",
      labels: { app: "web" },
      annotations: {
        ...registries(),
        note: "kept",
        ...REGISTRY,
        "openshift.io/backup-server-version": "1.29",
      },
    },
    spec: { lookupPolicy: { local: true }, tags: [EXT] },
  };
  const long = "x".repeat(70);
  const restore = { ...migrated({ n: "m" }), spec: { backupName: long, namespaceMapping: { n: "m" } } };
  await run(images, [tagged("v1", local(digest))], { more, cluster, restore });
  assertEquals(created, [{
    apiVersion: "image.openshift.io/v1",
    kind: "ImageStream",
    metadata: {
      name: "web",
      namespace: "m",
      labels: {
        app: "web",
        "velero.io/backup-name": `${"x".repeat(57)}${(await digestOf(long)).slice(7, 13)}`,
        "velero.io/restore-name": "r",
      },
      annotations: { note: "kept" },
    },
    spec: { lookupPolicy: { local: true } },
  }]);
  assertEquals(images.copies.length, 1);
});

Deno.test("restore leaves a stream that is there as it is, also one made meanwhile (openshift IMP-48)", async () => {
  const images = createTestImages();
  const digest = await images.at(TRANSFER).addImage("n/web", ["layer"]);
  const tags = [tagged("v1", local(digest))];
  const { requests } = await run(images, tags, { objects: [stream({})] });
  assertEquals(requests.filter((line) => line.startsWith("create")), []);
  const refuse = (reason: "AlreadyExists" | "Forbidden") => ({
    create: () => Promise.reject(new ClusterError("no", reason, 409)),
  });
  assertEquals((await run(images, tags, { cluster: refuse("AlreadyExists") })).result, { skipRestore: true });
  await assertRejects(() => run(images, tags, { cluster: refuse("Forbidden") }), ClusterError, "no");
});

// openshift IMP-44
Deno.test("a tag is left out without a word when its image was copied with its stream", async () => {
  const images = createTestImages();
  const digest = await images.at(TRANSFER).addImage("n/web", ["layer"]);
  const states = new Map<string, unknown>();
  const restore = migrated();
  await run(images, [tagged("v1", local(digest))], { states, restore });
  const tag = async (name: string, image: string, own: JsonObject = restore) => {
    const { result, logs } = await runRestore(RESTORE_TAG, {
      item: object("image.openshift.io/v1", "ImageStreamTag", name, {
        metadata: { annotations: registries() },
        image: { dockerImageReference: `${OLD}/n/web@${image}`, metadata: { name: image } },
      }),
      restore: own,
      settings: settingsWith(),
      states,
    });
    assertEquals(result.skipRestore, true);
    return messages(logs, "warn").length;
  };
  assertEquals(await tag("web:v1", digest), 0);
  assertEquals(await tag("web:v2", await digestOf("other")), 1);
  assertEquals(await tag("other:v1", digest), 1);
  assertEquals(await tag("web:v1", digest, restoreOf({}, {}, { uid: "another" })), 1);
});
