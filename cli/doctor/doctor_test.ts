import { assertEquals, assertStringIncludes } from "@std/assert";
import { RIGHTS, SETTINGS_RIGHT } from "../../actions/rights.ts";
import { SOURCES } from "../../actions/sources.ts";
import {
  type Cluster,
  ClusterError,
  type ClusterReason,
  type RequestOptions,
  type ResourceKind,
} from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { type Finding, ok, problem, renderFindings, warning } from "./finding.ts";
import { checkServer, checkSettings, checkVelero } from "./in_cluster.ts";
import { checkPluginFolder } from "./plugin_folder.ts";
import { checkMemory, checkSidecar, checkSpool } from "./pod.ts";
import { checkRights, decided } from "./rights.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";
const MIB = 1024 * 1024;
const states = (findings: readonly Finding[]) => findings.map(({ about, state }) => `${state} ${about}`);

Deno.test("the report has a line for each finding with its remedy below, and counts them", () => {
  const findings = [ok("a", "fine"), warning("memory", "small", "more"), problem("b", "broken", "mend it")];
  assertEquals(
    renderFindings(findings),
    "ok       a       fine\n" +
      "warning  memory  small\n" +
      "                 > more\n" +
      "problem  b       broken\n" +
      "                 > mend it\n" +
      "1 ok, 1 to look at, 1 wrong\n",
  );
});

/** A plugin folder with these files: name, and its mode. */
async function pluginFolder(files: Readonly<Record<string, number>>) {
  const dir = await Deno.makeTempDir({ prefix: "doctor-" });
  for (const [name, mode] of Object.entries(files)) {
    await Deno.writeTextFile(`${dir}/${name}`, "");
    await Deno.chmod(`${dir}/${name}`, mode);
  }
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

const ALL_SOURCES = SOURCES.map(({ name }) => name);
const OWN = "velero-plugin-for-workloads";
const LIB = "libgcc_s.so.1";

const FOLDERS: readonly {
  what: string;
  files: Readonly<Record<string, number>>;
  libraryPath?: string;
  executable?: string;
  sources?: readonly string[];
  expected: readonly string[];
}[] = [
  {
    what: "as installed",
    files: { [OWN]: 0o755, [LIB]: 0o644, "velero-plugin-for-aws": 0o755 },
    expected: ["ok executable", "ok library", "ok other plugins"],
  },
  {
    what: "not executable",
    files: { [OWN]: 0o640, [LIB]: 0o644 },
    expected: ["problem executable", "ok library", "ok other plugins"],
  },
  {
    what: "started from elsewhere",
    files: { [OWN]: 0o755, [LIB]: 0o644 },
    executable: "/elsewhere/velero-plugin-for-workloads",
    expected: ["problem executable", "ok library", "ok other plugins"],
  },
  {
    what: "without the library",
    files: { [OWN]: 0o755 },
    expected: ["ok executable", "warning library", "ok other plugins"],
  },
  {
    what: "with another LD_LIBRARY_PATH",
    files: { [OWN]: 0o755, [LIB]: 0o644 },
    libraryPath: "/usr/lib",
    expected: ["ok executable", "warning library", "ok other plugins"],
  },
  {
    what: "beside a plugin that it replaces",
    files: { [OWN]: 0o755, [LIB]: 0o644, "kubevirt-velero-plugin": 0o755, "cnpg-notes.txt": 0o644 },
    expected: ["ok executable", "ok library", "problem other plugins"],
  },
  {
    what: "beside two that it replaces, of which one may stay",
    files: { [OWN]: 0o755, [LIB]: 0o644, "kubevirt-velero-plugin": 0o755, "velero-openshift": 0o755 },
    sources: ["cnpg", "openshift"],
    expected: ["ok executable", "ok library", "problem other plugins"],
  },
  {
    what: "beside one whose source is switched off",
    files: { [OWN]: 0o755, [LIB]: 0o644, "kubevirt-velero-plugin": 0o755 },
    sources: ["cnpg"],
    expected: ["ok executable", "ok library", "ok other plugins"],
  },
];

for (const { what, files, libraryPath, executable, sources = ALL_SOURCES, expected } of FOLDERS) {
  Deno.test({ name: `the plugin folder: ${what} (protocol 8.5)`, ignore }, async () => {
    await using folder = await pluginFolder(files);
    const findings = checkPluginFolder({
      executable: executable ?? `${folder.dir}/${OWN}`,
      libraryPath: libraryPath ?? `/x:${folder.dir}`,
      dir: folder.dir,
      compiled: true,
      sources,
    });
    assertEquals(states(findings), expected);
  });
}

Deno.test({ name: "the plugin folder: none, and a program that runs from source", ignore }, () => {
  const options = {
    executable: "/e/p",
    libraryPath: "",
    dir: "/no/such/folder",
    compiled: true,
    sources: [],
  };
  assertEquals(states(checkPluginFolder(options)), ["problem executable"]);
  assertEquals(states(checkPluginFolder({ ...options, compiled: false })), ["warning executable"]);
});

Deno.test("memory: a limit below Velero's usual one is a warning, half of it a problem", () => {
  const of = (limit: number) => checkMemory(limit).state;
  assertEquals([2 ** 63, 0, 512 * MIB, 511 * MIB, 256 * MIB, 255 * MIB].map(of), [
    "ok",
    "ok",
    "ok",
    "warning",
    "warning",
    "problem",
  ]);
});

Deno.test(
  { name: "counters: the folder is made and can be written; else nothing is counted", ignore },
  async () => {
    await using folder = await pluginFolder({ file: 0o644 });
    assertEquals(checkSpool(`${folder.dir}/deep/er`), ok("counters", `${folder.dir}/deep/er`));
    assertEquals([...Deno.readDirSync(`${folder.dir}/deep/er`)], []);
    assertEquals(checkSpool(`${folder.dir}/file/x`).state, "warning");
    assertEquals(checkSpool(undefined).state, "warning");
  },
);

Deno.test("the sidecar: ready, not ready, none", async () => {
  const asked: string[] = [];
  const answering = (status: number) => (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response("x", { status }));
  };
  assertEquals((await checkSidecar("http://h:1", answering(200))).text, "ready at http://h:1");
  assertEquals((await checkSidecar("http://h:1", answering(503))).state, "warning");
  const none = await checkSidecar("http://h:1", () => Promise.reject(new TypeError("refused")));
  assertEquals([none.state, asked], ["ok", ["http://h:1/readyz", "http://h:1/readyz"]]);
});

