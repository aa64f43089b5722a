import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { digestOf } from "../../tests/kit/image_store.ts";
import { createTestImages, type TestImages } from "../../tests/kit/images.ts";
import { backupOf, MIGRATION, object, OLD, registries, settingsWith } from "../../tests/kit/openshift.ts";
import { actionOf, messages, type Outcome, runBackup } from "../../tests/kit/run_action.ts";
import { ImageStoreError } from "../../images/store.ts";
import type { BackupResultV2 } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";
import type { Settings } from "./settings.ts";

const BACKUP = actionOf(openshift, "BackupItemAction", "openshift.io/19-is-backup-plugin");

const DISABLED = { "migration.openshift.io/disable-image-copy": "true" };
const SKIPPED = { "openshift.io/skip-image-copy": "true" };
const TRANSFER = "mig.example.com:5000";
const REGISTRY = { "openshift.io/migration-registry": TRANSFER };
const BSL = { "openshift.io/migration-registry": "bsl://" };

const LOCATION = {
  apiVersion: "velero.io/v1",
  kind: "BackupStorageLocation",
  metadata: { name: "default", namespace: "velero" },
  spec: { provider: "aws" },
};

function stream(annotations: JsonObject, more: JsonObject = {}): JsonObject {
  return object("image.openshift.io/v1", "ImageStream", "web", { metadata: { annotations }, ...more });
}

const entry = (reference: string, image: string) => ({ dockerImageReference: reference, image });
const local = (digest: string, repo = "n/web") => entry(`${OLD}/${repo}@${digest}`, digest);
const tagged = (tag: string, ...items: JsonObject[]) => ({ tag, items });

/** One image in the internal registry. */
async function world(layers: readonly string[] = ["layer"], repo = "n/web") {
  const images = createTestImages();
  const digest = await images.at(OLD).addImage(repo, layers);
  return { images, digest };
}

interface Given {
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
  readonly settings?: Partial<Settings>;
  readonly objects?: readonly JsonObject[];
}

function run(
  images: TestImages,
  item: JsonObject,
  { labels = MIGRATION, annotations = REGISTRY, settings = {}, objects = [LOCATION] }: Given = {},
): Promise<Outcome<BackupResultV2>> {
  return runBackup(BACKUP, {
    item,
    backup: backupOf({ storageLocation: "default" }, { labels, annotations }),
    settings: settingsWith(settings),
    images,
    objects,
  });
}

interface Row extends Given {
  readonly about: string;
  readonly item?: JsonObject;
  readonly byDefault?: boolean;
  /** Annotations afterwards besides those of the item; absent: the item is unchanged. */
  readonly after?: JsonObject;
  readonly withoutTags?: true;
  readonly copied?: "registry" | "storage";
}

// openshift A32, 9.2: the decision table
const ROWS: readonly Row[] = [
  {
    about: "row 1: no migration, and images are not wanted",
    labels: {},
    annotations: { ...DISABLED, ...REGISTRY },
  },
  { about: "row 1: another part", labels: { "app.kubernetes.io/part-of": "x" }, annotations: DISABLED },
  { about: "row 1: off by setting", labels: {}, byDefault: true, settings: { "images.backup": "false" } },
  { about: "row 2: by the environment", labels: {}, byDefault: true, after: BSL, copied: "storage" },
  {
    about: "row 2: by setting",
    labels: {},
    settings: { "images.backup": "true" },
    after: BSL,
    copied: "storage",
  },
  {
    about: "row 2: through a registry",
    labels: {},
    annotations: {},
    settings: { "images.backup": "true", "images.transfer-registry": TRANSFER },
    after: REGISTRY,
    copied: "registry",
  },
  { about: "row 3: a migration", after: REGISTRY, copied: "registry" },
  {
    about: "row 3: a migration ignores the settings of plain backups",
    settings: { "images.backup": "false", "images.transfer-registry": "other.example.com" },
    after: REGISTRY,
    copied: "registry",
  },
  {
    about: "row 4: without image copies",
    annotations: { ...DISABLED, ...REGISTRY },
    after: { ...REGISTRY, ...DISABLED },
    withoutTags: true,
  },
  { about: "row 4: without registry", annotations: DISABLED, after: DISABLED, withoutTags: true },
  {
    about: "row 4: wins over the stream's own wish",
    item: SKIPPED,
    annotations: DISABLED,
    after: DISABLED,
    withoutTags: true,
  },
  {
    about: "row 4: of a plain backup",
    labels: {},
    byDefault: true,
    annotations: DISABLED,
    after: { ...BSL, ...DISABLED },
    withoutTags: true,
  },
  { about: "row 5: a stream that wants no copy", item: SKIPPED },
  { about: "row 5: also without registry", item: SKIPPED, annotations: {} },
];

