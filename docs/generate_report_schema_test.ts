import { assertEquals } from "@std/assert";
import { renderSchema, SCHEMA_FILE } from "./generate_report_schema.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

Deno.test({
  name: "docs/preview-report.schema.json is in step with the code; deno task docs writes it",
  ignore,
  fn: async () => assertEquals(await Deno.readTextFile(SCHEMA_FILE), renderSchema()),
});

Deno.test("the schema has both forms, says what fields mean, and takes no unknown field", () => {
  const { $schema, anyOf, oneOf } = JSON.parse(renderSchema());
  assertEquals($schema, "https://json-schema.org/draft/2020-12/schema");
  const forms = anyOf ?? oneOf;
  assertEquals(forms.map((form: { additionalProperties: boolean }) => form.additionalProperties), [
    false,
    false,
  ]);
  const [preview] = forms;
  assertEquals(preview.properties.apiVersion, { const: "velero-plugin-for-workloads/preview-v1" });
  assertEquals(preview.properties.run.description, "The Backup or Restore that was previewed.");
});
