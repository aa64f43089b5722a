import type { Log } from "../action.ts";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { at, stringAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";

/** A member of a group, in the group's namespace. */
export interface Member {
  readonly kind: "VirtualMachine" | "VirtualMachineGroup";
  readonly name: string;
}

/**
 * The members of a VirtualMachineGroup in boot order, each once (vmgroup G1 to G3, G7). What cannot be a member is skipped with a warning.
 *
 * @throws {Refusal} when `spec.bootOrder` is neither an array nor an object with `members`.
 */
export function membersOf(group: JsonObject, log: Log): Member[] {
  const steps = bootOrder(group, log);
  if (steps.length === 0) log.warn("VirtualMachineGroup has no boot orders");
  const found = new Map<string, Member>();
  for (const [index, step] of steps.entries()) {
    for (const [position, member] of membersOfStep(step, `spec.bootOrder[${index}]`, log).entries()) {
      const read = readMember(member, `spec.bootOrder[${index}].members[${position}]`, log);
      if (read === undefined) continue;
      found.set(`${read.kind} ${read.name}`, read);
    }
  }
  return [...found.values()];
}

function bootOrder(group: JsonObject, log: Log): JsonValue[] {
  const order = at(group, "spec", "bootOrder");
  if (order === undefined || order === null) return [];
  if (Array.isArray(order)) return order;
  if (isObject(order) && Object.hasOwn(order, "members")) {
    log.warn("spec.bootOrder is an object, not an array; it is read as one step");
    return [order];
  }
  throw new Refusal("failed to convert item to VirtualMachineGroup: spec.bootOrder is not an array", {
    rule: "vmgroup G1",
    remedy: "write spec.bootOrder as a list of steps, each with a list of members",
    reason: "invalid_item",
  });
}

function membersOfStep(step: JsonValue, path: string, log: Log): JsonValue[] {
  const members = at(step, "members");
  if (Array.isArray(members)) return members;
  if (!isObject(step)) log.warn(`${path} is not an object; it is skipped`);
  else if (members !== undefined && members !== null) {
    log.warn(`${path}.members is not an array; it is skipped`);
  }
  return [];
}

function readMember(member: JsonValue, path: string, log: Log): Member | undefined {
  const name = stringAt(member, "name");
  if (name === undefined) {
    log.warn(`${path} has no name; it is skipped`);
    return undefined;
  }
  const kind = at(member, "kind") ?? "VirtualMachine";
  if (kind === "VirtualMachine" || kind === "VirtualMachineGroup") return { kind, name };
  log.warn(`${path} "${name}" has the unknown kind ${JSON.stringify(kind)}; it is skipped`);
  return undefined;
}
