import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import {
  imageStream,
  NEW,
  object,
  OLD,
  registries,
  restoreOf,
  settingsWith,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, runReadiness, runRestore } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";

const ACTION = actionOf(openshift, "RestoreItemActionV2", "openshift.io/04-imagestreamtag-restore-plugin");
const RELATED = "migration.openshift.io/related-istag";

const istag = (reference: string | undefined, tag?: JsonValue, annotations: JsonObject = registries()) =>
  object("image.openshift.io/v1", "ImageStreamTag", "web:1", {
    metadata: { annotations },
    image: {
      metadata: { name: "sha256:w" },
      ...(reference === undefined ? {} : { dockerImageReference: reference }),
    },
    ...(tag === undefined ? {} : { tag }),
  });
const from = (kind: string, name: string, namespace?: string): JsonObject => ({
  from: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
});

const LOCAL = `${OLD}/n/web@sha256:w`;
const EXTERNAL = "quay.io/x/web@sha256:w";

interface Row {
  readonly about: string;
  readonly item: JsonObject;
  /** `tag` afterwards; `"skip"`: the item is left out. */
  readonly tag: JsonValue | undefined;
  readonly aliases?: readonly string[];
}

// openshift A14, 7.6
const ROWS: readonly Row[] = [
  { about: "an external image", item: istag(EXTERNAL), tag: undefined },
  { about: "an image without reference", item: istag(undefined), tag: undefined },
  { about: "openshift IMP-44: a local image without reference", item: istag(LOCAL), tag: "skip" },
  {
    about: "a local image, the old registry not known",
    item: istag(LOCAL, undefined, registries("")),
    tag: undefined,
  },
  { about: "a host that only begins like it", item: istag(`${OLD}0/n/web@sha256:w`), tag: undefined },
  {
    about: "openshift IMP-11: another name of the registry",
    item: istag("alias/n/web@sha256:w"),
    aliases: ["alias"],
    tag: "skip",
  },
  {
    about: "a tag of the same namespace",
    item: istag(LOCAL, from("ImageStreamTag", "base:1")),
    tag: from("ImageStreamTag", "base:1"),
  },
  {
    about: "a tag of a mapped namespace",
    item: istag(LOCAL, from("ImageStreamTag", "base:1", "n")),
    tag: from("ImageStreamTag", "base:1", "m"),
  },
  {
    about: "a tag of an unmapped namespace",
    item: istag(LOCAL, from("ImageStreamTag", "base:1", "other")),
    tag: from("ImageStreamTag", "base:1", "other"),
  },
  {
    about: "an image of its own namespace",
    item: istag(LOCAL, from("ImageStreamImage", "base@sha256:b")),
    tag: "skip",
  },
  {
    about: "the same, named",
    item: istag(LOCAL, from("ImageStreamImage", "base@sha256:b", "n")),
    tag: "skip",
  },
  {
    about: "an external image of its own namespace",
    item: istag(EXTERNAL, from("ImageStreamImage", "base@sha256:b", "n")),
    tag: from("ImageStreamImage", "base@sha256:b", "m"),
  },
  {
    about: "an image of another namespace",
    item: istag(LOCAL, from("ImageStreamImage", "base@sha256:b", "o")),
    tag: from("ImageStreamImage", "base@sha256:b", "p"),
  },
  {
    about: "an image of a registry",
    item: istag(LOCAL, from("DockerImage", "quay.io/x:1")),
    tag: from("DockerImage", "quay.io/x:1"),
  },
  {
    about: "openshift IMP-42: an image of the old registry",
    item: istag(LOCAL, from("DockerImage", `${OLD}/n/base:1`)),
    tag: from("DockerImage", `${NEW}/m/base:1`),
  },
  {
    about: "openshift IMP-42: a digest of openshift that the target has",
    item: istag(LOCAL, from("DockerImage", `${OLD}/openshift/cat@sha256:a`)),
    tag: from("DockerImage", `${NEW}/openshift/cat@sha256:a`),
  },
  {
    about: "annotations of the tag go, other fields stay",
    item: istag(LOCAL, { ...from("ImageStreamTag", "base:1"), annotations: { x: "y" }, generation: 3 }),
    tag: { ...from("ImageStreamTag", "base:1"), generation: 3 },
  },
  {
    about: "annotations of a tag that is no reference stay",
    item: istag(EXTERNAL, { annotations: { x: "y" } }),
    tag: { annotations: { x: "y" } },
  },
];

