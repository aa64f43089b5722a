/**
 * Which machines of the target cluster have an identity (kubevirt 8.2 step 2).
 *
 * @module
 */

import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { withSignal } from "../../cluster/with_signal.ts";
import type { Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { remember } from "../lib/remember.ts";
import { together } from "../lib/together.ts";
import { comparable, type IdentityField } from "./identity.ts";

/** A machine of the target cluster. */
export interface Holder {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The machines by identity; one index serves all calls of a process. */
export interface IdentityIndex {
  /**
   * Reads the machines of the cluster, unless that was done within the last 30 s. Calls at the same time share one reading.
   *
   * A list that is forbidden is said once and counts as empty. On any other failure the index says so once and goes on with what
   * it has, for the rest of the process.
   *
   * @param restore The run whose calls read together.
   * @param must The Restore depends on the answer: such a failure is thrown instead, and the next call reads again.
   * @throws {Refusal} only with `must`.
   */
  refresh(context: Context, restore: JsonObject | undefined, must: boolean): Promise<void>;
  /** The machines with that identity, but those of that name in that namespace: a VM shares all with its own VMI. */
  others(identity: string, self: Holder): Holder[];
  /** Adds a machine that this process restores. */
  add(self: Holder, identities: Iterable<string>): void;
}

const FRESH_MS = 30_000;
const READING_MS = 60_000;
const PAGE = 500;

// Where the machine is in an object of each kind. A VM without a running VMI is found by its template alone.
const LISTED = [
  { kind: "VirtualMachine", resource: "virtualmachines", machine: ["spec", "template", "spec"] },
  { kind: "VirtualMachineInstance", resource: "virtualmachineinstances", machine: ["spec"] },
] as const;

type Holders = Map<string, Holder[]>;

/** Makes an empty index. */
export function createIdentityIndex(): IdentityIndex {
  const restored: Holders = new Map();
  let listed: Holders = new Map();
  let gaveUp = false;
  const told = new Set<string>();

  function tell(log: Context["log"], message: string): void {
    if (!told.has(message)) log.warn(message);
    told.add(message);
  }

  async function read(context: Context): Promise<Holders> {
    const found: Holders = new Map();
    const cluster = withSignal(context.cluster, context.clock.timeout(READING_MS));
    await together(
      context,
      LISTED.map(({ kind, resource, machine }) => async ({ log }: Context) => {
        try {
          for await (const object of machines(cluster, resource)) {
            const holder = { kind, namespace: namespaceOf(object), name: nameOf(object) };
            for (const identity of identities(objectAt(object, ...machine))) push(found, identity, holder);
          }
        } catch (error) {
          if (!isForbidden(error)) throw error;
          tell(log, `identities are not compared with those of ${resource}: ${error.message}`);
        }
      }),
    );
    return found;
  }

  return {
    async refresh(context, restore, must) {
      if (gaveUp) return;
      const memory = { key: "kubevirt identities", run: restore, maxAge: FRESH_MS };
      try {
        listed = await remember(context, memory, () => read(context));
      } catch (error) {
        if (!(error instanceof ClusterError) && !(error instanceof DOMException)) throw error;
        const failure = requestFailure(error, context, READING_MS);
        if (must) throw unanswered(failure, error);
        gaveUp = true;
        tell(context.log, `identities are not compared any further in this restore: ${failure}`);
      }
    },

    others(identity, self) {
      const own = restored.get(identity) ?? [];
      const others = listed.get(identity)?.filter((other) => !own.some((one) => isAt(one, other))) ?? [];
      return [...others, ...own].filter((other) => !isAt(other, self));
    },

    add(self, identities) {
      for (const identity of identities) push(restored, identity, self);
    },
  };
}

function isForbidden(error: unknown): error is ClusterError {
  return error instanceof ClusterError && (error.status === 401 || error.status === 403);
}

function unanswered(failure: string, cause: unknown): Refusal {
  return new Refusal(`identities in use cannot be found: ${failure}`, {
    rule: "kubevirt 8.2",
    remedy: "make the API server answer and repeat the restore, or leave the label avoid-collisions out",
    reason: "lookup_failed",
    cause,
  });
}

/** All objects of a resource, in the newest version that the cluster serves; none when it does not know the resource. */
async function* machines(cluster: Cluster, resource: string): AsyncGenerator<JsonObject> {
  for (const version of ["v1", "v1alpha3"]) {
    try {
      yield* cluster.list({ group: "kubevirt.io", version, resource }, { pageSize: PAGE });
      return;
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== "NotServed") throw error;
    }
  }
}

// Objects of the cluster are as they are, so a wrong type is no identity.
function* identities(machine: JsonObject | undefined): Generator<string> {
  const firmware = objectAt(machine, "domain", "firmware");
  const values: [IdentityField, string | undefined][] = [
    ["uuid", stringAt(firmware, "uuid")],
    ["serial", stringAt(firmware, "serial")],
  ];
  for (const entry of objectsAt(machine, "domain", "devices", "interfaces")) {
    values.push(["mac", stringAt(entry, "macAddress")]);
  }
  for (const [field, value] of values) if (value !== undefined) yield comparable({ field, value });
}

// A VMI says nothing that its VM has not said, and a restored machine is in a later list, too.
function push(holders: Holders, identity: string, holder: Holder): void {
  const known = holders.get(identity);
  if (known === undefined) {
    holders.set(identity, [holder]);
    return;
  }
  const same = known.findIndex((other) => isAt(other, holder));
  if (same < 0) known.push(holder);
  else if (holder.kind === "VirtualMachine") known[same] = holder;
}

function isAt(holder: Holder, { namespace, name }: Holder): boolean {
  return holder.namespace === namespace && holder.name === name;
}
