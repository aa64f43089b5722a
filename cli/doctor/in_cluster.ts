/**
 * What the API server says: is it there, which Velero, which settings, which rights.
 *
 * @module
 */

import type { Log, Source } from "../../actions/action.ts";
import { Refusal } from "../../actions/lib/refusal.ts";
import { createSettingsReader } from "../../actions/settings/reader.ts";
import { type Cluster, ClusterError, type ClusterReason } from "../../cluster/cluster.ts";
import { at, objectsAt, stringAt } from "../../objects/object.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { counted } from "../../preview/report/lines.ts";

const DEPLOYMENTS = { group: "apps", version: "v1", resource: "deployments" };

// Without it a server that takes requests and never answers would keep the doctor for two minutes, with all attempts.
const PATIENCE = 10_000;

const UNREACHABLE = "look at the server's address, the network between, and NetworkPolicies";

const REMEDIES: Readonly<Partial<Record<ClusterReason, string>>> = {
  Unauthorized: "the credentials are not accepted: restart Velero's pod for a new token, or log in again",
  Forbidden:
    "every account may read /version unless somebody took that away: restore role system:public-info-viewer",
  Unreachable: UNREACHABLE,
  Other: "look at the log of the API server",
};

/** Whether the API server answers, and which it is. */
export async function checkServer(cluster: Cluster, patience = PATIENCE): Promise<Finding> {
  const limit = AbortSignal.timeout(patience);
  try {
    return ok("API server", `Kubernetes ${(await cluster.version({ signal: limit })).gitVersion}`);
  } catch (error) {
    if (limit.aborted) {
      return problem("API server", `no answer within ${patience / 1000} s`, UNREACHABLE);
    }
    const remedy = error instanceof ClusterError ? REMEDIES[error.reason] : undefined;
    return problem("API server", messageOf(error), remedy ?? "run this in Velero's pod, or set KUBECONFIG");
  }
}

/** Velero's release by the image of its Deployment, when that may be read. */
export async function checkVelero(cluster: Cluster, namespace: string): Promise<Finding> {
  let image: string | undefined;
  try {
    const deployment = await cluster.get(DEPLOYMENTS, namespace, "velero");
    image = objectsAt(deployment, "spec", "template", "spec", "containers")
      .find(({ name }) => name === "velero")?.image as string | undefined;
  } catch {
    // The plugin has no use for this right otherwise.
  }
  const [, major, minor, patch] = /:v?(\d+)\.(\d+)\.(\d+)/.exec(image ?? "")?.map(Number) ?? [];
  if (major === undefined || minor === undefined) {
    return ok(
      "Velero",
      "its release is unknown: the image of Deployment velero cannot be read or has no version",
    );
  }
  const release = `${major}.${minor}.${patch}`;
  if (release === "1.10.2") {
    return problem("Velero", `${release} panics when a plugin logs an error`, "update Velero");
  }
  if (major === 1 && minor < 9) {
    return problem("Velero", `${release} is too old`, "update Velero to 1.12 or later");
  }
  if (major === 1 && minor < 12) {
    const text = `${release} gets no actions of version 2 unless WORKLOADS_KINDS lists them`;
    return minor === 11
      ? warning("Velero", text, "set WORKLOADS_KINDS as the README says, or update Velero to 1.12 or later")
      : warning(
        "Velero",
        `${release} has no actions of version 2: cnpg and vmgroup restore nothing`,
        "update Velero",
      );
  }
  return ok("Velero", release);
}

/** The settings of all sources, and what is wrong with them. The values are absent where they cannot be had. */
export async function checkSettings(
  cluster: Cluster,
  namespace: string,
  sources: readonly Source[],
): Promise<{ findings: Finding[]; values: Readonly<Record<string, unknown>> }> {
  const findings: Finding[] = [];
  const silent = () => {};
  const remedy = "correct the ConfigMap with the settings";
  const log: Log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (text) => void findings.push(warning("settings", text, remedy)),
  };
  const reader = createSettingsReader({ cluster, namespace, sources, log });
  const values: Record<string, unknown> = {};
  const said = new Set<string>();
  for (const source of sources) {
    try {
      const own = await reader.of(source, undefined);
      for (const [key, value] of Object.entries(own.values)) values[`${source.name}.${key}`] = value;
    } catch (error) {
      const text = messageOf(error);
      if (said.has(text)) continue;
      said.add(text);
      const what = error instanceof Refusal ? error.remedy : "make the API server answer";
      findings.push(problem("settings", text, what));
    }
  }
  if (findings.length === 0) findings.push(ok("settings", await describeSettings(cluster, namespace)));
  return { findings, values };
}

async function describeSettings(cluster: Cluster, namespace: string): Promise<string> {
  const kind = { group: "", version: "v1", resource: "configmaps" };
  const labelSelector = "velero.io/plugin-config=,velero-plugin-for-workloads=";
  for await (const map of cluster.list(kind, { namespace, labelSelector })) {
    const keys = Object.keys(at(map, "data") ?? {}).length;
    return `ConfigMap ${namespace}/${stringAt(map, "metadata", "name")}, ${counted(keys, "key")}`;
  }
  return `no ConfigMap in namespace ${namespace}: all settings have their defaults`;
}

/** The message of an error of the cluster or of a rule. */
export function messageOf(error: unknown): string {
  if (error instanceof ClusterError || error instanceof Refusal) return error.message;
  throw error;
}
