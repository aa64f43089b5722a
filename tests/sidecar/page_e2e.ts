import { assertEquals, assertStringIncludes } from "@std/assert";
import { createApp } from "../../sidecar/app.ts";
import { mortal } from "../../sidecar/spool/fault_kit.ts";
import type { SpoolFiles } from "../../sidecar/spool/files.ts";
import { createSpool } from "../../sidecar/spool/writer.ts";
import { ACTIONS, COUNTED_AT, ERROR, execution, GATE, withView } from "../../sidecar/view_kit.ts";
import { browser, type BrowserPage, startBrowser } from "../kit/browser.ts";
import { assertLeast, COLORS } from "../kit/look.ts";

const program = Deno.permissions.querySync({ name: "read" }).state === "granted" ? browser() : undefined;

// Kept by CI beside the test's report.
const SCREENSHOTS = new URL("../../build/screenshots/", import.meta.url);

const LOOKS = [
  ["phone", 390, 844, "light", "rgb(255, 255, 255)"],
  ["phone", 390, 844, "dark", "rgb(18, 21, 25)"],
  ["tablet", 820, 1180, "light", "rgb(255, 255, 255)"],
  ["desktop", 1280, 800, "light", "rgb(255, 255, 255)"],
  ["desktop", 1280, 800, "dark", "rgb(18, 21, 25)"],
] as const;

const REFRESH = 'http-equiv="refresh" content="15"';

const KINDS = ["Backup", "Restore", "BackupDeletion"] as const;
const OUTCOMES = ["changed", "unchanged", "skipped"] as const;
const OTHERS = 24;
const LONGEST = `the-longest-name-of-a-backup-${"x".repeat(224)}`;

/** Runs of all kinds, as processes that have ended. */
function countRuns(files: SpoolFiles): void {
  const [action = { source: "", action: "", kind: "" }] = ACTIONS;
  for (let n = 0; n < OTHERS; n++) {
    const user = mortal(files, () => {});
    const now = () => COUNTED_AT - (n + 1) * 3_600_000;
    const spool = createSpool({ dir: "", version: "1.2.3", warn: () => {}, files: user.files, now });
    const name = n === 2 ? LONGEST : `run-${n}-20261121030000`;
    const run = { kind: KINDS[n % 3] ?? "Backup", namespace: "velero", name, uid: `u-${n}` };
    for (let call = 0; call < 10 + 300 * (n % 4); call++) {
      const outcome = OUTCOMES[call * (n + 3) % 7 % 3] ?? "changed";
      spool.observer(execution(action, { run, outcome, seconds: (call % 90) ** 2 / 2000 }));
    }
    for (let call = 0; n % 5 === 1 && call < n; call++) {
      const error = `replicated.com/cnpg-restore-plugin: Cluster shop/orders-${call}: ${
        "no archive ".repeat(20)
      }`;
      spool.observer(execution(action, { run, outcome: "error", reason: "unsafe", error }));
    }
    spool.flush();
    user.kill();
  }
}

// What stands in the page's own language, as it cannot reach ours.
const LOOK_AT = `(() => {
  ${COLORS}
  const seen = [...document.querySelectorAll("body *")].filter((e) => e.getClientRects().length > 0);
  const texts = seen.filter((e) => !(e instanceof SVGElement)
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const swatches = seen.filter((e) => e.matches(".outcomes li:not(.sum)"));
  const parts = seen.filter((e) => e.matches(".bar rect, .histogram path:not(.base)"));
  const bars = seen.filter((e) => e.matches(".bar"));
  const what = (e) => e.tagName + "." + (e.getAttribute("class") ?? "") + " " + e.textContent.slice(0, 30);
  const least = (list, value) => list.map((e) => [value(e), what(e)]).sort(([a], [b]) => a - b)[0];
  return {
    width: document.documentElement.scrollWidth,
    background: getComputedStyle(document.body).backgroundColor,
    fontSize: least(texts, (e) => parseFloat(getComputedStyle(e).fontSize)),
    textContrast: least(texts, (e) => contrast(getComputedStyle(e).color, behind(e))),
    partContrast: least(parts, (e) => contrast(getComputedStyle(e).fill, behind(e.parentElement.closest("td")))),
    swatchContrast: least(swatches, (e) => contrast(getComputedStyle(e, "::before").backgroundColor, behind(e))),
    partWidth: least(parts, (e) => e.getBoundingClientRect().width),
    barHeight: least(bars, (e) => e.getBoundingClientRect().height),
    unfilled: bars.filter((e) => {
      const own = e.getBoundingClientRect().width;
      const sum = [...e.querySelectorAll("rect")].reduce((all, r) => all + r.getBoundingClientRect().width, 0);
      return Math.abs(own - sum) > 1.5;
    }).length,
    cut: texts.filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map(what),
    runs: seen.filter((e) => e.matches(".runs tbody th")).length,
    bars: bars.length,
    text: document.body.innerText,
  };
})()`;

