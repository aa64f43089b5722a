/**
 * The rights of deploy/rbac.yaml on an API server that checks them: with all of them nothing is refused, and without one verb the failure
 * or the warning says which verb, resource and action it was.
 */

import { assertEquals } from "@std/assert";
import type { Right } from "../../actions/right.ts";
import { RIGHTS } from "../../actions/rights.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Plugin } from "../../preview/host/plugin.ts";
import { ALL_ON, SUBJECTS } from "../bad_input/subjects.ts";
import type { Subject } from "../bad_input/world.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import { rolesOf, without } from "./account.ts";
import { type Api, connect, until } from "./api.ts";
import { DEFINITIONS } from "./crds.ts";
import { looseDefinitions } from "./crds/loose.ts";
import { OPENSHIFT_DEFINITIONS } from "./crds/openshift.ts";
import { createObjects } from "./rbac_objects.ts";
import { bytes, NOT_REACHED, QUIET, type Way, WAYS } from "./rbac_ways.ts";
import { startTestbed, type Testbed } from "./testbed.ts";
import { pluginExecutable, present } from "./tools.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const ALL: readonly Subject[] = Object.values(SUBJECTS);
// The API server of the testbed has these kinds only behind a switch.
const DEVICES = looseDefinitions([
  {
    group: "resource.k8s.io",
    versions: ["v1"],
    namespaced: ["resourceclaims/ResourceClaim", "resourceclaimtemplates/ResourceClaimTemplate"],
  },
]);
let bed: Testbed;
let account: Api;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed("kubeconfig", [...DEFINITIONS, ...OPENSHIFT_DEFINITIONS, ...DEVICES]);
    account = await connect(`${bed.folder}/plugin.kubeconfig`);
    const data = { ...ALL_ON["data"] as JsonObject, "openshift.registry.auth-secret": "login" };
    await bed.api.create("/api/v1/namespaces/velero/configmaps", { ...ALL_ON, data });
    await createObjects(bed.api);
  });
  Deno.test.afterAll(async () => {
    account?.close();
    await bed?.stop();
  });
}

/** What a process said: what a user reads, and the lines for those who look for faults. */
interface Said {
  readonly aloud: string[];
  readonly quietly: string[];
}

/** Calls these actions one after the other in a new process, and then goes these ways. */
async function complaintsOf(subjects: readonly Subject[], ways: readonly Way[]): Promise<Said> {
  // Loaded here, because gRPC reads the environment at once.
  const { startPlugin } = await import("../../preview/host/plugin.ts");
  const said: Said = { aloud: [], quietly: [] };
  const plugin = await startPlugin({
    path: pluginExecutable(),
    args: ["--log-level", "debug"],
    env: pluginEnvironment(bed.folder, {
      KUBECONFIG: `${bed.folder}/plugin.kubeconfig`,
      VELERO_NAMESPACE: "velero",
      WORKLOADS_ACTION_TIMEOUT: "20s",
    }),
    log: ({ level, message }) => {
      (level === "warn" || level === "error" ? said.aloud : said.quietly).push(message);
    },
  });
  const refused = (error: Error) => void said.aloud.push(error.message);
  try {
    for (const { prepare } of ways) await prepare?.(bed.api);
    for (const { subject, ask } of [...subjects.map((subject): Way => ({ subject })), ...ways]) {
      if (subject !== undefined) await call(plugin, subject).catch(refused);
      await ask?.(plugin).catch(refused);
    }
  } finally {
    await plugin.stop();
  }
  return said;
}

async function call(plugin: Plugin, { kind, name, item, run }: Subject): Promise<unknown> {
  const request = { item: bytes(item), run: bytes(run), itemFromBackup: bytes(item) };
  return kind === "ItemBlockAction"
    ? await plugin.relatedItems(name, request)
    : await plugin.execute(kind, name, request);
}

/** Whether the account may do that, as soon as the API server has heard of the change. */
async function untilAllowed(verb: string, resource: string, expected: boolean): Promise<void> {
  const [plural, ...group] = resource.split(".");
  const namespace = "velero";
  const spec = { resourceAttributes: { verb, resource: plural, group: group.join("."), namespace } };
  await until(`${verb} ${resource} is ${expected ? "allowed" : "refused"}`, async () => {
    const review = await account.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { spec });
    return review["status"].allowed === expected;
  });
}

/** Runs with one verb less; the roles are as before afterwards. */
async function withoutRight<T>(verb: string, resource: string, run: () => Promise<T>): Promise<T> {
  const before = await rolesOf(bed.api);
  for (const { path, rules } of before) {
    await bed.api.patch(path, { rules: without(rules, verb, resource) });
  }
  await untilAllowed(verb, resource, false);
  try {
    return await run();
  } finally {
    for (const { path, rules } of before) await bed.api.patch(path, { rules });
    await untilAllowed(verb, resource, true);
  }
}

