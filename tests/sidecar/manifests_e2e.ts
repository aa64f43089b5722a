/** The manifests of `deploy/` on a real API server: server-side dry runs, and what the rights allow. */

import { IMAGE } from "../../packaging/project.ts";
import { assertEquals } from "@std/assert";
import { parse, parseAllDocuments, stringify } from "yaml";
import type { Json } from "../velero/api.ts";
import { DEFINITIONS } from "../velero/crds.ts";
import { startTestbed, type Testbed } from "../velero/testbed.ts";
import { present } from "../velero/tools.ts";
import { DEPLOY } from "./monitoring.ts";

const kubectl = (() => {
  try {
    return new Deno.Command("kubectl", { args: ["version", "--client"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
})();
const ignore = !present("testcluster", "velero", "fsstore") || !kubectl;
let bed: Testbed;

// As loose as the operator's own are for what matters here: names and scope.
const OPERATOR_DEFINITIONS = Object.entries({
  podmonitors: "PodMonitor",
  servicemonitors: "ServiceMonitor",
  prometheusrules: "PrometheusRule",
}).map(([plural, kind]) => {
  const group = "monitoring.coreos.com";
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, kind, singular: kind.toLowerCase() },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
});

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed("kubeconfig", [...DEFINITIONS, ...OPERATOR_DEFINITIONS]);
  });
  Deno.test.afterAll(() => bed?.stop());
}

