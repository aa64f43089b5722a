import { assertEquals } from "@std/assert";
import { isShortForm, readArguments } from "./arguments.ts";

const CASES: readonly { args: string; logLevel?: string; namespace?: string }[] = [
  { args: "" },
  { args: "--log-level debug", logLevel: "debug" },
  { args: "--log-level=warning", logLevel: "warning" },
  { args: "--log-level debug --features EnableCSI", logLevel: "debug" },
  { args: "--log-level debug --log-level=error", logLevel: "error" },
  { args: "--log-level" },
  { args: "--namespace backup", namespace: "backup" },
  { args: "-n backup --log-level=trace", logLevel: "trace", namespace: "backup" },
  { args: "--namespace=" },
  { args: "--plugin-dir /plugins --unknown --log-level info --other=1 -v x", logLevel: "info" },
  { args: "--metrics-address= --namespace=a --namespace=b", namespace: "b" },
];

Deno.test("readArguments() finds its flags among those of any server (protocol 1.1)", async (t) => {
  for (const { args, logLevel = "info", namespace } of CASES) {
    await t.step(args, () => {
      assertEquals(readArguments(args.split(" ").filter(Boolean)), { logLevel, namespace });
    });
  }
});

const FORMS: readonly [string, boolean][] = [
  ["--log-level info", true],
  ["--log-level info --features EnableCSI", true],
  ["", false],
  ["--log-level=info", false],
  ["--log-level info --features", false],
  ["--features EnableCSI --log-level info", false],
  ["--log-level info --namespace velero", false],
  ["--log-level info --features A --uploader-type kopia", false],
];

Deno.test("isShortForm() is what Velero up to 1.14 passes", async (t) => {
  for (const [args, expected] of FORMS) {
    await t.step(args, () => assertEquals(isShortForm(args.split(" ").filter(Boolean)), expected));
  }
});
