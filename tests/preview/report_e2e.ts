/** The HTML report in a real browser: desktop, tablet and phone, light and dark, with and without JavaScript, and on paper. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { browser, type BrowserPage, startBrowser } from "../kit/browser.ts";
import { assertLeast, COLORS } from "../kit/look.ts";
import { createFolder, type Folder, ignore as cannotRun, MANIFESTS, TARGET } from "./kit.ts";

const program = Deno.permissions.querySync({ name: "read" }).state === "granted" ? browser() : undefined;
const ignore = cannotRun || program === undefined;

// Kept by CI beside the test's report.
const SCREENSHOTS = new URL("../../build/screenshots/", import.meta.url);

const LOOKS = [
  ["desktop", 1440, 900, "light"],
  ["desktop", 1440, 900, "dark"],
  ["tablet", 820, 1180, "light"],
  ["phone", 390, 844, "light"],
  ["phone", 390, 844, "dark"],
] as const;

// What fails, what is there already, and names as long as they may be.
const LONG = "x".repeat(253);
const TROUBLE = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "settings",
      namespace: "velero",
      labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
    },
    data: { "vmgroup.vm-dependencies": "perhaps" },
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "office-keys", namespace: "shop-copy" },
    data: { key: "YQ==" },
  },
];
const LONG_ITEMS = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: LONG, namespace: "shop", labels: { text: "y".repeat(63) } },
    data: { text: "z".repeat(3000), lines: "one\ntwo\n" },
  },
];

/** The reports of a backup, of a restore that works, of one that does not, and of a comparison. */
async function makeReports(folder: Folder): Promise<Record<string, string>> {
  const list = (items: readonly unknown[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await folder.write("trouble.json", list(TROUBLE));
  await folder.write("long.json", list(LONG_ITEMS));
  await folder.write(
    "other.sh",
    `#!/bin/sh\nWORKLOADS_SOURCES=superphenix exec ${await bundledPlugin()} "$@"\n`,
  );
  await Deno.chmod(`${folder.path}/other.sh`, 0o755);
  const source = ["backup", MANIFESTS, "long.json", "--include-namespaces", "shop"];
  const restore = ["restore", "b.tar.gz", "--namespace-mappings", "shop:shop-copy", "--target", TARGET];
  const runs: readonly [name: string, code: number, args: readonly string[]][] = [
    ["backup", 0, [...source, "--archive", "b.tar.gz"]],
    ["restore", 0, restore],
    ["trouble", 1, [...restore, "--target", "trouble.json"]],
    ["comparison", 1, ["compare", ...source, "--plugin", "./other.sh", "--plugin", "own"]],
  ];
  const urls: Record<string, string> = {};
  for (const [name, expected, args] of runs) {
    const file = `${name}.html`;
    const { code, stdout, stderr } = await folder.preview([...args, "-o", "html", "--output-file", file]);
    assertEquals([code, stdout], [expected, ""], stderr);
    urls[name] = `file://${folder.path}/${file}`;
  }
  return urls;
}

// What stands in the page's own language, as it cannot reach ours. Parts that a browser does not draw before they are scrolled to are
// drawn here.
const LOOK_AT = `(() => {
  const sheet = document.styleSheets[0];
  sheet.insertRule("* { content-visibility: visible !important }", sheet.cssRules.length);
  ${COLORS}
  const under = (e) => {
    const box = e.closest(".node")?.querySelector(".box");
    return box ? getComputedStyle(box).fill : behind(e);
  };
  const seen = [...document.querySelectorAll("body *")].filter((e) => e.getClientRects().length > 0);
  const texts = seen.filter((e) => !e.closest(".sr, title, desc, option") && e.matches(":not(select, optgroup)")
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const colorOf = (e) => { const style = getComputedStyle(e); return e instanceof SVGElement ? style.fill : style.color; };
  const what = (e) => e.tagName + "." + (e.getAttribute("class") ?? "") + " " + e.textContent.slice(0, 40);
  const least = (list, value) => list.map((e) => [value(e), what(e)]).sort(([a], [b]) => a - b)[0] ?? [99, ""];
  const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const nodes = seen.filter((e) => e.matches(".node"));
  const overlap = [];
  for (const svg of seen.filter((e) => e.matches(".picture svg"))) {
    const boxes = [...svg.querySelectorAll(".box")].map((e) => e.getBoundingClientRect());
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) overlap.push("two nodes");
    }));
    for (const label of svg.querySelectorAll(".arrow text")) {
      const a = label.getBoundingClientRect();
      if (boxes.some((b) => a.left < b.right && b.left < a.right - 1 && a.top < b.bottom && b.top < a.bottom)) overlap.push(what(label));
    }
  }
  const rows = seen.filter((e) => e.matches("summary > *"));
  return {
    width: document.documentElement.scrollWidth,
    background: getComputedStyle(document.body).backgroundColor,
    fontSize: least(texts, (e) => parseFloat(getComputedStyle(e).fontSize)),
    contrast: least(texts, (e) => contrast(colorOf(e), under(e))),
    signs: least(seen.filter((e) => e.matches(".edge, .bar rect")), (e) => contrast(getComputedStyle(e).fill, getComputedStyle(document.body).backgroundColor)),
    cut: texts.filter((e) => !(e instanceof SVGElement) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline"
      && getComputedStyle(e).overflowX === "visible").map(what),
    outside: nodes.flatMap((node) => [...node.querySelectorAll("text")]
      .filter((e) => !inside(e.getBoundingClientRect(), node.querySelector(".box").getBoundingClientRect())).map(what)),
    overlap,
    crossed: rows.filter((a) => rows.some((b) => a !== b && a.parentElement === b.parentElement && a.compareDocumentPosition(b) & 4
      && a.getBoundingClientRect().right > b.getBoundingClientRect().left + 1
      && a.getBoundingClientRect().bottom > b.getBoundingClientRect().top + 1
      && a.getBoundingClientRect().top < b.getBoundingClientRect().bottom - 1)).map(what),
    wide: seen.filter((e) => e.matches(".picture > .wide")).length,
    narrow: seen.filter((e) => e.matches(".picture > .narrow")).length,
    scrolling: seen.filter((e) => e.matches(".picture") && e.scrollWidth > e.clientWidth).map(what),
    filter: document.getElementById("filter")?.checkVisibility() ?? false,
    text: document.body.innerText,
  };
})()`;

interface Look {
  width: number;
  background: string;
  fontSize: [number, string];
  contrast: [number, string];
  signs: [number, string];
  cut: string[];
  outside: string[];
  overlap: string[];
  crossed: string[];
  wide: number;
  narrow: number;
  scrolling: string[];
  filter: boolean;
  text: string;
}

async function lookAt(page: BrowserPage, name: string, width: number): Promise<Look> {
  const look = await page.evaluate<Look>(LOOK_AT);
  assertEquals(look.width <= width, true, `${name} is ${look.width} wide`);
  const least = (what: string, found: [number, string], bound: number) =>
    assertLeast(`${name}: ${what}`, found, bound);
  least("the smallest text", look.fontSize, 12);
  least("the contrast of a text", look.contrast, 4.5);
  least("the contrast of a sign", look.signs, 3);
  assertEquals(look.cut, [], `${name}: texts that do not fit`);
  assertEquals(look.outside, [], `${name}: texts outside of their node`);
  assertEquals(look.scrolling, [], `${name}: pictures that are wider than their place`);
  assertEquals(look.overlap, [], `${name}: what overlaps in pictures`);
  assertEquals(look.crossed, [], `${name}: what overlaps in lines`);
  assertEquals([page.requests(), page.complaints()], [[], []], name);
  return look;
}

async function withReports(
  work: (page: BrowserPage, urls: Record<string, string>) => Promise<void>,
): Promise<void> {
  await using folder = await createFolder();
  const urls = await makeReports(folder);
  const page = await startBrowser(program ?? "");
  try {
    await work(page, urls);
  } finally {
    await page.close();
  }
}

const OPEN_ALL = "document.querySelectorAll('details').forEach((details) => details.open = true)";

Deno.test(
  { name: "the report without JavaScript: every device, light and dark, everything open", ignore },
  async (t) => {
    await Deno.mkdir(SCREENSHOTS, { recursive: true });
    await withReports(async (page, urls) => {
      for (const [report, url] of Object.entries(urls)) {
        for (const [device, width, height, scheme] of LOOKS) {
          const name = `preview-${report}-${device}-${scheme}`;
          await t.step(name, async () => {
            await page.look(width, height, scheme);
            await page.open(url);
            const look = await lookAt(page, name, width);
            assertEquals(look.background, scheme === "light" ? "rgb(255, 255, 255)" : "rgb(18, 21, 25)");
            assertEquals(look.filter, false, "a filter that does nothing is not shown");
            if (report !== "comparison") {
              assertEquals(look.wide + look.narrow, 4, "pictures");
              if (device === "phone") assertEquals(look.wide, 0, "pictures on a phone");
            }
            await Deno.writeFile(new URL(`${name}.png`, SCREENSHOTS), await page.screenshot());
            await page.evaluate(OPEN_ALL);
            const all = await lookAt(page, `${name}, all open`, width);
            assertStringIncludes(
              all.text.replaceAll(/\s+/g, ""),
              report === "comparison" ? "velero-cnpg/serverName" : LONG,
            );
          });
        }
      }
      await page.look(1440, 900, "light");
      await page.open(urls.trouble ?? "");
      const { text } = await lookAt(page, "the report of trouble", 1440);
      for (
        const said of [
          "would be incomplete",
          "Would not come back",
          'vm-dependencies is "perhaps"',
          "In the cluster already",
          "Secret shop/office-keys",
        ]
      ) {
        assertStringIncludes(text, said);
      }
    });
  },
);

const shown = "document.getElementById('shown').textContent";
const visibleItems = "[...document.querySelectorAll('.item')].filter((item) => !item.hidden).length";

/** Waits until an expression has a value. */
async function until(page: BrowserPage, expression: string, value: unknown): Promise<void> {
  const end = Date.now() + 30_000;
  while (await page.evaluate(expression) !== value && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(await page.evaluate(expression), value, expression);
}

Deno.test({ name: "the report with JavaScript: filter, links, open all", ignore }, async () => {
  await withReports(async (page, urls) => {
    await page.scripts(true);
    for (const [device, width, height, scheme] of [LOOKS[0], LOOKS[4]]) {
      await page.look(width, height, scheme);
      await page.open(urls.restore ?? "");
      const { filter } = await lookAt(page, `${device} with the filter`, width);
      assertEquals(filter, true);
      const total = Number(await page.evaluate(shown));
      assert(total > 40, String(total));
      const choose = (name: string, value: string) =>
        page.evaluate(
          `document.querySelector('[name=${name}]').value = ${JSON.stringify(value)};` +
            `document.querySelector('[name=${name}]').dispatchEvent(new Event('input', { bubbles: true }))`,
        );
      await page.evaluate("document.querySelector('[name=text]').focus()");
      await page.type("shop Cloud-INIT");
      await until(page, `[${shown}, ${visibleItems}].join()`, "1,1");
      const [secret] = await page.evaluate<string[]>(
        "[...document.querySelectorAll('.item')].filter((item) => item.checkVisibility()).map((item) => item.textContent)",
      );
      assertStringIncludes(secret ?? "", "shop/erp-cloud-init");
      await page.evaluate("document.querySelector('[type=reset]').click()");
      await until(page, shown, String(total));
      await choose("outcome", "skipped");
      const skipped = await page.evaluate<number>(
        "document.querySelectorAll('.item[data-outcome=skipped]').length",
      );
      await until(page, `[${shown}, ${visibleItems}].join()`, `${skipped},${skipped}`);
      await choose("kind", "Pod");
      await until(page, shown, "2");
      await choose("outcome", "created");
      await until(page, shown, "0");
      assertEquals(await page.evaluate("document.getElementById('none').checkVisibility()"), true);
      await page.evaluate("document.querySelector('[type=reset]').click()");
      await until(page, shown, String(total));
      const source = await page.evaluate<string>(
        "[...document.querySelectorAll('[name=by] option')].find((option) => option.textContent === 'replicated.com, any').value",
      );
      await choose("by", source);
      await until(page, `${shown} < ${total} && ${visibleItems} === Number(${shown})`, true);
      await page.evaluate("document.querySelector('[type=reset]').click()");
      await until(page, shown, String(total));

      const closed = "document.querySelectorAll('details.item:not([open])').length";
      await page.evaluate("document.querySelector('[name=open]').click()");
      assertEquals(await page.evaluate(closed), 0);
      await page.evaluate("document.querySelector('[name=open]').click()");
      assert(Number(await page.evaluate(closed)) > 20);
      // A node of a picture leads to its object, which opens.
      await page.evaluate(
        "document.querySelector('.picture a[aria-label^=\"VirtualMachine shop/erp-db\"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))",
      );
      await until(page, "document.querySelector('details.item:target')?.open ?? false", true);
      assertStringIncludes(
        await page.evaluate<string>("document.querySelector('details.item:target').textContent"),
        "shop/erp-db",
      );
      assertEquals([page.requests(), page.complaints()], [[], []]);
    }
  });
});

Deno.test(
  { name: "the report on paper: everything is shown, without what only a screen needs", ignore },
  async () => {
    await withReports(async (page, urls) => {
      await page.look(1000, 1400, "light");
      await page.open(urls.restore ?? "");
      await page.paper(true);
      const paper = await page.evaluate<
        { hidden: number; closed: number; filter: boolean; pictures: number }
      >(`({
      hidden: [...document.querySelectorAll(".changes, .plain li, .picture:not(.deep) .wide, .deep .narrow")].filter((e) => !e.checkVisibility({ contentVisibilityAuto: false })
        || e.getBoundingClientRect().height === 0).length,
      closed: document.querySelectorAll("details:not([open])").length,
      filter: document.getElementById("filter").checkVisibility(),
      pictures: [...document.querySelectorAll(".picture svg")].filter((e) => e.getClientRects().length > 0).length,
    })`);
      assertEquals({ ...paper, closed: paper.closed > 20 }, {
        hidden: 0,
        closed: true,
        filter: false,
        pictures: 4,
      });
      const pages = (pdf: Uint8Array) =>
        new TextDecoder("latin1").decode(pdf).match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      const pdf = await page.print();
      assertEquals(new TextDecoder().decode(pdf.subarray(0, 5)), "%PDF-");
      assert(pages(pdf) >= 5, `${pages(pdf)} pages`);
      await Deno.mkdir(SCREENSHOTS, { recursive: true });
      await Deno.writeFile(new URL("preview-restore-paper.png", SCREENSHOTS), await page.screenshot());
      await Deno.writeFile(new URL("preview-restore.pdf", SCREENSHOTS), pdf);
    });
  },
);
