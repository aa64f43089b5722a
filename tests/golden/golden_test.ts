import { assert, assertEquals } from "@std/assert";
import { formatPath } from "../../preview/report/diff.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { assertDeclared, authorized } from "../kit/declared.ts";
import { readDeviations } from "./deviations.ts";
import type { JsonObject } from "../../objects/json.ts";
import { type Case, readGolden, SOURCES } from "./golden.ts";
import { comparable, compare } from "./verdict.ts";

const ignore = Deno.permissions.querySync({ name: "run" }).state !== "granted";

for (const source of SOURCES) {
  Deno.test({
    name: `${source}: the plugin answers as upstream did, but for the deviations of its specification`,
    ignore,
  }, async (t) => {
    // Loaded here, because its gRPC client reads the environment as soon as it is loaded.
    const { createGoldenHost, inWorldOrder } = await import("./host.ts");
    const deviations = await readDeviations();
    const host = await createGoldenHost(await bundledPlugin());
    try {
      for (const golden of inWorldOrder(await readGolden(source))) {
        await t.step(golden.case.name, async () => {
          const actual = await host.run(golden.case);
          assertDeclared(authorized(host.requests()), golden.case.plugin);
          const { verdict, changes } = compare(golden, actual);
          const deviation = deviations[golden.case.name];
          if (deviation === undefined) {
            const differences = changes.map(({ path, before, after }) =>
              `${formatPath(path)}: recorded ${JSON.stringify(before)}, ours ${JSON.stringify(after)}`
            );
            assert(verdict !== "differs", [actual.error?.message ?? "", ...differences].join("\n"));
          } else {
            assertEquals(
              verdict,
              "differs",
              "deviations.json names the case, but it is as upstream; remove it",
            );
            assert(deviation.tag !== "", "the deviation has no tag");
            assertEquals(comparable(actual), deviation.expected);
          }
        });
      }
    } finally {
      await host.close();
    }
  });
}

Deno.test({ name: "every deviation belongs to a recorded case", ignore }, async () => {
  const goldens = (await Promise.all(SOURCES.map(readGolden))).flat();
  const names = new Set(goldens.map((golden) => golden.case.name));
  assertEquals(Object.keys(await readDeviations()).filter((name) => !names.has(name)), []);
});

// There is no recorded case of it; what upstream answers is the empty value of Velero's own type.
const EMPTY_PROGRESS: JsonObject = {
  Completed: false,
  Err: "",
  NCompleted: 0,
  NTotal: 0,
  OperationUnits: "",
  Description: "",
  Started: "0001-01-01T00:00:00Z",
  Updated: "0001-01-01T00:00:00Z",
};

Deno.test({
  name: "cnpg: progress of an operation that never began is empty, as upstream's (cnpg 4, 5 and 6)",
  ignore,
}, async (t) => {
  const { createGoldenHost } = await import("./host.ts");
  const host = await createGoldenHost(await bundledPlugin());
  const actions: [kind: Case["kind"], plugin: string][] = [
    ["BackupItemActionV2", "replicated.com/cnpg-backup-plugin"],
    ["RestoreItemActionV2", "replicated.com/cnpg-restore-plugin"],
    ["RestoreItemActionV2", "replicated.com/deployment-restore-plugin"],
  ];
  try {
    for (const [kind, plugin] of actions) {
      await t.step(plugin, async () => {
        const asked: Case = { name: plugin, kind, plugin, op: "progress", operationIDIn: "op-1" };
        const answer = await host.run(asked);
        assertEquals(answer, { progress: EMPTY_PROGRESS });
        assertEquals(compare({ case: asked, result: { progress: EMPTY_PROGRESS } }, answer).verdict, "exact");
      });
    }
  } finally {
    await host.close();
  }
});
