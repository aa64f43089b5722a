// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * Changes of an object: path, what was, what will be.
 *
 * @module
 */

import { type JsonValue, stringifyJson } from "../../../objects/json.ts";
import { type Change, formatPath } from "../diff.ts";
import { commonElements, leaves } from "../leaves.ts";
import { visible, visibleLines } from "../visible.ts";
import { Breakable } from "./names.tsx";

/** A list of changes; nothing for none. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  const all = leaves(changes);
  if (all.length === 0) return null;
  return <dl class="changes">{all.map((change) => <Row change={change} />)}</dl>;
}

const WORDS = { added: "added", removed: "removed", altered: "changed" } as const;
const SIGNS = { added: "+", removed: "−", altered: "~" } as const;

function Row({ change: { path, before, after } }: { change: Change }) {
  const what = before === undefined ? "added" : after === undefined ? "removed" : "altered";
  return (
    <div class={what}>
      <dt>
        <span class="sign" aria-hidden="true">{SIGNS[what]}</span>
        <span class="sr">{WORDS[what]}:</span> <Breakable text={formatPath(path) || "the whole object"} />
      </dt>
      <dd>
        {typeof before === "string" && typeof after === "string" && /\n/.test(before + after)
          ? <Lines before={before} after={after} />
          : (
            <>
              {before !== undefined && <Value value={before} tag="del" />}
              {after !== undefined && <Value value={after} tag="ins" />}
            </>
          )}
      </dd>
    </div>
  );
}

function Value({ value, tag }: { value: JsonValue; tag: "del" | "ins" }) {
  const text = typeof value === "string" ? visibleLines(value) : visible(stringifyJson(value));
  const shown = text === "" ? "(empty)" : text;
  return tag === "del" ? <del>{shown}</del> : <ins>{shown}</ins>;
}

// Of texts with more lines both are shown whole.
const MOST = 400;

function Lines({ before, after }: { before: string; after: string }) {
  const [a, b] = [visibleLines(before).split("\n"), visibleLines(after).split("\n")];
  if (a.length > MOST || b.length > MOST) {
    return (
      <>
        <Value value={before} tag="del" />
        <Value value={after} tag="ins" />
      </>
    );
  }
  return (
    <pre class="lines">{merged(a, b).map(([tag, line]) =>
    tag === "del" ? <del>{`${line}\n`}</del> : tag === "ins" ? <ins>{`${line}\n`}</ins> : <>{`${line}\n`}</>)}</pre>
  );
}

function merged(a: readonly string[], b: readonly string[]): ["del" | "ins" | "same", string][] {
  const kept = commonElements(a, b);
  const lines: ["del" | "ins" | "same", string][] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && !kept.before.has(i)) lines.push(["del", a[i++] ?? ""]);
    else if (j < b.length && !kept.after.has(j)) lines.push(["ins", b[j++] ?? ""]);
    else {
      lines.push(["same", a[i++] ?? ""]);
      j++;
    }
  }
  return lines;
}