for (const row of ROWS) {
  Deno.test(`backup of an image stream, ${row.about} (openshift 9.2)`, async () => {
    const images = createTestImages({ backupByDefault: row.byDefault ?? false });
    const image = await images.at(OLD).addImage("n/web", ["layer"]);
    const content = {
      spec: { lookupPolicy: { local: true } },
      status: { tags: [tagged("v1", local(image))] },
    };
    const annotations = { ...registries(), ...row.item };
    const { result } = await run(images, stream(annotations, content), row);
    const after = { ...annotations, ...row.after };
    assertEquals(
      result,
      row.after === undefined ? {} : {
        item: row.withoutTags
          ? stream(after, { spec: { lookupPolicy: { local: true } }, status: {} })
          : stream(after, content),
      },
    );
    const places = { registry: TRANSFER, storage: "bsl://velero/default" };
    const target = row.copied === undefined ? undefined : places[row.copied];
    assertEquals(images.copies, target === undefined ? [] : [`${OLD}/n/web@${image} -> ${target}/n/web:v1`]);
    if (target !== undefined) assertEquals(images.at(target).repository("n/web").tags.get("v1"), image);
  });
}

Deno.test("an image stream of a migration needs a registry, named by its annotation (openshift IMP-46)", async () => {
  for (const annotations of [{}, { "openshift.io/migration-registry": "" }]) {
    const { images, digest } = await world();
    const item = stream(registries(), { status: { tags: [tagged("v1", local(digest))] } });
    const error = await assertRejects(
      () => run(images, item, { annotations }),
      Refusal,
      'migration registry not found for annotation "openshift.io/migration-registry"',
    );
    assertEquals([error.rule, error.reason], ["openshift IMP-46", "invalid_item"]);
  }
});

Deno.test("a stream without tags keeps its annotation, or needs a registry (openshift T13.10.5)", async () => {
  const images = createTestImages();
  const { item } = await run(images, stream(registries()), {
    annotations: { "openshift.io/migration-registry": "migReg" },
  });
  assertEquals(item, stream({ ...registries(), "openshift.io/migration-registry": "migReg" }));
  await assertRejects(() => run(images, stream(registries()), { annotations: {} }), Refusal, "not found");
  assertEquals(images.accesses, []);
});

interface CopyRow {
  readonly about: string;
  /** Of `status.tags`, with the digests of the two images. */
  readonly tags: (one: string, two: string) => JsonObject[];
  readonly spec?: JsonObject[];
  readonly settings?: Partial<Settings>;
  readonly host?: string;
  /** `1:t` for the first image under tag `t`, `2` for the second by its digest. */
  readonly copies: string[];
}

const from = (kind: string, more: JsonObject = {}) => [{ name: "v1", from: { kind, name: "x", ...more } }];
const one = (digest: string) => [tagged("v1", local(digest))];

