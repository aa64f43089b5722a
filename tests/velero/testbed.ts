/**
 * A real Velero server on a real API server, without containers: etcd, kube-apiserver and the namespace controller in one
 * process, Velero with its plugin folder, and a file server for what Velero signs URLs for. Everything listens on free ports of
 * 127.0.0.1 and lives in one temporary folder. The API server checks rights: Velero is an administrator, but the plugin that it starts
 * finds the credential of an account that has only the roles of deploy/rbac.yaml.
 *
 * @module
 */

import { createAccount, withToken } from "./account.ts";
import { type Api, connect, type Json, until } from "./api.ts";
import { DEFINITIONS } from "./crds.ts";
import { type Child, logTail, start } from "./child.ts";
import { untilServed } from "./served.ts";
import { exists, PLUGIN_ENVIRONMENT, pluginExecutable, tool } from "./tools.ts";

/** A running testbed. */
export interface Testbed {
  readonly api: Api;
  /** Everything of this testbed lies below. */
  readonly folder: string;
  /** Runs Velero's command line and gives its output. */
  velero(...args: string[]): Promise<string>;
  /** How often Velero has started our plugin until now. */
  starts(): Promise<number>;
  /** Processes of our plugin that Velero started and that live now. */
  plugins(): Promise<number[]>;
  /** Stops everything by process id and removes the folder. */
  stop(): Promise<void>;
}

/** How the plugin finds the API server. Velero is told by a flag, which it does not pass on. */
export type Access =
  /** By `KUBECONFIG`. */
  | "kubeconfig"
  /** As in a pod: a service account's files and two variables. Needs root, for a mount namespace of its own. */
  | "in-cluster";

/** The way that this user can have: as in a pod for root. */
export const BEST_ACCESS: Access = Deno.uid() === 0 ? "in-cluster" : "kubeconfig";

const PLUGIN = "velero-plugin-for-workloads";

/**
 * Starts a testbed; what was started is stopped when a later step fails.
 *
 * @param definitions The CustomResourceDefinitions beside Velero's own.
 * @throws {Error} with the ends of the servers' logs.
 */
export async function startTestbed(
  access: Access,
  definitions: readonly Json[] = DEFINITIONS,
): Promise<Testbed> {
  const folder = await Deno.makeTempDir({ prefix: "velero-e2e-" });
  const undo: (() => Promise<void> | void)[] = [() => Deno.remove(folder, { recursive: true })];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    for (const name of ["plugins", "store", "tmp", "scratch"]) await Deno.mkdir(`${folder}/${name}`);
    const cluster = await start("testcluster", tool("testcluster"), {
      args: ["--dir", `${folder}/cluster`],
      log: `${folder}/cluster.log`,
    });
    undo.push(cluster.stop);
    const kubeconfig = `${folder}/cluster/kubeconfig`;
    await until("the API server is ready", () => alive(cluster) && exists(kubeconfig));
    const api = await connect(kubeconfig);
    undo.push(api.close);

    const files = serveFiles(`${folder}/store`);
    undo.push(files.stop);
    const environment: Record<string, string> = {
      ...PLUGIN_ENVIRONMENT,
      FSSTORE_ROOT: `${folder}/store`,
      FSSTORE_URL: files.url,
      TMPDIR: `${folder}/tmp`,
      VELERO_NAMESPACE: "velero",
      VELERO_SCRATCH_DIR: `${folder}/scratch`,
    };
    const velero = async (...args: string[]) => {
      const env = { ...environment, KUBECONFIG: kubeconfig };
      const { success, stdout, stderr } = await new Deno.Command(tool("velero"), { args, env }).output();
      if (success) return new TextDecoder().decode(stdout);
      throw new Error(`velero ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    };
    const own: Json = JSON.parse(await velero("install", "--crds-only", "--dry-run", "-o", "json"));
    await prepareCluster(api, [...own["items"], ...definitions]);
    const restricted = `${folder}/plugin.kubeconfig`;
    await Deno.writeTextFile(
      restricted,
      withToken(await Deno.readTextFile(kubeconfig), await createAccount(api)),
    );

    const starts = `${folder}/starts.log`;
    await Deno.writeTextFile(starts, "");
    await Deno.symlink(tool("fsstore"), `${folder}/plugins/fsstore`);
    // A launcher that notes each start. The name it reports for the later starts is its own.
    await Deno.writeTextFile(
      `${folder}/plugins/${PLUGIN}`,
      `#!/bin/sh\necho $$ >>'${starts}'\nexport PLUGIN_COMMAND="$0"\nexec '${pluginExecutable()}' "$@"\n`,
      { mode: 0o755 },
    );
    const server = await startServer(access, folder, { administrator: kubeconfig, plugin: restricted }, {
      ...environment,
      STOP_WITH_STDIN: "1",
    });
    undo.push(server.stop);
    const location = "/apis/velero.io/v1/namespaces/velero/backupstoragelocations/default";
    await until("Velero has validated its storage location", async () => {
      return alive(server) && (await api.get(location))?.["status"]?.phase === "Available";
    });
    return {
      api,
      folder,
      velero,
      starts: async () => (await Deno.readTextFile(starts)).split("\n").length - 1,
      plugins: () => processesWith(`PLUGIN_COMMAND=${folder}/plugins/${PLUGIN}`),
      stop,
    };
  } catch (error) {
    const logs = ["cluster.log", "velero.log"].map((name) => `${name}:\n${logTail(`${folder}/${name}`)}`);
    await stop();
    throw new Error(`${(error as Error).message}\n${logs.join("\n")}`, { cause: error });
  }
}

