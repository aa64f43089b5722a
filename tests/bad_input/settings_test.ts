import { assertEquals } from "@std/assert";
import type { Fault } from "../../cluster/served/faults.ts";
import { NOBODY } from "../kit/nobody.ts";
import { OBJECTS, settingsMap, SUBJECTS } from "./subjects.ts";
import { createWorld, ignore, type Outcome, SECRET, type Subject, type World } from "./world.ts";

const LIST = "/api/v1/namespaces/velero/configmaps";

/** The code of each action, `OK` or the text of its error. */
async function all({ call }: World): Promise<Record<string, string>> {
  const short = (name: string, { code, text }: Outcome) =>
    code === "OK"
      ? code
      : `${code} ${text.replace(`${name}: `, "").replace(/^[A-Z]\w+ (?:n\/)?[-:\w]+: /, "")}`;
  const outcomes = Object.entries(SUBJECTS).map(async ([key, subject]: [string, Subject]) =>
    [key, short(subject.name, await call(subject))] as const
  );
  return Object.fromEntries(await Promise.all(outcomes));
}

function every(outcome: string): Record<string, string> {
  return Object.fromEntries(Object.keys(SUBJECTS).map((key) => [key, outcome]));
}

Deno.test(
  { name: "an unknown key is one warning; a bad value stops its own source and no other", ignore },
  async () => {
    const settings = settingsMap({
      "superphenix.require-adresses": "true",
      "cnpg.recovery-target": "tomorrow",
    });
    const world = await createWorld({ objects: [settings, ...OBJECTS] });
    const refused =
      'Unknown setting cnpg.recovery-target is "tomorrow"; allowed: latest, immediate, backup-time ' +
      "(rule protocol 12.1); correct the settings ConfigMap in Velero's namespace or the annotation on the Backup or Restore";
    for (let round = 0; round < 2; round++) {
      assertEquals(await all(world), {
        ...every("OK"),
        backupCluster: refused,
        restoreCluster: refused,
        restoreDeployment: refused,
        restoreOwned: refused,
        restoreSchedule: refused,
      });
    }
    const lines = await world.end();
    assertEquals(
      lines.filter(({ message }) => message.includes("setting")).map((line) => [line.level, line.message]),
      [[
        "warn",
        'Unknown setting "superphenix.require-adresses" is ignored; the nearest known name is "superphenix.require-addresses"',
      ]],
    );
  },
);

Deno.test({ name: "two ConfigMaps are refused by every action, with both names", ignore }, async () => {
  const world = await createWorld({ objects: [settingsMap({}, "b"), settingsMap({}, "a"), ...OBJECTS] });
  assertEquals(
    await all(world),
    every(
      "Unknown more than one settings ConfigMap in namespace velero: a, b (rule protocol 12.1); " +
        "remove the labels velero.io/plugin-config=,velero-plugin-for-workloads= from all but one of them",
    ),
  );
  await world.end();
});

Deno.test({
  name: "without the right to list ConfigMaps all settings have their defaults, with one warning",
  ignore,
}, async () => {
  const faults = [{ path: LIST, status: 403, message: "no list for you" }];
  const world = await createWorld({
    objects: [settingsMap({ "cnpg.skip-owned": "nonsense" }), ...OBJECTS],
    faults,
  });
  assertEquals(await all(world), every("OK"));
  const lines = (await world.end()).filter(({ message }) => message.includes("settings"));
  assertEquals(lines.map(({ level, message }) => [level, message]), [[
    "warn",
    "Cannot list ConfigMaps in namespace velero, so all settings have their defaults: " +
    "list configmaps velero: 403 Forbidden: no list for you",
  ]]);
});

const REPEAT = "(rule protocol 12.4); make the API server answer, then repeat the backup or restore";

/** Faults that may pass. Retry-After 0 takes the pauses out of the repeats. */
const PASSING: readonly (readonly [fault: Omit<Fault, "path">, text: string])[] = [
  [
    { status: 500, headers: { "retry-after": "0" } },
    `500 InternalError: fault on order: GET ${LIST} ${REPEAT}`,
  ],
  [
    { status: 429, headers: { "retry-after": "0" } },
    `429 TooManyRequests: fault on order: GET ${LIST} ${REPEAT}`,
  ],
  [
    { status: 401, message: "Unauthorized" },
    "401 Unauthorized: Unauthorized (rule protocol 12.4); grant Velero's service account this permission",
  ],
  [{ status: 404 }, `404 NotServed: fault on order: GET ${LIST} ${REPEAT}`],
  [
    { body: `<html>${SECRET}</html>`, headers: { "content-type": "text/html" } },
    `this is not an answer of the Kubernetes API (status 200, text/html) ${REPEAT}`,
  ],
  [{ status: 502, body: SECRET, headers: { "retry-after": "0" } }, `502 Other ${REPEAT}`],
  [{ body: '{"items":5}' }, `this is not an answer of the Kubernetes API (status 200, text/plain) ${REPEAT}`],
];

Deno.test(
  { name: "settings that cannot be read fail every call; the next call asks again", ignore },
  async () => {
    const world = await createWorld({ objects: OBJECTS });
    for (const [fault, text] of PASSING) {
      world.served.setFaults([{ path: LIST, ...fault }]);
      assertEquals(await all(world), every(`Unknown list configmaps velero: ${text}`));
    }
    world.served.setFaults([]);
    assertEquals(await all(world), every("OK"));
    await world.end();
  },
);

Deno.test(
  { name: "an API server that refuses connections fails every call with a text", ignore },
  async () => {
    const kubeconfig = (served: World["served"]) =>
      served.kubeconfig().replace(served.url, `http://${NOBODY}`);
    const world = await createWorld({ kubeconfig });
    const outcomes = new Set(
      Object.values(await all(world)).map((text) => text.replace(/\(os error \d+\)/, "(os)")),
    );
    assertEquals([...outcomes], [
      "Unknown list configmaps velero: API server not reached: error sending request: client error (Connect): tcp connect error: " +
      `Connection refused (os) ${REPEAT}`,
    ]);
    await world.end();
  },
);

Deno.test({ name: "settings that never come end every call at its deadline", ignore }, async () => {
  const env = { WORKLOADS_ACTION_TIMEOUT: "1s" };
  const world = await createWorld({ faults: [{ path: LIST, hang: true }], env });
  const text =
    "no answer after 1 s (rule protocol 12.3); look at the API server, or raise WORKLOADS_ACTION_TIMEOUT";
  assertEquals(await all(world), every(`Unknown ${text}`));
  await world.end();
});