// openshift 9.4 and 13.10
const COPIES: readonly CopyRow[] = [
  {
    about: "openshift T13.10.1: promoted from another stream",
    tags: (digest) => [tagged("v1", local(digest, "namespace-dev/imagefoo"))],
    copies: ["1:v1"],
  },
  { about: "openshift T13.10.2: of its own", tags: one, copies: ["1:v1"] },
  {
    about: "openshift T13.10.3: of another host",
    tags: (digest) => [tagged("v1", entry(`other:5000/n/web@${digest}`, digest))],
    copies: [],
  },
  {
    about: "openshift T13.10.3: a reference tag without an image",
    tags: (digest) => [tagged("v1", entry(`${OLD}/n/web@${digest}`, ""), entry(`${OLD}/n/web`, ""))],
    copies: [],
  },
  {
    about: "openshift T13.10.4: the older one first",
    tags: (digest, older) => [tagged("v1", local(digest), local(older, "other/place"))],
    copies: ["2:v1", "1:v1"],
  },
  {
    about: "openshift 9.4 step 7: only the current one",
    tags: (digest, older) => [tagged("v1", local(digest), local(older))],
    settings: { "images.history": "current" },
    copies: ["1:v1"],
  },
  {
    about: "openshift T13.10.6: a tag of another tag",
    tags: one,
    spec: from("ImageStreamTag"),
    copies: ["1"],
  },
  {
    about: "openshift T13.10.6: a tag of an outside image",
    tags: one,
    spec: from("DockerImage"),
    copies: ["1"],
  },
  {
    about: "openshift T13.10.7: of an image of another namespace",
    tags: one,
    spec: from("ImageStreamImage", { namespace: "other" }),
    copies: ["1"],
  },
  {
    about: "openshift T13.10.7: of an image of the same namespace",
    tags: one,
    spec: from("ImageStreamImage", { namespace: "n" }),
    copies: ["1:v1"],
  },
  {
    about: "openshift T13.10.7: of an image of no namespace",
    tags: one,
    spec: from("ImageStreamImage"),
    copies: ["1:v1"],
  },
  { about: "a tag of the specification without source", tags: one, spec: [{ name: "v1" }], copies: ["1:v1"] },
  {
    about: "the source of another tag",
    tags: one,
    spec: [{ name: "v2", from: { kind: "x" } }],
    copies: ["1:v1"],
  },
  {
    about: "openshift T13.10.8, IMP-45: a host that only begins like it",
    tags: (digest) => [tagged("v1", entry(`${OLD}0/n/web@${digest}`, digest))],
    copies: [],
  },
  {
    about: "an alias of the host",
    tags: (digest) => [tagged("v1", entry(`alias:5000/n/web@${digest}`, digest))],
    settings: { "registry.aliases": ["alias:5000"] },
    copies: ["1:v1"],
  },
  {
    about: "tags in stored order",
    tags: (digest, other) => [tagged("b", local(other)), tagged("a", local(digest))],
    copies: ["2:b", "1:a"],
  },
];

for (const { about, tags, spec, settings = {}, copies } of COPIES) {
  Deno.test(`images of a stream: ${about}`, async () => {
    const { images, digest } = await world();
    const second = await images.at(OLD).addImage("n/web", ["second"]);
    const item = stream(registries(), {
      status: { tags: tags(digest, second) },
      ...(spec === undefined ? {} : { spec: { tags: spec } }),
    });
    const { result } = await run(images, item, { settings });
    assertEquals(
      images.copies,
      copies.map((copy) => {
        const [which, tag] = copy.split(":");
        const place = tag === undefined ? "" : `:${tag}`;
        return `${OLD}/n/web@${which === "1" ? digest : second} -> ${TRANSFER}/n/web${place}`;
      }),
    );
    const { metadata: _, ...rest } = item;
    const { metadata: _m, ...stored } = result.item ?? {};
    assertEquals(stored, rest, "digests are not touched");
  });
}

