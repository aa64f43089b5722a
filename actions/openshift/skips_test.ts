import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { actionOf, defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { type Settings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const SKIP_KEY = "oadp.openshift.io/skip-buildconfig-configmap-restore";
const ALPHA = "service.alpha.openshift.io/originating-service-name";
const BETA = "service.beta.openshift.io/originating-service-name";
const TOKEN_ACCOUNT = "openshift.io/internal-registry-auth-token.service-account";
const ACCOUNT = "kubernetes.io/service-account.name";

function secret(annotations: JsonValue, name = "books", type = "Opaque"): JsonObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "n", annotations }, type };
}

function dockercfg(name: string, annotations: JsonObject, type = "kubernetes.io/dockercfg"): JsonObject {
  return secret(annotations, name, type);
}

function configMap(annotations?: JsonValue): JsonObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "c", namespace: "n", ...(annotations !== undefined && { annotations }) },
  };
}

function object(apiVersion: string, kind: string, more: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: { name: "x", namespace: "n", ...more } };
}

const KEEP_DOCKERCFG = { "secret.skip-generated-dockercfg": false };

const RULES: Readonly<Record<string, string>> = {
  "06-build": "openshift A16",
  "18-secret": "openshift A31",
  "23-imagetag": "openshift A37",
  "25-configmap": "openshift A40",
  "26-nonadmin": "openshift A41",
};

interface Row {
  readonly id: string;
  /** The registered name without `openshift.io/` and `-restore-plugin`. */
  readonly action: string;
  readonly item: JsonObject;
  readonly skip: boolean;
  readonly settings?: Partial<Settings>;
}

const owned = { ownerReferences: [{ kind: "BuildConfig", name: "b" }] };

