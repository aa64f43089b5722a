import type { Log } from "../action.ts";
import { stringAt } from "../../objects/object.ts";
import type { Archive } from "./archive.ts";
import type { ObjectStore } from "./object_store.ts";

/** Warns when the ObjectStore has nothing to recover from. Stays silent when it cannot be read (setting `check-window`). */
export function checkWindow(store: ObjectStore | undefined, { serverName }: Archive, log: Log): void {
  if (store === undefined || "failure" in store) return;
  if ("missing" in store) {
    log.warn(`ObjectStore ${store.name} does not exist, so there is nothing to recover from`);
    return;
  }
  const window = stringAt(
    store.object,
    "status",
    "serverRecoveryWindow",
    serverName,
    "firstRecoverabilityPoint",
  );
  if (window !== undefined) return;
  log.warn(
    `ObjectStore ${store.name} has no recovery window for "${serverName}": there is nothing to recover from; ` +
      "take a base backup",
  );
}
