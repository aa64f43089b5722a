import { assertEquals } from "@std/assert";
import { parseSetting } from "../settings/setting.ts";
import { settings } from "./settings.ts";

// cnpg 9, column "default"
Deno.test("settings have the names and defaults of the specification", () => {
  assertEquals(Object.fromEntries(Object.entries(settings).map(([name, { fallback }]) => [name, fallback])), {
    "default-server-name": "false",
    "in-tree": "false",
    "recovery-target": "latest",
    "on-demand-backup": "false",
    "volume-snapshot": "false",
    "replica": "keep",
    "dependencies": "false",
    "skip-owned": "false",
    "skip-backup-objects": "false",
    "per-cluster-override": "false",
    "init-containers": "wait-for-migration-job",
    "init-containers-selector": "",
    "clear-fencing": "false",
    "check-window": "true",
  });
});

const VALUES: [name: keyof typeof settings, value: string, valid: boolean][] = [
  ["recovery-target", "backup-time", true],
  ["recovery-target", "backupTime", false],
  ["replica", "promote", true],
  ["replica", "true", false],
  ["skip-backup-objects", "suspend", true],
  ["skip-backup-objects", "yes", false],
  ["init-containers", "", true],
  ["init-containers", "a, b", true],
  ["init-containers-selector", "app in (web,api),!legacy", true],
  ["init-containers-selector", "app=web=api", false],
  ["init-containers-selector", "app in web", false],
  ["clear-fencing", "on", true],
  ["clear-fencing", "1", false],
];

for (const [name, value, valid] of VALUES) {
  Deno.test(`setting ${name} "${value}" is ${valid ? "" : "in"}valid`, async () => {
    assertEquals(await parseSetting<unknown>(settings[name], value) !== undefined, valid);
  });
}

const GUIDE = new URL("../../docs/cnpg.md", import.meta.url);

Deno.test({
  name: "the guide names every setting with its default",
  ignore: Deno.permissions.querySync({ name: "read", path: GUIDE }).state !== "granted",
  fn: async () => {
    const rows = (await Deno.readTextFile(GUIDE)).split("\n").filter((line) => line.startsWith("| `cnpg."));
    for (const [name, { fallback }] of Object.entries(settings)) {
      const cells = rows.map((row) => row.split("|").map((cell) => cell.trim())).find(([, key]) =>
        key === `\`cnpg.${name}\``
      );
      assertEquals(cells?.[2], fallback === "" ? "" : `\`${fallback}\``, name);
    }
  },
});