Deno.test("images of a stream: what is counted", async () => {
  const { images, digest } = await world(["abc"]);
  const { counts } = await run(images, stream(registries(), { status: { tags: one(digest) } }));
  const size = [...images.at(OLD).repository("n/web").blobs.values()].map(({ length }) => length);
  const bytes = size.map((length) => length === 1 ? "imageBytes" : `imageBytes ${length}`);
  assertEquals(counts.toSorted(), ["imageBlobs copied", "imageBlobs copied", ...bytes].toSorted());
});

// openshift T13.10.9
Deno.test("an image that a tag had before and that is gone is a warning, the current one an error", async () => {
  const gone = await digestOf("gone");
  const { images, digest } = await world();
  const history = stream(registries(), { status: { tags: [tagged("v1", local(digest), local(gone))] } });
  const { logs } = await run(images, history);
  const [warning] = messages(logs, "warn");
  assertEquals([messages(logs, "warn").length, warning?.includes(`tag v1: an image that it had before`)], [
    1,
    true,
  ]);
  assertEquals(warning?.includes(gone), true);
  assertEquals(images.at(TRANSFER).repository("n/web").tags.get("v1"), digest);

  const strict = { settings: { "images.missing-history": "fail" } as const };
  await assertRejects(
    () => run(images, history, strict),
    Refusal,
    `1 of 2 images were not copied: tag v1, ${gone}:`,
  );
  const current = stream(registries(), { status: { tags: [tagged("v1", local(gone))] } });
  const error = await assertRejects(() => run(images, current), Refusal, `tag v1, ${gone}:`);
  assertEquals([error.rule, error.reason], ["openshift 9.4", "lookup_failed"]);
});

// openshift IMP-52
Deno.test("the other images are copied when some fail, and one error names each", async () => {
  const { images, digest } = await world();
  const second = await images.at(OLD).addImage("n/web", ["second"]);
  const gone = await digestOf("gone");
  images.at(TRANSFER).fault = (line) => {
    if (line === `putManifest n/web two`) throw new ImageStoreError("no room", "denied");
  };
  const tags = [tagged("one", local(gone)), tagged("two", local(second)), tagged("three", local(digest))];
  const error = await assertRejects(() => run(images, stream(registries(), { status: { tags } })), Refusal);
  assertEquals(error.message.startsWith("2 of 3 images were not copied: "), true);
  assertEquals([
    error.message.includes(`tag one, ${gone}: `),
    error.message.includes(`tag two, ${second}: no room`),
  ], [true, true]);
  assertEquals(error.reason, "forbidden");
  assertEquals([...images.at(TRANSFER).repository("n/web").tags], [["three", digest]]);
});

Deno.test("names that no registry could have reach none", async () => {
  const { images, digest } = await world();
  for (
    const [tag, image, why] of [["v1", "../x", "is not a SHA-256"], ["a/b", digest, "no name of a tag"], [
      "",
      digest,
      "no name of a tag",
    ]]
  ) {
    const item = stream(registries(), {
      status: { tags: [{ tag, items: [entry(`${OLD}/n/web@x`, image!)] }] },
    });
    await assertRejects(() => run(images, item), Refusal, why);
  }
  assertEquals(images.copies, []);
});

// openshift IMP-51
Deno.test("a digest that became another one is noted in the item", async () => {
  const images = createTestImages();
  const children = [];
  for (const layer of ["amd64", "arm64"]) children.push(await images.at(OLD).addImage("n/web", [layer]));
  const index = await images.at(OLD).addIndex("n/web", [...children, await digestOf("gone")]);
  const own = Deno.build.arch === "aarch64" ? children[1]! : children[0]!;
  const odd = { ...local(index), dockerImageReference: `${OLD}/n/web@${index}@x` };
  const item = stream(registries(), { status: { tags: [tagged("v1", local(index)), tagged("v2", odd)] } });
  const { result, logs } = await run(images, item);
  assertEquals(result.item?.status, {
    tags: [tagged("v1", local(own)), tagged("v2", { ...odd, image: own })],
  });
  const annotations = (result.item?.metadata as JsonObject).annotations as JsonObject;
  assertEquals(annotations["velero-plugin-for-workloads/image-digests"], JSON.stringify({ [index]: own }));
  assertEquals(
    messages(logs, "warn").filter((text) => text.includes("other digests in the backup")).length,
    1,
  );
});

