/**
 * The API server of a kubeconfig. Loads `@kubernetes/client-node`, so it is imported only when there is a kubeconfig.
 *
 * @module
 */

import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Cluster, User } from "@kubernetes/client-node/dist/config_types.js";
import { parse } from "yaml";
import type { JsonValue } from "../../objects/json.ts";
import { objectsAt, stringAt } from "../../objects/object.ts";
import { ClusterError } from "../cluster.ts";
import type { ConnectLog } from "./connect_log.ts";
import type { Server } from "./http.ts";
import { fileToken, renewed } from "./token.ts";

/**
 * The server of the current context; of several files the first that names a thing holds, as for client-go.
 *
 * @throws {ClusterError} `Other` for a file that is no kubeconfig and for what this runtime cannot do: it is never ignored.
 */
export async function kubeconfigServer(
  paths: readonly string[],
  { mayRun, log, context }: { mayRun: boolean; log: ConnectLog; context?: string },
): Promise<Server> {
  const fail = (what: string, cause?: unknown): never => {
    const files = paths.map((path) => `"${path}"`).join(", ");
    throw new ClusterError(`Cannot use kubeconfig ${files}: ${what}`, "Other", 0, { cause });
  };
  // A parser's own text quotes the file, which may hold a key, so it goes no further.
  const attempt = <T>(step: () => T, otherwise: string): T => {
    try {
      return step();
    } catch (error) {
      return fail(otherwise, error);
    }
  };
  const config = attempt(() => load(paths), "it cannot be read as one");
  if (context !== undefined) {
    if (config.getContextObject(context) === null) fail(`it has no context "${context}"`);
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster() ??
    fail(`context "${config.getCurrentContext()}" names no cluster`);
  if (!URL.canParse(cluster.server)) fail(`the server of cluster "${cluster.name}" is not a URL`);
  const user = config.getCurrentUser() ?? { name: "" };
  if (cluster.skipTLSVerify && cluster.server.startsWith("https:")) {
    fail("insecure-skip-tls-verify is not supported; give the server's certificate-authority-data");
  }
  if (cluster.tlsServerName !== undefined) fail("tls-server-name is not supported");
  if ((user.exec !== undefined || user.authProvider !== undefined) && !mayRun) {
    fail(`user "${user.name}" gets its credentials from a program, which only preview may run; use a token`);
  }
  const read = () =>
    httpOptions(cluster, user).catch((error) =>
      fail(
        user.exec === undefined
          ? "its certificates or credentials cannot be read"
          : `the program "${user.exec.command}", from which user "${user.name}" gets its credentials, failed`,
        error,
      )
    );
  const { ca, cert, key } = await read();
  const client = attempt(() =>
    Deno.createHttpClient({
      ...(ca === undefined ? {} : { caCerts: [ca] }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(cluster.proxyUrl === undefined ? {} : { proxy: { url: cluster.proxyUrl } }),
    }), "its certificates, its key or its proxy-url are none");
  const file = attempt(() => tokenFile(paths, user.name), "it cannot be read as one");
  if (user.token !== undefined && file !== undefined) {
    log.debug("the kubeconfig's user has a token and a token file; the file is used");
  }
  return {
    url: cluster.server.replace(/\/+$/, ""),
    fetch: (url, init) => fetch(url, { ...init, client }),
    authorization: file !== undefined ? fileToken(file) : renewed(async () => (await read()).authorization),
  };
}

function load([first = "", ...others]: readonly string[]): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(first);
  for (const path of others) {
    const other = new KubeConfig();
    other.loadFromFile(path);
    addMissing(config, other);
  }
  return config;
}

// KubeConfig.mergeConfig refuses two files that use the same name.
function addMissing(config: KubeConfig, other: KubeConfig): void {
  for (const cluster of other.clusters) {
    if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
  }
  for (const user of other.users) if (config.getUser(user.name) === null) config.addUser(user);
  for (const context of other.contexts) {
    if (config.getContextObject(context.name) === null) config.addContext(context);
  }
  config.currentContext ||= other.currentContext;
}

interface HttpOptions {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly authorization: string | undefined;
}

// Through KubeConfig, for everything it knows of users. Its agent is not used, so what would make it refuse to build one (a
// plain HTTP server, a proxy) is kept from it.
async function httpOptions(cluster: Cluster, user: User): Promise<HttpOptions> {
  const { proxyUrl: _, ...plain } = cluster;
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ ...plain, skipTLSVerify: plain.server.startsWith("http:") }, user);
  const options: Parameters<KubeConfig["applyToHTTPSOptions"]>[0] = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, auth, headers } = options as Record<string, unknown>;
  const basic = typeof auth === "string" ? `Basic ${btoa(auth)}` : undefined;
  const authorization = Object.entries(headers ?? {})
    .find(([name]) => name.toLowerCase() === "authorization")?.[1];
  return {
    ca: text(ca),
    cert: text(cert),
    key: text(key),
    authorization: typeof authorization === "string" ? authorization : basic,
  };
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

// The library's warnings bypass the log and quote the file.
const QUIET = { logLevel: "error" } as const;

// `tokenFile` of the user, which KubeConfig does not know.
function tokenFile(paths: readonly string[], user: string): string | undefined {
  for (const path of paths) {
    const users = objectsAt(parse(Deno.readTextFileSync(path), QUIET) as JsonValue, "users");
    const found = users.find((entry) => stringAt(entry, "name") === user);
    if (found === undefined) continue;
    const file = stringAt(found, "user", "tokenFile");
    if (file === undefined || file.startsWith("/")) return file;
    return `${path.slice(0, path.lastIndexOf("/") + 1)}${file}`;
  }
  return undefined;
}
