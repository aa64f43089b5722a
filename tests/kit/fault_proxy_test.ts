import { assertEquals, assertRejects } from "@std/assert";
import { type ProxyFault, startFaultProxy } from "./fault_proxy.ts";

const ignore = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted";

Deno.test({
  name: "startFaultProxy() passes on what no fault meets, and spoils the rest",
  ignore,
  fn: faults,
});

async function faults() {
  const seen: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request): Promise<Response> => {
      const { headers, url, method } = request;
      const length = headers.get("content-length") ?? headers.get("transfer-encoding");
      seen.push(`${method} ${new URL(url).pathname} ${length} ${(await request.text()).length}`);
      return new Response("0123456789", { headers: { location: `http://${target}/next` } });
    },
  );
  const target: string = `127.0.0.1:${server.addr.port}`;
  const proxy = await startFaultProxy(target);
  const ask = async (init: RequestInit = {}) => {
    const answer = await fetch(`http://${proxy.host}/a?b=1`, init);
    return [answer.status, await answer.text(), answer.headers.get("location")];
  };
  const own = `http://${proxy.host}/next`;

  assertEquals(await ask(), [200, "0123456789", own]);
  assertEquals(await ask({ method: "PUT", body: "abc" }), [200, "0123456789", own]);
  const body = ReadableStream.from([new Uint8Array(5)]);
  assertEquals(await ask({ method: "PUT", body }), [200, "0123456789", own]);
  assertEquals(seen, ["GET /a null 0", "PUT /a 3 3", "PUT /a chunked 5"]);

  const busy: ProxyFault = { answer: { status: 429, headers: { "retry-after": "1" } }, after: 1, times: 2 };
  proxy.setFaults({ ...busy, method: "GET", path: /b=1/ });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await ask())[0]);
  assertEquals(statuses, [200, 429, 429, 200]);

  proxy.setFaults({ spoilAnswer: 3 });
  assertEquals((await ask())[1], "0122456789");
  for (const fault of [{ cutAnswer: 4 }, { cutAnswer: 0 }, { cutRequest: 2 }]) {
    proxy.setFaults(fault);
    await assertRejects(() => ask({ method: "PUT", body: "abc" }), TypeError);
  }
  proxy.setFaults({ hang: true });
  const stop = new AbortController();
  const hanging = assertRejects(() => ask({ signal: stop.signal }), DOMException);
  const asked = proxy.requests.length;
  while (proxy.requests.length === asked) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort();
  await hanging;
  await proxy.close();
  assertEquals(proxy.requests.slice(-4), [
    "PUT /a?b=1 -> 200",
    "PUT /a?b=1 -> 200",
    "PUT /a?b=1 -> 0",
    "GET /a?b=1 -> 0",
  ]);
  await server.shutdown();
}
