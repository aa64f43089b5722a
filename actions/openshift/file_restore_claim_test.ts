import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { actionOf, defaultsOf, runRestore } from "../../tests/kit/run_action.ts";
import { nameBeside } from "./file_restore_claim.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

const action = actionOf(openshift, "RestoreItemAction", "openshift.io/04-vmfr-pvc-restore-plugin");
const BASE = { settings: defaultsOf(settings) };
const RANDOM = { uuid: () => "0123abcd-4567-4890-8abc-def012345678" };

function claim(name: string, namespace = "shop", metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace, ...metadata },
    spec: {},
  };
}

function restore(backupName: string, annotated = "true"): JsonObject {
  return {
    metadata: { annotations: { "oadp.openshift.io/vmfr-restore": annotated } },
    spec: { backupName, namespaceMapping: { shop: "files" } },
  };
}

function marked(
  name: string,
  original: string,
  primary: "true" | "false",
  backup = "nightly",
  label = backup,
): JsonObject {
  return claim(name, "shop", {
    annotations: {
      keep: "k",
      "oadp.openshift.io/vmfr-backup": backup,
      "oadp.openshift.io/vmfr-original-name": original,
    },
    labels: { app: "x", "oadp.openshift.io/vmfr-backup": label, "oadp.openshift.io/vmfr-primary": primary },
  });
}

const ITEM = claim("data", "shop", { annotations: { keep: "k" }, labels: { app: "x" } });

Deno.test("claim for files: the first of a name keeps it (openshift T13.9.33)", async () => {
  // One of the same name in the source namespace does not matter.
  const { result, requests } = await runRestore(action, {
    ...BASE,
    item: ITEM,
    restore: restore("nightly"),
    objects: [claim("data")],
  });
  assertEquals(result, { item: marked("data", "data", "true") });
  assertEquals(requests.filter((request) => request.startsWith("get ")), [
    "get persistentvolumeclaims files/data",
  ]);
});

Deno.test("claim for files: the second of a name is renamed (openshift T13.9.33)", async () => {
  const { result } = await runRestore(action, {
    ...BASE,
    item: ITEM,
    restore: restore("nightly"),
    objects: [claim("data", "files")],
  });
  assertEquals(result, { item: marked("nightly-0000000000", "data", "false") });
});

Deno.test("claim for files: no Restore annotation, untouched (openshift T13.9.33)", async () => {
  for (const run of [{}, restore("nightly", "false"), restore("nightly", "True"), null]) {
    const { result, requests } = await runRestore(action, { ...BASE, item: ITEM, restore: run });
    assertEquals([result, requests.filter((request) => request.startsWith("get "))], [{}, []]);
  }
});

Deno.test("claim for files: very long names (openshift T13.9.33)", async () => {
  const backup = "b".repeat(253);
  const name = "c".repeat(253);
  const { item } = await runRestore(action, {
    ...BASE,
    item: claim(name),
    restore: restore(backup),
    objects: [claim(name, "files")],
  });
  const { name: renamed, labels, annotations } = item.metadata as JsonObject;
  assertMatch(String(renamed), /^b{242}-[a-z0-9]{10}$/);
  assertEquals(String(renamed).length, 253);
  // The first six digits of the SHA-256 of 253 times b.
  assertEquals((labels as JsonObject)["oadp.openshift.io/vmfr-backup"], "b".repeat(57) + "af5a48");
  assertEquals(annotations, {
    "oadp.openshift.io/vmfr-backup": backup,
    "oadp.openshift.io/vmfr-original-name": name,
  });
});

Deno.test("nameBeside() is a valid name whatever the cut leaves", () => {
  assertEquals(nameBeside("nightly", RANDOM), "nightly-0123abcd45");
  for (const end of [".", "-", ".-", "-.x"]) {
    assertMatch(
      nameBeside("b".repeat(240) + end, RANDOM),
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    );
  }
});

Deno.test("claim for files: what fails (openshift A12)", async () => {
  const base = { ...BASE, item: ITEM };
  const nameless = { metadata: restore("x").metadata ?? null, spec: {} };
  await assertRejects(
    () => runRestore(action, { ...base, restore: nameless }),
    Refusal,
    "the Restore names no Backup",
  );
  const cluster = { get: () => Promise.reject(new ClusterError("get: forbidden", "Forbidden", 403)) };
  await assertRejects(
    () => runRestore(action, { ...base, restore: restore("b"), cluster }),
    ClusterError,
    "get: forbidden",
  );
  const wrong = claim("data", "shop", { labels: "x" });
  await assertRejects(
    () => runRestore(action, { ...base, item: wrong, restore: restore("b") }),
    Refusal,
    "metadata.labels is not an object",
  );
});
