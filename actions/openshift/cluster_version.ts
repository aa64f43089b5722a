/**
 * Version of the cluster's API server (openshift 5.1).
 *
 * @module
 */

import type { ServerVersion } from "../../cluster/cluster.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { remember } from "../lib/remember.ts";

/** Milliseconds for which version and registry host of the cluster are remembered. */
export const CLUSTER_FACTS_AGE = 5 * 60_000;

/** Two numbers of a version. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
}

/** The version of the cluster, read at most every five minutes. */
export function clusterVersion(context: Context): Promise<KubernetesVersion> {
  return remember(
    context,
    { key: "openshift version", run: undefined, maxAge: CLUSTER_FACTS_AGE },
    async () => parseVersion(await context.cluster.version()),
  );
}

/**
 * Major and minor as numbers.
 *
 * @throws {Refusal} with upstream's words when neither they nor `gitVersion` say them.
 */
export function parseVersion({ major, minor, gitVersion }: ServerVersion): KubernetesVersion {
  const parts = [major, minor.replace(/^\++|\++$/g, "")];
  const numbers = parts.every((part) => /^[+-]?\d+$/.test(part))
    ? parts
    : /v(\d+)\.(\d+)\./.exec(gitVersion)?.slice(1);
  const [first, second] = numbers?.map(Number) ?? [];
  if (first === undefined || second === undefined) {
    throw new Refusal("gitVersion does not match expected format", {
      rule: "openshift 5.1",
      remedy: "look at what the API server answers to /version",
      reason: "cluster",
    });
  }
  return { major: first, minor: second };
}
