import { assertEquals } from "@std/assert";
import { parse, stringify } from "yaml";
import { createApp } from "../../sidecar/app.ts";
import { GATE, withView } from "../../sidecar/view_kit.ts";
import { DEPLOY, prometheusTool, readRules } from "./monitoring.ts";

const promtool = Deno.permissions.querySync({ name: "read" }).state === "granted"
  ? prometheusTool("promtool")
  : undefined;

async function run(args: string[], stdin = ""): Promise<{ code: number; text: string }> {
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const process = new Deno.Command(promtool ?? "", { args, ...pipes }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: unknown[] }[];
  }[];
}

Deno.test({
  name: "promtool: every alert fires when it should and only then",
  ignore: promtool === undefined,
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const rules = await readRules();
      const text = await Deno.readTextFile(`${DEPLOY}monitoring/rules_test.yaml`);
      await Deno.writeTextFile(`${dir}/rules.yaml`, stringify(rules));
      await Deno.writeTextFile(`${dir}/rules_test.yaml`, text);
      const { code, text: output } = await run(["test", "rules", `${dir}/rules_test.yaml`]);
      assertEquals(code, 0, output);
      const { tests } = parse(text) as RuleTests;
      const cases = tests.flatMap((test) => test.alert_rule_test);
      const fires = new Set(cases.filter((one) => one.exp_alerts !== undefined).map((one) => one.alertname));
      const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
      assertEquals(
        alerts.filter((alert) => !fires.has(alert)),
        [],
        "alerts without a case in which they fire",
      );
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test({
  name: "promtool: the exposition has no fault",
  ignore: promtool === undefined,
  fn: () =>
    withView(async (view) => {
      const app = createApp({ view, gate: () => Promise.resolve(GATE), version: "1", now: () => new Date() });
      const exposition = await (await app.request("/metrics")).text();
      assertEquals(await run(["check", "metrics"], exposition), { code: 0, text: "" });
    }),
});
