import { assertEquals, assertThrows } from "@std/assert";
import { parseHandshake } from "./handshake.ts";

Deno.test("parseHandshake() reads what Velero accepts (protocol 1.4)", async (t) => {
  const unix = { network: "unix", address: "/tmp/plugin4711" };
  const cases: [string, unknown][] = [
    ["1|2|unix|/tmp/plugin4711|grpc|", unix],
    ["1|2|unix|/tmp/plugin4711|grpc", unix],
    ["  1|2|unix|/tmp/plugin4711|grpc|\r", unix],
    ["1|2|tcp|127.0.0.1:10001|grpc|", { network: "tcp", address: "127.0.0.1:10001" }],
  ];
  for (const [line, expected] of cases) {
    await t.step(JSON.stringify(line), () => assertEquals(parseHandshake(line), expected));
  }
});

Deno.test("parseHandshake() refuses what Velero refuses", async (t) => {
  const cases: [string, string][] = [
    ["starting up", 'Unrecognized remote plugin message: "starting up"'],
    ["1|2|unix", 'Unrecognized remote plugin message: "1|2|unix"'],
    ["2|2|unix|/s|grpc|", "Incompatible core API version"],
    ["1|1|unix|/s|grpc|", 'Incompatible API version with plugin: "1"'],
    ["1|2|pipe|/s|grpc|", 'Unknown address type: "pipe"'],
    ["1|2|unix|/s", 'Unsupported plugin protocol: "netrpc"'],
  ];
  for (const [line, message] of cases) {
    await t.step(line, () => {
      assertThrows(() => parseHandshake(line), TypeError, message);
    });
  }
});
