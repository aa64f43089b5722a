/** The plugin under Velero's own client code, without a Velero server (protocol 10). */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Json, until } from "./api.ts";
import { host, hostFlags, withCases } from "./host.ts";
import { PLUGIN_ENVIRONMENT, pluginExecutable, present, tool } from "./tools.ts";

const ignore = !present("host");
const ACTION = { kind: "BackupItemAction", plugin: "superphenix.net/backup-virtualmachine" };
const backup = {
  apiVersion: "velero.io/v1",
  kind: "Backup",
  metadata: { name: "b", namespace: "velero" },
  spec: {},
};

/** A case: VM `vm-<n>` that never ran, with its IP object. */
function caseOf(n: number, spec: Json = {}): Json {
  const name = `vm-${n}`;
  return {
    ...ACTION,
    name,
    backup,
    item: {
      apiVersion: "kubevirt.io/v1",
      kind: "VirtualMachine",
      metadata: { name, namespace: "shop" },
      spec: { template: { spec: { domain: {} } }, ...spec },
    },
    cluster: [{
      apiVersion: "kubeovn.io/v1",
      kind: "IP",
      metadata: { name: `${name}.shop` },
      spec: { v4IpAddress: `10.16.0.${n}`, macAddress: `00:00:00:00:01:${n.toString(16).padStart(2, "0")}` },
    }],
  };
}

const annotationsOf = (item: Json): Json => item["spec"].template.metadata.annotations;
const addresses = (n: number): Json => ({
  "ovn.kubernetes.io/ip_address": `10.16.0.${n}`,
  "ovn.kubernetes.io/mac_address": `00:00:00:00:01:${n.toString(16).padStart(2, "0")}`,
});

Deno.test({
  name: "conformance: the list names the command that Velero started, once per kind and name (protocol C1)",
  ignore,
  async fn() {
    const { code, output } = await host("list");
    assertEquals(code, 0);
    const list = output as unknown as Json[];
    assertEquals([...new Set(list.map((entry) => entry["command"]))], [pluginExecutable()]);
    const keys = list.map((entry) => `${entry["kind"]} ${entry["name"]}`);
    assertEquals(keys.length, new Set(keys).size);
    assertEquals(keys.includes("BackupItemAction superphenix.net/backup-virtualmachine"), true);
    assertEquals(keys.includes("RestoreItemAction superphenix.net/restore-virtualmachine"), true);
    assertEquals(list.filter((entry) => entry["invalidName"]), []);
  },
});

Deno.test({
  name: "conformance: every action answers AppliesTo, with full resource names but for those of OpenShift",
  ignore,
  async fn() {
    const { output } = await host("applies");
    const rows = output as unknown as Json[];
    const { output: list } = await host("list");
    assertEquals(rows.length, (list as unknown as Json[]).length);
    for (const { name, error, selector } of rows as { name: string; error?: Json; selector: Json }[]) {
      assertEquals(error, undefined, name);
      assert(selector["includedResources"].length > 0, name);
      if (name.startsWith("openshift.io/")) continue;
      for (const resource of selector["includedResources"]) assertMatch(resource, CORE_OR_FULL, name);
    }
  },
});

// Core resources have no group behind their plural. Upstream's selectors of Deployments and of OpenShift are kept letter for letter
// (cnpg 6, openshift 3).
const CORE_OR_FULL = new RegExp(
  "^(?:pods|secrets|services|configmaps|persistentvolumes|persistentvolumeclaims|deployments|" +
    "[a-z-]+(?:\\.[a-z0-9-]+)+)$",
);

Deno.test({
  name:
    "conformance: a 30 MB item that changes and one that does not go both ways, integers above 2^53 survive (protocol C3)",
  ignore,
  async fn() {
    const blob = "x".repeat(30 * 1024 * 1024);
    const changed = caseOf(1, { blob, id: "BIG" });
    const unchanged = { ...caseOf(2, { blob, id: "BIG" }), cluster: [] };
    await withCases([changed, unchanged], async (file) => {
      // JavaScript has no literal for it.
      const text = await Deno.readTextFile(file);
      await Deno.writeTextFile(file, text.replaceAll('"BIG"', "9007199254740993"));
      const { stdout } = await new Deno.Command(tool("host"), {
        args: ["run", "-brief", "-shared", ...hostFlags(), pluginExecutable(), file],
        env: PLUGIN_ENVIRONMENT,
      }).output();
      const raw = new TextDecoder().decode(stdout);
      const [first, second] = JSON.parse(raw) as [Json, Json];
      assertEquals(first["error"], undefined);
      assertEquals(annotationsOf(first["item"]), addresses(1));
      assertEquals(first["item"].spec.blob.length, blob.length);
      assertEquals(raw.match(/"id": \d+/g), ['"id": 9007199254740993']);
      assertEquals([second["error"], second["itemUnchanged"]], [undefined, true]);
    });
  },
});