Deno.test("the API server: its version, or why there is no answer", async () => {
  const cluster = createMemoryCluster({ version: { major: "1", minor: "33", gitVersion: "v1.33.1" } });
  assertEquals(await checkServer(cluster), ok("API server", "Kubernetes v1.33.1"));
  const version = () => Promise.reject(new ClusterError("no cluster is configured", "NoCluster", 0));
  assertEquals((await checkServer({ ...cluster, version })).state, "problem");
});

const SILENCE: readonly (readonly [reason: ClusterReason, remedy: string])[] = [
  ["NoCluster", "run this in Velero's pod"],
  ["BadAnswer", "run this in Velero's pod"],
  ["Unauthorized", "the credentials are not accepted"],
  ["Forbidden", "restore role system:public-info-viewer"],
  ["Unreachable", "look at the server's address"],
  ["Other", "look at the log of the API server"],
];

for (const [reason, remedy] of SILENCE) {
  Deno.test(`the API server: what to do about ${reason}`, async () => {
    const version = () => Promise.reject(new ClusterError("said", reason, 0));
    const found = await checkServer({ ...createMemoryCluster(), version });
    assertEquals([found.state, found.text], ["problem", "said"]);
    assertStringIncludes(found.remedy ?? "", remedy);
  });
}

Deno.test("the API server: one that never answers is not waited for", async () => {
  const version = ({ signal }: RequestOptions = {}) =>
    new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  const found = await checkServer({ ...createMemoryCluster(), version }, 10);
  assertEquals([found.state, found.text], ["problem", "no answer within 0.01 s"]);
});

const velero = (image: string): JsonObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "velero", namespace: "velero" },
  spec: {
    template: { spec: { containers: [{ name: "side", image: "x:v9.9.9" }, { name: "velero", image }] } },
  },
});

const RELEASES: readonly (readonly [image: string, state: Finding["state"]])[] = [
  ["velero/velero:v1.18.3", "ok"],
  ["registry:5000/velero/velero:v1.12.0", "ok"],
  ["velero/velero:v1.11.1", "warning"],
  ["velero/velero:v1.10.2", "problem"],
  ["velero/velero:v1.10.3", "warning"],
  ["velero/velero:v1.8.1", "problem"],
  ["velero/velero@sha256:abc", "ok"],
];

for (const [image, state] of RELEASES) {
  Deno.test(`Velero's release: ${image}`, async () => {
    const cluster = createMemoryCluster({ objects: [velero(image)] });
    assertEquals((await checkVelero(cluster, "velero")).state, state);
  });
}

Deno.test("Velero's release is unknown where its Deployment may not be read", async () => {
  const get = () => Promise.reject(new ClusterError("no", "Forbidden", 403));
  const found = await checkVelero({ ...createMemoryCluster(), get }, "velero");
  assertEquals([found.state, found.text.slice(0, 22)], ["ok", "its release is unknown"]);
});

const settingsMap = (name: string, data: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name,
    namespace: "velero",
    labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
  },
  data,
});

