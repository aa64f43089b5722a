import type { BackupItemAction, BackupRequest, Context, ItemResult, ResourceIdentifier } from "../action.ts";
import { EXCLUDE_LABEL, isExcludedByLabel } from "../lib/backup_filter.ts";
import type { JsonObject } from "../../objects/json.ts";
import { namespaceOf } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { together } from "../lib/together.ts";
import { dependenciesOf } from "./dependencies.ts";
import { versionOf, VM_OPERATOR, vmOperatorItem } from "./kinds.ts";
import { type Member, membersOf } from "./members.ts";
import { forceMembers } from "./must_include.ts";
import { listServices, selects } from "./services.ts";
import type { VmGroupSettings } from "./settings.ts";

const GET_TIMEOUT = 30_000;

/** Adds the members of a VirtualMachineGroup and what they need to its backup (vmgroup 3). */
export const backupGroup: BackupItemAction<VmGroupSettings> = {
  kind: "BackupItemAction",
  name: "lubronzhan.io/vmgroup-backup",
  appliesTo: { includedResources: ["virtualmachinegroups.vmoperator.vmware.com"] },
  execute,
};

/** A member with its VM, where it is one that could be read. */
interface ReadMember extends Member {
  readonly vm?: JsonObject | undefined;
}

async function execute(
  { item, backup }: BackupRequest,
  context: Context<VmGroupSettings>,
): Promise<ItemResult | void> {
  const { settings, log } = context;
  const namespace = namespaceOf(item);
  const named = membersOf(item, log);
  if (named.length === 0) return;
  const forced = forceMembers(item, backup, settings["must-include"], log);
  const version = versionOf(item);
  const [read, services] = await together(context, [
    (own) => readMembers(named, namespace, version, own),
    (own) => settings.services ? listServices(namespace, version, own) : [],
  ]);
  // Members that are forced past the filters would also get past the label that keeps a VM out of backups.
  const members = read.filter(({ name, vm }) => {
    const excluded = forced && isExcludedByLabel(vm);
    if (excluded) {
      log.info(`left out VirtualMachine ${namespace}/${name}, which is labelled ${EXCLUDE_LABEL}`);
    }
    return !excluded;
  });
  const vms = members.map(({ vm }) => vm).filter((vm) => vm !== undefined);
  const found = [
    ...members.flatMap((member) => itemsOf(member, namespace)),
    ...services.filter((service) => vms.some((vm) => selects(service, vm)))
      .map(({ name }) => vmOperatorItem("virtualmachineservices", namespace, name)),
  ];
  return { ...(forced ? { item } : {}), additionalItems: distinct(found) };
}

function readMembers(
  members: readonly Member[],
  namespace: string,
  version: string,
  context: Context<VmGroupSettings>,
): Promise<ReadMember[]> {
  const steps = members.map((member) => async (own: Context<VmGroupSettings>): Promise<ReadMember> =>
    member.kind === "VirtualMachine"
      ? { ...member, vm: await readMachine(namespace, member.name, version, own) }
      : member
  );
  return together(context, steps);
}

// vmgroup G4: an absent VM is a warning, as for Velero itself. After any other failure, dependencies are missing from the backup, so it must
// become PartiallyFailed. A log line at error level does that; an error of the action would leave out the whole group.
async function readMachine(
  namespace: string,
  name: string,
  version: string,
  { cluster, clock, log, signal }: Context<VmGroupSettings>,
): Promise<JsonObject | undefined> {
  const failed = `Failed to get VirtualMachine ${namespace}/${name}`;
  try {
    const kind = { group: VM_OPERATOR, version, resource: "virtualmachines" };
    const vm = await cluster.get(kind, namespace, name, { signal: clock.timeout(GET_TIMEOUT) });
    if (vm === undefined) log.warn(`${failed}: it does not exist`);
    return vm;
  } catch (cause) {
    log.error(`${failed}: ${requestFailure(cause, { signal }, GET_TIMEOUT)}`);
    return undefined;
  }
}

function itemsOf({ kind, name, vm }: ReadMember, namespace: string): ResourceIdentifier[] {
  if (kind === "VirtualMachineGroup") return [vmOperatorItem("virtualmachinegroups", namespace, name)];
  const dependencies = vm === undefined ? [] : dependenciesOf(vm, namespace);
  return [vmOperatorItem("virtualmachines", namespace, name), ...dependencies];
}

// vmgroup G7: members share Secrets and PVCs. A map keeps the place of the first.
function distinct(items: readonly ResourceIdentifier[]): ResourceIdentifier[] {
  const key = ({ group, resource, namespace, name }: ResourceIdentifier) =>
    JSON.stringify([group, resource, namespace, name]);
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