function alive(child: Child): boolean {
  if (child.ended() === undefined) return true;
  throw new Error(`${child.name} ended with ${child.ended()}; the end of its log:\n${child.logTail()}`);
}

/** Processes whose environment has that entry. */
async function processesWith(entry: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end between the two reads, and others' environments are not ours to read.
    const text = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (text.split("\0").includes(entry)) found.push(Number(name));
  }
  return found;
}

function serveFiles(root: string): { url: string; stop(): Promise<void> } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    const file = await Deno.open(root + path).catch(() => undefined);
    return file ? new Response(file.readable) : new Response("not found", { status: 404 });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

/** Installs all definitions before Velero starts: its discovery is refreshed only every five minutes. */
async function prepareCluster(api: Api, definitions: readonly Json[]): Promise<void> {
  const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  await Promise.all(definitions.map((one) => api.create(collection, { ...one, status: undefined })));
  await untilServed(api, definitions);
  await api.create("/api/v1/namespaces", { metadata: { name: "velero" } });
  await api.create("/apis/velero.io/v1/namespaces/velero/backupstoragelocations", {
    apiVersion: "velero.io/v1",
    kind: "BackupStorageLocation",
    metadata: { name: "default" },
    spec: { provider: "example.io/fsstore", default: true, objectStorage: { bucket: "b1" } },
  });
  // Nothing runs it, as there is no deployment controller; a restore fails when it is not there.
  await api.create("/apis/apps/v1/namespaces/velero/deployments", {
    metadata: { name: "velero" },
    spec: {
      replicas: 0,
      selector: { matchLabels: { deploy: "velero" } },
      template: {
        metadata: { labels: { deploy: "velero" } },
        spec: { containers: [{ name: "velero", image: "velero/velero:v1.18.3" }] },
      },
    },
  });
}

async function startServer(
  access: Access,
  folder: string,
  kubeconfigs: { administrator: string; plugin: string },
  environment: Record<string, string>,
): Promise<Child> {
  // deno-fmt-ignore
  const args = [
    "server", "--kubeconfig", kubeconfigs.administrator, "--namespace", "velero", "--plugin-dir", `${folder}/plugins`,
    "--metrics-address", "127.0.0.1:0", "--profiler-address", "",
    "--store-validation-frequency", "1s", "--backup-sync-period", "5s", "--item-operation-sync-frequency", "1s",
    "--resource-timeout", "30s", "--terminating-resource-timeout", "30s",
    // The default of 100 requests a second hides what a plugin costs.
    "--client-qps", "2000", "--client-burst", "4000", "--log-level", "info",
  ];
  const log = `${folder}/velero.log`;
  if (access === "kubeconfig") {
    const env = { ...environment, KUBECONFIG: kubeconfigs.plugin };
    return await start("velero", tool("velero"), { args, env, log });
  }
  const config = await Deno.readTextFile(kubeconfigs.plugin);
  const found = (pattern: RegExp) => pattern.exec(config)?.[1] ?? "";
  const account = `${folder}/serviceaccount`;
  await Deno.mkdir(account);
  await Deno.writeTextFile(`${account}/token`, found(/token: "([^"]+)"/));
  await Deno.writeTextFile(`${account}/namespace`, "velero");
  await Deno.copyFile(found(/certificate-authority: "([^"]+)"/), `${account}/ca.crt`);
  const script =
    "unset KUBECONFIG; mount -t tmpfs tmpfs /var/run/secrets && mkdir -p /var/run/secrets/kubernetes.io && " +
    'cp -r "$0" /var/run/secrets/kubernetes.io/serviceaccount && exec "$@"';
  await Deno.mkdir("/var/run/secrets", { recursive: true });
  return await start("velero", "unshare", {
    args: ["-m", "--propagation", "private", "sh", "-c", script, account, tool("velero"), ...args],
    env: {
      ...environment,
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: found(/:(\d+)"/),
    },
    log,
  });
}
