/**
 * Every mode of the executable in a container's root: what the image holds on Debian's glibc, read-only, any user, no capabilities, no
 * HOME, only /tmp and /scratch to write to (protocol 8.1, 8.5, 8.8, C8).
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { describe } from "../../packaging/build.ts";
import { COMPILE_FLAGS, PROGRAM } from "../../packaging/compile.ts";
import { makeBundle } from "../../packaging/make_bundle.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import { startPlugin } from "../../preview/host/plugin.ts";
import { withoutProgress } from "../preview/kit.ts";
import { COMPILED, present, tool } from "../velero/tools.ts";
import { compile } from "./compile.ts";
import { imageConfig } from "./dockerfile.ts";
import { canMakeNamespaces, type Debian, debianPackages, makeRoot, type Root } from "./root.ts";
import { run } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PLUGIN = `/plugins/${PROGRAM}`;

const folder = await Deno.makeTempDir({ prefix: "container-" });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const noRoot = !await canMakeNamespaces() ? "no namespaces" : (await debianPackages()).missing;
const byOld = noRoot === undefined ? await compile(folder) : { missing: noRoot };
const shipped = noRoot === undefined && !present(COMPILED)
  ? `deno compile ${Deno.version.deno} has no base binary`
  : noRoot;

/** An executable to try: how it was compiled, where it is, or why there is none. */
const EXECUTABLES: readonly { by: string; program: string; missing: string | undefined }[] = [
  {
    by: "the compiler of 2.6.10",
    program: "program" in byOld ? byOld.program : "",
    missing: "missing" in byOld ? byOld.missing : undefined,
  },
  { by: "deno task build", program: tool(COMPILED), missing: shipped },
];

const named = (name: string, missing: string | undefined) => ({
  name: `container: ${name}${
    missing === undefined ? "" : ` (${missing.replace(/\s+/g, " ").slice(0, 200)})`
  }`,
  ignore: missing !== undefined,
});

/** A root with what the image adds, laid out by the script that the Dockerfile runs. */
async function imageRoot(debian: Debian, program: string): Promise<Root> {
  const root = await makeRoot(debian);
  await makeBundle();
  await describe();
  const laid = await run(`${ROOT}packaging/image_root.sh`, [
    `${ROOT}build/tools/debian-11`,
    program,
    root.folder,
  ], {});
  assertEquals(laid, { code: 0, stdout: "", stderr: "" });
  return root;
}