for (const { about, item, tag, aliases = [] } of ROWS) {
  Deno.test(`restore of a tag: ${about} (openshift 7.6)`, async () => {
    const { result, logs } = await runRestore(ACTION, {
      item,
      restore: restoreOf({ n: "m", o: "p" }),
      objects: [imageStream("openshift", "cat", ["sha256:a"])],
      settings: settingsWith({ "registry.aliases": aliases }),
    });
    if (tag === "skip") {
      assertEquals(result, { skipRestore: true });
      assertEquals(messages(logs, "warn"), [
        "not restored: its image sha256:w is in the registry of the old cluster and was not copied",
      ]);
      return;
    }
    const { tag: _, ...rest } = item;
    assertEquals(result, {
      item: { ...rest, ...(tag === undefined ? {} : { tag }) },
      additionalItems: [],
      waitForAdditionalItems: true,
    });
    assertEquals(messages(logs, "warn"), []);
  });
}

// The related tag is named as in the source; Velero maps it.
const ANNOTATED: [annotations: JsonObject, related: boolean][] = [
  [{ [RELATED]: "base:1", [`${RELATED}-ns`]: "n" }, true],
  [{ [RELATED]: "base:1" }, false],
  [{ [RELATED]: "", [`${RELATED}-ns`]: "n" }, false],
  [{ [RELATED]: 5, [`${RELATED}-ns`]: "n" }, false],
];

for (const [annotations, related] of ANNOTATED) {
  Deno.test(`restore of a tag with ${JSON.stringify(annotations)} (openshift 7.6)`, async () => {
    const item = istag(LOCAL, from("ImageStreamTag", "base:1"), { ...registries(), ...annotations });
    const { result } = await runRestore(ACTION, {
      item,
      restore: restoreOf({ n: "m" }),
      settings: settingsWith(),
    });
    const id = { group: "image.openshift.io", resource: "imagestreamtags", namespace: "n", name: "base:1" };
    assertEquals([result.additionalItems, result.waitForAdditionalItems], [related ? [id] : [], true]);
  });
}

Deno.test("restore of a tag: the notes go with it (openshift IMP-09)", async () => {
  const { item } = await runRestore(ACTION, {
    item: istag(EXTERNAL),
    restore: restoreOf(),
    settings: settingsWith({ "keep-bookkeeping": false }),
  });
  assertEquals(item, istag(EXTERNAL, undefined, {}));
});

const id = (name: string, namespace = "n", resource = "imagestreamtags", group = "image.openshift.io") => ({
  group,
  resource,
  namespace,
  name,
});
const stored = (name: string, image: JsonValue | undefined, namespace = "m") =>
  object("image.openshift.io/v1", "ImageStreamTag", name, {
    metadata: { namespace },
    ...(image === undefined ? {} : { image }),
  });
const OBJECTS = [stored("base:1", {}), stored("importing:1", undefined), stored("ext:1", {}, "other")];

const READY: [about: string, items: ReturnType<typeof id>[], ready: boolean, warnings: number][] = [
  ["none", [], true, 0],
  ["there, in the mapped namespace", [id("base:1")], true, 0],
  ["there, in an unmapped namespace", [id("ext:1", "other")], true, 0],
  ["not there", [id("gone:1")], false, 0],
  ["openshift IMP-43: there without its image", [id("importing:1")], false, 0],
  ["one of two not there", [id("base:1"), id("gone:1")], false, 0],
  [
    "another resource is not waited for",
    [id("x", "n", "imagestreams"), id("y", "n", "imagestreamtags", "")],
    true,
    2,
  ],
];

for (const [about, additionalItems, ready, warnings] of READY) {
  Deno.test(`additional items of a tag: ${about} (openshift 7.6)`, async () => {
    const outcome = await runReadiness(ACTION, {
      additionalItems,
      restore: restoreOf({ n: "m" }),
      objects: OBJECTS,
      settings: settingsWith(),
    });
    assertEquals([outcome.ready, messages(outcome.logs, "warn").length], [ready, warnings]);
  });
}

Deno.test("additional items of a tag: a failure is one, not «not ready» (openshift IMP-43)", async () => {
  const get = () => Promise.reject(new ClusterError("get: forbidden", "Forbidden", 403));
  const world = {
    additionalItems: [id("base:1")],
    restore: restoreOf(),
    cluster: { get },
    settings: settingsWith(),
  };
  await assertRejects(() => runReadiness(ACTION, world), ClusterError, "forbidden");
});

Deno.test("a tag begins no operation (openshift 7.6)", async () => {
  const request = { operationID: "x", run: restoreOf() };
  const error = await assertRejects(
    async () => await ACTION.progress?.(request, {} as never),
    Refusal,
    "asynchronous operations not supported",
  );
  assertEquals(error.rule, "openshift 7.6");
  assertEquals(await ACTION.cancel?.(request, {} as never), undefined);
});
