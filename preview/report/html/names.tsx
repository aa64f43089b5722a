/**
 * Objects, actions and outcomes as the page names them.
 *
 * @module
 */

import type { ResourceIdentifier } from "../../../actions/action.ts";
import { knownResources } from "../../../cluster/memory/resources.ts";
import { groupResource } from "../../run/resources.ts";
import type { NodeOutcome } from "../graph/graph.ts";
import { visible } from "../visible.ts";
import { OUTCOMES } from "../words.ts";

const KINDS = new Map(knownResources().map((type) => [groupResource(type), type.kind]));

/** `VirtualMachine`; for a kind that is not known its resource. */
export function kindName(item: Pick<ResourceIdentifier, "group" | "resource">): string {
  return visible(KINDS.get(groupResource(item)) ?? groupResource(item));
}

/** `shop/web`, or the name alone for cluster scope. */
export function placeName({ namespace, name }: ResourceIdentifier): string {
  return visible(namespace === "" ? name : `${namespace}/${name}`);
}

/** What became of an object, in words. */
export const OUTCOME_WORDS: Readonly<Record<NodeOutcome, string>> = {
  ...OUTCOMES,
  missing: "not found",
  written: "written by an action",
};

/** The signs of outcomes, so that colour is not all that tells them apart. */
export const SIGNS: Readonly<Record<NodeOutcome, string>> = {
  stored: "✓",
  created: "✓",
  updated: "↻",
  exists: "=",
  skipped: "–",
  failed: "✕",
  missing: "?",
  written: "✎",
};

/** An outcome with its sign and colour. */
export function Badge({ outcome }: { outcome: NodeOutcome }) {
  return (
    <span class={`badge ${outcome}`}>
      <span aria-hidden="true">{SIGNS[outcome]}</span> {OUTCOME_WORDS[outcome]}
    </span>
  );
}

/** Where items stand in the page. */
export type Links = ReadonlyMap<string, string>;

/** Names an item across resources. */
export function linkKey(item: ResourceIdentifier): string {
  return `${groupResource(item)}/${item.namespace}/${item.name}`;
}

/** An object by kind and name, leading to where the page tells of it. */
export function ItemName({ item, links }: { item: ResourceIdentifier; links: Links }) {
  const target = links.get(linkKey(item));
  const text = (
    <>
      <span class="kind">{kindName(item)}</span> <b>{placeName(item)}</b>
    </>
  );
  return target === undefined
    ? <span class="item-name">{text}</span>
    : <a class="item-name" href={`#${target}`}>{text}</a>;
}

/** A path whose parts may stand on lines of their own. */
export function Breakable({ text }: { text: string }) {
  const parts = visible(text).split(/(?<=[./\]])(?=[^./\]])/);
  return (
    <>
      {parts.map((part, at) =>
        at === 0 ? part : (
          <>
            <wbr />
            {part}
          </>
        )
      )}
    </>
  );
}
