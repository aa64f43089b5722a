import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import {
  backupOf,
  MIGRATION,
  object,
  OLD,
  registries,
  restoreOf,
  settingsWith,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, runBackup, runRestore } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";

const BACKUP = actionOf(openshift, "BackupItemAction", "openshift.io/19-is-backup-plugin");
const RESTORE = actionOf(openshift, "RestoreItemAction", "openshift.io/19-is-restore-plugin");

const DISABLED = { "migration.openshift.io/disable-image-copy": "true" };
const SKIPPED = { "openshift.io/skip-image-copy": "true" };
const REGISTRY = { "openshift.io/migration-registry": "mig.example.com" };

const specTag = (name: string, image: string) => ({ name, from: { kind: "DockerImage", name: image } });
const status = (...references: string[]): JsonObject => ({
  tags: references.map((dockerImageReference) => ({
    tag: "t",
    items: [{ dockerImageReference, image: "sha256:a" }],
  })),
});

function stream(annotations: JsonObject, more: JsonObject = {}): JsonObject {
  return object("image.openshift.io/v1", "ImageStream", "web", { metadata: { annotations }, ...more });
}

const FULL = {
  spec: { lookupPolicy: { local: true }, tags: [specTag("ext", "quay.io/x")] },
  status: status(`${OLD}/n/web@sha256:a`),
};
const EXTERNAL = { ...FULL, status: status("quay.io/x@sha256:a", `${OLD}0/n/web@sha256:a`) };

interface BackupRow {
  readonly about: string;
  readonly annotations?: JsonObject;
  readonly more?: JsonObject;
  /** Of the Backup. */
  readonly labels?: JsonObject;
  readonly backup?: JsonObject;
  /** The stream afterwards; absent: unchanged. */
  readonly after?: JsonObject;
  readonly warnings?: number;
}

// openshift A32, 9.2 as far as nothing is copied
const BACKUPS: readonly BackupRow[] = [
  { about: "not a migration", backup: { ...DISABLED, ...REGISTRY } },
  { about: "another part", labels: { "app.kubernetes.io/part-of": "x" }, backup: { ...DISABLED } },
  {
    about: "a migration without image copies",
    labels: MIGRATION,
    backup: { ...DISABLED, ...REGISTRY },
    after: stream({ ...registries(), ...REGISTRY, ...DISABLED }, {
      spec: { lookupPolicy: { local: true } },
      status: {},
    }),
  },
  {
    about: "the same without registry",
    labels: MIGRATION,
    backup: DISABLED,
    after: stream({ ...registries(), ...DISABLED }, { spec: { lookupPolicy: { local: true } }, status: {} }),
  },
  {
    about: "without image copies wins over the stream's own wish",
    annotations: SKIPPED,
    labels: MIGRATION,
    backup: DISABLED,
    after: stream({ ...registries(), ...SKIPPED, ...DISABLED }, {
      spec: { lookupPolicy: { local: true } },
      status: {},
    }),
  },
  { about: "a stream that wants no copy", annotations: SKIPPED, labels: MIGRATION, backup: REGISTRY },
  {
    about: "openshift IMP-45: external images only",
    more: EXTERNAL,
    labels: MIGRATION,
    backup: REGISTRY,
    after: stream({ ...registries(), ...REGISTRY }, EXTERNAL),
  },
  {
    about: "images of the registry",
    labels: MIGRATION,
    backup: REGISTRY,
    after: stream({ ...registries(), ...REGISTRY }, FULL),
    warnings: 1,
  },
];

for (
  const { about, annotations = {}, more = FULL, labels = {}, backup = {}, after, warnings = 0 } of BACKUPS
) {
  Deno.test(`backup of an image stream: ${about} (openshift 9.2)`, async () => {
    const { result, logs } = await runBackup(BACKUP, {
      item: stream({ ...registries(), ...annotations }, more),
      backup: backupOf({}, { labels, annotations: backup }),
      settings: settingsWith(),
    });
    assertEquals(result, after === undefined ? {} : { item: after });
    assertEquals(messages(logs, "warn").length, warnings);
  });
}

Deno.test("an image stream of a migration needs a registry, named by its annotation (openshift IMP-46)", async () => {
  for (const annotations of [{}, { "openshift.io/migration-registry": "" }, null]) {
    const metadata = { labels: MIGRATION, annotations };
    const item = stream(registries(), FULL);
    for (
      const call of [
        () => runBackup(BACKUP, { item, backup: backupOf({}, metadata), settings: settingsWith() }),
        () => runRestore(RESTORE, { item, restore: restoreOf({}, {}, metadata), settings: settingsWith() }),
      ]
    ) {
      const error = await assertRejects(
        call,
        Refusal,
        'migration registry not found for annotation "openshift.io/migration-registry"',
      );
      assertEquals([error.rule, error.reason], ["openshift IMP-46", "invalid_item"]);
    }
  }
});

interface RestoreRow {
  readonly about: string;
  readonly annotations?: JsonObject;
  readonly tags: JsonValue;
  readonly stored?: JsonObject;
  readonly restore?: JsonObject;
  /** Tags afterwards; absent: the item is unchanged. */
  readonly after?: JsonValue;
  readonly warning?: string;
}

const warning = (images: number, tags: number) =>
  `images are not transported: ${images} of the stream and ${tags} tags are of the registry of the old cluster`;
const EXT = specTag("ext", "quay.io/x");
const INT = specTag("int", `${OLD}/n/other:1`);

// openshift A33, 9.3 as far as nothing is copied
const RESTORES: readonly RestoreRow[] = [
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
    about: "a migration with its registry",
    tags: [EXT],
    stored: status(`${OLD}/n/web@sha256:a`),
    restore: restoreOf({}, {}, { labels: MIGRATION, annotations: REGISTRY }),
    warning: warning(1, 0),
  },
  {
    about: "a migration and a stream that wants no copy",
    annotations: { ...registries(), ...SKIPPED },
    tags: [EXT],
    restore: restoreOf({}, {}, { labels: MIGRATION }),
  },
  {
    about: "a migration backed up without image copies",
    annotations: { ...registries(), ...DISABLED },
    tags: null,
    restore: restoreOf({}, {}, { labels: MIGRATION }),
  },
];

for (
  const { about, annotations = registries(), tags, stored = {}, restore = restoreOf(), after, warning }
    of RESTORES
) {
  Deno.test(`restore of an image stream: ${about} (openshift 9.3)`, async () => {
    const of = (tags: JsonValue, more: JsonObject = {}) =>
      stream(annotations, { spec: { lookupPolicy: {}, tags }, ...more });
    const { result, logs, requests } = await runRestore(RESTORE, {
      item: of(tags),
      itemFromBackup: of(tags, { status: stored }),
      restore,
      settings: settingsWith(),
    });
    assertEquals(result, after === undefined ? {} : { item: of(after) });
    assertEquals(messages(logs, "warn"), warning === undefined ? [] : [warning]);
    // The Backup is not needed (openshift IMP-47).
    assertEquals(requests, ["serves imagestreams.image.openshift.io"]);
  });
}