Deno.test("without an internal registry no image is local (openshift 5.2)", async () => {
  const { images, digest } = await world();
  const items = [entry(`/n/web@${digest}`, digest), local(digest)];
  const item = stream(registries(""), { status: { tags: [tagged("v1", ...items)] } });
  const { result } = await run(images, item, { settings: { "registry.aliases": [OLD] } });
  assertEquals(result.item, stream({ ...registries(""), ...REGISTRY }, { status: item.status! }));
  assertEquals(images.copies, []);
});

Deno.test("the storage location of the Backup has to be there (openshift 9.6)", async () => {
  const { images, digest } = await world();
  const item = stream(registries(), { status: { tags: one(digest) } });
  const given = { labels: {}, annotations: {}, settings: { "images.backup": "true" } as const, objects: [] };
  await assertRejects(
    () => run(images, item, given),
    Refusal,
    "there is no place for the images: BackupStorageLocation velero/default does not exist",
  );
  const unnamed = {
    item,
    backup: backupOf({}, { labels: {}, annotations: {} }),
    settings: settingsWith(given.settings),
    images,
    objects: [LOCATION],
  };
  await assertRejects(
    () => runBackup(BACKUP, unnamed),
    Refusal,
    "there is no place for the images: the Backup names no BackupStorageLocation",
  );
  await run(images, item, {
    ...given,
    objects: [LOCATION],
    settings: { "images.backup": "true", "images.root-directory": "/x" },
  });
  assertEquals(images.storages.map(({ location, rootDirectory }) => [location.spec, rootDirectory]), [[
    LOCATION.spec,
    "/x",
  ]]);
});

Deno.test("a place that cannot be opened is refused with its reason (openshift 9.6)", async () => {
  for (const [reason, expected] of [["refused", "settings"], ["unreachable", "lookup_failed"]] as const) {
    const { images, digest } = await world();
    images.storage = () => Promise.reject(new ImageStoreError("unsupported provider", reason));
    const item = stream(registries(), { status: { tags: one(digest) } });
    const given = { labels: {}, annotations: {}, settings: { "images.backup": "true" } as const };
    const error = await assertRejects(() => run(images, item, given), Refusal, "unsupported provider");
    assertEquals([error.rule, error.reason], ["openshift 9.6", expected]);
    images.registry = () => Promise.reject(new TypeError("a fault of the program"));
    await assertRejects(() => run(images, item), TypeError);
  }
});

const secret = (config: unknown, key = ".dockerconfigjson") => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "login", namespace: "velero" },
  data: { [key]: btoa(typeof config === "string" ? config : JSON.stringify(config)) },
});

// openshift IMP-55
Deno.test("the login for the transfer registry comes from the Secret that the settings name", async () => {
  const login = { username: "u", password: "p:q" };
  const rows: [about: string, auths: JsonObject, expected: unknown][] = [
    ["name and password", { [TRANSFER]: login }, login],
    ["both in one", { [TRANSFER]: { auth: btoa("u:p:q") } }, login],
    ["both in one first", { [TRANSFER]: { auth: btoa("u:p:q"), username: "x", password: "y" } }, login],
    ["by its address", { [`https://${TRANSFER}`]: login }, login],
    ["by its old address", { [`https://${TRANSFER}/v1/`]: login }, login],
    ["of another registry", { "other:5000": login }, undefined],
  ];
  for (const [about, auths, expected] of rows) {
    const { images, digest } = await world();
    await run(images, stream(registries(), { status: { tags: one(digest) } }), {
      settings: { "registry.auth-secret": "login" },
      objects: [secret({ auths })],
    });
    const access = images.accesses.find(({ host }) => host === TRANSFER);
    assertEquals(access?.credentials, expected as never, about);
  }
});

