import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { createApp } from "../../sidecar/app.ts";
import { ERROR, withView } from "../../sidecar/view_kit.ts";
import { startBrowser } from "./browser.ts";
import { browser } from "./monitoring.ts";

const program = Deno.permissions.querySync({ name: "read" }).state === "granted" ? browser() : undefined;

// Kept by CI beside the test's report.
const SCREENSHOTS = new URL("../../build/screenshots/", import.meta.url);

const LOOKS = [
  ["phone", 390, 844, "light", "rgb(255, 255, 255)"],
  ["phone", 390, 844, "dark", "rgb(18, 21, 25)"],
  ["desktop", 1280, 800, "light", "rgb(255, 255, 255)"],
  ["desktop", 1280, 800, "dark", "rgb(18, 21, 25)"],
] as const;

Deno.test({
  name: "the page in a browser without JavaScript: phone and desktop, light and dark, refreshed by itself",
  ignore: program === undefined,
  fn: () =>
    withView(async (view) => {
      let served = 0;
      const app = createApp({ view, version: "1.2.3", now: () => new Date() });
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
        if (new URL(request.url).pathname === "/") served++;
        return app.fetch(request);
      });
      const page = await startBrowser(program ?? "");
      try {
        await Deno.mkdir(SCREENSHOTS, { recursive: true });
        for (const [device, width, height, scheme, background] of LOOKS) {
          await page.look(width, height, scheme);
          await page.open(`http://127.0.0.1:${server.addr.port}/`);
          const name = `sidecar-${device}-${scheme}`;
          const color = await page.evaluate("getComputedStyle(document.body).backgroundColor");
          assertEquals(color, background, name);
          const overflow = await page.evaluate<number>("document.documentElement.scrollWidth");
          assertEquals(overflow <= width, true, `${name} is ${overflow} wide`);
          const small = await page.evaluate<number>(
            "Math.min(...[...document.querySelectorAll('td, th, p, dd')].map((e) => parseFloat(getComputedStyle(e).fontSize)))",
          );
          assertGreater(small, 12, `${name}: smallest text`);
          const text = await page.evaluate<string>("document.body.innerText");
          assertStringIncludes(text, ERROR);
          assertStringIncludes(text, "1,501");
          assertStringIncludes(text, "Not called yet: 1");
          const calls = await page.evaluate<string>(
            "getComputedStyle(document.querySelector('td[data-title=calls]'), '::before').content",
          );
          assertEquals(calls, device === "phone" ? '"calls"' : "none", `${name}: titles of cells`);
          await Deno.writeFile(new URL(`${name}.png`, SCREENSHOTS), await page.screenshot());
        }
        const before = served;
        const end = Date.now() + 60_000;
        while (served === before && Date.now() < end) {
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        assertGreater(served, before, "the page asked again by itself");
      } finally {
        await page.close();
        await server.shutdown();
      }
    }),
});
