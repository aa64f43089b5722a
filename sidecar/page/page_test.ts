import { assertEquals, assertStringIncludes } from "@std/assert";
import { NO_GATE } from "../gate/reader.ts";
import type { RunRow } from "../summary.ts";
import { type PageProps, renderPage } from "./page.tsx";

const AT = new Date("2026-11-24T03:04:05Z");

const RUN: RunRow = {
  kind: "Backup",
  namespace: "velero",
  name: "nightly",
  uid: "u",
  begun: AT,
  ended: new Date(AT.getTime() + 252_000),
  seconds: 252,
  actionSeconds: 3,
  items: 10,
  changed: 2,
  unchanged: 8,
  skipped: 0,
  errors: 0,
  firstErrors: [],
};

function render(runs: readonly RunRow[], rest: Partial<PageProps> = {}): string {
  const spool = { readable: true, files: 1, bytes: 1, discarded: 0 };
  const now = new Date(AT.getTime() + 600_000);
  return renderPage({ version: "1.2.3", runs, allRuns: false, gate: NO_GATE, rows: [], spool, now, ...rest });
}

/** What a reader sees of a part of the page, a bar between elements. */
function words(html: string): string {
  return html.replaceAll(/<svg.*?<\/svg>/g, "").replaceAll(/(?:<[^>]+>\s*)+/g, "|");
}

Deno.test("a run is told with kind, name, begin, length and outcomes", () => {
  assertStringIncludes(
    words(render([RUN])),
    "|Backup|nightly|10 min ago|2026-11-24 03:04 UTC|4 min 12 s|10 items|2 changed|8 unchanged|",
  );
});

const KINDS: readonly [string, string, string][] = [
  ["Backup", "Backup", "velero backup logs nightly"],
  ["Restore", "Restore", "velero restore logs nightly"],
  ["BackupDeletion", "Deletion", "kubectl logs deployment/velero"],
];

for (const [kind, word, log] of KINDS) {
  Deno.test(`a ${kind} with more errors than are kept names the log that has them all`, () => {
    const firstErrors = [{ time: AT, text: "a: first" }, { time: AT, text: "b: <second>" }];
    const text = words(render([{ ...RUN, kind, unchanged: 4, errors: 4, firstErrors }]));
    assertStringIncludes(text, `|${word}|nightly|`);
    assertStringIncludes(text, "|4 errors|2 changed|4 unchanged|");
    assertStringIncludes(text, `|a: first|b: &lt;second&gt;|and 2 more: |${log}|`);
  });
}

Deno.test("a run whose errors are all told names no log, and one of an unknown kind is told as it is", () => {
  const firstErrors = [{ time: AT, text: "a: first" }];
  const text = words(render([{ ...RUN, kind: "Check", errors: 1, firstErrors }]));
  assertStringIncludes(text, "|Check|nightly|");
  assertStringIncludes(text, "|a: first|");
  assertEquals(text.includes("more"), false);
});

Deno.test("a name is escaped", () => {
  assertStringIncludes(render([{ ...RUN, name: '<b>"x"&' }]), "&lt;b&gt;&quot;x&quot;&amp;");
});

Deno.test("all runs are in the page, those after the tenth behind a link", () => {
  const runs = Array.from({ length: 50 }, (_, n) => ({ ...RUN, name: `run-${n}` }));
  const html = render(runs);
  assertEquals([...html.matchAll(/<\/span> run-\d+<\/th>/g)].length, 50);
  const [before = "", after = ""] = html.split(/<tbody hidden[^>]*>/);
  assertStringIncludes(before, " run-9<");
  assertStringIncludes(after, " run-10<");
  assertStringIncludes(after, '<a href="?runs=all">Show all 50 runs</a>');
  const all = render(runs, { allRuns: true });
  assertEquals(all.includes("<tbody hidden"), false);
  assertStringIncludes(all, '<a href="./">Show the latest 10 runs only</a>');
  for (const count of [0, 10]) assertEquals(/<tbody hidden|Show/.test(render(runs.slice(0, count))), false);
});

Deno.test("a page without runs says so; one whose spool cannot be read does not claim that there are none", () => {
  const none = "No backup, restore or deletion of a backup has called an action yet.";
  assertStringIncludes(render([]), none);
  const spool = { readable: false, problem: "Cannot read: gone", files: 0, bytes: 0, discarded: 0 };
  const html = render([], { spool });
  assertStringIncludes(html, "Spool: Cannot read: gone");
  assertEquals(html.includes(none), false);
  assertEquals(html.includes('id="runs"'), false);
});

Deno.test("the page needs neither scripts nor styles of its own", () => {
  const html = render([RUN]);
  for (const part of ["<script", "<style", " style=", " onclick", " key="]) {
    assertEquals(html.includes(part), false);
  }
});
