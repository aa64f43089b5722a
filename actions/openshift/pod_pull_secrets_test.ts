import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import {
  account,
  dockercfg,
  namespace,
  NEW,
  OLD,
  openshiftVersion,
  pod,
  registries,
  restoreOf,
  settingsWith,
  waiting,
} from "../../tests/kit/openshift.ts";
import { actionOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";
import type { Settings } from "./settings.ts";

const ACTION = actionOf(openshift, "RestoreItemAction", "openshift.io/07-pod-restore-plugin");

const START = "2026-01-02T03:04:05Z";
const LONG_AGO = namespace("n", "2025-01-01T00:00:00Z");
const JUST_NOW = namespace("n", START);
const DEFAULT = account("default", "default-dockercfg-new");

interface Options {
  readonly images?: readonly string[];
  readonly references?: JsonObject[string];
  readonly spec?: JsonObject;
  readonly objects?: readonly JsonObject[];
  readonly settings?: Partial<Settings>;
  readonly cluster?: Partial<Cluster>;
  readonly states?: Map<string, unknown>;
  readonly time?: ReturnType<typeof waiting>;
  readonly mapping?: JsonObject;
}

async function restored(options: Options) {
  const time = options.time ?? waiting(START);
  const before = time.waited();
  const { images = ["quay.io/x"], references, settings, objects = [], cluster, states, mapping } = options;
  const spec = { ...options.spec, ...(references === undefined ? {} : { imagePullSecrets: references }) };
  const outcome = await runRestore(ACTION, {
    item: pod(images, spec, { annotations: registries() }),
    restore: restoreOf(mapping),
    settings: settingsWith(settings),
    objects,
    ...(cluster === undefined ? {} : { cluster }),
    ...(states === undefined ? {} : { states }),
    ...time,
  });
  const { imagePullSecrets } = outcome.item.spec as JsonObject;
  return { ...outcome, references: imagePullSecrets, seconds: (time.waited() - before) / 1000 };
}

const named = (...names: string[]): JsonObject[] => names.map((name) => ({ name }));

interface Row {
  readonly about: string;
  readonly options: Options;
  readonly references: JsonObject[string];
  readonly seconds?: number;
  readonly warnings?: string[];
}

const OCP = openshiftVersion("4.16.23");
const WARNING = "ServiceAccount n/default has no pull secret; references to one are dropped";

const ROWS: readonly Row[] = [
  {
    about: "openshift T13.4.9: no references, no images of the registry",
    options: { objects: [...OCP, LONG_AGO] },
    references: undefined,
  },
  {
    about: "a generated secret of the old cluster is replaced, others stay",
    options: { references: named("default-dockercfg-old", "quay"), objects: [...OCP, LONG_AGO, DEFAULT] },
    references: named("default-dockercfg-new", "quay"),
  },
  {
    about: "other fields of a reference stay, and what is no reference",
    options: {
      references: [{ name: "default-dockercfg-old", more: 1 }, null, 5, {}],
      objects: [...OCP, LONG_AGO, DEFAULT],
    },
    references: [{ name: "default-dockercfg-new", more: 1 }, null, 5, {}],
  },
  {
    about: "custom references alone are not waited for",
    options: { references: named("quay"), objects: [...OCP, JUST_NOW] },
    references: named("quay"),
  },
  {
    about: "the pod's own account is looked at in the target namespace",
    options: {
      references: named("app-dockercfg-old"),
      spec: { serviceAccountName: "app" },
      mapping: { n: "m" },
      objects: [...OCP, namespace("m", START), {
        ...account("app", "app-dockercfg-new"),
        metadata: {
          name: "app",
          namespace: "m",
          annotations: { "openshift.io/internal-registry-pull-secret-ref": "app-dockercfg-new" },
        },
      }],
    },
    references: named("app-dockercfg-new"),
  },
  {
    about: "a dead reference in an old namespace: half a minute, then it is dropped",
    options: { references: named("default-dockercfg-old", "quay"), objects: [...OCP, LONG_AGO] },
    references: named("quay"),
    seconds: 30,
    warnings: [WARNING],
  },
  {
    about: "a dead reference in a new namespace: five minutes, then it is dropped",
    options: { references: named("default-dockercfg-old"), objects: [...OCP, JUST_NOW] },
    references: [],
    seconds: 300,
    warnings: [WARNING],
  },
  {
    about: "the time-out is a setting",
    options: {
      references: named("default-dockercfg-old"),
      objects: [...OCP, JUST_NOW],
      settings: { "pod.pull-secret-timeout": 60_000 },
    },
    references: [],
    seconds: 60,
    warnings: [WARNING],
  },
  {
    about: "a namespace that does not say when it was made counts as old",
    options: {
      references: named("default-dockercfg-old"),
      objects: [...OCP],
      cluster: {
        get: (kind) =>
          Promise.resolve(
            kind.resource === "namespaces"
              ? { metadata: { creationTimestamp: "soon" } }
              : kind.resource === "clusterversions"
              ? OCP[0]
              : kind.resource === "configs"
              ? OCP[1]
              : undefined,
          ),
      },
    },
    references: [],
    seconds: 30,
    warnings: [WARNING],
  },
  {
    about: "an image of the registry and a dead reference, with a warning as the setting wants",
    options: {
      images: [`${OLD}/n/web`],
      references: named("default-dockercfg-old"),
      objects: [...OCP, LONG_AGO],
      settings: { "pod.pull-secret-on-timeout": "warn" },
    },
    references: [],
    seconds: 30,
    warnings: [WARNING],
  },
  {
    about: "a secret of another account that is not there is not waited for",
    options: {
      references: named("builder-dockercfg-old", "default-dockercfg-old"),
      objects: [...OCP, JUST_NOW, DEFAULT],
    },
    references: named("default-dockercfg-new"),
    warnings: ["ServiceAccount n/builder has no pull secret; references to one are dropped"],
  },
  {
    about: "openshift T13.6.17: registry off since 4.15, no wait, secrets kept",
    options: {
      images: [`${OLD}/n/web`],
      references: named("default-dockercfg-old"),
      objects: [...openshiftVersion("4.15.0", "Removed"), JUST_NOW],
    },
    references: named("default-dockercfg-old"),
  },
  {
    about: "openshift T13.6.17: registry off before 4.15, wait",
    options: {
      references: named("default-dockercfg-old"),
      objects: [...openshiftVersion("4.14.9", "Removed"), LONG_AGO],
    },
    references: [],
    seconds: 30,
    warnings: [WARNING],
  },
  {
    about: "openshift T13.6.18: a release candidate of 4.16 without registry",
    options: {
      references: named("default-dockercfg-old"),
      objects: [...openshiftVersion("4.16.0-rc.1", "Removed"), JUST_NOW],
    },
    references: named("default-dockercfg-old"),
  },
  {
    about: "registry off by its capability, OpenShift 5",
    options: {
      references: named("default-dockercfg-old"),
      objects: [{ ...OCP[0]!, status: { desired: { version: "5.0.0" } } }, OCP[1]!, JUST_NOW],
    },
    references: named("default-dockercfg-old"),
  },
  {
    about:
      "registry off, but a part of OpenShift's version that is no number counts as 0, so there are secrets",
    options: {
      references: named("default-dockercfg-old"),
      objects: [{ ...OCP[0]!, status: { desired: { version: "4.x.1" } } }, OCP[1]!, LONG_AGO],
    },
    references: [],
    seconds: 30,
    warnings: ["ServiceAccount n/default has no pull secret; references to one are dropped"],
  },
  {
    about: "registry off because its operator has no configuration",
    options: { references: named("default-dockercfg-old"), objects: [OCP[0]!, JUST_NOW] },
    references: named("default-dockercfg-old"),
  },
];

for (const { about, options, references, seconds = 0, warnings = [] } of ROWS) {
  Deno.test(`pull secrets of a pod: ${about} (openshift 7.3)`, async () => {
    const outcome = await restored(options);
    assertEquals([outcome.references, outcome.seconds], [references, seconds]);
    assertEquals(messages(outcome.logs, "warn"), warnings);
  });
}

Deno.test("pull secrets of a pod: a secret that comes while it waits is taken (openshift IMP-36)", async () => {
  const time = waiting(START);
  const cluster: Partial<Cluster> = {
    get: (kind, _namespace, name) => {
      const objects = [...OCP, JUST_NOW];
      const there = kind.resource === "serviceaccounts"
        ? time.waited() >= 4_000 ? DEFAULT : undefined
        : undefined;
      return Promise.resolve(
        there ??
          objects.find((object) =>
            (object.metadata as JsonObject).name === name && kind.resource !== "serviceaccounts"
          ),
      );
    },
    // deno-lint-ignore require-yield
    list: async function* () {
      await Promise.resolve();
    },
  };
  const outcome = await restored({ references: named("default-dockercfg-old"), cluster, time });
  assertEquals([outcome.references, outcome.seconds], [named("default-dockercfg-new"), 4]);
});

Deno.test("pull secrets of a pod: an image of the registry waits without references too (openshift IMP-36)", async () => {
  const options = { images: ["quay.io/x", `${OLD}/n/web`], objects: [...OCP, LONG_AGO] };
  const error = await assertRejects(
    () => restored(options),
    Refusal,
    "secret not found: ServiceAccount n/default",
  );
  assertEquals([error.rule, error.reason], ["openshift 7.3", "deadline"]);
  assertStringIncludes(error.remedy, "openshift.pod.pull-secret-on-timeout");
  const { references, seconds } = await restored({ ...options, objects: [...options.objects, DEFAULT] });
  assertEquals([references, seconds], [undefined, 0]);
});

Deno.test("pull secrets of a pod: on time-out the setting may want every pod to fail (openshift IMP-36)", async () => {
  const options = {
    references: named("default-dockercfg-old"),
    objects: [...OCP, LONG_AGO],
    settings: { "pod.pull-secret-on-timeout": "fail" } as const,
  };
  await assertRejects(() => restored(options), Refusal, "secret not found");
});

Deno.test("pull secrets of a pod: half a minute is spent once per restore (openshift IMP-36)", async () => {
  const [states, time] = [new Map<string, unknown>(), waiting(START)];
  const options = { references: named("default-dockercfg-old"), objects: [...OCP, LONG_AGO], states, time };
  assertEquals((await restored(options)).seconds, 30);
  assertEquals((await restored(options)).seconds, 0);
});

Deno.test("pull secrets of a pod: the version of OpenShift must be known (openshift 7.3)", async () => {
  const [version, registry] = openshiftVersion("4.16") as [JsonObject, JsonObject];
  await assertRejects(
    () => restored({ objects: [version, registry, LONG_AGO] }),
    Refusal,
    'unable to parse OCP Version "4.16"',
  );
  for (const text of ["", "latest", "4.x"]) {
    await assertRejects(
      () => restored({ objects: [...openshiftVersion(text), LONG_AGO] }),
      Refusal,
      "unable to parse",
    );
  }
  await assertRejects(
    () => restored({ objects: [registry, LONG_AGO] }),
    Refusal,
    'clusterversions.config.openshift.io "version" not found',
  );
});

Deno.test("pull secrets of a pod: the target namespace must be there, and failures are passed on (openshift 7.3)", async () => {
  await assertRejects(() => restored({ objects: OCP }), Refusal, 'namespaces "n" not found');
  const get = () => Promise.reject(new ClusterError("get: boom", "Other", 500));
  await assertRejects(() => restored({ cluster: { get } }), ClusterError, "get: boom");
});

Deno.test("pull secrets of a pod: a call that ends stops waiting (openshift IMP-36)", async () => {
  const controller = new AbortController();
  const promise = runRestore(ACTION, {
    item: pod(["x"], { imagePullSecrets: named("default-dockercfg-old") }),
    restore: restoreOf(),
    settings: settingsWith(),
    objects: [...OCP, JUST_NOW],
    signal: controller.signal,
    timeout: () => {
      controller.abort(new Error("no answer after 360 s"));
      return new AbortController().signal;
    },
  });
  await assertRejects(() => promise, Error, "no answer after 360 s");
});

Deno.test("pull secrets of a pod: a thousand pods cost what one costs (openshift IMP-03, IMP-16)", async () => {
  const states = new Map<string, unknown>();
  const requests: string[] = [];
  for (let index = 0; index < 1000; index++) {
    const outcome = await restored({
      images: [`${OLD}/n/web`],
      references: named("default-dockercfg-old"),
      objects: [...OCP, LONG_AGO, DEFAULT, dockercfg("default-dockercfg-new", "default")],
      states,
    });
    requests.push(...outcome.requests.filter((request) => !request.startsWith("serves")));
    assertEquals(outcome.references, named("default-dockercfg-new"));
  }
  assertEquals(requests, [
    "get namespaces n",
    "get clusterversions.config.openshift.io version",
    "get configs.imageregistry.operator.openshift.io cluster",
    "get serviceaccounts n/default",
  ]);
});

Deno.test("the wait is within the action's own deadline (openshift IMP-36)", () => {
  assertEquals(ACTION.deadline?.(settingsWith()), 360_000);
  assertEquals(ACTION.deadline?.(settingsWith({ "pod.pull-secret-timeout": 600_000 })), 660_000);
});

Deno.test("images of the new registry are those that count (openshift IMP-36)", async () => {
  // Already named as in the target cluster.
  const options = { images: [`${NEW}/n/web`], objects: [...OCP, LONG_AGO] };
  await assertRejects(() => restored(options), Refusal, "secret not found");
});
