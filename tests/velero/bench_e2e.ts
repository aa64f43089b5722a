/** The benchmark goes all its way; what it measures is not looked at. */

import { assertEquals } from "@std/assert";
import type { Figures } from "../../bench/measure.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { present, ROOT } from "./tools.ts";

Deno.test({
  name: "bench: the plugin, what it is compared with and a bare server get the calls that are theirs",
  ignore: !present("host"),
  async fn() {
    const launcher = await bundledPlugin();
    const against = ["--against", launcher, "--against", launcher];
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "bench", "--calls", "400", "--starts", "1", "-o", "json", ...against],
      cwd: ROOT,
      stderr: "inherit",
    }).output();
    assertEquals(success, true);
    const figures: Figures[] = JSON.parse(new TextDecoder().decode(stdout));
    const told = figures.map(({ title, errors, memory, cases }) => ({
      title,
      errors,
      calls: memory.at(-1)?.calls,
      requests: Object.fromEntries(cases.map(({ name, requestsPerCall }) => [name, requestsPerCall])),
    }));
    const ours = {
      errors: 0,
      calls: 400,
      requests: {
        "restore of a PVC": 0,
        "restore of a VM Operator VM": 0,
        "restore of a Deployment": 0,
        "backup of a KubeVirt VM, two reads": 2,
      },
    };
    assertEquals(told, [
      { title: "plugin", ...ours },
      { title: "against", ...ours },
      { title: "against 2", ...ours },
      { title: "bare", errors: 0, calls: 400, requests: { "restore of a PVC": 0 } },
    ]);
  },
});
