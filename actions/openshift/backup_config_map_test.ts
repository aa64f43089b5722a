import { assertEquals } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { actionOf, defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

const action = actionOf(openshift, "BackupItemAction", "openshift.io/25-configmap-backup-plugin");
const KEY = "oadp.openshift.io/skip-buildconfig-configmap-restore";
const OWNER = { apiVersion: "v1", kind: "Pod", name: "api-7-build" };

function configMap(name: string, owners: JsonValue = [OWNER], annotations?: JsonValue): JsonObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace: "n",
      ownerReferences: owners,
      ...(annotations !== undefined && { annotations }),
    },
    data: { "service-ca.crt": "x" },
  };
}

function pod(annotations: JsonObject, name = "api-7-build", namespace = "n"): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, annotations } };
}

const BUILD = pod({ "openshift.io/build.name": "api-7" });

interface Row {
  readonly id: string;
  readonly item: JsonObject;
  readonly pods?: readonly JsonObject[];
  readonly becomes?: JsonObject;
  readonly reads: number;
}

const ROWS: readonly Row[] = [
  ...["api-7-ca", "api-7-global-ca", "api-7-sys-config", "ca", "africa"].map((name): Row => ({
    id: name,
    item: configMap(name),
    becomes: configMap(name, [OWNER], { [KEY]: "true" }),
    reads: 1,
  })),
  ...["settings", "ca-settings", "sys-config-x", "CA"].map((name): Row => ({
    id: `another name: ${name}`,
    item: configMap(name),
    reads: 0,
  })),
  {
    id: "other annotations stay",
    item: configMap("x-ca", [OWNER], { a: "b" }),
    becomes: configMap("x-ca", [OWNER], { a: "b", [KEY]: "true" }),
    reads: 1,
  },
  ...["false", "", "true"].map((value): Row => ({
    id: `decided already: "${value}"`,
    item: configMap("x-ca", [OWNER], { [KEY]: value }),
    reads: 0,
  })),
  { id: "no owner", item: configMap("x-ca", []), reads: 0 },
  { id: "another kind of owner", item: configMap("x-ca", [{ kind: "Build", name: "api-7" }]), reads: 0 },
  {
    id: "the second owner",
    item: configMap("x-ca", [{ kind: "Pod", name: "other" }, OWNER]),
    becomes: configMap("x-ca", [{ kind: "Pod", name: "other" }, OWNER], { [KEY]: "true" }),
    reads: 2,
  },
  { id: "a pod that is no build", item: configMap("x-ca"), pods: [pod({ a: "b" })], reads: 1 },
  {
    id: "a pod with an empty build name",
    item: configMap("x-ca"),
    pods: [pod({ "openshift.io/build.name": "" })],
    reads: 1,
  },
  {
    id: "a build pod of another namespace",
    item: configMap("x-ca"),
    pods: [pod({ "openshift.io/build.name": "x" }, "api-7-build", "m")],
    reads: 1,
  },
  ...["ca", "global-ca", "sys-config"].map((end): Row => ({
    id: `openshift IMP-25: the pod is gone, ${end}`,
    item: configMap(`api-7-${end}`),
    pods: [],
    becomes: configMap(`api-7-${end}`, [OWNER], { [KEY]: "true" }),
    reads: 1,
  })),
  { id: "openshift IMP-25: the name of another build", item: configMap("api-8-ca"), pods: [], reads: 1 },
  {
    id: "openshift IMP-25: another name of the same build",
    item: configMap("api-7-x-ca"),
    pods: [],
    reads: 1,
  },
  {
    id: "openshift IMP-25: the pod was no build by its name",
    item: configMap("api-7-ca", [{ kind: "Pod", name: "api-7" }]),
    pods: [],
    reads: 1,
  },
  {
    id: "openshift IMP-25: undefined-ca is no name of a build",
    item: configMap("undefined-ca", [{ kind: "Pod", name: "x" }]),
    pods: [],
    reads: 1,
  },
  { id: "owners of wrong types", item: configMap("x-ca", "x"), reads: 0 },
  {
    id: "owner without a name",
    item: configMap("x-ca", [{ kind: "Pod" }, { kind: "Pod", name: 5 }, null, "Pod"]),
    reads: 0,
  },
];

for (const { id, item, pods = [BUILD], becomes, reads } of ROWS) {
  Deno.test(`ConfigMap at backup, openshift A39: ${id}`, async () => {
    const { result, requests, logs } = await runBackup(action, {
      item,
      objects: pods,
      settings: defaultsOf(settings),
    });
    assertEquals(result, becomes === undefined ? {} : { item: becomes });
    assertEquals(requests.filter((request) => request.startsWith("get ")).length, reads);
    assertEquals(messages(logs, "warn"), []);
  });
}

Deno.test("ConfigMap at backup: a pod that cannot be read is a warning, the next owner is asked (openshift A39)", async () => {
  const { item, logs } = await runBackup(action, {
    item: configMap("x-ca", [{ kind: "Pod", name: "other" }, OWNER]),
    settings: defaultsOf(settings),
    cluster: {
      get: (_kind, _namespace, name) =>
        name === "other"
          ? Promise.reject(new ClusterError("get pods n/other: boom", "Other", 500))
          : Promise.resolve(BUILD),
    },
  });
  assertEquals((item.metadata as JsonObject).annotations, { [KEY]: "true" });
  assertEquals(messages(logs, "warn"), ["cannot see whether pod other is a build: get pods n/other: boom"]);
});

Deno.test("ConfigMap at backup: a pod that cannot be read counts as none of a build, whatever the names (openshift A39)", async () => {
  const { result } = await runBackup(action, {
    item: configMap("api-7-ca"),
    settings: defaultsOf(settings),
    cluster: { get: () => Promise.reject(new ClusterError("get pods: boom", "Other", 500)) },
  });
  assertEquals(result, {});
});
