import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { type ComparisonReport, createReport, type PreviewReport, REPORT_VERSION } from "../document.ts";
import type { ItemReport, RunReport, Step } from "../report.ts";
import { Changes } from "./diff.tsx";
import { renderReport } from "./page.tsx";
import { EMPTY_RUN } from "../../testing/reports.ts";

const MAKER = { madeAt: new Date("2026-11-24T03:04:05Z"), madeBy: "1.2.3" };
const RESTORE = {
  kind: "Restore",
  metadata: { name: "r", namespace: "velero" },
  spec: { backupName: "nightly" },
};
const STEP: Step = {
  kind: "RestoreItemAction",
  action: "x.io/a",
  milliseconds: 0,
  changes: [],
  additionalItems: [],
};
const pod = (name: string) => ({ group: "", resource: "pods", namespace: "shop", name });
const VM = { group: "kubevirt.io", resource: "virtualmachines", namespace: "shop", name: "web" };

const render = (report: PreviewReport | ComparisonReport) => [...renderReport(report)].join("");
const page = (part: Partial<RunReport> = {}) =>
  render(createReport({ ...EMPTY_RUN, ...part }, RESTORE, [], MAKER));
/** What a reader sees, a bar between elements. */
const words = (html: string) =>
  html.replace(/<head>.*<\/head>|<script>.*<\/script>/gs, "").replaceAll(/<wbr\/?>/g, "")
    .replaceAll(/(?:<[^>]+>\s*)+/g, "|").replaceAll("&#39;", "'");