async function run(args: string[], stdin = ""): Promise<string> {
  // With a cache of its own: another cluster may have had this port, and other kinds.
  const env = { KUBECONFIG: `${bed.folder}/cluster/kubeconfig`, KUBECACHEDIR: `${bed.folder}/kubectl` };
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const process = new Deno.Command("kubectl", { args, env, ...pipes }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  assertEquals(success, true, `kubectl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

const dryRun = (manifests: string) =>
  run([
    "apply",
    "--server-side",
    "--force-conflicts",
    "--dry-run=server",
    "--validate=strict",
    "-o",
    "yaml",
    "-f",
    "-",
  ], manifests);

/** What `velero install` makes, its Deployment only. */
async function veleroDeployment(): Promise<Json> {
  const made = await bed.velero(
    ...["install", "--dry-run", "-o", "json", "--no-secret", "--use-volume-snapshots=false"],
    ...["--no-default-backup-location", "--plugins", "velero/velero-plugin-for-aws:v1.13.0"],
  );
  return JSON.parse(made).items.find((item: Json) => item["kind"] === "Deployment");
}

const test = (name: string, fn: () => Promise<void>) => Deno.test({ name: `manifests: ${name}`, ignore, fn });

function assertPod(spec: Json): void {
  const byName = new Map<string, Json>(spec["initContainers"].map((one: Json) => [one["name"], one]));
  assertEquals(byName.size, 3);
  const aws = byName.get("velero-velero-plugin-for-aws") ?? {};
  assertEquals(aws["image"], "velero/velero-plugin-for-aws:v1.13.0", "other plugins stay");
  const plugin = byName.get("velero-plugin-for-workloads") as Json;
  const sidecar = byName.get("velero-plugin-metrics") as Json;
  assertEquals(plugin.volumeMounts, [{ mountPath: "/target", name: "plugins" }]);
  assertEquals(sidecar.restartPolicy, "Always");
  assertEquals(sidecar.ports, [{ containerPort: 8087, name: "plugin-metrics", protocol: "TCP" }]);
  assertEquals([sidecar.livenessProbe.httpGet.path, sidecar.readinessProbe.httpGet.path], [
    "/livez",
    "/readyz",
  ]);
  assertEquals("startupProbe" in sidecar, false);
  for (const { securityContext } of [plugin, sidecar]) {
    assertEquals([securityContext.runAsNonRoot, securityContext.readOnlyRootFilesystem], [true, true]);
  }
  const [velero] = spec["containers"];
  assertEquals(velero.name, "velero");
  assertEquals(velero.command, ["/velero"]);
  const mounts = velero.volumeMounts.map(({ mountPath }: Json) => mountPath).sort();
  assertEquals(mounts.filter((path: string) => ["/plugins", "/scratch"].includes(path)), [
    "/plugins",
    "/scratch",
  ]);
  const volumes = spec["volumes"].map(({ name }: Json) => name);
  assertEquals(new Set(volumes).size, volumes.length);
  assertEquals(
    velero.env.find(({ name }: Json) => name === "VELERO_SCRATCH_DIR").value,
    sidecar.env.find(({ name }: Json) => name === "VELERO_SCRATCH_DIR").value,
  );
}

test("the kustomize component fits the Deployment of velero install", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await new Deno.Command("cp", { args: ["-r", `${DEPLOY}kustomize`, `${folder}/component`] }).output();
    await Deno.writeTextFile(`${folder}/velero.yaml`, stringify(await veleroDeployment()));
    await Deno.writeTextFile(
      `${folder}/kustomization.yaml`,
      stringify({
        resources: ["velero.yaml"],
        components: ["component"],
        images: [{
          name: IMAGE,
          newName: "registry.example.com/velero-plugin-for-workloads",
          newTag: "v1",
        }],
      }),
    );
    const { spec } = parse(await dryRun(await run(["kustomize", folder])));
    assertPod(spec.template.spec);
    const images = spec.template.spec.initContainers.map(({ image }: Json) => image);
    assertEquals(
      images.filter((image: string) => image === "registry.example.com/velero-plugin-for-workloads:v1")
        .length,
      2,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("the Helm values fit the Deployment, put where the chart's template puts them", async () => {
  const deployment = await veleroDeployment();
  const values = parse(
    await Deno.readTextFile(`${DEPLOY}helm/values.yaml`).then((text) =>
      text.replaceAll(IMAGE, "registry.example.com/velero-plugin-for-workloads")
    ),
  );
  const pod = deployment["spec"].template.spec;
  pod.initContainers.push(...values.initContainers);
  assertPod(parse(await dryRun(stringify(deployment))).spec.template.spec);
});

test("scraping, alerts and dashboard are accepted", async () => {
  const made = await dryRun(await run(["kustomize", `${DEPLOY}monitoring`]));
  const kinds = parse(made).items.map(({ kind }: Json) => kind).sort();
  assertEquals(kinds, ["ConfigMap", "PodMonitor", "PrometheusRule"]);
  const service = parse(await dryRun(await Deno.readTextFile(`${DEPLOY}monitoring/servicemonitor.yaml`)));
  assertEquals(service.items.map(({ kind }: Json) => kind), ["Service", "ServiceMonitor"]);
});

for (const file of ["rbac.yaml", "gate/gate.yaml", "gate/prometheusrule.yaml"]) {
  test(`${file} is accepted`, async () => {
    const text = await Deno.readTextFile(`${DEPLOY}${file}`);
    const answer = parse(await dryRun(text));
    const made: Json[] = answer.items ?? [answer];
    assertEquals(made.map(({ kind }) => kind), parseAllDocuments(text).map((each) => each.toJS().kind));
  });
}

test("the gate's pod may run where pods must be restricted", async () => {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await bed.api.create("/api/v1/namespaces", { metadata: { name: "restricted", labels } });
  const [job] = parseAllDocuments(await Deno.readTextFile(`${DEPLOY}gate/gate.yaml`)).map((each) =>
    each.toJS()
  );
  const { spec } = job.spec.jobTemplate.spec.template;
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "gate", namespace: "restricted" }, spec };
  // The image's name has a part for its owner to fill in.
  const made = parse(await dryRun(stringify(pod).replaceAll("OWNER", "o")));
  assertEquals(made.metadata.namespace, "restricted");
});

test("the component of the gate stands beside that of the plugin", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const part of ["kustomize", "gate"]) {
      await new Deno.Command("cp", { args: ["-r", `${DEPLOY}${part}`, `${folder}/${part}`] }).output();
    }
    await Deno.writeTextFile(`${folder}/velero.yaml`, stringify(await veleroDeployment()));
    const images = [{
      name: IMAGE,
      newName: "example.com/plugin",
      newTag: "v1",
    }];
    const components = ["kustomize", "gate"];
    await Deno.writeTextFile(
      `${folder}/kustomization.yaml`,
      stringify({ resources: ["velero.yaml"], components, images }),
    );
    const made = parse(await dryRun(await run(["kustomize", folder]))).items;
    const job = made.find(({ kind }: Json) => kind === "CronJob");
    assertEquals(job.spec.jobTemplate.spec.template.spec.containers[0].image, "example.com/plugin:v1");
    const { spec } = made.find(({ kind }: Json) => kind === "Deployment");
    const own = spec.template.spec.initContainers.filter(({ image }: Json) =>
      image === "example.com/plugin:v1"
    );
    assertEquals(own.length, 2, "one entry of images is for both components");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
