/**
 * Host of the cluster's internal image registry (openshift 5.2).
 *
 * @module
 */

import { absentWhenNotServed, type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { isObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { at, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { CLUSTER_FACTS_AGE, clusterVersion } from "./cluster_version.ts";
import { CONFIG_MAPS, IMAGE_CONFIGS, IMAGE_STREAMS, REGISTRY_CONFIGS, SERVICES } from "./kinds.ts";
import { remember } from "../lib/remember.ts";

/**
 * Host and port of the registry, read at most every five minutes; empty when the cluster has none.
 *
 * @throws {Refusal} and {ClusterError} when nothing says it.
 */
export function registryHost(context: Context): Promise<string> {
  return remember(
    context,
    { key: "openshift registry host", run: undefined, maxAge: CLUSTER_FACTS_AGE },
    async () => await configuredHost(context) ?? await hostOfStreams(context) ?? await hostByVersion(context),
  );
}

// openshift IMP-06: hosted control planes have nothing else.
async function configuredHost(context: Context): Promise<string | undefined> {
  const config = await readable(context, (cluster) => cluster.get(IMAGE_CONFIGS, "", "cluster"));
  return stringAt(config, "status", "internalRegistryHostname");
}

async function hostOfStreams(context: Context): Promise<string | undefined> {
  const stream = await readable(context, async (cluster) => {
    for await (const first of cluster.list(IMAGE_STREAMS, { namespace: "openshift", pageSize: 1 })) {
      return first;
    }
  });
  return registryOf(stringAt(stream, "status", "dockerImageRepository") ?? "");
}

async function hostByVersion(context: Context): Promise<string> {
  const { major, minor } = await clusterVersion(context);
  if (major !== 1) {
    throw unsupported(`server version ${major}.${minor} not supported. Must be 1.x`);
  }
  if (minor < 7) {
    throw unsupported(`Kubernetes version 1.${minor} not supported. Must be 1.7 or greater`);
  }
  return minor < 12 ? await hostOfService(context) : await hostOfApiServer(context);
}

// OpenShift 3
async function hostOfService(context: Context): Promise<string> {
  const service = await readable(context, (cluster) => cluster.get(SERVICES, "default", "docker-registry"));
  const [port] = objectsAt(service, "spec", "ports");
  const address = stringAt(service, "spec", "clusterIP");
  return address === undefined || typeof port?.port !== "number" ? "" : `${address}:${port.port}`;
}

// OpenShift 4
async function hostOfApiServer({ cluster }: Context): Promise<string> {
  const config = await cluster.get(CONFIG_MAPS, "openshift-apiserver", "config");
  if (config === undefined) {
    // openshift IMP-07
    if (await registryRemoved(cluster)) return "";
    throw cannotTell("ConfigMap openshift-apiserver/config does not exist");
  }
  let parsed: JsonValue;
  try {
    parsed = parseJson(String(at(config, "data", "config.yaml") ?? ""));
  } catch {
    throw cannotTell("key config.yaml of ConfigMap openshift-apiserver/config is not JSON");
  }
  const policy = at(parsed, "imagePolicyConfig");
  const host = at(policy, "internalRegistryHostname");
  const holders = [parsed, policy].every((holder) => isMissing(holder) || isObject(holder));
  if (!holders || !(isMissing(host) || typeof host === "string")) {
    throw cannotTell(
      "imagePolicyConfig.internalRegistryHostname in key config.yaml of ConfigMap openshift-apiserver/config is of a wrong type",
    );
  }
  return host ?? "";
}

function isMissing(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

async function registryRemoved(cluster: Cluster): Promise<boolean> {
  const config = await absentWhenNotServed(cluster.get(REGISTRY_CONFIGS, "", "cluster"));
  return objectAt(config, "spec")?.managementState === "Removed";
}

const HOST_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(
  `^(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*(?::\\d+)?/)?${PATH_PART}(?:/${PATH_PART})*(?::[\\w][\\w.-]{0,127})?(?:@[\\w+.-]+:[0-9a-fA-F]{32,})?$`,
);

/** The registry part of a repository's name, empty when it has none; `undefined` for what is not a repository. */
export function registryOf(repository: string): string | undefined {
  if (repository.length > 1000 || !REPOSITORY.test(repository)) return undefined;
  const [first = "", ...path] = repository.split("/");
  return path.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "";
}

// What the answer of a failed or refused request cannot say, the next step may.
async function readable<T>(
  context: Context,
  read: (cluster: Cluster) => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await read(context.cluster);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    context.log.debug(`looking for the registry elsewhere: ${requestFailure(error, context)}`);
    return undefined;
  }
}

function unsupported(message: string): Refusal {
  return new Refusal(message, {
    rule: "openshift 5.2",
    remedy: "use a supported OpenShift, or switch the source off there (openshift.enabled)",
    reason: "cluster",
  });
}

function cannotTell(message: string): Refusal {
  return new Refusal(`cannot find the host of the image registry: ${message}`, {
    rule: "openshift 5.2",
    remedy:
      "set status.internalRegistryHostname of images.config.openshift.io/cluster by the image registry's operator",
    reason: "cluster",
  });
}
