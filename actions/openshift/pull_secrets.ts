/**
 * Which generated pull or push secret of the target namespace takes the place of one of the old cluster (openshift 5.6).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, nameOf, objectsAt, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";
import { SECRETS, SERVICE_ACCOUNTS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";

/** Where secrets are looked for. */
export interface SecretSearch {
  readonly context: Context;
  readonly restore: JsonObject | undefined;
  /** The target namespace. */
  readonly namespace: string;
}

const INFIX = "-dockercfg-";

// OpenShift makes these accounts in every namespace.
const OWN_ACCOUNTS: ReadonlySet<string> = new Set(["builder", "default", "deployer"]);

// What is not there yet is looked for again, at most every second (openshift IMP-16).
const AGE_MS = 1000;

/**
 * The ServiceAccount whose generated secret a name of the form `<account>-dockercfg-<suffix>` means; `undefined` for the name of
 * any other secret, which stays as it is (openshift IMP-15).
 *
 * @param own The account of the pod or build that has the reference.
 */
export async function accountOf(
  secret: string,
  own: string,
  search: SecretSearch,
): Promise<string | undefined> {
  const names: string[] = [];
  for (let at = secret.indexOf(INFIX); at > 0; at = secret.indexOf(INFIX, at + 1)) {
    names.unshift(secret.slice(0, at));
  }
  for (const name of names) {
    if (OWN_ACCOUNTS.has(name) || name === own || await readAccount(name, search) !== undefined) return name;
  }
  return undefined;
}

/**
 * The generated secret of a ServiceAccount: the one the account names, else one that names the account. It is remembered for the
 * restore.
 *
 * @throws {Refusal} `secret not found` as long as there is none.
 */
export function secretOf(account: string, search: SecretSearch): Promise<string> {
  const { context, restore, namespace } = search;
  return remember(context, { key: `openshift secret of ${namespace}/${account}`, run: restore }, async () => {
    const prefix = account + INFIX;
    const secret = namedBy(await readAccount(account, search), prefix) ?? await findSecret(prefix, search);
    if (secret !== undefined) return secret;
    throw new Refusal(
      `secret not found: namespace ${namespace} has no ${prefix}* of ServiceAccount ${account}`,
      {
        rule: "openshift 5.6",
        remedy:
          "see why OpenShift made no pull secret for the account, or take the reference out of the object",
        reason: "cluster",
      },
    );
  });
}

// openshift IMP-16
function namedBy(account: JsonObject | undefined, prefix: string): string | undefined {
  const reference = annotation(account, ANNOTATIONS.pullSecretRef);
  if (reference !== undefined && reference !== "") return reference;
  return objectsAt(account, "imagePullSecrets").flatMap((entry) => stringAt(entry, "name") ?? [])
    .find((name) => name.startsWith(prefix));
}

async function findSecret(prefix: string, search: SecretSearch): Promise<string | undefined> {
  const secrets = (await listGenerated(search)).filter(({ name }) => name.startsWith(prefix));
  for (const { name, tokenAccount, account, uid } of secrets) {
    const found = await readAccount(tokenAccount ?? account ?? "", search);
    // An account that is not there disqualifies the secret, no more (openshift IMP-17).
    if (found === undefined) continue;
    const linked = tokenAccount !== undefined
      ? annotation(found, ANNOTATIONS.pullSecretRef) === name
      : uid !== undefined && stringAt(found, "metadata", "uid") === uid;
    if (linked) return name;
  }
  return undefined;
}

/** A secret of the generated form, with the links it has. */
interface GeneratedSecret {
  readonly name: string;
  /** Since OpenShift 4.16. */
  readonly tokenAccount: string | undefined;
  /** Up to OpenShift 4.15. */
  readonly account: string | undefined;
  readonly uid: string | undefined;
}

function listGenerated({ context, restore, namespace }: SecretSearch): Promise<readonly GeneratedSecret[]> {
  return remember(
    context,
    { key: `openshift secrets ${namespace}`, run: restore, maxAge: AGE_MS },
    async () => {
      const found: GeneratedSecret[] = [];
      for await (const secret of context.cluster.list(SECRETS, { namespace, metadataOnly: true })) {
        const name = nameOf(secret);
        if (!name.includes(INFIX)) continue;
        const link = (key: string) => annotation(secret, key) || undefined;
        found.push({
          name,
          tokenAccount: link(ANNOTATIONS.tokenServiceAccount),
          account: link(ANNOTATIONS.serviceAccountName),
          uid: link(ANNOTATIONS.serviceAccountUid),
        });
      }
      return found;
    },
  );
}

async function readAccount(
  name: string,
  { context, restore, namespace }: SecretSearch,
): Promise<JsonObject | undefined> {
  if (name === "") return undefined;
  return await remember(
    context,
    { key: `openshift account ${namespace}/${name}`, run: restore, maxAge: AGE_MS },
    () => context.cluster.get(SERVICE_ACCOUNTS, namespace, name),
  );
}
