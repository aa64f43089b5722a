import { assertEquals, assertRejects } from "@std/assert";
import type { Time } from "../cluster/live/time.ts";
import { NOBODY } from "../tests/kit/nobody.ts";
import { createHttpClient, discard, textOf } from "./http.ts";
import { ImageStoreError } from "./store.ts";

const ignore = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted";

/** A server on the loopback interface for one test. */
async function served(
  handler: (request: Request) => Response | Promise<Response>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await test(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** A server that gets the first bytes of a request and does with the connection what it likes. */
async function raw(
  act: (connection: Deno.Conn) => Promise<void>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      await connection.read(new Uint8Array(65536));
      await act(connection);
    }
  })();
  try {
    await test(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
  } finally {
    listener.close();
    await accepting.catch(() => {});
    for (const connection of open) {
      try {
        connection.close();
      } catch { /* closed by the test */ }
    }
  }
}

/** Chunks of 64 KiB, `size` bytes in all; `ended` gets why it was cancelled. */
function bytes(size: number, ended: (reason: unknown) => void = () => {}): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const length = Math.min(left, 65536);
      controller.enqueue(new Uint8Array(length));
      left -= length;
    },
    cancel: ended,
  });
}

const options = { ignore, sanitizeResources: false, sanitizeOps: false };

Deno.test({
  name: "http: a stream is sent with its length, and the answer is read",
  ...options,
  fn: () =>
    served(async (request) => {
      const { length } = new Uint8Array(await request.arrayBuffer());
      const headers = ["content-length", "transfer-encoding", "x-own"].map((name) =>
        request.headers.get(name)
      );
      return Response.json([request.method, length, ...headers], {
        status: 201,
        headers: { "x-answer": "a" },
      });
    }, async (url) => {
      const send = createHttpClient();
      const body = { size: 300_000, stream: bytes(300_000) };
      const answer = await send({ method: "PUT", url, headers: { "x-own": "o" }, body });
      assertEquals([answer.status, answer.header("x-answer"), answer.header("x-none")], [
        201,
        "a",
        undefined,
      ]);
      assertEquals(await textOf(answer), '["PUT",300000,"300000",null,"o"]');
      const small = await send({ method: "POST", url, body: new Uint8Array(3) });
      assertEquals(await textOf(small), '["POST",3,"3",null,null]');
      const none = await send({ method: "DELETE", url });
      assertEquals(JSON.parse(await textOf(none)).slice(0, 2), ["DELETE", 0]);
    }),
});

Deno.test({
  name: "http: a redirect is not followed",
  ...options,
  fn: () =>
    served(
      () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:1/" } }),
      async (url) => {
        const answer = await createHttpClient()({ method: "GET", url });
        assertEquals([answer.status, answer.header("location")], [307, "http://127.0.0.1:1/"]);
        await discard(answer);
      },
    ),
});

for (const [what, size] of [["fewer", 300_000], ["more", 100_000]] as const) {
  Deno.test({
    name: `http: a stream of ${what} bytes than announced stores nothing`,
    ...options,
    fn: async () => {
      let whole = false;
      await served(async (request) => {
        whole = await request.arrayBuffer().then(() => true, () => false);
        return new Response();
      }, async (url) => {
        const error = await assertRejects(
          () => createHttpClient()({ method: "PUT", url, body: { size: 200_000, stream: bytes(size) } }),
          ImageStoreError,
        );
        assertEquals([error.reason, error.message], [
          "digest-mismatch",
          "the blob has not the 200000 bytes that were announced",
        ]);
      });
      assertEquals(whole, false);
    },
  });
}

Deno.test({
  name: "http: the error of a stream is thrown as it is",
  ...options,
  fn: () =>
    served(async (request) => {
      await request.arrayBuffer().catch(() => {});
      return new Response();
    }, async (url) => {
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(new Uint8Array(10));
          controller.error(new RangeError("the source broke off"));
        },
      });
      await assertRejects(
        () => createHttpClient()({ method: "PUT", url, body: { size: 20, stream } }),
        RangeError,
        "the source broke off",
      );
    }),
});