Deno.test("the page asks for nothing, and runs only its own style and script", () => {
  const html = page({ items: [{ item: VM, outcome: "created", steps: [STEP] }] });
  const [, policy = ""] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
  const hash = (tag: string) => {
    const [, text = ""] = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(html) ?? [];
    assert(text.length > 100);
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  };
  assertEquals(policy.replaceAll("&#39;", "'").split("; "), [
    "default-src 'none'",
    `style-src ${hash("style")}`,
    `script-src ${hash("script")}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  // Neither of these would be run or shown.
  assertEquals([...html.matchAll(/\s(?:style|on\w+)="/g)], []);
  assertEquals([...html.matchAll(/\b(?:src|href|action|xlink:href)="(?!#|data:,")[^"]*/g)].map(String), []);
  assertEquals([...html.matchAll(/url\(|@import|https?:\/\//g)].map(String), []);
});

Deno.test("the page begins with the verdict and what needs a decision", () => {
  const items: ItemReport[] = [
    { item: pod("a"), outcome: "failed", reason: "x.io/a: broken", steps: [{ ...STEP, error: "broken" }] },
    { item: pod("b"), outcome: "skipped", reason: "its owner makes it again", steps: [STEP] },
    { item: pod("c"), outcome: "created", steps: [] },
    {
      item: pod("d"),
      outcome: "exists",
      reason: "it differs",
      differences: [{ path: ["x"], before: 1, after: 2 }],
      steps: [],
    },
  ];
  const text = words(page({ items, warnings: [{ text: "look" }], notModelled: [{ text: "volumes" }] }));
  assertStringIncludes(
    text,
    "|Preview of restore r from backup nightly|In namespace velero. Made |2026-11-24 03:04 UTC|",
  );
  assertStringIncludes(
    text,
    "|This restore would be incomplete.|1 of 4 objects would come back, 1 would be left out, 1 failure, " +
      "others are in the cluster already and differ, 1 warning, 1 thing that a preview cannot show.|",
  );
  const sections = [
    "Would not come back",
    "In the cluster already",
    "Warnings",
    "Not modelled",
    "Left out on purpose",
    "All objects",
  ];
  const places = sections.map((title) => text.indexOf(`|${title} `));
  assertEquals(places.toSorted((a, b) => a - b), places);
  assertEquals(places.includes(-1), false, String(places));
  assertStringIncludes(text, "|Pod|shop/a|broken|x.io/a|");
  assertStringIncludes(text, "|Pod|shop/b|its owner makes it again|x.io/a|");
});

Deno.test("the page counts each object of which the same is said", () => {
  const failed = (name: string): ItemReport => (
    { item: pod(name), outcome: "failed", reason: "broken", steps: [] }
  );
  const text = words(page({
    items: [failed("a"), failed("b")],
    warnings: [{ item: pod("c"), text: "look" }, { item: pod("d"), text: "look" }, {
      item: pod("e"),
      text: "look",
    }],
  }));
  assertStringIncludes(text, "|0 of 2 objects would come back, 2 failures, 3 warnings.|");
  assertStringIncludes(text, "|Would not come back |2|");
  assertStringIncludes(text, "|Warnings |3|");
});

Deno.test("the page of a run without trouble says so", () => {
  const text = words(page({ items: [{ item: pod("c"), outcome: "created", steps: [] }] }));
  assertStringIncludes(text, "|This restore would work.|1 of 1 object would come back.|");
  assertStringIncludes(text, "|Nothing: no failure, no warning, and nothing in the way.|");
});

Deno.test("an item tells each change with its action, what it asks for, and effects", () => {
  const steps: Step[] = [
    {
      ...STEP,
      changes: [{ path: ["spec", "x"], before: "old", after: "new" }, {
        path: ["spec", "y"],
        after: { z: 1 },
      }],
      additionalItems: [{ ...pod("c"), reason: "spec.pods[0].name" }],
      mustInclude: true,
    },
    {
      ...STEP,
      action: "x.io/b",
      effects: [{ verb: "patch", item: pod("e"), changes: [{ path: ["s"], before: 1 }] }],
      operationID: "o-1",
      ready: false,
      imageCopies: [{ from: "a/b", to: "c/d", blobs: 2, bytes: 3e6, present: 0, complete: false }],
      remarks: [{ level: "warn", text: "careful" }],
    },
    { ...STEP, action: "x.io/quiet" },
  ];
  const html = page({
    items: [
      {
        item: pod("a"),
        target: "copy",
        askedBy: { item: pod("c"), action: "x.io/z" },
        outcome: "created",
        steps,
      },
      { item: pod("c"), outcome: "created", steps: [] },
    ],
  });
  const text = words(html);
  assertStringIncludes(
    text,
    "|Pod|shop/a|→ copy|2 changes · 1 asked for · 1 effect · 1 image · 1 operation · 1 warning|✓|created|",
  );
  assertStringIncludes(text, "|Asked for by |Pod|shop/c|x.io/z|");
  assertStringIncludes(
    text,
    "|x.io/a|~|changed:|spec.x|old|new|+|added:|spec.y.z|1|Asks for, past the filters|Pod|shop/c|spec.pods[0].name|",
  );
  assertStringIncludes(
    text,
    "|x.io/b|careful|Would patch in the cluster: |Pod|shop/e|−|removed:|s|1|would copy a/b to c/d: 2 blobs, 3.0 MB|Begins operation o-1.|The additional items were not ready.|",
  );
  assertStringIncludes(text, "|No change by x.io/quiet.|");
  // The other item is a line that the first one leads to.
  assertStringIncludes(html, '<a class="item-name" href="#i1">');
  assertStringIncludes(
    html,
    '<li id="i1" class="item" data-outcome="created" data-namespace="shop" data-by="">',
  );
});

Deno.test("the filter offers what is there; items carry what it looks at", () => {
  const step = (action: string): Step => ({ ...STEP, action, changes: [{ path: ["a"], after: 1 }] });
  const html = page({
    items: [
      { item: pod("a"), outcome: "created", steps: [step("x.io/b"), step("y.io/c")] },
      { item: VM, outcome: "exists", steps: [step("x.io/a"), STEP] },
    ],
  });
  const options = (name: string) => {
    const [, select = ""] = new RegExp(`<select name="${name}">(.*?)</select>`, "s").exec(html) ?? [];
    return [...select.matchAll(/<option value="([^"]*)">([^<]*)/g)].map(([, value, word]) =>
      `${value}=${word}`
    );
  };
  assertEquals(options("kind"), ["=any", "Pod=Pod", "VirtualMachine=VirtualMachine"]);
  assertEquals(options("namespace"), ["=any", "shop=shop"]);
  assertEquals(options("outcome"), ["=any", "created=created", "exists=already there"]);
  assertEquals(options("by"), [
    "=any",
    "s0=x.io, any",
    "a0=x.io/a",
    "a1=x.io/b",
    "s1=y.io, any",
    "a2=y.io/c",
  ]);
  assertEquals([...html.matchAll(/data-by="([^"]*)"/g)].map(([, by]) => by), ["a1 a2 s0 s1", "a0 s0"]);
});

Deno.test("a machine has a picture with title, description, outcomes in signs and links", () => {
  const asks = [{ ...pod("c"), reason: "spec.template.spec.volumes[0].secret.secretName" }, pod("gone")];
  const html = page({
    items: [
      { item: VM, outcome: "created", steps: [{ ...STEP, additionalItems: asks }] },
      { item: pod("c"), outcome: "skipped", reason: "r", steps: [] },
    ],
  });
  assertEquals(html.match(/<svg class="(?:wide|narrow)"/g)?.length, 2);
  assertStringIncludes(html, '<title id="g0-wide-t">What VirtualMachine shop/web needs</title>');
  assertStringIncludes(
    html,
    '<desc id="g0-wide-d">VirtualMachine shop/web needs Pod shop/c: spec.template.spec.volumes[0].secret.secretName. ' +
      "VirtualMachine shop/web needs Pod shop/gone: x.io/a</desc>",
  );
  assertStringIncludes(html, '<a href="#i1" aria-label="Pod shop/c: left out">');
  assertStringIncludes(html, "<title>Pod shop/gone: not found</title>");
  const text = words(html);
  assertStringIncludes(text, "|…volumes[0].secret|");
  assertStringIncludes(text, "|VirtualMachine|shop/web|with 2 other objects, 1 not there|✓|created|");
});

Deno.test("a picture with more layers than the page has room for is drawn from top to bottom", () => {
  const chain = (length: number) =>
    page({
      items: Array.from({ length }, (_, at) => ({
        item: at === 0 ? VM : pod(`p${at}`),
        outcome: "created" as const,
        steps: at === length - 1 ? [] : [{ ...STEP, additionalItems: [pod(`p${at + 1}`)] }],
      })),
    });
  const classes = [2, 3, 4, 5].map((length) => /<div class="(picture[^"]*)"/.exec(chain(length))?.[1]);
  assertEquals(classes, ["picture", "picture three", "picture deep", "picture deep"]);
});

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(2)>\u001b[31m\u202egnp\u0007&amp;'`;

Deno.test("no name, value, reason, message or annotation can become markup or a control character", () => {
  const place = { group: EVIL, resource: EVIL, namespace: EVIL, name: EVIL };
  const vm = { ...VM, name: EVIL, namespace: EVIL };
  const step: Step = {
    ...STEP,
    action: EVIL,
    changes: [{ path: ["metadata", "annotations", EVIL], before: EVIL, after: { [EVIL]: [EVIL] } }, {
      path: [EVIL],
      before: `${EVIL}\n1`,
      after: `${EVIL}\n2`,
    }],
    additionalItems: [{ ...place, reason: EVIL }],
    effects: [{ verb: "apply", item: place, changes: [{ path: [EVIL], after: EVIL }] }],
    remarks: [{ level: "warn", text: EVIL }],
    operationID: EVIL,
    error: EVIL,
  };
  const hostile: RunReport = {
    actions: [{ kind: "RestoreItemAction", name: EVIL, selector: { includedResources: [EVIL] } }],
    items: [
      {
        item: vm,
        target: EVIL,
        askedBy: { item: place, action: EVIL },
        outcome: "failed",
        reason: EVIL,
        steps: [step],
      },
      {
        item: place,
        outcome: "exists",
        reason: EVIL,
        differences: [{ path: [EVIL], before: EVIL }],
        steps: [step],
      },
      { item: { ...place, name: `${EVIL}2` }, target: EVIL, outcome: "created", steps: [] },
      {
        item: { ...place, name: `${EVIL}3` },
        outcome: "skipped",
        reason: EVIL,
        steps: [{ ...STEP, action: EVIL }],
      },
    ],
    operations: [{ item: place, action: EVIL, operationID: EVIL, error: EVIL }],
    warnings: [{ item: place, action: EVIL, text: EVIL }],
    errors: [{ item: place, text: EVIL }],
    notModelled: [{ item: place, text: EVIL }],
    milliseconds: 0,
  };
  const run = {
    kind: "Restore",
    metadata: { name: EVIL, namespace: EVIL },
    spec: { backupName: EVIL, namespaceMapping: { [EVIL]: EVIL } },
  };
  const comparison: ComparisonReport = {
    apiVersion: REPORT_VERSION,
    kind: "PreviewComparison",
    madeAt: "",
    madeBy: "",
    of: "restore",
    run: { namespace: EVIL, name: EVIL },
    plugins: [EVIL, EVIL],
    items: 1,
    differences: [{
      item: place,
      outcomes: [EVIL, "created"],
      reasons: [EVIL, EVIL],
      changes: [{ path: [EVIL], before: EVIL, after: EVIL }],
      onlyFirstAsks: [EVIL],
      onlySecondAsks: [EVIL],
    }],
  };
  for (const html of [render(createReport(hostile, run, [], MAKER)), render(comparison)]) {
    assertEquals(html.match(/<script/g)?.length, 1);
    assertEquals(html.match(/<img/g), null);
    // deno-lint-ignore no-control-regex -- that is what must not be there
    assertEquals(html.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g), null);
    // Every attribute is of ours: in quotes, and none that runs anything.
    const tags = html.replace(/<style>.*?<\/style>|<script>.*?<\/script>/gs, "").match(/<[a-z][^>]*>/g) ?? [];
    const odd = tags.filter((tag) => !/^<[a-z][a-z\d]*(?:\s[a-zA-Z:-]+(?:="[^"<>]*")?)*\s*\/?>$/.test(tag));
    assertEquals(odd, []);
    assertStringIncludes(html, "\\u{1b}[31m\\u{202e}gnp\\u{7}&amp;amp;");
  }
});

Deno.test("values of several lines are told line by line", () => {
  const html = String(<Changes changes={[{ path: ["data"], before: "a\nb\nc", after: "a\nx\nc\nd" }]} />);
  assertStringIncludes(html, '<pre class="lines">a\n<del>b\n</del><ins>x\n</ins>c\n<ins>d\n</ins></pre>');
});

Deno.test("the page of a comparison tells where two plugins differ", () => {
  const differences = [{
    item: pod("a"),
    outcomes: ["created", "absent"] as const,
    reasons: [undefined, "it is left out"] as const,
    changes: [{ path: ["spec"], before: 1 }],
    onlyFirstAsks: ["secrets/shop/s"],
    onlySecondAsks: [],
  }];
  const report: ComparisonReport = {
    apiVersion: REPORT_VERSION,
    kind: "PreviewComparison",
    madeAt: "2026-11-24T03:04:05Z",
    madeBy: "1.2.3",
    of: "restore",
    run: { namespace: "velero", name: "r" },
    plugins: ["./old", "own"],
    items: 2,
    differences,
  };
  const text = words(render(report));
  assertStringIncludes(text, "|first|./old|second|own|!|1 object would differ.|2 objects were compared");
  assertStringIncludes(
    text,
    "|Pod|shop/a|created by the first, absent by the second|The second: it is left out|" +
      "From the first one's object to the second one's|−|removed:|spec|1|Only the first asks for|secrets/shop/s|",
  );
  assertStringIncludes(
    words(render({ ...report, differences: [] })),
    "|✓|Both do the same.|2 objects were compared",
  );
});
