import { assertEquals } from "@std/assert";
import { actionServices, goPlugin, pluginLister } from "./services.ts";

// protocol 2.2, 2.4 and 2.5, in the order of their definition.
const PATHS = [
  "/grpc.health.v1.Health/Check",
  "/grpc.health.v1.Health/Watch",
  "/plugin.GRPCBroker/StartStream",
  "/plugin.GRPCStdio/StreamStdio",
  "/plugin.GRPCController/Shutdown",
  "/generated.PluginLister/ListPlugins",
  "/generated.BackupItemAction/AppliesTo",
  "/generated.BackupItemAction/Execute",
  "/v2.BackupItemAction/AppliesTo",
  "/v2.BackupItemAction/Execute",
  "/v2.BackupItemAction/Progress",
  "/v2.BackupItemAction/Cancel",
  "/generated.RestoreItemAction/AppliesTo",
  "/generated.RestoreItemAction/Execute",
  "/v2.RestoreItemAction/AppliesTo",
  "/v2.RestoreItemAction/Execute",
  "/v2.RestoreItemAction/Progress",
  "/v2.RestoreItemAction/Cancel",
  "/v2.RestoreItemAction/AreAdditionalItemsReady",
  "/generated.DeleteItemAction/AppliesTo",
  "/generated.DeleteItemAction/Execute",
  "/v1.ItemBlockAction/AppliesTo",
  "/v1.ItemBlockAction/GetRelatedItems",
];

Deno.test("the services have the full names that Velero calls", () => {
  const services = [...Object.values(goPlugin), pluginLister, ...Object.values(actionServices)];
  const paths = services.flatMap((service) => Object.values(service).map(({ path }) => path));
  assertEquals(paths, PATHS);
});

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

// Written out by hand from the field numbers of the specification.
Deno.test("messages have the field numbers of the specification (protocol 2.3)", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const ref = { group: "g", resource: "r", namespace: "n", name: "o" };
  const refHex = "0a01671201721a016e22016f";
  const { BackupItemActionV2, RestoreItemAction, RestoreItemActionV2 } = actionServices;
  assertEquals(
    hex(BackupItemActionV2.execute.responseSerialize({
      item: bytes("i"),
      additionalItems: [ref],
      operationID: "o",
      postOperationItems: [ref],
    })),
    `0a0169120c${refHex}1a016f220c${refHex}`,
  );
  assertEquals(
    hex(RestoreItemAction.execute.requestSerialize({
      plugin: "p",
      item: bytes("i"),
      restore: bytes("r"),
      itemFromBackup: bytes("b"),
    })),
    "0a01701201691a0172220162",
  );
  assertEquals(
    hex(RestoreItemActionV2.execute.responseSerialize({
      item: bytes("i"),
      additionalItems: [ref],
      skipRestore: true,
      operationID: "o",
      waitForAdditionalItems: true,
      additionalItemsReadyTimeout: { seconds: 2n, nanos: 5 },
    })),
    `0a0169120c${refHex}180122016f2801320408021005`,
  );
  assertEquals(
    hex(RestoreItemActionV2.areAdditionalItemsReady.requestSerialize({
      plugin: "p",
      restore: bytes("r"),
      additionalItems: [ref],
    })),
    `0a01701201721a0c${refHex}`,
  );
  assertEquals(
    hex(BackupItemActionV2.progress.responseSerialize({
      progress: {
        completed: true,
        err: "e",
        nCompleted: 1n,
        nTotal: 2n,
        operationUnits: "u",
        description: "d",
        started: new Date(1000),
        updated: new Date(-62135596800_000),
      },
    })),
    "0a20" + "0801120165180120022a0175320164" + "3a020801" + "420b" + "088092b8c398feffffff01",
  );
  assertEquals(
    hex(pluginLister.listPlugins.responseSerialize({ plugins: [{ command: "c", kind: "k", name: "n" }] })),
    "0a090a016312016b1a016e",
  );
});
