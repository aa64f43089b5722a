import { assertEquals } from "@std/assert";
import { createMemoryCluster } from "../cluster/memory/memory.ts";
import { serveCluster } from "../cluster/served/serve.ts";
import { nameOf } from "../objects/object.ts";
import { object, restoreOf } from "./kit/openshift.ts";
import { ignore, run } from "./protocol/plugin.ts";

const OBJECTS = [
  { ...restoreOf(), status: { phase: "Completed" } },
  object("apps.openshift.io/v1", "DeploymentConfig", "web", {
    metadata: {
      labels: { "oadp.openshift.io/replicas-modified": "r" },
      annotations: {
        "oadp.openshift.io/original-replicas": "2",
        "oadp.openshift.io/original-paused": "false",
      },
    },
    spec: { replicas: 0 },
    status: { readyReplicas: 1 },
  }),
  object("v1", "Pod", "web-1", { metadata: { labels: { "oadp.openshift.io/disconnected-from-dc": "r" } } }),
];

Deno.test(
  { name: "openshift dc-post-restore works through a kubeconfig (openshift 12)", ignore },
  async () => {
    const memory = createMemoryCluster({ objects: OBJECTS });
    const served = serveCluster(memory);
    const folder = await Deno.makeTempDir({ prefix: "post-restore-" });
    await Deno.writeTextFile(`${folder}/kubeconfig`, served.kubeconfig());
    const command = async (...args: string[]) => {
      const env = { KUBECONFIG: `${folder}/kubeconfig`, HOME: folder, VELERO_NAMESPACE: "" };
      const { code, stdout, stderr } = await run("main.ts", ["openshift", "dc-post-restore", ...args], env);
      const decoder = new TextDecoder();
      return { code, lines: decoder.decode(stdout).trimEnd().split("\n"), stderr: decoder.decode(stderr) };
    };
    try {
      const dry = await command("r", "--dry-run", "--namespace", "n");
      assertEquals([dry.code, dry.stderr, dry.lines.length], [0, "", 4]);
      assertEquals(memory.objects().map(nameOf), ["r", "web", "web-1"]);
      const done = await command("r", "-n", "velero");
      assertEquals([done.code, done.stderr, done.lines.at(-1)], [0, "", "done"]);
      assertEquals(memory.objects().map(nameOf), ["r", "web"]);
      assertEquals(await command("gone"), {
        code: 2,
        lines: [""],
        stderr: "Restore velero/gone does not exist; name Velero's namespace with -n\n",
      });
      const other = await command("r", "--namespace", "n", "-n", "elsewhere");
      assertEquals([other.code, other.stderr.slice(0, 19)], [2, "Restore elsewhere/r"]);
    } finally {
      await served.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  { name: "openshift dc-post-restore without a cluster says so (openshift 12)", ignore },
  async () => {
    const env = { HOME: "/nowhere", KUBECONFIG: "", KUBERNETES_SERVICE_HOST: "" };
    const { code, stderr } = await run("main.ts", ["openshift", "dc-post-restore", "r"], env);
    assertEquals(code, 2);
    assertEquals(new TextDecoder().decode(stderr).startsWith("no Kubernetes cluster is configured"), true);
  },
);