Deno.test("a Secret without a login is told without its content (openshift IMP-55)", async () => {
  const rows: [objects: JsonObject[], why: string][] = [
    [[], "does not exist"],
    [[secret("hunter2", "other")], "has no key .dockerconfigjson"],
    [[secret("hunter2")], "is no configuration of logins"],
    [[secret({ auths: "hunter2" })], "is no configuration of logins"],
    [[secret({ auths: { [TRANSFER]: { auth: btoa("hunter2") } } })], "has no usable login"],
    [[secret({ auths: { [TRANSFER]: { auth: "hunter2!" } } })], "has no usable login"],
    [[secret({ auths: { [TRANSFER]: { password: "hunter2" } } })], "has no usable login"],
    [[{ ...secret(""), data: { ".dockerconfigjson": "hunter2!" } }], "is no configuration of logins"],
  ];
  for (const [objects, why] of rows) {
    const { images, digest } = await world();
    const item = stream(registries(), { status: { tags: one(digest) } });
    const error = await assertRejects(
      () => run(images, item, { settings: { "registry.auth-secret": "login" }, objects }),
      Refusal,
      why,
    );
    assertEquals([error.reason, error.message.includes("hunter2")], ["settings", false], why);
  }
});

// openshift IMP-54
Deno.test("how registries are reached: settings by host, and the token only for the cluster's own", async () => {
  const config = (host: string) => ({
    apiVersion: "config.openshift.io/v1",
    kind: "Image",
    metadata: { name: "cluster" },
    status: { internalRegistryHostname: host },
  });
  const removed = {
    apiVersion: "imageregistry.operator.openshift.io/v1",
    kind: "Config",
    metadata: { name: "cluster" },
    spec: { managementState: "Removed" },
  };
  const rows: [own: string | undefined, aliases: string[], trusted: boolean][] = [
    [OLD, [], true],
    ["", [], false],
    ["", [OLD], true],
    ["elsewhere:5000", [], false],
    ["elsewhere:5000", [OLD], true],
    [undefined, [], true],
  ];
  for (const [own, aliases, trusted] of rows) {
    const { images, digest } = await world();
    const { logs } = await run(images, stream(registries(), { status: { tags: one(digest) } }), {
      settings: {
        "registry.aliases": aliases,
        "registry.ca-file": "/ca",
        "registry.insecure-hosts": [OLD],
        "registry.plain-http-hosts": [TRANSFER],
      },
      objects: own === undefined ? [] : own === "" ? [removed] : [config(own)],
    });
    const common = { caFile: "/ca" };
    assertEquals(images.accesses, [
      {
        ...common,
        host: OLD,
        insecure: true,
        plainHttp: false,
        ...(trusted ? { credentials: "service-account" as const } : {}),
      },
      { ...common, host: TRANSFER, insecure: false, plainHttp: true },
    ]);
    assertEquals(messages(logs, "warn").length, trusted ? 0 : 1);
  }
});

Deno.test("an aborted copy ends with the reason of its call", async () => {
  const { images, digest } = await world();
  const controller = new AbortController();
  images.at(TRANSFER).fault = () => controller.abort(new Error("deadline"));
  const request = {
    item: stream(registries(), { status: { tags: [...one(digest), ...one(digest)] } }),
    backup: backupOf({}, { labels: MIGRATION, annotations: REGISTRY }),
    settings: settingsWith(),
    images,
    signal: controller.signal,
  };
  await assertRejects(() => runBackup(BACKUP, request), Error, "deadline");
  assertEquals(images.copies.length, 1);
  assertEquals(BACKUP.deadline?.(settingsWith({ "images.timeout": 7 })), 7);
});