const SETTINGS: readonly {
  what: string;
  maps: readonly JsonObject[];
  expected: readonly [string, string][];
}[] = [
  {
    what: "none",
    maps: [],
    expected: [["ok", "no ConfigMap in namespace velero: all settings have their defaults"]],
  },
  {
    what: "one",
    maps: [settingsMap("s", { "superphenix.families": "ipv4" })],
    expected: [["ok", "ConfigMap velero/s, 1 key"]],
  },
  {
    what: "an unknown key",
    maps: [settingsMap("s", { "superphenix.familis": "ipv4" })],
    expected: [[
      "warning",
      'Unknown setting "superphenix.familis" is ignored; the nearest known name is "superphenix.families"',
    ]],
  },
  {
    what: "a wrong value",
    maps: [settingsMap("s", { "superphenix.families": "ipv5" })],
    expected: [["problem", 'setting superphenix.families is "ipv5"; allowed: both, ipv4, ipv6']],
  },
  {
    what: "two, said once for all sources",
    maps: [settingsMap("a", {}), settingsMap("b", {})],
    expected: [["problem", "more than one settings ConfigMap in namespace velero: a, b"]],
  },
];

for (const { what, maps, expected } of SETTINGS) {
  Deno.test(`settings: ${what} (protocol 12.1)`, async () => {
    const cluster = createMemoryCluster({ objects: maps });
    const { findings } = await checkSettings(cluster, "velero", SOURCES);
    assertEquals(findings.map(({ state, text }) => [state, text]), expected);
  });
}

/** A cluster that refuses `verb resource`, serves the given kinds and notes what it was asked. */
function reviewing(refused: readonly string[], served: (resource: string) => boolean = () => true) {
  const asked: string[] = [];
  let underWay = 0;
  let most = 0;
  const create = async (_: ResourceKind, review: JsonObject) => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 0));
    underWay--;
    const of = (key: string) => stringAt(review, "spec", "resourceAttributes", key) ?? "";
    const [dot, slash] = [["group", "."], ["subresource", "/"]].map(([key = "", sign]) =>
      of(key) === "" ? "" : `${sign}${of(key)}`
    );
    const resource = `${of("resource")}${slash}${dot}`;
    asked.push([of("verb"), resource, of("namespace")].join(" ").trim());
    return { status: { allowed: !refused.includes(`${of("verb")} ${resource}`) } };
  };
  const serves = (group: string, resource: string) =>
    Promise.resolve(served(`${resource}.${group}`) ? ["v1"] : []);
  const cluster: Cluster = { ...createMemoryCluster(), create, serves };
  return { cluster, asked, most: () => most };
}

const about = (cluster: Cluster, sources: readonly string[], values = {}) =>
  checkRights({ cluster, namespace: "velero", sources, values });

Deno.test("rights: all there, asked for at most eight at a time, and in Velero's namespace where that is enough", async () => {
  const { cluster, asked, most } = reviewing([]);
  assertEquals(states(await about(cluster, ["openshift", "kubevirt"])), [
    "ok rights of openshift",
    "ok rights of kubevirt",
  ]);
  assertEquals(most(), 8);
  const narrow = [SETTINGS_RIGHT, ...RIGHTS.openshift ?? []].filter(({ only }) => only === "velero");
  assertEquals(
    asked.filter((one) => one.endsWith(" velero")).sort(),
    narrow.flatMap(({ resource, verbs }) => verbs.map((verb) => `${verb} ${resource} velero`)).sort(),
  );
});

Deno.test("rights: a missing one that fails runs is a problem, another a warning; both say who needs it and why", async () => {
  const { cluster } = reviewing(["get ips.kubeovn.io", "list pods"]);
  assertEquals(await about(cluster, ["superphenix"]), [
    problem(
      "rights of superphenix",
      "get ips.kubeovn.io is refused; backup-virtualmachine needs it: addresses of a VM (superphenix 3.2)",
      "grant it to Velero's service account; deploy/rbac.yaml has all rights",
    ),
    warning(
      "rights of superphenix",
      "list pods is refused; backup-virtualmachine needs it: addresses from the launcher pod (superphenix 8), " +
        "with superphenix.launcher-fallback",
      "grant it to Velero's service account; deploy/rbac.yaml has all rights",
    ),
  ]);
});

Deno.test("rights: nothing is asked for a source without work, a kind that is not served, or a setting that is off", async () => {
  const idle = reviewing(["get ips.kubeovn.io"], (resource) => resource !== "ips.kubeovn.io");
  assertEquals((await about(idle.cluster, ["superphenix"])).map(({ text }) => text), [
    "nothing to do in this cluster: ips.kubeovn.io is not served",
  ]);
  assertEquals(idle.asked, ["list configmaps velero"]);
  const partly = reviewing([], (resource) => !resource.includes("k8s.cni.cncf.io"));
  const values = { "superphenix.launcher-fallback": false };
  assertEquals(states(await about(partly.cluster, ["superphenix"], values)), ["ok rights of superphenix"]);
  assertEquals(partly.asked.filter((one) => /pods|network/.test(one)), []);
});

