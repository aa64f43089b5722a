import { assertEquals } from "@std/assert";
import { kindsFor, readKinds } from "./kinds.ts";

const SHORT = ["--log-level", "info"];
const LONG = ["--features=", "--log-level", "info"];

// Versions of gRPC by release: protocol 6.2.
const CALLERS: readonly { velero: string; userAgent: string; args: string[]; v2: boolean; block: boolean }[] =
  [
    { velero: "1.9", userAgent: "grpc-go/1.40.0", args: SHORT, v2: false, block: false },
    { velero: "1.10 or 1.11", userAgent: "grpc-go/1.45.0", args: SHORT, v2: false, block: false },
    { velero: "1.12.0", userAgent: "grpc-go/1.54.0", args: SHORT, v2: true, block: false },
    { velero: "1.12.2", userAgent: "grpc-go/1.56.3", args: SHORT, v2: true, block: false },
    { velero: "1.13", userAgent: "grpc-go/1.58.3", args: SHORT, v2: true, block: false },
    { velero: "1.14", userAgent: "grpc-go/1.63.2", args: SHORT, v2: true, block: false },
    {
      velero: "1.14 with features",
      userAgent: "grpc-go/1.63.2",
      args: [...SHORT, "--features", "A"],
      v2: true,
      block: false,
    },
    { velero: "1.15", userAgent: "grpc-go/1.63.2", args: LONG, v2: true, block: true },
    { velero: "1.15 without flags", userAgent: "grpc-go/1.63.2", args: [], v2: true, block: true },
    { velero: "between", userAgent: "grpc-go/1.68.0", args: LONG, v2: true, block: false },
    { velero: "1.16", userAgent: "grpc-go/1.69.4", args: SHORT, v2: true, block: true },
    { velero: "1.18", userAgent: "grpc-go/1.80.0", args: LONG, v2: true, block: true },
    { velero: "later", userAgent: "grpc-go/2.0.0", args: LONG, v2: true, block: true },
    {
      velero: "a preview host",
      userAgent: "grpc-go/1.80.0 grpc-node-js/1.14.7",
      args: [],
      v2: true,
      block: true,
    },
    { velero: "unknown client", userAgent: "grpc-node-js/1.14.7", args: LONG, v2: false, block: false },
    { velero: "no user agent", userAgent: "", args: LONG, v2: false, block: false },
  ];

Deno.test("kindsFor() offers what the caller accepts", async (t) => {
  for (const { velero, userAgent, args, v2, block } of CALLERS) {
    await t.step(`Velero ${velero}`, () => {
      const expected = ["BackupItemAction", "RestoreItemAction", "DeleteItemAction"];
      if (v2) expected.push("BackupItemActionV2", "RestoreItemActionV2");
      if (block) expected.push("ItemBlockAction");
      assertEquals([...kindsFor({ userAgent, args })], expected);
    });
  }
});

Deno.test("readKinds() takes known kinds and names the others", () => {
  assertEquals(readKinds(undefined), undefined);
  assertEquals(readKinds(" , "), undefined);
  assertEquals(readKinds("ItemBlockAction, Backupitemaction,ObjectStore"), {
    kinds: new Set(["ItemBlockAction"] as const),
    unknown: ["Backupitemaction", "ObjectStore"],
  });
});
