import type { Context, RestoreItemAction } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt, switchedOn } from "../../objects/object.ts";
import { together } from "../lib/together.ts";
import { annotationPrefix, DEFAULT_PROVIDER } from "./candidates.ts";
import { readRestoredNads, type RestoredNad } from "./restored_networks.ts";
import type { Settings } from "./settings.ts";

/** Adapts the addresses in a VM's template to the restore: as a copy, without MAC, in another namespace (superphenix 8). */
export const restoreVirtualMachine: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "superphenix.net/restore-virtualmachine",
  appliesTo: { includedResources: ["virtualmachines.kubevirt.io"] },
  enabled: (settings) => settings["restore-action"],

  async execute(request, context) {
    const { item, restore } = request;
    const template = objectAt(item, "spec", "template");
    const metadata = objectAt(template, "metadata");
    const annotations = objectAt(metadata, "annotations");
    if (template === undefined || metadata === undefined || annotations === undefined) return;
    const keys = Object.keys(annotations).map(parseKey).filter((key) => key !== undefined);
    if (keys.length === 0) return;
    const nads = readRestoredNads(template, request);
    const own = keys.map((key) => ({
      ...key,
      nad: nads.find((nad) => tailOf(key.provider, nad) !== undefined),
    }))
      .filter(({ provider, nad }) => provider === DEFAULT_PROVIDER || nad !== undefined);

    const all = switchedOn(restore, "superphenix.net/clear-addresses");
    const macs = switchedOn(restore, "velero.kubevirt.io/clear-mac-address");
    const cleared = own.filter((key) => all || (macs && key.field === "mac_address"));
    for (const { key } of cleared) delete annotations[key];
    const renamed = await rename(own.filter((key) => !cleared.includes(key)), annotations, context);
    if (cleared.length === 0 && !renamed) return;
    if (Object.keys(annotations).length === 0) delete metadata.annotations;
    return { item };
  },
};

/** An annotation of Kube-OVN. */
interface AddressKey {
  readonly key: string;
  readonly provider: string;
  /** `ip_address`, `mac_address` or `logical_switch`. */
  readonly field: string;
}

const KEY = /^(.+)\.kubernetes\.io\/(ip_address|mac_address|logical_switch)$/;

function parseKey(key: string): AddressKey | undefined {
  const [, provider, field] = KEY.exec(key) ?? [];
  return provider === undefined || field === undefined ? undefined : { key, provider, field };
}

// What follows `<nad>.<nadns>` in a provider of this NAD: nothing, `.ovn` or `.ovn.<if>`; undefined for a provider of something else.
function tailOf(provider: string, { name, namespaces }: RestoredNad): string | undefined {
  for (const namespace of namespaces) {
    const head = `${name}.${namespace}`;
    const tail = provider.slice(head.length);
    if (provider.startsWith(head) && /^(?:\.ovn(?:\.[^.]+)?)?$/.test(tail)) return tail;
  }
  return undefined;
}

/** Renames the keys whose NAD is taken from another namespace; true when there was one. */
async function rename(
  own: readonly (AddressKey & { readonly nad: RestoredNad | undefined })[],
  annotations: JsonObject,
  context: Context<Settings>,
): Promise<boolean> {
  const moves: { from: string; to: string; value: JsonObject[string] }[] = [];
  const nads = [...new Set(own.map(({ nad }) => nad).filter((nad) => nad !== undefined))];
  const found = await together(context, nads.map((nad) => (own: Context<Settings>) => nad.target(own)));
  const targets = new Map(nads.map((nad, index) => [nad, found[index]]));
  for (const { key, provider, field, nad } of own) {
    const target = nad && targets.get(nad);
    if (nad === undefined || target === undefined) continue;
    const to = `${annotationPrefix(`${nad.name}.${target}${tailOf(provider, nad)}`)}/${field}`;
    if (to !== key) moves.push({ from: key, to, value: annotations[key] });
  }
  const leaving = new Set(moves.map(({ from }) => from));
  const given = new Set<string>();
  const free = moves.filter(({ from, to }) => {
    const taken = given.has(to) || (Object.hasOwn(annotations, to) && !leaving.has(to));
    given.add(to);
    if (taken) context.log.warn(`annotation ${from} is not renamed, because the VM already has ${to}`);
    return !taken;
  });
  for (const { from } of free) delete annotations[from];
  for (const { to, value } of free) annotations[to] = value;
  return free.length > 0;
}
