import { ClusterError } from "../cluster.ts";
import type { ConnectLog } from "./connect_log.ts";
import type { Server } from "./http.ts";
import { fileToken } from "./token.ts";

/** The API server as a pod knows it, with the service account's files in `directory`. */
export async function inClusterServer(
  { host, port, directory, log }: { host: string; port: string; directory: string; log: ConnectLog },
): Promise<Server> {
  const authorization = fileToken(`${directory}/token`);
  // Reads the token now, so that a missing one is reported at once.
  await authorization(false);
  const client = await clientTrusting(`${directory}/ca.crt`, log);
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return {
    url: `https://${name}:${port}`,
    fetch: (url, init) => fetch(url, { ...init, client }),
    authorization,
  };
}

async function clientTrusting(authority: string, log: ConnectLog): Promise<Deno.HttpClient> {
  const caCerts = await certificates(authority, log);
  try {
    return Deno.createHttpClient({ caCerts });
  } catch (cause) {
    throw new ClusterError(
      `The CA file of the API server, "${authority}", does not contain a certificate`,
      "Other",
      0,
      {
        cause,
      },
    );
  }
}

// Without the file, the system's CAs are used, as in client-go. Verification stays on.
async function certificates(path: string, log: ConnectLog): Promise<string[]> {
  try {
    return [await Deno.readTextFile(path)];
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new ClusterError(`Cannot read the CA file of the API server, "${path}"`, "Other", 0, {
        cause: error,
      });
    }
    log.warn(
      `There is no "${path}", so the API server\'s certificate is checked against the CAs of the system`,
    );
    return [];
  }
}
