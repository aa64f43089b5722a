import { assertEquals } from "@std/assert";
import { createRegistry } from "../actions/registry.ts";
import { SOURCES } from "../actions/sources.ts";
import { ACTION_NAMES, renderActionNames } from "./generate_action_names.ts";

Deno.test({
  name: "actions/action_names.json is what `deno task docs` writes",
  ignore: Deno.permissions.querySync({ name: "read" }).state !== "granted",
  fn: async () => assertEquals(await Deno.readTextFile(ACTION_NAMES), renderActionNames(SOURCES)),
});

Deno.test("renderActionNames() keeps all that decides which actions are listed", () => {
  const listed = (registry: ReturnType<typeof createRegistry>) =>
    registry.entries.map((
      { source, action, listed, why },
    ) => [source.name, action.kind, action.name, listed, why]);
  for (
    const selection of [{}, {
      sources: "cnpg,kubevirt",
      actions: "+openshift.io/01-mtc-common-restore-plugin",
    }]
  ) {
    assertEquals(
      listed(createRegistry(JSON.parse(renderActionNames(SOURCES)), selection)),
      listed(createRegistry(SOURCES, selection)),
    );
  }
});