Deno.test({
  name: "http: an answer before the end of the upload counts, and the stream is cancelled",
  ...options,
  fn: async () => {
    let cancelled = false;
    const text = "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno";
    await raw(async (connection) => {
      await connection.write(new TextEncoder().encode(text));
    }, async (url) => {
      const stream = bytes(1 << 30, () => cancelled = true);
      const answer = await createHttpClient()({ method: "PUT", url, body: { size: 1 << 30, stream } });
      assertEquals([answer.status, await textOf(answer)], [403, "no"]);
    });
    assertEquals(cancelled, true);
  },
});

Deno.test({
  name: "http: a connection that is cut during an upload",
  ...options,
  fn: async () => {
    let cancelled = false;
    await raw((connection) => Promise.resolve(connection.close()), async (url) => {
      const stream = bytes(1 << 30, () => cancelled = true);
      const error = await assertRejects(
        () => createHttpClient()({ method: "PUT", url, body: { size: 1 << 30, stream } }),
        ImageStoreError,
      );
      assertEquals([error.reason, error.repeatable], ["unreachable", true]);
    });
    assertEquals(cancelled, true);
  },
});

Deno.test({
  name: "http: a connection that is cut in the middle of an answer",
  ...options,
  fn: () =>
    raw(async (connection) => {
      await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"));
      connection.close();
    }, async (url) => {
      const answer = await createHttpClient()({ method: "GET", url });
      const error = await assertRejects(() => textOf(answer), ImageStoreError);
      assertEquals([error.reason, error.message.replace(/:\d+:/, ":P:")], [
        "unreachable",
        "127.0.0.1:P: not reached: aborted",
      ]);
    }),
});

Deno.test({
  name: "http: nobody listens",
  ...options,
  fn: async () => {
    let cancelled = false;
    const body = { size: 1 << 30, stream: bytes(1 << 30, () => cancelled = true) };
    const error = await assertRejects(
      () => createHttpClient()({ method: "PUT", url: `http://${NOBODY}/secret?key=marker`, body }),
      ImageStoreError,
    );
    assertEquals(error.reason, "unreachable");
    assertEquals(error.message.includes("marker"), false);
    assertEquals(cancelled, true);
  },
});

Deno.test({
  name: "http: an abort ends a request that waits, and the reading of an answer",
  ...options,
  fn: async () => {
    const stop = new AbortController();
    const late = new Error("too late");
    await raw(() => Promise.resolve(stop.abort(late)), async (url) => {
      const error = await assertRejects(() =>
        createHttpClient()({ method: "GET", url, signal: stop.signal })
      );
      assertEquals(error, late);
    });
    const reading = new AbortController();
    await raw(async (connection) => {
      await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"));
    }, async (url) => {
      const answer = await createHttpClient()({ method: "GET", url, signal: reading.signal });
      const text = textOf(answer);
      reading.abort(late);
      assertEquals(await assertRejects(() => text), late);
    });
    let cancelled = false;
    const body = { size: 10, stream: bytes(10, () => cancelled = true) };
    const ended = AbortSignal.abort(late);
    assertEquals(
      await assertRejects(() =>
        createHttpClient()({ method: "PUT", url: "http://127.0.0.1:1/", body, signal: ended })
      ),
      late,
    );
    assertEquals(cancelled, true);
  },
});

Deno.test({
  name: "http: a server that sends nothing is given up after the idle time, not a reader that waits",
  ...options,
  fn: async () => {
    // Every timer that is running, by the milliseconds that it was set to.
    const running = new Map<() => void, number>();
    const time: Time = {
      now: () => 0,
      after: (milliseconds, call) => {
        running.set(call, milliseconds);
        return () => running.delete(call);
      },
    };
    await raw(async (connection) => {
      await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"));
    }, async (url) => {
      const answer = await createHttpClient({ time })({ method: "GET", url });
      assertEquals([...running.values()], [], "nobody reads yet");
      const reader = answer.body.getReader();
      assertEquals(new TextDecoder().decode((await reader.read()).value), "half");
      assertEquals([...running.values()], []);
      const next = reader.read();
      await new Promise((resolve) => setTimeout(resolve));
      assertEquals([...running.values()], [60_000]);
      for (const call of running.keys()) call();
      const error = await assertRejects(() => next, ImageStoreError);
      assertEquals([error.reason, error.message.replace(/:\d+:/, ":P:")], [
        "unreachable",
        "127.0.0.1:P: not reached: no byte came for 60 s",
      ]);
      assertEquals([...running.values()], []);
    });
  },
});
