/**
 * BuildConfigs: images, image streams and secrets are those of the target namespace (openshift 7.5).
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { Context, RestoreItemAction } from "../action.ts";
import { namespaceMapping, targetNamespace } from "../lib/namespace_mapping.ts";
import { together } from "../lib/together.ts";
import { type ImageSwap, imageSwap, replaceAt } from "./image_swap.ts";
import { mapStreamNamespace } from "./image_triggers.ts";
import { expectSecret, SHORT_WAIT_MS } from "./pull_secret_wait.ts";
import { accountOf, secretOf, type SecretSearch } from "./pull_secrets.ts";
import { required } from "./required.ts";
import type { Settings } from "./settings.ts";

/** `openshift.io/17-buildconfig-restore-plugin` */
export const restoreBuildConfig: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/17-buildconfig-restore-plugin",
  appliesTo: { includedResources: ["buildconfigs"] },
  // The wait for a secret, and a minute for everything else.
  deadline: () => SHORT_WAIT_MS + 60_000,

  async execute({ item, restore }, context) {
    const namespace = targetNamespace(restore, required(item, "metadata", "namespace"));
    const spec = objectAt(item, "spec");
    const own = stringAt(spec, "serviceAccount") ?? "builder";
    const swap = imageSwap(item, restore, context);
    const mapping = namespaceMapping(restore);
    const changes = await together(context, [
      () => updateTriggers(spec, mapping),
      ...placesOf(spec).flatMap(({ holder, secret, reference }) => [
        (context: Context) => updateSecret(holder, secret, own, { context, restore, namespace }),
        () => updateReference(holder[reference], swap, mapping),
      ]),
    ]);
    return changes.includes(true) ? { item } : {};
  },
};

interface Place {
  readonly holder: JsonObject;
  readonly secret: "pushSecret" | "pullSecret";
  readonly reference: "to" | "from";
}

const STRATEGIES = ["sourceStrategy", "dockerStrategy", "customStrategy"];

/** Where a build has an image and the secret for it. Those of `source.images` are stored too (openshift IMP-39). */
function placesOf(spec: JsonObject | undefined): Place[] {
  const output = objectAt(spec, "output");
  const inputs: JsonObject[] = [
    ...STRATEGIES.map((strategy) => objectAt(spec, "strategy", strategy)).filter((found) =>
      found !== undefined
    ),
    ...objectsAt(spec, "source", "images"),
  ];
  return [
    ...(output === undefined ? [] : [{ holder: output, secret: "pushSecret", reference: "to" } as const]),
    ...inputs.map((holder) => ({ holder, secret: "pullSecret", reference: "from" } as const)),
  ];
}

// openshift IMP-41: without a push secret the build uses that of its account, so a dead one is taken off.
async function updateSecret(
  holder: JsonObject,
  field: Place["secret"],
  own: string,
  search: SecretSearch,
): Promise<boolean> {
  const reference = objectAt(holder, field);
  const name = stringAt(reference, "name") ?? "";
  const account = await accountOf(name, own, search);
  if (reference === undefined || account === undefined) return false;
  const found = await expectSecret(account, search);
  // A pull secret must be there.
  if (found === undefined && field === "pullSecret") await secretOf(account, search);
  if (found === name) return false;
  if (found !== undefined) {
    reference.name = found;
  } else {
    search.context.log.warn(
      `push secret ${name} is taken off: ServiceAccount ${search.namespace}/${account} has none yet`,
    );
    delete holder[field];
  }
  return true;
}

async function updateReference(
  reference: JsonValue | undefined,
  swap: ImageSwap,
  mapping: ReadonlyMap<string, string>,
): Promise<boolean> {
  if (!isObject(reference)) return false;
  if (reference.kind === "DockerImage") return await replaceAt(reference, "name", swap);
  return mapStreamNamespace(reference, mapping);
}

// openshift IMP-40: what a trigger saw last was in the old cluster.
function updateTriggers(spec: JsonObject | undefined, mapping: ReadonlyMap<string, string>): boolean {
  let changed = false;
  for (const { imageChange } of objectsAt(spec, "triggers")) {
    if (!isObject(imageChange)) continue;
    if (mapStreamNamespace(imageChange.from, mapping)) changed = true;
    if (!Object.hasOwn(imageChange, "lastTriggeredImageID")) continue;
    delete imageChange.lastTriggeredImageID;
    changed = true;
  }
  return changed;
}
