import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError, type ServerVersion } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { prepare, type World } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { registryHost, registryOf } from "./registry_host.ts";

const HOST = "image-registry.openshift-image-registry.svc:5000";

const imageConfig = (status: JsonObject[string]): JsonObject => ({
  apiVersion: "config.openshift.io/v1",
  kind: "Image",
  metadata: { name: "cluster" },
  status,
});
const stream = (name: string, status: JsonObject[string], namespace = "openshift"): JsonObject => ({
  apiVersion: "image.openshift.io/v1",
  kind: "ImageStream",
  metadata: { name, namespace },
  status,
});
const apiServerConfig = (data: JsonObject[string]): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "config", namespace: "openshift-apiserver" },
  data,
});
const service = (spec: JsonObject[string]): JsonObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "docker-registry", namespace: "default" },
  spec,
});
const registry = (managementState: string): JsonObject => ({
  apiVersion: "imageregistry.operator.openshift.io/v1",
  kind: "Config",
  metadata: { name: "cluster" },
  spec: { managementState },
});
const policy = (host: string) => ({
  "config.yaml": JSON.stringify({ imagePolicyConfig: { internalRegistryHostname: host } }),
});

interface Row {
  readonly about: string;
  readonly objects: readonly JsonObject[];
  readonly minor?: string;
  readonly major?: string;
  readonly absentGroups?: string[];
  readonly host: string;
}

// openshift 5.2, step by step
const ROWS: readonly Row[] = [
  {
    about: "the images configuration wins (openshift IMP-06)",
    objects: [
      imageConfig({ internalRegistryHostname: "r:1" }),
      stream("cli", { dockerImageRepository: "r:2/a/b" }),
    ],
    host: "r:1",
  },
  {
    about: "an empty images configuration falls through",
    objects: [
      imageConfig({ internalRegistryHostname: "" }),
      stream("cli", { dockerImageRepository: "r:2/a/b" }),
    ],
    host: "r:2",
  },
  {
    about: "an images configuration of a wrong type falls through",
    objects: [
      imageConfig({ internalRegistryHostname: 5 }),
      stream("cli", { dockerImageRepository: "r:2/a/b" }),
    ],
    host: "r:2",
  },
  {
    about: "the first stream of namespace openshift",
    objects: [
      stream("another", { dockerImageRepository: "r:9/a/b" }, "other"),
      stream("cli", { dockerImageRepository: `${HOST}/openshift/cli` }),
      stream("dotnet", { dockerImageRepository: "r:3/a/b" }),
    ],
    host: HOST,
  },
  {
    about: "a repository without a registry gives an empty host",
    objects: [stream("cli", { dockerImageRepository: "openshift/cli" }), apiServerConfig(policy("r:4"))],
    host: "",
  },
  {
    about: "a first stream without a repository falls through",
    objects: [
      stream("cli", { dockerImageRepository: "" }),
      stream("dotnet", { dockerImageRepository: "r:3/a/b" }),
      apiServerConfig(policy("r:4")),
    ],
    host: "r:4",
  },
  {
    about: "a repository that does not parse falls through",
    objects: [stream("cli", { dockerImageRepository: "UPPER CASE" }), apiServerConfig(policy("r:4"))],
    host: "r:4",
  },
  { about: "the API server's configuration", objects: [apiServerConfig(policy(HOST))], host: HOST },
  { about: "the same without a host", objects: [apiServerConfig({ "config.yaml": "{}" })], host: "" },
  { about: "the same that is null", objects: [apiServerConfig({ "config.yaml": "null" })], host: "" },
  {
    about: "the same with a policy that is null",
    objects: [apiServerConfig({ "config.yaml": '{"imagePolicyConfig":null}' })],
    host: "",
  },
  {
    about: "the same with a host that is null",
    objects: [apiServerConfig({ "config.yaml": '{"imagePolicyConfig":{"internalRegistryHostname":null}}' })],
    host: "",
  },
  {
    about: "groups of OpenShift that are not served fall through",
    objects: [apiServerConfig(policy("r:4"))],
    absentGroups: ["config.openshift.io", "image.openshift.io"],
    host: "r:4",
  },
  {
    about: "no API server's configuration where the registry is removed (openshift IMP-07)",
    objects: [registry("Removed")],
    host: "",
  },
  {
    about: "the Service of OpenShift 3",
    objects: [
      service({ clusterIP: "172.30.1.1", ports: [{ port: 5000 }, { port: 1 }] }),
      apiServerConfig(policy("r:4")),
    ],
    minor: "11+",
    host: "172.30.1.1:5000",
  },
  {
    about: "no Service is asked for from OpenShift 4 on",
    objects: [service({ clusterIP: "172.30.1.1", ports: [{ port: 5000 }] }), apiServerConfig(policy("r:4"))],
    minor: "12",
    host: "r:4",
  },
  { about: "no Service of OpenShift 3", objects: [apiServerConfig(policy("r:4"))], minor: "7", host: "" },
  {
    about: "a Service without ports",
    objects: [service({ clusterIP: "172.30.1.1" })],
    minor: "11",
    host: "",
  },
  {
    about: "a Service of wrong types",
    objects: [service({ clusterIP: 5, ports: [{ port: "x" }] })],
    minor: "11",
    host: "",
  },
];

