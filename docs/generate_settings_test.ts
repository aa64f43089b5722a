import { assertEquals, assertStringIncludes } from "@std/assert";
import { defineSource } from "../actions/action.ts";
import { choice, list } from "../actions/settings/setting.ts";
import { SOURCES } from "../actions/sources.ts";
import { renderSettings, SETTINGS_PAGE } from "./generate_settings.ts";

const readable = Deno.permissions.querySync({ name: "read" }).state === "granted";

Deno.test({
  name: "docs/settings.md is what `deno task docs` writes",
  ignore: !readable,
  fn: async () => assertEquals(await Deno.readTextFile(SETTINGS_PAGE), renderSettings(SOURCES)),
});

Deno.test("renderSettings() has a row for each setting and action", () => {
  const source = defineSource("farm", {
    mode: choice(["day", "night"], "day", "When | how."),
    hosts: list([], "Where."),
  }, [{
    kind: "BackupItemAction",
    name: "example.com/thing",
    appliesTo: { includedResources: ["pods"] },
    execute: () => {},
  }]);
  assertStringIncludes(
    renderSettings([source]),
    `
## farm

| key                  | default | allowed                    | meaning                       |
| -------------------- | ------- | -------------------------- | ----------------------------- |
| \`farm.mode\`          | \`day\`   | day, night                 | When \\| how.                  |
| \`farm.hosts\`         | empty   | a list separated by commas | Where.                        |
| \`farm.actions.thing\` | \`true\`  | true, false                | \`false\` turns the action off. |
`,
  );
});

Deno.test("every setting of every source is documented in one line", () => {
  for (const { name, settings } of SOURCES) {
    for (const [key, { doc }] of Object.entries(settings)) {
      assertEquals(/^[^\n]{10,}\.$/.test(doc), true, `${name}.${key}: "${doc}" is a sentence on one line`);
      assertEquals(/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(key), true, `${name}.${key}`);
    }
  }
});