/** Each verb of a right once, with the actions that use it. */
function rows(): { source: string; verb: string; right: Right; subjects: Subject[] }[] {
  return Object.entries(RIGHTS).flatMap(([source, rights]) =>
    rights.filter(({ without }) => without !== "command").flatMap((right) => {
      const subjects = ALL.filter(({ name }) => right.users.includes(name.slice(name.indexOf("/") + 1)));
      return right.verbs.map((verb) => ({ source, verb, right, subjects }));
    })
  );
}

Deno.test({
  name: "rbac: with the roles of deploy/rbac.yaml no action is refused anything",
  ignore,
  async fn() {
    const { aloud, quietly } = await complaintsOf(ALL, Object.values(WAYS));
    assertEquals([...aloud, ...quietly].filter((text) => /forbidden/i.test(text)), []);
  },
});

Deno.test("rbac: the lists of ways and exceptions name rights", () => {
  const known = new Set(
    rows().map(({ source, verb, right }) => `${source}: ${verb} ${right.resource}, for ${right.use}`),
  );
  const named = [...Object.keys(WAYS), ...QUIET, ...Object.keys(NOT_REACHED)];
  assertEquals(named.filter((name) => !known.has(name)), []);
});

Deno.test({
  name: "rbac: without one verb the text names verb, resource and action",
  ignore,
  async fn(t) {
    for (const { source, verb, right, subjects } of rows()) {
      const name = `${source}: ${verb} ${right.resource}, for ${right.use}`;
      const ways = [WAYS[name] ?? []].flat();
      await t.step(name, async () => {
        const said = await withoutRight(verb, right.resource, () => complaintsOf(subjects, ways));
        const [plural = ""] = right.resource.split(".");
        const telling = (texts: readonly string[]) =>
          texts.some((text) =>
            text.includes("403 Forbidden") && text.includes(`cannot ${verb} resource "${plural}"`) &&
            subjects.some(({ name }) => text.includes(`${name}: `))
          );
        const told = telling(said.aloud) ? "aloud" : telling(said.quietly) ? "quietly" : "not";
        const expected = name in NOT_REACHED ? "not" : QUIET.has(name) ? "quietly" : "aloud";
        assertEquals(told, expected, `what was said:\n${[...said.aloud, "", ...said.quietly].join("\n")}`);
      });
    }
  },
});

/** What the doctor says with the plugin's credential: its exit code, and the findings about rights that are missing. */
async function examine(): Promise<
  { code: number; findings: { about: string; state: string; text: string }[] }
> {
  const { code, stdout, stderr } = await new Deno.Command(pluginExecutable(), {
    args: ["doctor", "-o", "json", "--sidecar-url", "http://127.0.0.1:9"],
    clearEnv: true,
    env: pluginEnvironment(bed.folder, {
      KUBECONFIG: `${bed.folder}/plugin.kubeconfig`,
      VELERO_NAMESPACE: "velero",
      VELERO_SCRATCH_DIR: `${bed.folder}/scratch`,
    }),
  }).output();
  const [text, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(complaint, "");
  return { code, findings: JSON.parse(text ?? "") };
}

Deno.test({
  name: "rbac: the doctor finds all rights, the settings and the API server",
  ignore,
  async fn() {
    const { code, findings } = await examine();
    const seen = findings.filter(({ about }) => /^rights|^settings|^API|^counters/.test(about));
    assertEquals(seen.map(({ about, state }) => `${state} ${about}`), [
      "ok counters",
      "ok API server",
      "ok settings",
      "ok rights of superphenix",
      "ok rights of vmgroup",
      "ok rights of cnpg",
      "ok rights of openshift",
      "ok rights of kubevirt",
    ]);
    assertEquals(findings.filter(({ state }) => state === "problem"), []);
    assertEquals(code, 0);
  },
});

Deno.test({
  name: "rbac: the doctor names a right that is missing, and ends with 1",
  ignore,
  async fn() {
    const { code, findings } = await withoutRight(
      "list",
      "backups.postgresql.cnpg.io",
      () => withoutRight("get", "ips.kubeovn.io", examine),
    );
    const missing = findings.filter(({ about, state }) => /^rights/.test(about) && state !== "ok");
    assertEquals(missing.map(({ state, text }) => `${state}: ${text.split(";")[0]}`), [
      "problem: get ips.kubeovn.io is refused",
      "warning: list backups.postgresql.cnpg.io is refused",
    ]);
    assertEquals(code, 1);
  },
});
