import { assertEquals } from "@std/assert";
import { isMigration } from "./workflow.ts";

// openshift 1: the label alone selects the CAM workflow.
Deno.test("isMigration() asks the label for its one value", () => {
  const of = (labels: unknown) => isMigration({ metadata: { labels } } as never);
  assertEquals(of({ "app.kubernetes.io/part-of": "openshift-migration" }), true);
  for (
    const other of ["not-openshift-migration", "OPENSHIFT-MIGRATION", "", 5, null, ["openshift-migration"]]
  ) {
    assertEquals(of({ "app.kubernetes.io/part-of": other }), false);
  }
  assertEquals([of(undefined), of(5), of([]), isMigration({}), isMigration(undefined)], Array(5).fill(false));
});
