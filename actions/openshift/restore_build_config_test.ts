import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import {
  account,
  dockercfg,
  imageStream,
  NEW,
  object,
  OLD,
  openshiftVersion,
  registries,
  restoreOf,
  settingsWith,
  waiting,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";

const ACTION = actionOf(openshift, "RestoreItemAction", "openshift.io/17-buildconfig-restore-plugin");

const bc = (spec: JsonValue, annotations: JsonObject = registries()) =>
  object("build.openshift.io/v1", "BuildConfig", "b", { metadata: { annotations }, spec });

interface Options {
  readonly objects?: readonly JsonObject[];
  readonly mapping?: JsonObject;
  readonly annotations?: JsonObject;
  readonly cluster?: Partial<Cluster>;
}

async function restored(spec: JsonValue, { objects = [], mapping, annotations, cluster }: Options = {}) {
  const time = waiting();
  const outcome = await runRestore(ACTION, {
    item: bc(spec, annotations),
    restore: restoreOf(mapping),
    objects,
    settings: settingsWith(),
    ...(cluster === undefined ? {} : { cluster }),
    ...time,
  });
  return { ...outcome, spec: outcome.item.spec as JsonObject, seconds: time.waited() / 1000 };
}

const BUILDER = account("builder", "builder-dockercfg-new");
const image = (name: string) => ({ kind: "DockerImage", name });
const secret = (name: string) => ({ name });

/** A BuildConfig's specification with an image and a secret in every place of openshift 7.5. */
function everywhere(host: string, generated: string): JsonObject {
  const input = { from: image(`${host}/n/in`), pullSecret: secret(generated), more: 1 };
  return {
    output: { to: image(`${host}/n/out:1`), pushSecret: secret(generated) },
    source: { git: { uri: "u" }, images: [input, { ...input, paths: [] }] },
    strategy: { type: "x", sourceStrategy: input, dockerStrategy: input, customStrategy: input },
  };
}

Deno.test("images and secrets of all places are those of the target (openshift A30, 7.5, IMP-39)", async () => {
  const { spec, requests, seconds } = await restored(everywhere(OLD, "builder-dockercfg-old"), {
    objects: [BUILDER],
  });
  assertEquals(spec, everywhere(NEW, "builder-dockercfg-new"));
  assertEquals([requests, seconds], [[
    "serves imagestreams.image.openshift.io",
    "get serviceaccounts n/builder",
  ], 0]);
});

const tag = (namespace?: string, kind = "ImageStreamTag") => ({
  kind,
  name: "base:1",
  ...(namespace === undefined ? {} : { namespace }),
});
const from = (reference: JsonObject): JsonObject => ({ strategy: { sourceStrategy: { from: reference } } });

const REFERENCES: [about: string, before: JsonObject, after: JsonObject][] = [
  ["an image of the old registry", image(`${OLD}/n/x`), image(`${NEW}/m/x`)],
  ["an image of another", image("quay.io/n/x"), image("quay.io/n/x")],
  ["another kind", { kind: "Other", name: `${OLD}/n/x`, namespace: "n" }, {
    kind: "Other",
    name: `${OLD}/n/x`,
    namespace: "n",
  }],
  ["openshift IMP-40: a tag of a mapped namespace", tag("n"), tag("m")],
  ["openshift IMP-40: an image of a stream", tag("n", "ImageStreamImage"), tag("m", "ImageStreamImage")],
  ["openshift IMP-40: an unmapped namespace", tag("other"), tag("other")],
  ["openshift IMP-40: no namespace", tag(), tag()],
  [
    "openshift IMP-10: a digest that the target has",
    image(`${OLD}/openshift/cat@sha256:a`),
    image(`${NEW}/openshift/cat@sha256:a`),
  ],
  [
    "openshift IMP-10: a digest that it has not",
    image(`${OLD}/openshift/cat@sha256:b`),
    image(`${NEW}/openshift/cat`),
  ],
];

for (const [about, before, after] of REFERENCES) {
  Deno.test(`reference of a build: ${about} (openshift 7.5)`, async () => {
    const objects = [imageStream("openshift", "cat", ["sha256:a"])];
    assertEquals((await restored(from(before), { mapping: { n: "m" }, objects })).spec, from(after));
  });
}

Deno.test("images stay when one of the registries is not known (openshift 7.5)", async () => {
  for (const annotations of [registries(""), registries(OLD, ""), {}]) {
    assertEquals((await restored(from(image(`${OLD}/n/x`)), { annotations })).result, {});
  }
});

Deno.test("triggers follow the mapping and forget what they saw last (openshift IMP-40)", async () => {
  const spec = (namespace: string, last: JsonObject): JsonObject => ({
    triggers: [
      { type: "ConfigChange" },
      { type: "ImageChange", imageChange: {} },
      { type: "ImageChange", imageChange: { from: tag(namespace), ...last } },
      null,
      { imageChange: "x" },
    ],
  });
  const outcome = await restored(spec("n", { lastTriggeredImageID: `${OLD}/n/base@sha256:a` }), {
    mapping: { n: "m" },
  });
  assertEquals(outcome.spec, spec("m", {}));
  assertEquals((await restored(spec("n", {}))).result, {});
});

const push = (name: string) => ({ output: { pushSecret: secret(name) } });
const pull = (name: string) => ({ strategy: { dockerStrategy: { pullSecret: secret(name) } } });

interface Row {
  readonly id: string;
  readonly spec: JsonObject;
  readonly objects: readonly JsonObject[];
  readonly after: JsonObject;
  readonly seconds?: number;
  readonly warnings?: number;
}

const LINKED = [
  account("builder"),
  dockercfg("builder-dockercfg-old", "builder", "foreign"),
  dockercfg("builder-dockercfg-new", "builder", "uid-builder"),
];

const SECRETS: readonly Row[] = [
  {
    id: "openshift T13.4.4",
    spec: { strategy: { sourceStrategy: { pullSecret: secret("builder-dockercfg-old") } } },
    objects: LINKED,
    after: { strategy: { sourceStrategy: { pullSecret: secret("builder-dockercfg-new") } } },
  },
  { id: "openshift T13.4.5", spec: push("custom-old"), objects: LINKED, after: push("custom-old") },
  {
    id: "the build's own account (openshift IMP-15)",
    spec: { serviceAccount: "ci", ...push("ci-dockercfg-old") },
    objects: [account("ci", "ci-dockercfg-new")],
    after: { serviceAccount: "ci", ...push("ci-dockercfg-new") },
  },
  {
    id: "openshift IMP-41: a push secret without match is taken off",
    spec: push("builder-dockercfg-old"),
    objects: [account("builder")],
    after: { output: {} },
    seconds: 30,
    warnings: 1,
  },
  {
    id: "openshift IMP-41: without waiting where OpenShift makes none",
    spec: push("builder-dockercfg-old"),
    objects: [account("builder"), ...openshiftVersion("4.16.1", "Removed")],
    after: { output: {} },
    warnings: 1,
  },
  {
    id: "openshift IMP-41: with waiting where it does",
    spec: push("builder-dockercfg-old"),
    objects: [account("builder"), ...openshiftVersion("4.16.1")],
    after: { output: {} },
    seconds: 30,
    warnings: 1,
  },
  {
    id: "openshift T13.4.9",
    spec: { output: {}, strategy: { sourceStrategy: {} } },
    objects: [],
    after: { output: {}, strategy: { sourceStrategy: {} } },
  },
];

for (const { id, spec, objects, after, seconds = 0, warnings = 0 } of SECRETS) {
  Deno.test(`secret of a build: ${id} (openshift 7.5)`, async () => {
    const outcome = await restored(spec, { objects });
    assertEquals([outcome.spec, outcome.seconds], [after, seconds]);
    assertEquals(messages(outcome.logs, "warn").length, warnings);
  });
}

Deno.test("secret of a build: what is right already is not written anew (openshift 7.5)", async () => {
  assertEquals((await restored(push("builder-dockercfg-new"), { objects: [BUILDER] })).result, {});
});

Deno.test("secret of a build: a pull secret must be there (openshift 7.5)", async () => {
  const error = await assertRejects(
    () => restored(pull("builder-dockercfg-old")),
    Refusal,
    "secret not found",
  );
  assertEquals(error.rule, "openshift 5.6");
});

Deno.test("secret of a build: failures of the API server are passed on (openshift 7.5)", async () => {
  const get = () => Promise.reject(new ClusterError("get: forbidden", "Forbidden", 403));
  await assertRejects(
    () => restored(push("builder-dockercfg-old"), { cluster: { get } }),
    ClusterError,
    "forbidden",
  );
});

Deno.test("builds without what the rules read are left alone (openshift IMP-02)", async () => {
  const specs: JsonValue[] = [
    {},
    null,
    5,
    { strategy: { jenkinsPipelineStrategy: { jenkinsfile: "x" } }, source: { type: "None" } },
    { output: { to: 5, pushSecret: "x" }, source: { images: [{ from: ["x"] }] } },
    { output: null, strategy: { sourceStrategy: null }, source: { images: [null, 5] }, triggers: 5 },
  ];
  for (const spec of specs) assertEquals((await restored(spec)).result, {});
});

Deno.test("the wait is within the action's own deadline (openshift IMP-41)", () => {
  assertEquals(ACTION.deadline?.(settingsWith()), 90_000);
});
