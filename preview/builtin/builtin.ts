/**
 * Velero's own actions in a preview: those of Velero 1.18.3 under their registered names, in front of every plugin's (protocol 4.2 and 4.13).
 *
 * @module
 */

import { NO_IMAGES } from "../../images/none.ts";
import { type Action, defineSource, type Log, type Random } from "../../actions/action.ts";
import { registryOf } from "../../actions/registry.ts";
import { createRunner } from "../../actions/runner/run.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { Note, Remark } from "../report/report.ts";
import { type ActionHost, directHost } from "../run/actions.ts";
import { backupAccount, relateAccount, restoreAccount, restoreSecret } from "./account.ts";
import { backupClaim, relateClaim, restoreClaim } from "./claim.ts";
import { dataActions, type Tell } from "./data.ts";
import { backupDefinition } from "./definition.ts";
import { addInitHooks } from "./init_hook.ts";
import { MAPPED_ACTIONS } from "./mapped.ts";
import { OBJECT_ACTIONS } from "./objects.ts";
import { addClaimsOfPod, backupPod, relatePod, restorePod } from "./pod.ts";
import { restoreService } from "./service.ts";

/** Velero's backup, restore and item block actions. What a preview does not model is told. */
export function builtinActions(tell: Tell): readonly Action[] {
  return [
    backupClaim,
    backupPod,
    backupAccount,
    backupDefinition,
    relateClaim,
    relatePod,
    relateAccount,
    addClaimsOfPod,
    restorePod,
    restoreClaim,
    restoreService,
    restoreAccount,
    restoreSecret,
    addInitHooks,
    ...OBJECT_ACTIONS,
    ...MAPPED_ACTIONS,
    ...dataActions(tell),
  ];
}

/** What Velero's own actions look at. */
export interface BuiltinOptions {
  /** The cluster of the backup, or the target of the restore. */
  readonly cluster: Cluster;
  readonly random?: Random;
  /** Gets told why an item is left out. */
  readonly remark?: (remark: Remark) => void;
}

// Why an action leaves an item out; Velero's own say nothing.
const LEFT_OUT: Readonly<Record<string, string>> = {
  "velero.io/secret": "the cluster makes the token of a ServiceAccount by itself",
  "velero.io/apiservice": "Kubernetes registers this API by itself",
  "velero.io/dataupload": "Velero moves its data back and does not restore it",
};

const MINUTES = 60_000;

/** Makes a host of these actions. */
export function builtinHost({ cluster, random, remark }: BuiltinOptions): ActionHost {
  const notModelled: Note[] = [];
  const silent = () => {};
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
  const source = defineSource("velero", {}, builtinActions((note) => void notModelled.push(note)));
  const why = "it is one of Velero's own";
  const registry = registryOf(source.actions.map((action) => ({ source, action, listed: true, why })));
  const runner = createRunner({
    images: NO_IMAGES,
    registry,
    settings: { of: () => ({ values: {}, actionEnabled: () => true }) },
    cluster,
    log,
    now: () => new Date(),
    random: random ?? { uuid: () => crypto.randomUUID() },
    timeout: 5 * MINUTES,
  });
  const host = directHost(registry, runner);
  return {
    ...host,
    async execute(kind, name, request) {
      const answer = await host.execute(kind, name, request);
      const text = answer.skipRestore === true ? LEFT_OUT[name] : undefined;
      if (text !== undefined) remark?.({ level: "info", text });
      return answer;
    },
    isBuiltin: () => true,
    notModelled: () => notModelled,
  };
}
