/** The workflow files: what they run is in scripts that tests run, and what they take from elsewhere is pinned. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".github/workflows/", ROOT);
const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, { readonly steps: readonly Step[]; readonly "timeout-minutes"?: number }>;
}

const names = ignore ? [] : [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
const textOf = (name: string) => Deno.readTextFileSync(new URL(name, FOLDER));
const workflowOf = (name: string): Workflow => parse(textOf(name));
const stepsOf = (name: string) => Object.values(workflowOf(name).jobs).flatMap(({ steps }) => steps);

Deno.test({ name: "workflows: CI, the image in a cluster, and releases", ignore }, () => {
  assertEquals(names, ["ci.yml", "e2e.yml", "release.yml"]);
  assertEquals(stepsOf("ci.yml").flatMap(({ run }) => run ?? []), ["bash .ci/run"]);
});

Deno.test({ name: "workflows: every shell step is one script of the repository", ignore }, () => {
  for (const name of names) {
    for (const { run } of stepsOf(name)) {
      if (run === undefined) continue;
      assertMatch(run, /^(?:bash \.ci\/run|\.github\/scripts\/\w+\.sh)$/, name);
      const script = new URL(run.replace("bash ", ""), ROOT);
      assertEquals((Deno.statSync(script).mode ?? 0) & 0o111, 0o111, `${run} is executable`);
    }
  }
});

Deno.test({ name: "workflows: every script is a step of one, and stops at its first error", ignore }, () => {
  const run = names.flatMap((name) => stepsOf(name).flatMap((step) => step.run ?? []));
  for (const { name } of Deno.readDirSync(new URL(".github/scripts/", ROOT))) {
    assert(run.includes(`.github/scripts/${name}`), `no workflow runs ${name}`);
    const text = Deno.readTextFileSync(new URL(`.github/scripts/${name}`, ROOT));
    // The one that prints logs goes on with the next.
    assertMatch(text, name === "kind_logs.sh" ? /^set -uo pipefail$/m : /^set -euo pipefail$/m, name);
  }
});

Deno.test({ name: "workflows: actions are pinned by commit, with the version beside", ignore }, () => {
  for (const name of names) {
    const lines = textOf(name).split("\n").filter((line) => /\buses:/.test(line));
    assert(lines.length > 0);
    for (const line of lines) assertMatch(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name);
  }
});

Deno.test(
  { name: "workflows: no more rights than needed, no foreign code with rights, and an end", ignore },
  () => {
    for (const name of names) {
      const { on, permissions, jobs } = workflowOf(name);
      assertEquals(permissions, { contents: "read" }, name);
      assertEquals(Object.keys(on).includes("pull_request_target"), false, name);
      for (const job of Object.values(jobs)) assert((job["timeout-minutes"] ?? Infinity) <= 90, name);
    }
    assertEquals(Object.keys(workflowOf("release.yml").on), ["push"]);
  },
);

Deno.test({ name: "workflows: scripts use the pinned Deno", ignore }, () => {
  const [, pinned] =
    /npx --yes deno@(\S+) task test/.exec(Deno.readTextFileSync(new URL("README.md", ROOT))) ?? [];
  const texts = [...Deno.readDirSync(new URL(".github/scripts/", ROOT))]
    .map(({ name }) => Deno.readTextFileSync(new URL(`.github/scripts/${name}`, ROOT)));
  const used = texts.flatMap((text) => [...text.matchAll(/deno@([\d.]+)/g)].map(([, version]) => version));
  assert(used.length >= 2);
  assertEquals([...new Set(used)], [pinned]);
});
