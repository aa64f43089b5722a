import { assertEquals } from "@std/assert";
import { SOURCES } from "../actions/sources.ts";
import { DEFAULT_TIMEOUT, type Env, namespaceFrom, registryFrom, timeoutFrom } from "./environment.ts";

function envOf(values: Readonly<Record<string, string>>): Env {
  return (name) => values[name];
}

const TIMEOUTS: readonly { text?: string; expected: number; warned: readonly string[] }[] = [
  { expected: DEFAULT_TIMEOUT, warned: [] },
  { text: "", expected: 300_000, warned: [] },
  { text: "90s", expected: 90_000, warned: [] },
  { text: "1h30m", expected: 5_400_000, warned: [] },
  ...["0s", "5", "soon", "-5m"].map((text) => ({
    text,
    expected: DEFAULT_TIMEOUT,
    warned: [
      `WORKLOADS_ACTION_TIMEOUT is "${text}", which is not a duration such as 30s or 5m; the default of 5m applies`,
    ],
  })),
];

Deno.test("timeoutFrom() reads a duration as Go writes it", async (t) => {
  for (const { text, expected, warned } of TIMEOUTS) {
    await t.step(String(text), () => {
      const warnings: string[] = [];
      const env = envOf(text === undefined ? {} : { WORKLOADS_ACTION_TIMEOUT: text });
      assertEquals(timeoutFrom(env, (message) => warnings.push(message)), expected);
      assertEquals(warnings, warned);
    });
  }
});

Deno.test("namespaceFrom() prefers the variable, then the flag, then velero", () => {
  const absent = "/no/such/file";
  assertEquals(namespaceFrom(envOf({ VELERO_NAMESPACE: "a" }), "b", absent), "a");
  assertEquals(namespaceFrom(envOf({ VELERO_NAMESPACE: "" }), "b", absent), "b");
  assertEquals(namespaceFrom(envOf({}), undefined, absent), "velero");
});

const writable = Deno.permissions.querySync({ name: "write" }).state === "granted";

Deno.test({ name: "namespaceFrom() reads the service account's namespace", ignore: !writable }, () => {
  const file = Deno.makeTempFileSync();
  Deno.writeTextFileSync(file, "backup-system\n");
  assertEquals(namespaceFrom(envOf({}), undefined, file), "backup-system");
  assertEquals(namespaceFrom(envOf({}), "flag", file), "flag");
  Deno.removeSync(file);
});

Deno.test("registryFrom() takes sources and actions from the environment", () => {
  const listed = (values: Readonly<Record<string, string>>) =>
    registryFrom(envOf(values), SOURCES).entries.filter((entry) => entry.listed).map(({ action }) =>
      action.name
    );
  assertEquals(
    new Set(listed({ WORKLOADS_SOURCES: "superphenix" })),
    new Set([
      "superphenix.net/backup-virtualmachine",
      "superphenix.net/restore-virtualmachine",
    ]),
  );
  assertEquals(
    listed({
      WORKLOADS_SOURCES: "superphenix",
      WORKLOADS_ACTIONS: "-superphenix.net/restore-virtualmachine,+replicated.com/cnpg-backup-plugin",
    }),
    ["superphenix.net/backup-virtualmachine", "replicated.com/cnpg-backup-plugin"],
  );
});