Deno.test({
  name: "conformance: 100 calls at once answer as they do one after the other (protocol C3)",
  ignore,
  async fn() {
    const cases = Array.from({ length: 100 }, (_, index) => caseOf(index + 1));
    const { output } = await withCases(cases, (file) => host("stress", file, "-c", "100", "-rounds", "2"));
    const { serialErrors, unexpectedErrors, mismatches, crashedRounds, samples } = output;
    assertEquals({ serialErrors, unexpectedErrors, mismatches, crashedRounds, samples }, {
      serialErrors: 0,
      unexpectedErrors: 0,
      mismatches: 0,
      crashedRounds: 0,
      samples: null,
    });
    assertEquals(output["concurrency"], 100);
  },
});

Deno.test({
  name:
    "conformance: a process killed in the middle of a call is replaced, and a later call works (protocol 4.10)",
  ignore,
  async fn() {
    const faults = [{ path: "/apis/kubeovn.io/v1/ips/vm-1.shop", delayMs: 2000 }];
    const { output } = await withCases([{ ...caseOf(1), faults }], (file) => host("kill", file));
    assertMatch(output["killed"].message, /code = Unavailable/);
    assertEquals(output["next"].error, undefined);
    assertEquals(annotationsOf(output["next"].item), addresses(1));
  },
});

Deno.test({
  name:
    "conformance: the process ends by itself with code 0 when it is told to, and leaves no socket (protocol C6)",
  ignore,
  async fn(t) {
    const { output } = await withCases([caseOf(1)], (file) => host("shutdown", file, "-rounds", "5"));
    const { rounds, exits, aliveAfter, leftInTemp, complaints, stop } = output;
    // "info" without an error text is go-plugin's line for exit code 0; killing it would be a warning before.
    assertEquals({ rounds, exits, aliveAfter, leftInTemp, complaints }, {
      rounds: 5,
      exits: Array(5).fill("info"),
      aliveAfter: 0,
      leftInTemp: [],
      complaints: [],
    });
    await t.step(`took ${stop.p50Ms} ms, at most ${stop.maxMs} ms`, () => {});
  },
});

Deno.test({
  name:
    "conformance: a folder is discovered as at the start of a server, without a complaint (protocol 8.3, C1)",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "plugins-" });
    try {
      await Deno.mkdir(`${folder}/nested`);
      await Deno.symlink(pluginExecutable(), `${folder}/nested/velero-plugin-for-workloads`);
      // As the image installs it: not executable, and therefore skipped.
      await Deno.writeTextFile(`${folder}/libgcc_s.so.1`, "", { mode: 0o644 });
      const { stdout, stderr } = await new Deno.Command(tool("host"), {
        args: ["discover", ...hostFlags(), folder],
        env: PLUGIN_ENVIRONMENT,
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      const { listed, backupOrder, restoreOrder, complaints } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals(complaints.map(({ msg }: Json) => msg), [
        "Searching plugin skip file libgcc_s.so.1, not executable, mode -rw-r--r--, ext .1",
      ]);
      assertEquals(listed["BackupItemAction"], [...listed["BackupItemAction"]].sort());
      assertEquals(backupOrder.includes("superphenix.net/backup-virtualmachine"), true);
      assertEquals(new Set(restoreOrder).size, restoreOrder.length, "no action twice");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "conformance: the plugin goes away when its host was killed",
  ignore,
  async fn() {
    const child = new Deno.Command(tool("host"), {
      args: ["hold", "-no-ns", pluginExecutable()],
      env: PLUGIN_ENVIRONMENT,
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let text = "";
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes("}")) break;
    }
    const { plugin } = JSON.parse(text);
    assertEquals(alive(plugin), true);
    child.kill("SIGKILL");
    await child.status;
    await until(`plugin process ${plugin} is gone`, () => !alive(plugin), 60);
  },
});

/** Whether that process runs; an orphan that nobody waits for stays as a zombie. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
