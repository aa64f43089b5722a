/**
 * Makes the picture in the README: the upper part of the report that the demo writes about its restore. `deno task picture`.
 *
 * @module
 */

import { browser, startBrowser } from "../tests/kit/browser.ts";

/** Where the picture stands. */
export const PICTURE = new URL("preview.png", import.meta.url);

/** Its size in pixels. */
export const SIZE = { width: 1200, height: 960 } as const;

async function makePicture(): Promise<void> {
  const program = browser();
  if (program === undefined) throw new Error("Chromium is not installed");
  const demo = new URL("../demo/main.ts", import.meta.url).pathname;
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", demo], stdout: "null" })
    .output();
  if (!success) throw new Error("the demo failed");
  const page = await startBrowser(program);
  try {
    await page.look(SIZE.width, SIZE.height, "light");
    await page.open(new URL("../build/demo-restore.html", import.meta.url).href);
    await Deno.writeFile(PICTURE, await page.picture(SIZE.width, SIZE.height, 1));
  } finally {
    await page.close();
  }
}

if (import.meta.main) await makePicture();
