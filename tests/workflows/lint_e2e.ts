/** Linters of others over workflows and shell scripts: actionlint from Go's module proxy, shellcheck from Debian's packages. */

import { assertEquals } from "@std/assert";
import { run } from "../packaging/run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TOOLS = `${ROOT}build/tools`;

const { HOME = "", PATH = "" } = Deno.env.toObject();
await Deno.mkdir(TOOLS, { recursive: true });
const actionlint = await run("go", ["install", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"], {
  GOBIN: TOOLS,
  GOFLAGS: "-p=2",
  HOME,
  PATH,
});
const shellcheck = await run("sh", [
  "-c",
  `cd '${TOOLS}' && [ -x shellcheck ] || { rm -f shellcheck_*.deb && apt-get download -q shellcheck && ` +
  "dpkg -x shellcheck_*.deb unpacked && mv unpacked/usr/bin/shellcheck . && rm -r unpacked shellcheck_*.deb; }",
], {});

Deno.test({
  name: `workflows: actionlint finds nothing${actionlint.code === 0 ? "" : " (cannot be had here)"}`,
  ignore: actionlint.code !== 0,
  async fn() {
    const ended = await run("sh", [
      "-c",
      `cd '${ROOT}' && '${TOOLS}/actionlint' -no-color .github/workflows/*.yml`,
    ], {});
    assertEquals(ended, { code: 0, stdout: "", stderr: "" });
  },
});

Deno.test({
  name: `workflows: shellcheck finds nothing in any script${
    shellcheck.code === 0 ? "" : " (cannot be had here)"
  }`,
  ignore: shellcheck.code !== 0,
  async fn() {
    const { stdout } = await run("git", [
      "-C",
      ROOT,
      "ls-files",
      "-co",
      "--exclude-standard",
      "*.sh",
      ".ci/run",
    ], {});
    const scripts = stdout.trim().split("\n").map((path) => ROOT + path);
    assertEquals(scripts.length > 12, true);
    assertEquals(await run(`${TOOLS}/shellcheck`, scripts, {}), { code: 0, stdout: "", stderr: "" });
  },
});
