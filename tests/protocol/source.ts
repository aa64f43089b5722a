import {
  type Action,
  type BackupRequest,
  type Context,
  defineSource,
  type LogFields,
  type ResourceIdentifier,
} from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, at, objectAt, stringAt } from "../../objects/object.ts";
import { Refusal } from "../../actions/lib/refusal.ts";

const appliesTo = { includedResources: ["configmaps"] };

/** Names the Secret beside the item. */
function secretOf(item: JsonObject): ResourceIdentifier {
  return {
    group: "",
    resource: "secrets",
    namespace: stringAt(item, "metadata", "namespace") ?? "",
    name: `${stringAt(item, "metadata", "name")}-secret`,
  };
}

function backupAction(name: string, execute: (request: BackupRequest, context: Context) => unknown): Action {
  return {
    kind: "BackupItemAction",
    name: `protocol.test/${name}`,
    appliesTo,
    execute: execute as () => undefined,
  };
}

function mark({ item }: BackupRequest) {
  item.data = { ...objectAt(item, "data"), marked: "yes" };
  return { item };
}

/** Logs whatever the item's `lines` say, whether the host could stand it or not. */
function logHostile({ item }: BackupRequest, { log }: Context) {
  for (const line of arrayAt(item, "lines")) {
    log.info(at(line, "message") as string, at(line, "fields") as LogFields);
  }
}

const later = Promise.withResolvers<void>();

/** Actions that do, one each, what the protocol has to carry or to survive. */
export const source = defineSource("protocol", {}, [
  {
    kind: "BackupItemAction",
    name: "protocol.test/mark",
    appliesTo: {
      includedResources: ["configmaps", "virtualmachines.kubevirt.io"],
      excludedResources: ["secrets"],
      includedNamespaces: ["a"],
      excludedNamespaces: ["b"],
      selector: "app=web",
    },
    execute: (request) => ({ ...mark(request), additionalItems: [secretOf(request.item)] }),
  },
  backupAction("unchanged", () => undefined),
  backupAction("throw", () => {
    throw new TypeError("thrown at once");
  }),
  backupAction("reject", async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    throw new RangeError("rejected\nin two lines");
  }),
  backupAction("refuse", () => {
    throw new Refusal("it is not säfe", { rule: "cnpg R7", remedy: "try another", reason: "unsafe" });
  }),
  backupAction("throw-a-number", () => Promise.reject(7)),
  backupAction("throw-long", () => {
    throw new Error(`\ud800${"x".repeat(1_000_000)}`);
  }),
  backupAction("leave-a-rejection", () => {
    Promise.reject(new Error("nobody waits for this"));
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
  }),
  backupAction("log", logHostile),
  backupAction("print", () => {
    // deno-lint-ignore no-console
    console.log("on its way to stdout", 1);
    // deno-lint-ignore no-console
    console.error("on its way to stderr");
  }),
  // Two calls at once must meet, or neither ends: handlers run side by side.
  backupAction("meet", ({ item }) => {
    if (stringAt(item, "metadata", "name") === "second") later.resolve();
    return later.promise;
  }),
  {
    kind: "BackupItemActionV2",
    name: "protocol.test/operation",
    appliesTo,
    execute: ({ item }) => ({ operationID: "o-1", postOperationItems: [secretOf(item)] }),
    progress: ({ operationID }) =>
      Promise.resolve({
        completed: true,
        error: `failed ${operationID}`,
        nCompleted: 3,
        nTotal: 4.5,
        operationUnits: "bytes",
        description: "copying",
        started: new Date("2026-01-02T03:04:05.678Z"),
      }),
    cancel: ({ operationID }) => Promise.reject(new Error(`cannot cancel ${operationID}`)),
  },
  { kind: "BackupItemActionV2", name: "protocol.test/no-operation", appliesTo, execute: () => {} },
  {
    kind: "RestoreItemAction",
    name: "protocol.test/skip",
    appliesTo,
    execute: ({ itemFromBackup }) => ({ skipRestore: stringAt(itemFromBackup, "data", "skip") === "yes" }),
  },
  {
    kind: "RestoreItemActionV2",
    name: "protocol.test/wait",
    appliesTo,
    execute: ({ item }) => ({
      item,
      operationID: "o-2",
      additionalItems: [secretOf(item)],
      waitForAdditionalItems: true,
      additionalItemsReadyTimeout: 1500,
    }),
    areAdditionalItemsReady: ({ additionalItems }) => Promise.resolve(additionalItems[0]?.name === "ready"),
  },
  { kind: "DeleteItemAction", name: "protocol.test/delete", appliesTo, execute: () => {} },
  {
    kind: "ItemBlockAction",
    name: "protocol.test/block",
    appliesTo,
    relatedItems: ({ item }) => [secretOf(item)],
  },
]);
