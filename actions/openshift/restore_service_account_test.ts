import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { actionOf, defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { type Settings, settings } from "./settings.ts";

const action = actionOf(openshift, "RestoreItemAction", "openshift.io/02-serviceaccount-restore-plugin");
const REF = "openshift.io/internal-registry-pull-secret-ref";

function refs(...names: string[]): JsonValue[] {
  return names.map((name) => ({ name }));
}

interface Row {
  readonly id: string;
  readonly name?: string;
  readonly metadata?: JsonObject;
  readonly lists: JsonObject;
  /** Absent: unchanged. */
  readonly becomes?: JsonObject;
  readonly annotations?: JsonObject;
  readonly settings?: Partial<Settings>;
}

const KEEP = { "service-account.strip-pull-secret-ref": false };
const OADP = "oadp-operator";

const ROWS: readonly Row[] = [
  {
    id: "openshift T13.9.1",
    name: OADP,
    lists: { secrets: refs(`${OADP}-token-vld4b`), imagePullSecrets: refs(`${OADP}-token-v1d4b`) },
  },
  {
    id: "openshift T13.9.2",
    name: OADP,
    lists: { secrets: refs(`${OADP}-dockercfg-`), imagePullSecrets: refs(`${OADP}-dockercfg-`) },
    becomes: {},
  },
  {
    id: "openshift T13.9.3",
    name: OADP,
    lists: {
      secrets: refs(`${OADP}-dockercfg-`, `${OADP}-token`),
      imagePullSecrets: refs(`${OADP}-dockercfg-`),
    },
    becomes: { secrets: refs(`${OADP}-token`) },
  },
  {
    id: "openshift T13.9.4",
    name: OADP,
    lists: {
      secrets: refs(`${OADP}-dockercfg-`, `${OADP}-token`),
      imagePullSecrets: refs(`${OADP}-dockercfg-`, OADP),
    },
    becomes: { secrets: refs(`${OADP}-token`), imagePullSecrets: refs(OADP) },
  },
  {
    id: "openshift T13.9.5, openshift IMP-26: all of them",
    lists: {
      secrets: refs("app-dockercfg-a", "x", "app-dockercfg-b"),
      imagePullSecrets: refs("app-dockercfg-a", "app-dockercfg-b"),
    },
    becomes: { secrets: refs("x") },
  },
  {
    id: "those of other accounts stay",
    lists: { secrets: refs("application-dockercfg-a", "default-dockercfg-b", "app-dockercfg") },
  },
  { id: "no lists", lists: {} },
  {
    id: "lists of wrong types stay",
    lists: { secrets: "app-dockercfg-a", imagePullSecrets: { name: "app-dockercfg-a" } },
  },
  {
    id: "elements of wrong types stay",
    lists: { secrets: ["app-dockercfg-a", null, 5, { name: 5 }, { name: "app-dockercfg-a" }] },
    becomes: { secrets: ["app-dockercfg-a", null, 5, { name: 5 }] },
  },
  {
    id: "openshift IMP-26: the account's reference",
    metadata: { annotations: { [REF]: "app-dockercfg-a", keep: "k" } },
    lists: {},
    annotations: { keep: "k" },
    becomes: {},
  },
  {
    id: "openshift IMP-26: kept by the setting",
    metadata: { annotations: { [REF]: "app-dockercfg-a" } },
    lists: {},
    settings: KEEP,
  },
  {
    id: "openshift IMP-26: the setting is about the annotation alone",
    metadata: { annotations: { [REF]: "app-dockercfg-a" } },
    lists: { secrets: refs("app-dockercfg-a") },
    annotations: { [REF]: "app-dockercfg-a" },
    becomes: {},
    settings: KEEP,
  },
  { id: "annotations of a wrong type stay", metadata: { annotations: [REF] }, lists: {} },
];

for (const { id, name = "app", metadata = {}, lists, becomes, annotations, settings: own = {} } of ROWS) {
  Deno.test(`restored service account, openshift A6: ${id}`, async () => {
    const front = { apiVersion: "v1", kind: "ServiceAccount" };
    const item = { ...front, metadata: { name, namespace: "n", ...metadata }, ...lists };
    const { result, logs, requests } = await runRestore(action, {
      item,
      settings: { ...defaultsOf(settings), ...own },
    });
    const changed = { name, namespace: "n", ...metadata, ...(annotations && { annotations }) };
    assertEquals(result, becomes === undefined ? {} : { item: { ...front, metadata: changed, ...becomes } });
    assertEquals(messages(logs, "info").length, becomes === undefined ? 0 : 1);
    assertEquals(requests.filter((request) => !request.startsWith("serves ")), []);
  });
}
