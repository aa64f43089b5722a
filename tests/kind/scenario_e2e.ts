/** What the workflow does in a kind cluster, as far as it goes without containers: its scenario on a real Velero, and what it installs. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { run } from "../packaging/run.ts";
import type { Json } from "../velero/api.ts";
import { KUBEVIRT_DEFINITIONS } from "../velero/crds/kubevirt.ts";
import { BEST_ACCESS, startTestbed } from "../velero/testbed.ts";
import { PLUGIN_ENVIRONMENT, present, tool } from "../velero/tools.ts";
import { createProject } from "../workflows/project.ts";

const HERE = new URL(".", import.meta.url).pathname;
const kubectl = (await run("kubectl", ["version", "--client"], {})).code === 0;
const why = kubectl ? "" : " (no kubectl)";
const path = `${tool("").replace(/\/$/, "")}:${Deno.env.get("PATH")}`;

const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "none", cluster: { server: "http://127.0.0.1:1" } }],
  contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
  users: [{ name: "none", user: {} }],
  "current-context": "none",
});

Deno.test({
  name: `kind: the scenario passes on a real Velero${why}`,
  ignore: !kubectl || !present("testcluster", "velero", "fsstore"),
  async fn() {
    const bed = await startTestbed(BEST_ACCESS, KUBEVIRT_DEFINITIONS);
    try {
      const { code, stdout, stderr } = await run(`${HERE}scenario.sh`, [], {
        ...PLUGIN_ENVIRONMENT,
        PATH: path,
        KUBECONFIG: `${bed.folder}/cluster/kubeconfig`,
        // Another cluster may have had this port, and other kinds.
        KUBECACHEDIR: `${bed.folder}/kubectl`,
      });
      assertEquals(code, 0, `${stdout}\n${stderr}`);
      assertStringIncludes(stdout, "The VM came back as kind-copy/web with its address 10.16.0.7.");
    } finally {
      await bed.stop();
    }
  },
});

Deno.test({
  name: `kind: what is installed has the plugin as init container and as sidecar beside Velero${why}`,
  ignore: !kubectl || !present("velero"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "kind-" });
    try {
      // Velero's command line wants to know of a cluster, even where it only prints.
      await Deno.writeTextFile(`${folder}/kubeconfig`, KUBECONFIG);
      const rendered = await run(`${HERE}render.sh`, [folder, "example.org/plugin:e2e"], {
        PATH: path,
        KUBECONFIG: `${folder}/kubeconfig`,
      });
      assertEquals([rendered.code, rendered.stderr], [0, ""]);
      const { code, stdout, stderr } = await run("kubectl", [
        "kustomize",
        folder,
      ], {});
      assertEquals(code, 0, stderr);
      const objects: Json[] = parseAllDocuments(stdout).map((document) => document.toJS());
      const velero = objects.find(({ kind, metadata }) =>
        kind === "Deployment" && (metadata as Json)["name"] === "velero"
      )!;
      const { initContainers, containers } = velero["spec"].template.spec;
      assertEquals(
        initContainers.filter(({ image }: Json) => image === "example.org/plugin:e2e")
          .map(({ name, command, args, restartPolicy }: Json) => [name, command, args, restartPolicy]),
        [
          ["velero-plugin-for-workloads", undefined, undefined, undefined],
          ["velero-plugin-metrics", ["/plugins/velero-plugin-for-workloads", "sidecar"], undefined, "Always"],
        ],
      );
      assertEquals(containers[0].image, "velero/velero:v1.18.3");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("kind: the script builds, loads, installs and looks, in this order", async () => {
  const tools = {
    docker: "",
    kind: "",
    go: "",
    npx: "echo '{}'",
    velero: "",
    kubectl: `cat >/dev/null </dev/stdin & case "$*" in
*get\\ pods*) echo velero-0;;
*proxy/metrics) echo 'velero_plugin_action_executions_total{action="superphenix.net/backup-virtualmachine"} 1';;
esac`,
  };
  await using project = await createProject(tools, {
    "tests/kind/render.sh": '#!/bin/bash\necho "render.sh $*" >>.calls\n',
    "tests/kind/scenario.sh": "#!/bin/bash\necho scenario.sh >>.calls\n",
  });
  for (const name of ["render", "scenario"]) {
    await Deno.chmod(`${project.folder}/tests/kind/${name}.sh`, 0o755);
  }
  const { code, stderr } = await project.script("kind.sh");
  assertEquals([code, stderr], [0, ""]);
  const calls = (await project.calls()).map((line) => line.split(" ").slice(0, 3).join(" "));
  const order = [
    "docker build --tag",
    "docker run --rm",
    "kind create cluster",
    "kind load docker-image",
    "kubectl apply --server-side",
    "scenario.sh",
    "kubectl get --raw",
  ];
  const places = order.map((start) => calls.findIndex((line) => line.startsWith(start)));
  assert(places.every((place) => place >= 0), `${places}: ${calls.join("\n")}`);
  assertEquals(places, [...places].sort((a, b) => a - b));
});
