/** `.ci/run` with tools that only end as they are told: whatever fails, it says so in its last line and by its exit code. */

import { assertEquals } from "@std/assert";
import { createProject } from "./project.ts";
import { run } from "../packaging/run.ts";

const RUN = new URL("../../.ci/run", import.meta.url);
const ignore = (["run", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

// What a tool does is in ENDS, by the words that it is called with: text for stdout, then the exit code.
const TOOL = `case "$*" in *--version) echo "deno 2.9.6 (x)"; exit;; esac
line=$(grep -F -e "$* = " "$ENDS") || exit 0
line=\${line#*= }
echo "\${line%|*}"
exit "\${line##*|}"`;

const UNIT = "--yes deno@2.9.6 task test";
const GOOD = {
  [UNIT]: "ok | 10 passed (3 steps) | 0 failed (3s)|0",
  "task e2e": "ok | 4 passed | 0 failed | 2 ignored (1s)|0",
};

const CASES: readonly [about: string, ends: Readonly<Record<string, string>>, code: number, last: string][] =
  [
    ["all is well", {}, 0, "14 passed, 0 failed, 2 skipped"],
    ["the format", { "fmt --check": "|1" }, 1, "14 passed, 1 failed, 2 skipped"],
    ["lint", { lint: "|1" }, 1, "14 passed, 1 failed, 2 skipped"],
    ["types", { "task check": "|1" }, 1, "14 passed, 1 failed, 2 skipped"],
    ["the bundle", { "task bundle": "|1" }, 1, "14 passed, 1 failed, 2 skipped"],
    ["a test", { [UNIT]: "FAILED | 9 passed | 1 failed (3s)|1" }, 1, "13 passed, 1 failed, 2 skipped"],
    [
      "tests that do not begin",
      { [UNIT]: "error: Type checking failed.|1" },
      1,
      "4 passed, 1 failed, 2 skipped",
    ],
    [
      "a leak after the last test",
      { [UNIT]: "ok | 10 passed | 0 failed (3s)|1" },
      1,
      "14 passed, 1 failed, 2 skipped",
    ],
    ["end to end", { "task e2e": "FAILED | 3 passed | 2 failed (1s)|1" }, 1, "13 passed, 2 failed"],
    ["a crash", { "task e2e": "ok | 4 passed | 0 failed (1s)|139" }, 1, "14 passed, 1 failed"],
    ["no counts although all is well", { "task e2e": "|0" }, 1, "10 passed, 1 failed"],
    [
      "only tests that are left out",
      { "task e2e": "ok | 0 passed | 0 failed | 9 ignored (0s)|0" },
      0,
      "10 passed, 0 failed, 9 skipped",
    ],
  ];

Deno.test(
  { name: ".ci/run: its last line counts, and its exit code says whether anything failed", ignore },
  async (t) => {
    await using project = await createProject({ deno: TOOL, npx: TOOL }, {
      ".ci/run": await Deno.readTextFile(RUN),
      "tests/tools/install_browser_and_prometheus.sh": "",
    });
    const env = { PATH: `${project.folder}/.tools:/usr/bin:/bin`, ENDS: `${project.folder}/ends` };
    for (const [about, ends, code, last] of CASES) {
      await t.step(about, async () => {
        const lines = Object.entries({ ...GOOD, ...ends }).map(([words, end]) => `${words} = ${end}\n`);
        await project.write("ends", lines.join(""));
        const ended = await run("bash", [`${project.folder}/.ci/run`], env);
        assertEquals([ended.code, ended.stdout.trimEnd().split("\n").at(-1)], [code, last], ended.stdout);
      });
    }
  },
);
