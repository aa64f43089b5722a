/**
 * Waiting for a pull secret that OpenShift has yet to make (openshift IMP-36).
 *
 * @module
 */

import { absentWhenNotServed, ClusterError } from "../../cluster/cluster.ts";
import { arrayAt, at, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { CLUSTER_VERSIONS, REGISTRY_CONFIGS } from "./kinds.ts";
import { secretOf, type SecretSearch } from "./pull_secrets.ts";
import { remember } from "../lib/remember.ts";

/** How long after its first wait a restore waits at least, in milliseconds. */
export const SHORT_WAIT_MS = 30_000;

const POLL_MS = 1000;

/**
 * Whether OpenShift makes pull secrets at all, asked once per restore. It does not since 4.15 when the image registry is off.
 *
 * @throws {Refusal} when the version of OpenShift cannot be understood.
 */
export function makesPullSecrets({ context, restore }: SecretSearch): Promise<boolean> {
  return remember(context, { key: "openshift makes pull secrets", run: restore }, async () => {
    const { cluster } = context;
    const [version, registry] = await Promise.all([
      cluster.get(CLUSTER_VERSIONS, "", "version"),
      absentWhenNotServed(cluster.get(REGISTRY_CONFIGS, "", "cluster")),
    ]);
    if (version === undefined) {
      throw unknownVersion('clusterversions.config.openshift.io "version" not found');
    }
    const on = arrayAt(version, "status", "capabilities", "enabledCapabilities").includes("ImageRegistry") &&
      registry !== undefined && at(registry, "spec", "managementState") !== "Removed";
    return !isSince415(stringAt(version, "status", "desired", "version") ?? "") || on;
  });
}

function isSince415(version: string): boolean {
  const parts = version.split(".");
  if (parts.length < 3) throw unknownVersion(`unable to parse OCP Version "${version}"`);
  // What is no number counts as 0, so as a version that makes them.
  const [major = 0, minor = 0] = parts.map((part) => /^\d+$/.test(part) ? Number(part) : 0);
  return major > 4 || (major === 4 && minor >= 15);
}

function unknownVersion(message: string): Refusal {
  return new Refusal(message, {
    rule: "openshift 7.3",
    remedy: "look at ClusterVersion version, which tells what the cluster runs",
    reason: "cluster",
  });
}

/**
 * The generated secret of a ServiceAccount, waited for until `until` and at least half a minute after the first wait of the restore;
 * `undefined` when there is none by then.
 *
 * @param until Milliseconds of the epoch.
 */
export async function waitForSecret(
  account: string,
  search: SecretSearch,
  until = 0,
): Promise<string | undefined> {
  const { context, restore } = search;
  const now = () => context.clock.now().getTime();
  while (true) {
    const secret = await secretIfAny(account, search);
    if (secret !== undefined) return secret;
    const first = await remember(
      context,
      { key: "openshift first wait", run: restore },
      () => Promise.resolve(now()),
    );
    if (now() >= Math.max(until, first + SHORT_WAIT_MS)) return undefined;
    context.log.debug(`waiting for the pull secret of ServiceAccount ${search.namespace}/${account}`);
    await pause(POLL_MS, context);
  }
}

/** The generated secret of a ServiceAccount, waited for shortly unless OpenShift surely makes none. */
export async function expectSecret(account: string, search: SecretSearch): Promise<string | undefined> {
  return await secretIfAny(account, search) ??
    (await mayMakePullSecrets(search) ? await waitForSecret(account, search) : undefined);
}

async function mayMakePullSecrets(search: SecretSearch): Promise<boolean> {
  try {
    return await makesPullSecrets(search);
  } catch (error) {
    if (!(error instanceof ClusterError || error instanceof Refusal)) throw error;
    search.context.log.debug(`secrets may be made: ${requestFailure(error, search.context)}`);
    return true;
  }
}

/** The generated secret of a ServiceAccount; `undefined` when there is none now. */
export async function secretIfAny(account: string, search: SecretSearch): Promise<string | undefined> {
  try {
    return await secretOf(account, search);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

async function pause(milliseconds: number, { clock, signal }: Context): Promise<void> {
  const over = clock.timeout(milliseconds);
  // Not AbortSignal.any: in Deno 2.6 its signal is collected while somebody waits for it, and nothing ever comes.
  await new Promise((resolve) => {
    for (const end of [over, signal]) end.addEventListener("abort", resolve, { once: true });
    if (over.aborted || signal.aborted) resolve(undefined);
  });
  signal.throwIfAborted();
}
