import { assertEquals } from "@std/assert";
import { cloneJson } from "../../objects/json.ts";
import { defaultsOf, prepare } from "../../tests/kit/run_action.ts";
import type { Settings } from "./settings.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

Deno.test("on a cluster without OpenShift every action leaves its item alone after one question (openshift IMP-05)", async () => {
  for (const action of openshift.actions) {
    const world = { settings: defaultsOf(settings), absentGroups: ["image.openshift.io"] };
    const { context, requests } = prepare<Settings>(world);
    const item = { kind: "X", metadata: { name: "x", namespace: "n" } };
    const request = { item: cloneJson(item), itemFromBackup: item, backup: {}, restore: {} };
    const answer = action.kind === "ItemBlockAction"
      ? await action.relatedItems(request, context)
      : await action.execute(request, context);
    assertEquals([action.name, answer, request.item, requests], [
      action.name,
      undefined,
      item,
      ["serves imagestreams.image.openshift.io"],
    ]);
  }
});
