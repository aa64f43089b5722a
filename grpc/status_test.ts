import { assertEquals } from "@std/assert";
import { ActionFailure } from "../actions/runner/failure.ts";
import { Status } from "./gen/status.ts";
import { Stack } from "./gen/velero.ts";

// grpc-js reads the environment when it is loaded.
const ignore = Deno.permissions.querySync({ name: "env" }).state !== "granted";

async function statusOf(error: unknown) {
  return (await import("./status.ts")).statusOf(error);
}

const CASES: readonly { about: string; error: unknown; code: number; details: string }[] = [
  {
    about: "a refusal",
    error: new ActionFailure("p/a: no (rule R); do", "unsafe", false, undefined),
    code: 2,
    details: "p/a: no (rule R); do",
  },
  {
    about: "an exception in an action",
    error: new ActionFailure("p/a: TypeError: x", "internal", true, new TypeError("x")),
    code: 10,
    details: "plugin panicked: p/a: TypeError: x",
  },
  { about: "an exception of ours", error: new RangeError("r"), code: 10, details: "plugin panicked: r" },
  {
    about: "no error at all",
    error: 7,
    code: 10,
    details: "plugin panicked: an exception without a message",
  },
  {
    about: "several lines",
    error: new ActionFailure("a \r\n  b\n\nc", "unsafe", false, undefined),
    code: 2,
    details: "a b c",
  },
];

Deno.test({ name: "statusOf() gives code and text", ignore }, async (t) => {
  for (const { about, error, code, details } of CASES) {
    await t.step(about, async () => {
      const status = await statusOf(error);
      assertEquals([status.code, status.details], [code, details]);
    });
  }
});

Deno.test({ name: "statusOf() attaches our innermost frame first", ignore }, async () => {
  const { code, details, metadata } = await statusOf(new ActionFailure("text", "unsafe", false, undefined));
  const status = Status.decode(metadata.get("grpc-status-details-bin")[0] as Uint8Array);
  assertEquals([status.code, status.message], [code, details]);
  const [first] = Stack.decode(status.details[0]!.value).frames;
  assertEquals(first?.file, "grpc/status_test.ts");
});

Deno.test({ name: "statusOf() attaches nothing when no stack is known", ignore }, async () => {
  assertEquals((await statusOf(7)).metadata.getMap(), {});
});