const versioned = (major = "1", minor = "29"): Partial<Cluster> => ({
  version: () => Promise.resolve({ major, minor, gitVersion: "" } satisfies ServerVersion),
});

for (const { about, objects, major, minor, absentGroups = [], host } of ROWS) {
  Deno.test(`registryHost(): ${about} (openshift 5.2)`, async () => {
    const { context } = prepare({ objects, absentGroups, cluster: versioned(major, minor) });
    assertEquals(await registryHost(context), host);
  });
}

const REFUSED: [about: string, world: World<unknown>, message: string][] = [
  [
    "another major version",
    { cluster: versioned("2", "1") },
    "server version 2.1 not supported. Must be 1.x",
  ],
  [
    "a version too old",
    { cluster: versioned("1", "6") },
    "Kubernetes version 1.6 not supported. Must be 1.7 or greater",
  ],
  ["no configuration", {}, "ConfigMap openshift-apiserver/config does not exist"],
  [
    "no configuration and a registry",
    { objects: [registry("Managed")] },
    "ConfigMap openshift-apiserver/config does not exist",
  ],
  ["YAML", {
    objects: [apiServerConfig({ "config.yaml": "imagePolicyConfig: {internalRegistryHostname: x}" })],
  }, "is not JSON"],
  ["a list", { objects: [apiServerConfig({ "config.yaml": "[5]" })] }, "is of a wrong type"],
  ["a text", { objects: [apiServerConfig({ "config.yaml": '"x"' })] }, "is of a wrong type"],
  ["a policy that is a text", {
    objects: [apiServerConfig({ "config.yaml": '{"imagePolicyConfig":"r:4"}' })],
  }, "is of a wrong type"],
  ["a host that is a number", {
    objects: [apiServerConfig({ "config.yaml": '{"imagePolicyConfig":{"internalRegistryHostname":5}}' })],
  }, "is of a wrong type"],
  ["no key", { objects: [apiServerConfig({})] }, "is not JSON"],
  ["no data", { objects: [apiServerConfig(null)] }, "is not JSON"],
];

for (const [about, world, message] of REFUSED) {
  Deno.test(`registryHost() refuses ${about} (openshift 5.2)`, async () => {
    const { context } = prepare({ cluster: versioned(), ...world });
    const error = await assertRejects(() => registryHost(context), Refusal, message);
    assertEquals([error.rule, error.reason], ["openshift 5.2", "cluster"]);
  });
}

Deno.test("registryHost() goes on after steps that fail, and fails with the last (openshift 5.2)", async () => {
  const refused = (reason: "Forbidden" | "Other") => new ClusterError(`get: ${reason}`, reason, 403);
  const get: Cluster["get"] = (kind) =>
    Promise.reject(refused(kind.resource === "configmaps" ? "Other" : "Forbidden"));
  // deno-lint-ignore require-yield
  const list: Cluster["list"] = async function* () {
    await Promise.reject(refused("Forbidden"));
  };
  const { context, requests } = prepare({ cluster: { ...versioned(), get, list } });
  await assertRejects(() => registryHost(context), ClusterError, "get: Other");
  assertEquals(requests, [
    "get images.config.openshift.io cluster",
    "list imagestreams.image.openshift.io openshift",
    "get configmaps openshift-apiserver/config",
  ]);
});

Deno.test("registryHost() is read again after five minutes (openshift 5.2)", async () => {
  const now = new Date("2026-01-02T03:00:00Z");
  const objects = [imageConfig({ internalRegistryHostname: "r:1" })];
  const { context, requests } = prepare({ objects, now });
  await registryHost(context);
  now.setTime(now.getTime() + 299_000);
  await registryHost(context);
  assertEquals(requests.length, 1);
  now.setTime(now.getTime() + 1_000);
  await registryHost(context);
  assertEquals(requests.length, 2);
});

const REPOSITORIES: [repository: string, host: string | undefined][] = [
  ["r:5000/ns/name", "r:5000"],
  ["example.com/ns/name:tag", "example.com"],
  ["localhost/ns/name@sha256:" + "a".repeat(64), "localhost"],
  ["ns/name", ""],
  ["name", ""],
  ["example.com", ""],
  ["UPPER/ns/name", ""],
  ["r:5000/Upper", undefined],
  ["r:5000/", undefined],
  ["", undefined],
  ["a b/c", undefined],
  ["https://r/ns/name", undefined],
  ["r:5000/" + "a".repeat(5000), undefined],
];

for (const [repository, host] of REPOSITORIES) {
  Deno.test(`registryOf("${repository.slice(0, 40)}") (openshift 5.2)`, () =>
    assertEquals(registryOf(repository), host));
}
