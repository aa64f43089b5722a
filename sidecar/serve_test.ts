import { assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_LISTEN, parseListen, serveSidecar } from "./serve.ts";

const net = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state === "granted";

const ADDRESSES: readonly [string, ReturnType<typeof parseListen>][] = [
  [DEFAULT_LISTEN, { hostname: "0.0.0.0", port: 8087 }],
  ["127.0.0.1:0", { hostname: "127.0.0.1", port: 0 }],
  ["[::1]:80", { hostname: "::1", port: 80 }],
  ["localhost:65535", { hostname: "localhost", port: 65535 }],
  ["localhost:65536", undefined],
  ["8087", undefined],
  [":8087", undefined],
  ["host:", undefined],
  ["host:x", undefined],
  ["::1:80", undefined],
  ["http://host:80", undefined],
];

for (const [text, expected] of ADDRESSES) {
  Deno.test(`parseListen() of "${text}"`, () => assertEquals(parseListen(text), expected));
}

async function run(args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await serveSidecar({
    args,
    version: "1",
    actions: [],
    dir: undefined,
    readGate: () => Promise.resolve(undefined),
    print,
  });
  return { code, text: lines.join("\n") };
}

const WRONG: readonly [string[], RegExp][] = [
  [["--listen", "nonsense"], /^--listen is "nonsense", which is not HOST:PORT\nusage: sidecar/],
  [["--port", "1"], /^Unknown option '--port'[\s\S]*\nusage: sidecar/],
  [["now"], /^Unexpected argument 'now'[\s\S]*\nusage: sidecar/],
];

for (const [args, message] of WRONG) {
  Deno.test(`serveSidecar() refuses ${args.join(" ")}`, async () => {
    const { code, text } = await run(args);
    assertEquals(code, 2);
    assertMatch(text, message);
  });
}

Deno.test({
  name: "serveSidecar() ends with 1 when the port is taken, and says that there is no folder",
  ignore: !net,
  fn: async () => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    try {
      const { code, text } = await run(["--listen", `127.0.0.1:${port}`]);
      assertEquals(code, 1);
      assertMatch(text, /^No folder of counters: set WORKLOADS_METRICS_DIR or VELERO_SCRATCH_DIR/);
      assertMatch(text, new RegExp(`\nCannot listen on 127.0.0.1:${port}: Address already in use`));
    } finally {
      taken.close();
    }
  },
});