const ROWS: readonly Row[] = [
  {
    id: "openshift T13.5.7: Build",
    action: "06-build",
    item: object("build.openshift.io/v1", "Build"),
    skip: true,
  },
  {
    id: "openshift T13.5.7: any owner",
    action: "06-build",
    item: object("build.openshift.io/v1", "Build", owned),
    skip: true,
  },
  {
    id: "openshift T13.5.7: ImageTag",
    action: "23-imagetag",
    item: object("image.openshift.io/v1", "ImageTag"),
    skip: true,
  },
  { id: "Build of the old API without a group", action: "06-build", item: object("v1", "Build"), skip: true },
  {
    id: "Build of Shipwright",
    action: "06-build",
    item: object("shipwright.io/v1beta1", "Build"),
    skip: false,
  },

  { id: "openshift T13.9.11: no annotations", action: "18-secret", item: secret(null), skip: false },
  {
    id: "openshift T13.9.11: origin annotation",
    action: "18-secret",
    item: secret({ [ALPHA]: "books" }),
    skip: true,
  },
  { id: "openshift T13.9.11: other annotation", action: "18-secret", item: secret({ a: "b" }), skip: false },
  {
    id: "openshift T13.9.11: both",
    action: "18-secret",
    item: secret({ a: "b", [ALPHA]: "books" }),
    skip: true,
  },
  { id: "any value counts", action: "18-secret", item: secret({ [ALPHA]: "" }), skip: true },
  {
    id: "openshift IMP-29: the newer name",
    action: "18-secret",
    item: secret({ [BETA]: "books" }),
    skip: true,
  },
  { id: "openshift IMP-29: any value", action: "18-secret", item: secret({ [BETA]: null }), skip: true },
  {
    id: "openshift IMP-30: since 4.16",
    action: "18-secret",
    item: dockercfg("app-dockercfg-x1", { [TOKEN_ACCOUNT]: "app" }),
    skip: true,
  },
  {
    id: "openshift IMP-30: up to 4.15",
    action: "18-secret",
    item: dockercfg("app-dockercfg-x1", { [ACCOUNT]: "app" }),
    skip: true,
  },
  {
    id: "openshift IMP-30: either annotation",
    action: "18-secret",
    item: dockercfg("app-dockercfg-x1", { [TOKEN_ACCOUNT]: "other", [ACCOUNT]: "app" }),
    skip: true,
  },
  {
    id: "openshift IMP-30: named after another account",
    action: "18-secret",
    item: dockercfg("app-dockercfg-x1", { [ACCOUNT]: "application" }),
    skip: false,
  },
  {
    id: "openshift IMP-30: without an annotation",
    action: "18-secret",
    item: dockercfg("app-dockercfg-x1", {}),
    skip: false,
  },
  {
    id: "openshift IMP-30: empty annotation",
    action: "18-secret",
    item: dockercfg("-dockercfg-x1", { [ACCOUNT]: "" }),
    skip: false,
  },
  {
    id: "openshift IMP-30: name of a user's own",
    action: "18-secret",
    item: dockercfg("app-dockercfg", { [ACCOUNT]: "app" }),
    skip: false,
  },
  {
    id: "openshift IMP-30: another type",
    action: "18-secret",
    item: dockercfg("app-dockercfg-x1", { [ACCOUNT]: "app" }, "kubernetes.io/dockerconfigjson"),
    skip: false,
  },
  {
    id: "openshift IMP-30: a token of the account",
    action: "18-secret",
    item: dockercfg("app-token-x1", { [ACCOUNT]: "app" }, "kubernetes.io/service-account-token"),
    skip: false,
  },
  {
    id: "openshift IMP-30: switched off",
    action: "18-secret",
    item: dockercfg("app-dockercfg-x1", { [ACCOUNT]: "app" }),
    skip: false,
    settings: KEEP_DOCKERCFG,
  },
  {
    id: "openshift IMP-30 off leaves certificates out",
    action: "18-secret",
    item: secret({ [ALPHA]: "x" }),
    skip: true,
    settings: KEEP_DOCKERCFG,
  },

  { id: "openshift T13.9.11: nil", action: "25-configmap", item: configMap(), skip: false },
  { id: "openshift T13.9.11: {}", action: "25-configmap", item: configMap({}), skip: false },
  ...["true", "1", "t", "T", "TRUE", "True"].map((value) => ({
    id: `openshift T13.9.11: ${value}`,
    action: "25-configmap",
    item: configMap({ [SKIP_KEY]: value }),
    skip: true,
  })),
  ...["false", "invalid", "", "yes", "tRUE", " true", "0"].map((value) => ({
    id: `openshift T13.9.11: "${value}"`,
    action: "25-configmap",
    item: configMap({ [SKIP_KEY]: value }),
    skip: false,
  })),
  {
    id: "openshift T13.9.11: other",
    action: "25-configmap",
    item: configMap({ other: "true" }),
    skip: false,
  },

  ...["NonAdminBackup", "NonAdminRestore", "NonAdminBackupStorageLocation"].map((kind) => ({
    id: `openshift T13.9.31: ${kind}`,
    action: "26-nonadmin",
    item: object("oadp.openshift.io/v1alpha1", kind),
    skip: true,
  })),
  {
    id: "openshift T13.9.32: Deployment",
    action: "26-nonadmin",
    item: object("apps/v1", "Deployment"),
    skip: false,
  },
  {
    id: "openshift T13.9.32: another group",
    action: "26-nonadmin",
    item: object("customgroup.io/v1", "NonAdminBackup"),
    skip: false,
  },
  {
    id: "another kind of the group",
    action: "26-nonadmin",
    item: object("oadp.openshift.io/v1alpha1", "DataProtectionApplication"),
    skip: false,
  },
  { id: "no group", action: "26-nonadmin", item: object("v1", "NonAdminBackup"), skip: false },
  {
    id: "a group that begins alike",
    action: "26-nonadmin",
    item: object("oadp.openshift.io.example.com/v1", "NonAdminBackup"),
    skip: false,
  },
];

for (const { id, action, item, skip, settings: own = {} } of ROWS) {
  Deno.test(`${action}, ${RULES[action]}: ${id}`, async () => {
    const found = actionOf(openshift, "RestoreItemAction", `openshift.io/${action}-restore-plugin`);
    const { result, logs, requests } = await runRestore(found, { item, settings: { ...DEFAULTS, ...own } });
    assertEquals(result, skip ? { skipRestore: true } : {});
    assertEquals(messages(logs, "info").length, skip ? 1 : 0);
    assertEquals(requests.filter((request) => !request.startsWith("serves ")), []);
  });
}

Deno.test("skips: no line of the log has a Secret's content (openshift IMP-04)", async () => {
  const action = actionOf(openshift, "RestoreItemAction", "openshift.io/18-secret-restore-plugin");
  const item = {
    ...dockercfg("app-dockercfg-x1", { [ACCOUNT]: "app" }),
    data: { ".dockercfg": "TOPSECRET" },
  };
  const { result, logs } = await runRestore(action, { item, settings: DEFAULTS });
  assertEquals(result, { skipRestore: true });
  assertEquals(JSON.stringify(logs).includes("TOPSECRET"), false);
});