for (const { by, program, missing } of EXECUTABLES) {
  for (const debian of ["debian-11", "debian-12"] as const) {
    Deno.test({
      ...named(`${debian}'s glibc, ${by}: version, help, actions and doctor`, missing),
      async fn() {
        await using root = await imageRoot(debian, program);
        const { env } = await imageConfig();
        const version = await root.run([PLUGIN, "version"], env);
        assertEquals([version.code, version.stderr], [0, ""]);
        assertMatch(version.stdout, /^velero-plugin-for-workloads \d+\.\d+\.\d+ \(deno /);
        const help = await root.run([PLUGIN, "help"], env);
        assertEquals([help.code, help.stderr], [0, ""]);
        const [packed, source] = await Promise.all([
          root.run([PLUGIN, "actions", "-o", "json"], env),
          run(Deno.execPath(), ["run", "-A", `${ROOT}main.ts`, "actions", "-o", "json"], {}),
        ]);
        assertEquals([packed.code, packed.stderr], [0, ""]);
        assertEquals(JSON.parse(packed.stdout), JSON.parse(source.stdout));
        // Nothing of an installation is here to be found, so there is much to complain of.
        const doctor = await root.run([PLUGIN, "doctor"], env);
        assertEquals([doctor.code, doctor.stderr], [1, ""]);
        assertStringIncludes(doctor.stdout, "libgcc_s.so.1");
        const byHand = await root.run([PLUGIN, "--log-level", "info"], env);
        assertEquals([byHand.code, byHand.stdout], [1, ""]);
      },
    });
  }

  Deno.test({
    ...named(
      `${by}: the image without arguments installs into /target, and no file besides is executable`,
      missing,
    ),
    async fn(t) {
      await using root = await imageRoot("debian-12", program);
      const { env, entrypoint, cmd } = await imageConfig();
      await t.step("install", async () => {
        assertEquals(await root.run([...entrypoint, ...cmd], env), {
          code: 0,
          stdout: `/target/libgcc_s.so.1\n/target/${PROGRAM}\n`,
          stderr: "",
        });
        const modes: Record<string, string> = {};
        for await (const { name } of Deno.readDir(root.outside("/target"))) {
          modes[name] = ((await Deno.stat(`${root.outside("/target")}/${name}`)).mode! & 0o777).toString(8);
        }
        assertEquals(modes, { "libgcc_s.so.1": "644", [PROGRAM]: "755" });
      });
      await t.step("what it installed runs where the image is not, as in Velero's container", async () => {
        await using velero = await makeRoot("debian-11");
        for (const name of [PROGRAM, "libgcc_s.so.1"]) {
          await Deno.copyFile(`${root.outside("/target")}/${name}`, `${velero.folder}/plugins/${name}`);
        }
        const { code, stdout } = await velero.run([PLUGIN, "version"], { LD_LIBRARY_PATH: "/plugins" });
        assertEquals([code, stdout.split(" ")[0]], [0, PROGRAM]);
        // The library is what makes the difference.
        await Deno.remove(`${velero.folder}/plugins/libgcc_s.so.1`);
        const without = await velero.run([PLUGIN, "version"], { LD_LIBRARY_PATH: "/plugins" });
        assertStringIncludes(without.stderr, "libgcc_s.so.1: cannot open shared object file");
      });
      await t.step("elsewhere it is not allowed to write", async () => {
        const { code, stderr } = await root.run([PLUGIN, "install", "/plugins"], env);
        assertEquals(code, 1);
        assertStringIncludes(stderr, "Cannot copy");
      });
      await t.step("the image has the papers of what is inside", async () => {
        const documents = `${root.folder}/usr/share/doc`;
        const bill = JSON.parse(await Deno.readTextFile(`${documents}/${PROGRAM}/sbom.cdx.json`));
        assertEquals(bill.bomFormat, "CycloneDX");
        for (
          const name of [`${PROGRAM}/LICENSE`, `${PROGRAM}/THIRD_PARTY_LICENSES.txt`, "libgcc-s1/copyright"]
        ) {
          assert((await Deno.stat(`${documents}/${name}`)).size > 1000, name);
        }
      });
    },
  });

  Deno.test({
    ...named(`${by}: preview of a backup with its archive, of a restore, and as HTML`, missing),
    async fn() {
      await using root = await imageRoot("debian-12", program);
      const { env } = await imageConfig();
      await run(
        "cp",
        ["-r", `${ROOT}examples/shop`, `${ROOT}examples/other-cluster`, `${root.folder}/in`],
        {},
      );
      const preview = async (...args: string[]) => {
        const { code, stdout, stderr } = await root.run([PLUGIN, "preview", ...args], env);
        assertEquals([code, withoutProgress(stderr)], [0, ""], stdout);
        return stdout;
      };
      const archive = "/scratch/shop.tar.gz";
      const backup = JSON.parse(
        await preview(
          "backup",
          "/in/shop",
          "--include-namespaces",
          "shop",
          "--archive",
          archive,
          "-o",
          "json",
        ),
      );
      assert(backup.items.length > 10);
      assertEquals((await Deno.stat(root.outside(archive))).isFile, true);
      const mapped = [
        "restore",
        archive,
        "--target",
        "/in/other-cluster",
        "--namespace-mappings",
        "shop:copy",
      ];
      const restore = JSON.parse(await preview(...mapped, "-o", "json"));
      assertEquals(restore.items.length, backup.items.length);
      assertStringIncludes(await preview(...mapped), "copy");
      assertMatch(await preview(...mapped, "-o", "html"), /^<!doctype html>[^]*<\/html>\s*$/i);
    },
  });

  Deno.test({
    ...named(`${by}: the sidecar serves health, metrics and its page from /scratch`, missing),
    async fn() {
      await using root = await imageRoot("debian-12", program);
      const { env } = await imageConfig();
      const variables = { ...env, VELERO_SCRATCH_DIR: "/scratch" };
      const path = await root.script([PLUGIN, "sidecar", "--listen", "127.0.0.1:0"], Object.keys(variables));
      const child = new Deno.Command(path, { env: variables, stdin: "null", stdout: "null", stderr: "piped" })
        .spawn();
      const stderr: ReadableStream<string> = child.stderr
        .pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
      const lines = stderr.getReader();
      let url: string | undefined;
      while (url === undefined) {
        const { value, done } = await lines.read();
        if (done) throw new Error("the sidecar ended");
        url = /listens on (http:\S+),/.exec(value)?.[1];
      }
      const inside = await childOf(child.pid);
      const status = await Deno.readTextFile(`/proc/${inside}/status`);
      if (Deno.uid() === 0) {
        assertMatch(status, /^Uid:\s+(\d{6,})\s+\1\s+\1\s/m);
        assertMatch(status, /^CapEff:\s+0+$/m);
      }
      assertMatch(status, /^NoNewPrivs:\s+1$/m);
      for (
        const [page, content] of [["/livez", "ok"], ["/metrics", "velero_plugin_"], ["/", "<html"]] as const
      ) {
        const response = await fetch(url + page);
        assertEquals(response.status, 200, page);
        assertStringIncludes(await response.text(), content, page);
      }
      Deno.kill(inside, "SIGTERM");
      while (!(await lines.read()).done);
      assertEquals((await child.status).code, 0);
    },
  });
}

/** The process that a waiting `unshare` has started. */
async function childOf(pid: number): Promise<number> {
  return Number((await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).trim());
}

// Deno 2.6.10 cannot serve gRPC. Without a base binary of the pinned Deno, that Deno itself runs the files that would be compiled.
const serving = shipped === undefined ? "the executable" : `the bundle, by Deno, as ${shipped}`;

Deno.test({
  ...named(`it serves actions to a host: ${serving}`, noRoot),
  async fn() {
    await using root = await imageRoot("debian-11", shipped === undefined ? tool(COMPILED) : Deno.execPath());
    await run("cp", ["-r", `${ROOT}build/js`, `${root.folder}/in`], {});
    const command = shipped === undefined ? [PLUGIN] : [
      PLUGIN,
      "run",
      "--quiet",
      ...COMPILE_FLAGS,
      "/in/js/main.js",
    ];
    const cluster = serveCluster(createMemoryCluster({
      objects: [{
        apiVersion: "kubeovn.io/v1",
        kind: "IP",
        metadata: { name: "web.shop" },
        spec: { v4IpAddress: "10.16.0.7", macAddress: "00:00:00:00:01:07" },
      }],
    }));
    await Deno.writeTextFile(`${root.shared}/kubeconfig`, cluster.kubeconfig());
    const { env } = await imageConfig();
    const own = {
      ...env,
      KUBECONFIG: `${root.shared}/kubeconfig`,
      // The host outside must find the socket under the same path.
      TMPDIR: root.shared,
      VELERO_SCRATCH_DIR: "/scratch",
      VELERO_NAMESPACE: "velero",
      ...(shipped === undefined ? {} : { DENO_DIR: `${root.shared}/deno` }),
    };
    const path = await root.script(command, [
      ...Object.keys(own),
      "VELERO_PLUGIN",
      "PLUGIN_PROTOCOL_VERSIONS",
      "PLUGIN_COMMAND",
    ]);
    const plugin = await startPlugin({
      path,
      args: ["--log-level", "debug"],
      env: { ...own, PATH: Deno.env.get("PATH")! },
    });
    try {
      const [first] = await plugin.list();
      assertEquals(first?.command, path);
      const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
      const { item } = await plugin.execute("BackupItemAction", "superphenix.net/backup-virtualmachine", {
        item: encode({
          apiVersion: "kubevirt.io/v1",
          kind: "VirtualMachine",
          metadata: { name: "web", namespace: "shop" },
          spec: { template: { spec: { domain: {} } } },
        }),
        run: encode({ spec: {} }),
      });
      const { spec } = JSON.parse(new TextDecoder().decode(item));
      assertEquals(spec.template.metadata.annotations, {
        "ovn.kubernetes.io/ip_address": "10.16.0.7",
        "ovn.kubernetes.io/mac_address": "00:00:00:00:01:07",
      });
    } finally {
      assertEquals(await plugin.stop(), true);
      await cluster.close();
    }
    const spool = [...Deno.readDirSync(`${root.outside("/scratch")}/${PROGRAM}`)];
    assertEquals(spool.length > 0, true, "its counters are in the scratch folder");
  },
});

Deno.test({
  ...named(
    "a serving process cannot run programs or write outside /tmp and /scratch",
    EXECUTABLES[0]?.missing,
  ),
  async fn(t) {
    const other = await Deno.makeTempDir({ prefix: "probe-" });
    const made = await compile(other, `${ROOT}tests/packaging/probe.ts`);
    if ("missing" in made) throw new Error(made.missing);
    const modes: readonly [mode: string, writable: readonly string[]][] = [
      ["serve", ["/tmp", "/scratch"]],
      ["sidecar", ["/tmp", "/scratch"]],
      ["version", []],
      ["openshift", []],
    ];
    await using root = await imageRoot("debian-12", made.program);
    const folders = ["/tmp", "/scratch", "/target", "/plugins", "/"];
    for (const [mode, writable] of modes) {
      await t.step(mode, async () => {
        const { stdout, stderr } = await root.run([PLUGIN, mode, ...folders], {
          LD_LIBRARY_PATH: "/plugins",
        });
        assertEquals(stderr, "");
        assertEquals(JSON.parse(stdout), {
          "run a program": "NotCapable",
          "load a library": "NotCapable",
          "link out of /tmp": "NotCapable",
          "ask for more": "denied",
          ...Object.fromEntries(
            folders.map((name) => [`write to ${name}`, writable.includes(name) ? "done" : "NotCapable"]),
          ),
        });
      });
    }
    await Deno.remove(other, { recursive: true });
  },
});
