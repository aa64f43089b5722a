/** The table of what Velero's own actions do, asked of the real ones: `velero run-plugins` under Velero's own client. */

import { assertEquals } from "@std/assert";
import { builtinActions } from "../../preview/builtin/builtin.ts";
import { BUILTIN_CASES, type BuiltinCase, runOf } from "../../preview/testing/builtin_cases.ts";
import type { Json } from "../velero/api.ts";
import { hostFlags, withCases } from "../velero/host.ts";
import { present, tool } from "../velero/tools.ts";

const ignore = !present("host", "velero");

/** Runs a sub-command of the host over Velero's own plugins. */
async function hostOfVelero(command: string, ...args: string[]): Promise<Json[]> {
  const launcher = await Deno.makeTempFile({ prefix: "velero-actions-" });
  try {
    await Deno.writeTextFile(launcher, `#!/bin/sh\nexec '${tool("velero")}' run-plugins "$@"\n`);
    await Deno.chmod(launcher, 0o755);
    const { stdout, stderr } = await new Deno.Command(tool("host"), {
      args: [command, ...hostFlags(), launcher, ...args],
      env: { TMPDIR: "/tmp" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (text === "") throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(text);
  } finally {
    await Deno.remove(launcher);
  }
}

// Go's types write down what is not there: null, {}, [], "" and 0.
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, meaning(entry)] as const);
  return Object.fromEntries(entries.filter(([, entry]) => !isNothing(entry)));
}

function isNothing(value: unknown): boolean {
  if (value === null || value === "" || value === 0 || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

const place = ({ group, resource, namespace, name }: Json) =>
  `${resource}${group === "" ? "" : `.${group}`} ${namespace}/${name}`;

function expectedOf({ item, expected }: BuiltinCase): Json {
  if (expected.fails !== undefined) return { fails: true };
  return {
    // The real ones give no item where they skip, or have none.
    item: expected.skipped === true ? undefined : meaning(expected.item ?? item),
    asks: expected.asks ?? [],
    skipped: expected.skipped ?? false,
  };
}

function answerOf({ kind, item }: BuiltinCase, answer: Json): Json {
  if (answer["error"] !== undefined) return { fails: true };
  const found = kind === "ItemBlockAction" ? item : answer["item"];
  return {
    item: answer["skipRestore"] === true ? undefined : meaning(found),
    asks: (answer["additionalItems"] ?? []).map(place).sort(),
    skipped: answer["skipRestore"] ?? false,
  };
}

Deno.test({
  name: "builtin: a preview knows Velero's own actions by name and in their order (protocol 4.2)",
  ignore,
  async fn() {
    const listed = (await hostOfVelero("list")).map(({ kind, name }) => `${kind} ${name}`)
      .filter((key) => /^(BackupItemAction|RestoreItemAction|ItemBlockAction)/.test(key));
    const ours = builtinActions(() => {}).map(({ kind, name }) => `${kind} ${name}`);
    assertEquals(ours.toSorted(), listed.toSorted());
  },
});

Deno.test({
  name: "builtin: the real actions do what the table says (protocol 4.13)",
  ignore,
  async fn(t) {
    const cases = BUILTIN_CASES.filter(({ ours }) => ours === undefined);
    const sent = cases.map((one) => ({
      name: one.id,
      kind: one.kind,
      plugin: one.action,
      item: one.item,
      itemFromBackup: one.stored ?? one.item,
      [runOf(one)["kind"] === "Backup" ? "backup" : "restore"]: runOf(one),
      cluster: one.cluster ?? [],
    }));
    const answers = await withCases(sent, (file) => hostOfVelero("run", file));
    assertEquals(answers.length, cases.length);
    for (const [i, one] of cases.entries()) {
      await t.step(one.id, () =>
        assertEquals(
          answerOf(one, answers[i] ?? {}),
          expectedOf(one),
          JSON.stringify(answers[i]?.["error"] ?? ""),
        ));
    }
  },
});
