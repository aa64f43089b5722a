// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * The objects of one workload as SVG, without styles or scripts of its own: the page's policy allows neither.
 *
 * @module
 */

import type { Graph } from "../graph/graph.ts";
import { type Layout, layOut, type PlacedEdge, type PlacedNode } from "../graph/layout.ts";
import { visible } from "../visible.ts";
import { kindName, linkKey, type Links, OUTCOME_WORDS, placeName, SIGNS } from "./names.tsx";

/** The picture, in a wide and a narrow form, of which the page shows the one that fits. `id` makes the names of its parts unique. */
export function Picture({ graph, id, links }: { graph: Graph; id: string; links: Links }) {
  const [root] = graph.nodes;
  if (root === undefined) return null;
  const name = `${kindName(root.item)} ${placeName(root.item)}`;
  const layouts = (["wide", "narrow"] as const).map((form) => ({ form, layout: layOut(graph, form) }));
  // The page has room for three layers at most; on a small screen for fewer.
  const depth = layouts[0]?.layout.depth ?? 0;
  return (
    <div
      class={depth > 3 ? "picture deep" : depth === 3 ? "picture three" : "picture"}
      tabindex={0}
      role="region"
      aria-label={`Picture of ${name}`}
    >
      {layouts.map(({ form, layout }) => {
        const { width, height } = layout;
        return (
          <svg
            class={form}
            role="group"
            aria-labelledby={`${id}-${form}-t`}
            aria-describedby={`${id}-${form}-d`}
            width={String(width)}
            height={String(height)}
            viewBox={`0 0 ${width} ${height}`}
          >
            <title id={`${id}-${form}-t`}>{`What ${name} needs`}</title>
            <desc id={`${id}-${form}-d`}>{inWords(layout)}</desc>
            {layout.edges.map((edge) => form === "wide" ? <Arrow edge={edge} /> : <Elbow edge={edge} />)}
            {layout.nodes.map((node) => (
              <Box
                placed={node}
                links={links}
                reason={form === "wide"
                  ? undefined
                  : layout.edges.find(({ to, first }) => first && to === node)?.edge.reason}
              />
            ))}
          </svg>
        );
      })}
    </div>
  );
}

// The arrows in words; the nodes say themselves what becomes of them.
function inWords({ edges }: Layout): string {
  const name = ({ node: { item } }: PlacedNode) => `${kindName(item)} ${placeName(item)}`;
  return edges.map(({ edge, from, to }) => `${name(from)} needs ${name(to)}: ${visible(edge.reason)}`).join(
    ". ",
  );
}

// Half a pixel keeps lines sharp.
const HALF = 0.5;
const TRUNK = 14 + HALF;
const REASON_LENGTH = 21;
/** The widths of a character of a name and of smaller text, generously. */
const WIDE = { name: 8.6, small: 7.4 };

function Box(
  { placed: { node, x, y, width, height, also }, links, reason }: {
    placed: PlacedNode;
    links: Links;
    reason: string | undefined;
  },
) {
  const { item, outcome, more } = node;
  const kind = kindName(item);
  const whole = more === undefined
    ? `${kind} ${placeName(item)}: ${OUTCOME_WORDS[outcome]}`
    : `${more} more of kind ${kind}: ${OUTCOME_WORDS[outcome]}`;
  const further = also.map(({ from, reason }) => `; also needed by ${visible(from)} (${visible(reason)})`)
    .join("");
  const room = width - 45;
  const box = (
    <g class={`node ${outcome}`} transform={`translate(${x} ${y})`}>
      <title>{whole + further}</title>
      <rect class="box" x="0.5" y="0.5" width={String(width - 1)} height={String(height - 1)} rx="6" />
      <rect class="edge" x="0" y="0" width="5" height={String(height)} rx="2" />
      <text class="node-kind" x="15" y="18">{shorten(kind, Math.floor(room / WIDE.small))}</text>
      <text class="node-name" x="15" y="36">
        {more === undefined ? shorten(visible(item.name), Math.floor(room / WIDE.name)) : `and ${more} more`}
      </text>
      {reason !== undefined && (
        <text class="node-kind" x="15" y="53">
          {shortReason(visible(reason), Math.floor(room / WIDE.small))}
        </text>
      )}
      <text class="node-sign" x={String(width - 16)} y={String(height / 2 + 5)}>{SIGNS[outcome]}</text>
    </g>
  );
  const target = more === undefined ? links.get(linkKey(item)) : undefined;
  return target === undefined ? box : <a href={`#${target}`} aria-label={whole}>{box}</a>;
}

function Arrow({ edge: { edge, from, to, first } }: { edge: PlacedEdge }) {
  const middle = from.height / 2 + HALF;
  const [x1, y1, x2, y2] = [from.x + from.width, from.y + middle, to.x, to.y + middle];
  if (!first) {
    const bend = (x2 - x1) / 2;
    return (
      <g class="arrow second">
        <title>{visible(edge.reason)}</title>
        <path d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 6} ${y2}`} />
      </g>
    );
  }
  const line = y1 === y2 ? `M${x1} ${y1}H${x2 - 5}` : `M${x1} ${y1}h${TRUNK}V${y2}H${x2 - 5}`;
  return (
    <g class="arrow">
      <title>{visible(edge.reason)}</title>
      <path d={line} />
      <path class="head" d={`M${x2 - 6} ${y2 - 4}L${x2} ${y2}L${x2 - 6} ${y2 + 4}z`} />
      <text x={String(x1 + TRUNK + 6)} y={String(y2 - 5)}>
        {shortReason(visible(edge.reason), REASON_LENGTH)}
      </text>
    </g>
  );
}

function Elbow({ edge: { from, to, first } }: { edge: PlacedEdge }) {
  const [x1, y1, y2] = [from.x + 10 + HALF, from.y + from.height, to.y + to.height / 2 + HALF];
  return <path class={first ? "elbow" : "elbow second"} d={`M${x1} ${y1}V${y2}H${to.x}`} />;
}

/** The middle of a name that is too long is left out: names differ at their ends. */
function shorten(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(head + 1 - length).join("")}`;
}

/** The last parts of a path, without the word that says that a name follows. */
function shortReason(reason: string, length: number): string {
  const path = reason.replace(/^.*\//, "").replace(/\.(?:name|claimName|secretName|networkName)$/, "");
  if (path.length <= length) return path;
  const parts = path.split(".");
  while (parts.length > 1 && parts.join(".").length >= length) parts.shift();
  const rest = parts.join(".");
  return parts.length < path.split(".").length && rest.length < length ? `…${rest}` : shorten(rest, length);
}