interface Look {
  width: number;
  background: string;
  fontSize: [number, string];
  textContrast: [number, string];
  partContrast: [number, string];
  swatchContrast: [number, string];
  partWidth: [number, string];
  barHeight: [number, string];
  unfilled: number;
  cut: string[];
  runs: number;
  bars: number;
  text: string;
}

async function lookAt(page: BrowserPage, name: string, width: number): Promise<Look> {
  const look = await page.evaluate<Look>(LOOK_AT);
  assertEquals(look.width <= width, true, `${name} is ${look.width} wide`);
  const least = (what: string, found: [number, string], bound: number) =>
    assertLeast(`${name}: ${what}`, found, bound);
  least("the smallest text", look.fontSize, 12.5);
  least("the contrast of a text", look.textContrast, 4.5);
  least("the contrast of a bar", look.partContrast, 3);
  least("the contrast of a colour's sample", look.swatchContrast, 3);
  least("the width of a part", look.partWidth, 3);
  least("the height of a bar", look.barHeight, 8);
  assertEquals(look.unfilled, 0, `${name}: bars that are not filled`);
  assertEquals(look.cut, [], `${name}: texts that do not fit`);
  assertEquals(look.bars, look.runs, `${name}: a bar for each run`);
  return look;
}

Deno.test({
  name: "the page in a browser without JavaScript: phone and desktop, light and dark, refreshed by itself",
  ignore: program === undefined,
  fn: () =>
    withView(async (view, files) => {
      countRuns(files);
      // The page asks again only when the test wants it to, and then after some seconds.
      let seconds = 3600;
      let answered: Promise<void> = Promise.resolve();
      const app = createApp({
        view,
        gate: () => Promise.resolve(GATE),
        version: "1.2.3",
        now: () => new Date(),
      });
      let asked = () => {};
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
        if (new URL(request.url).pathname !== "/") return app.fetch(request);
        const wait = REFRESH.replace("15", String(seconds));
        asked();
        await answered;
        const { headers, body } = await app.fetch(request);
        const text = await new Response(body).text();
        assertStringIncludes(text, REFRESH);
        return new Response(text.replace(REFRESH, wait), { headers });
      });
      const url = `http://127.0.0.1:${server.addr.port}/`;
      const page = await startBrowser(program ?? "");
      try {
        await Deno.mkdir(SCREENSHOTS, { recursive: true });
        for (const [device, width, height, scheme, background] of LOOKS) {
          await page.look(width, height, scheme);
          await page.open(url);
          const name = `sidecar-${device}-${scheme}`;
          const look = await lookAt(page, name, width);
          assertEquals(look.background, background, name);
          assertEquals(look.runs, 10, name);
          for (const text of [ERROR, "Not called yet: 1", `Show all ${OTHERS + 1} runs`, LONGEST]) {
            assertStringIncludes(look.text, text);
          }
          const calls = await page.evaluate<string>(
            "getComputedStyle(document.querySelector('td[data-title=calls]'), '::before').content",
          );
          assertEquals(calls, device === "desktop" ? "none" : '"calls"', `${name}: titles of cells`);
          await Deno.writeFile(new URL(`${name}.png`, SCREENSHOTS), await page.screenshot());
          const next = page.loaded();
          await page.evaluate("document.querySelector('#runs > p > a').click()");
          await next;
          const all = await lookAt(page, `${name}, all`, width);
          assertEquals(all.runs, OTHERS + 1, name);
        }
        seconds = 3;
        await page.open(await page.evaluate<string>("location.href"));
        seconds = 3600;
        // Nobody clicks: it asks by itself, and waits for its answer until its load is looked for.
        const [asking, answering] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        [asked, answered] = [asking.resolve, answering.promise];
        await asking.promise;
        const again = page.loaded();
        answering.resolve();
        await again;
        const { runs } = await lookAt(page, "after the refresh", 1280);
        assertEquals(runs, OTHERS + 1, "what was opened stays open");
      } finally {
        await page.close();
        await server.shutdown();
      }
    }),
});