Deno.test("rights: each way in which a setting is off", async () => {
  const missing = async (value: unknown) => {
    const { cluster } = reviewing(["list podvolumebackups.velero.io"]);
    const found = await about(cluster, ["openshift"], { "openshift.pod.owned-restore": value });
    return found.filter(({ state }) => state !== "ok").length;
  };
  const off = await Promise.all([false, "false", "off", "upstream"].map(missing));
  const on = await Promise.all([true, "fs-backup-only", undefined].map(missing));
  assertEquals([off, on], [[0, 0, 0, 0], [1, 1, 1]]);
});

const withoutMigrations = (resource: string) => !resource.endsWith(".migration.openshift.io");

Deno.test("rights: copies of images need theirs where the setting or the environment asks for copies (openshift 9.2)", async () => {
  const missing = async (setting: string, variable: string | undefined) => {
    const { cluster } = reviewing(["create imagestreammappings.image.openshift.io"], withoutMigrations);
    const env = (name: string) => name === "OPENSHIFT_IMAGESTREAM_BACKUP" ? variable : undefined;
    const values = decided({ "openshift.images.backup": setting, "openshift.mtc.labels": true }, env);
    assertEquals(values["openshift.mtc.labels"], true);
    return (await about(cluster, ["openshift"], values)).filter(({ state }) => state === "problem").length;
  };
  assertEquals(
    await Promise.all([
      missing("auto", undefined),
      missing("auto", "false"),
      missing("auto", "true"),
      missing("true", undefined),
      missing("false", "true"),
    ]),
    [0, 0, 1, 1, 0],
  );
  assertEquals(decided({}, () => "true"), {}, "settings that cannot be read stay unknown, and count as on");
});

Deno.test("rights: copies of images need what their way goes through (openshift 9.1, 9.6, IMP-55)", async () => {
  const BOTH = [
    "get imagestreams/layers.image.openshift.io",
    "update imagestreams/layers.image.openshift.io",
    "create imagestreams.image.openshift.io",
    "create imagestreammappings.image.openshift.io",
  ];
  const LOCATION = ["get backupstoragelocations.velero.io velero", "get secrets velero"];
  const LOGIN = ["get secrets velero"];
  const rows: [about: string, backup: string, migrations: boolean, more: object, expected: string[]][] = [
    ["no copies", "false", false, {}, []],
    ["migrations alone", "false", true, {}, BOTH],
    ["into the object storage", "true", false, {}, [...BOTH, ...LOCATION]],
    ["into the object storage, and migrations", "true", true, {}, [...BOTH, ...LOCATION]],
    ["into a registry", "true", false, { "openshift.images.transfer-registry": "r:5000" }, BOTH],
    ["into a registry with a login", "true", false, {
      "openshift.images.transfer-registry": "r:5000",
      "openshift.registry.auth-secret": "s",
    }, [...BOTH, ...LOGIN]],
    ["migrations with a login", "false", true, { "openshift.registry.auth-secret": "s" }, [
      ...BOTH,
      ...LOGIN,
    ]],
  ];
  // The commands need some of them, too; these are the requests beyond theirs.
  const commands = (RIGHTS.openshift ?? []).filter(({ without }) => without === "command");
  const times = (asked: readonly string[], one: string) => asked.filter((other) => other === one).length;
  for (const [about, backup, migrations, more, expected] of rows) {
    const { cluster, asked } = reviewing([], migrations ? undefined : withoutMigrations);
    const values = {
      "openshift.images.backup": backup,
      "openshift.images.transfer-registry": "",
      "openshift.registry.auth-secret": "",
      ...more,
    };
    await checkRights({ cluster, namespace: "velero", sources: ["openshift"], values });
    const found = [...BOTH, ...LOCATION].filter((one) => {
      const [verb = "", resource, namespace] = one.split(" ");
      const ofCommands = commands.filter((right) =>
        right.resource === resource && right.verbs.some((other) => other === verb) &&
        right.only === namespace
      );
      return times(asked, one) > ofCommands.length;
    });
    assertEquals(found, expected, about);
  }
});

Deno.test("rights: an API server that does not say is a problem of its own", async () => {
  const { cluster } = reviewing([]);
  const create = () => Promise.reject(new ClusterError("create …: 403 Forbidden", "Forbidden", 403));
  assertEquals(states(await about({ ...cluster, create }, ["cnpg"])), ["problem rights"]);
});
