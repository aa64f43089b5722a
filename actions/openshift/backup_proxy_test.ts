import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { actionOf, defaultsOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

const action = actionOf(openshift, "BackupItemAction", "openshift.io/26-proxy-backup-plugin");
const BASE = { settings: { ...defaultsOf(settings), "proxy.include-trusted-ca": true } };
const MUST = "backup.velero.io/must-include-additional-items";

function proxy(spec: JsonObject, annotations?: JsonObject): JsonObject {
  return {
    apiVersion: "config.openshift.io/v1",
    kind: "Proxy",
    metadata: { name: "cluster", ...(annotations && { annotations }) },
    spec,
  };
}

const CA = { trustedCA: { name: "user-ca-bundle" } };
const MAP = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "user-ca-bundle", namespace: "openshift-config" },
};

Deno.test("proxy: no trustedCA (openshift T13.9.34)", async () => {
  for (
    const spec of [{}, { trustedCA: { name: "" } }, { trustedCA: null }, { trustedCA: "x" }, {
      trustedCA: { name: 5 },
    }]
  ) {
    const { result, requests } = await runBackup(action, { ...BASE, item: proxy(spec) });
    assertEquals([result, requests.filter((request) => request.startsWith("get "))], [{}, []]);
  }
});

Deno.test("proxy: trustedCA with ConfigMap (openshift T13.9.34)", async () => {
  const { result } = await runBackup(action, { ...BASE, item: proxy(CA, { a: "b" }), objects: [MAP] });
  assertEquals(result, {
    item: proxy(CA, { a: "b", [MUST]: "true" }),
    additionalItems: [{
      group: "",
      resource: "configmaps",
      namespace: "openshift-config",
      name: "user-ca-bundle",
    }],
  });
});

Deno.test("proxy: without the ConfigMap a warning, without the right to see it an error (openshift A42)", async () => {
  const { result, logs } = await runBackup(action, { ...BASE, item: proxy(CA) });
  assertEquals(result, {});
  assertEquals(messages(logs, "warn"), [
    "ConfigMap openshift-config/user-ca-bundle with the proxy's trusted certificates does not exist",
  ]);
  const cluster = { get: () => Promise.reject(new ClusterError("get: forbidden", "Forbidden", 403)) };
  await assertRejects(
    () => runBackup(action, { ...BASE, item: proxy(CA), cluster }),
    ClusterError,
    "get: forbidden",
  );
});

Deno.test("proxy: off unless its setting is on (openshift 11)", () => {
  assertEquals([action.enabled?.(defaultsOf(settings)), action.enabled?.(BASE.settings)], [false, true]);
});
