/**
 * Collects the addresses of a VM's interfaces from Kube-OVN (superphenix 3).
 *
 * @module
 */

import { ClusterError } from "../../cluster/cluster.ts";
import { withSignal } from "../../cluster/with_signal.ts";
import type { Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { together } from "../lib/together.ts";
import { type Candidate, candidatesOf, describeInterface, ipName } from "./candidates.ts";
import { type Interface, readInterfaces } from "./interfaces.ts";
import { type Addresses, createIpReader, fromIpObject } from "./ip_objects.ts";
import { createLauncherFallback } from "./launcher_fallback.ts";
import { findNadKind } from "./nad_lookup.ts";
import type { Settings } from "./settings.ts";

const COLLECTION_MS = 30_000;

/**
 * The addresses of all interfaces for which there are any, in the order of the interfaces.
 *
 * @param template `spec.template` of the VM.
 * @throws {Refusal} when Kube-OVN cannot be asked, or with `require-addresses` when an interface has no IP object.
 */
export async function collectAddresses(
  vm: JsonObject,
  template: JsonObject,
  context: Context<Settings>,
): Promise<Addresses[]> {
  const limit = context.clock.timeout(COLLECTION_MS);
  try {
    return await collect(vm, template, { ...context, cluster: withSignal(context.cluster, limit) });
  } catch (error) {
    throw lookupFailure(error, vm, limit);
  }
}

async function collect(
  vm: JsonObject,
  template: JsonObject,
  context: Context<Settings>,
): Promise<Addresses[]> {
  const { cluster, log, settings } = context;
  const { interfaces, invalid } = readInterfaces(template, namespaceOf(vm));
  for (const networkName of invalid) {
    log.warn(
      `networkName "${networkName}" is not of the form NAD or NAMESPACE/NAD; the interface is skipped`,
    );
  }
  const readIp = createIpReader(cluster);
  const fromLauncher = settings["launcher-fallback"]
    ? createLauncherFallback(vm, cluster, readIp)
    : undefined;
  const begun: Promise<Addresses | undefined>[] = [];

  const lookUp = async (own: Interface, index: number, context: Context<Settings>) => {
    const { cluster, log } = context;
    const kind = settings["nad-lookup"] && own.nad !== undefined
      ? await findNadKind(own.nad, cluster, log)
      : undefined;
    const all = await candidatesOf(own, interfaces, kind);
    if (all.length === 0) {
      log.debug(`${describeInterface(own)} is not served by Kube-OVN`);
      return undefined;
    }
    const tried: Candidate[] = [];
    for (const candidate of all) {
      // A name that only one interface can have is tried only when no earlier interface has it, so those must be known first.
      if (candidate.exclusive && await hasOne(begun.slice(0, index), candidate.provider)) continue;
      tried.push(candidate);
      const found = await fromIpObject(nameOf(vm), namespaceOf(vm), candidate, readIp);
      if (found !== undefined) return found;
    }
    const found = await fromLauncher?.(tried);
    if (found === undefined) reportMissing(vm, own, tried, context);
    return found;
  };

  const found = await together(
    context,
    interfaces.map((own, index) => (context: Context<Settings>) =>
      begun[index] = lookUp(own, index, context)
    ),
  );
  return found.filter((addresses) => addresses !== undefined);
}

async function hasOne(found: readonly Promise<Addresses | undefined>[], provider: string): Promise<boolean> {
  return (await Promise.all(found)).some((addresses) => addresses?.provider === provider);
}

function reportMissing(
  vm: JsonObject,
  own: Interface,
  candidates: readonly Candidate[],
  { log, settings }: Context<Settings>,
): void {
  const [namespace, name] = [namespaceOf(vm), nameOf(vm)];
  const names = candidates.map(({ provider }) => ipName(name, namespace, provider)).join(", ");
  const what = `no Kube-OVN IP object for VM ${namespace}/${name} on ${
    describeInterface(own)
  } (tried ${names})`;
  if (settings["require-addresses"]) {
    throw new Refusal(what, {
      rule: "superphenix 3.2",
      remedy:
        "start the VM once so that Kube-OVN assigns its addresses, or turn superphenix.require-addresses off",
      reason: "lookup_failed",
    });
  }
  log.warn(`${what}; it will get a new address after a restore`);
}

// A backup that silently loses addresses, for example for lack of a permission, would be worse than no backup.
function lookupFailure(error: unknown, vm: JsonObject, limit: AbortSignal): unknown {
  if (error instanceof Refusal) return error;
  const timedOut = limit.aborted;
  if (!timedOut && !(error instanceof ClusterError)) return error;
  const forbidden = error instanceof ClusterError && (error.status === 401 || error.status === 403);
  const cause = timedOut ? `no answer within ${COLLECTION_MS / 1000} s` : (error as Error).message;
  return new Refusal(
    `failed to retrieve the IP custom resource for VM ${namespaceOf(vm)}/${nameOf(vm)}: ${cause}`,
    {
      rule: "superphenix 3.2",
      remedy: forbidden
        ? "grant Velero's service account the permissions of docs/superphenix.md"
        : "make the API server answer and repeat the backup",
      reason: timedOut ? "deadline" : forbidden ? "forbidden" : "lookup_failed",
      cause: error,
    },
  );
}
