import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createWorld, object } from "../testing/world.ts";
import { createStatusFilter } from "./status.ts";

const { discovery } = await createWorld([], []);

Deno.test("createStatusFilter() goes by the Restore, and by the object's own word before it", () => {
  const pod = (own?: string): JsonObject =>
    object(
      "v1",
      "Pod",
      "shop/a",
      own === undefined ? {} : {
        metadata: { annotations: { "velero.io/restore-status": own } },
      },
    );
  const asked = (restoreStatus: JsonObject | undefined, own?: string) =>
    createStatusFilter({ spec: restoreStatus === undefined ? {} : { restoreStatus } }, discovery)(
      "pods",
      pod(own),
    );
  const cases: [JsonObject | undefined, string | undefined, boolean][] = [
    [undefined, undefined, false],
    [undefined, "true", true],
    [undefined, " TRUE ", true],
    [undefined, "yes", false],
    [{}, undefined, true],
    [{ includedResources: ["po"] }, undefined, true],
    [{ includedResources: ["po"] }, "false", false],
    [{ includedResources: ["po"] }, "no idea", true],
    [{ includedResources: ["services"] }, undefined, false],
    [{ includedResources: ["*"], excludedResources: ["pods"] }, undefined, false],
  ];
  assertEquals(cases.map(([spec, own]) => asked(spec, own)), cases.map(([, , expected]) => expected));
});
