import { assertEquals, assertRejects } from "@std/assert";
import { instantTime } from "../../tests/kit/instant_time.ts";
import { ImageStoreError } from "../store.ts";
import { sendParts } from "./parts.ts";

/** A stream of zeros in chunks of 1000 bytes. */
function streamOf(size: number): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const length = Math.min(left, 1000);
      controller.enqueue(new Uint8Array(length));
      left -= length;
    },
  });
}

const object = (size: number) => ({ size, sha256: "", stream: streamOf(size) });

Deno.test("parts: at most six are held at once, whatever the number of objects (openshift 10.3)", async () => {
  const held = new Set<Uint8Array>();
  let most = 0;
  const ends: (() => void)[] = [];
  const send = async ({ bytes }: { bytes: Uint8Array }) => {
    held.add(bytes);
    most = Math.max(most, held.size);
    await new Promise<void>((resolve) => ends.push(resolve));
    held.delete(bytes);
  };
  const sending = Promise.all(
    Array.from({ length: 10 }, () => sendParts(object(5000), { send, partSize: 1500 })),
  );
  let done = false;
  sending.then(() => done = true);
  while (!done) {
    await new Promise((resolve) => setTimeout(resolve));
    ends.shift()?.();
  }
  // Of each object one part is on its way while the next is read.
  assertEquals([most <= 6, most >= 3, held.size], [true, true, 0]);
});

Deno.test("parts: a part is repeated by itself, and its bytes stay until it has been sent", async () => {
  const attempts: string[] = [];
  const send = (
    { index, offset, bytes }: { index: number; offset: number; bytes: Uint8Array },
    again: boolean,
  ) => {
    attempts.push(`${index} ${offset} ${bytes.length} ${again}`);
    if (attempts.length === 2) return Promise.reject(new ImageStoreError("busy", "failed"));
    return Promise.resolve();
  };
  await sendParts(object(2500), { send, partSize: 1200, time: instantTime() });
  assertEquals(attempts, ["0 0 1200 false", "1 1200 1200 false", "1 1200 1200 true", "2 2400 100 false"]);
});

Deno.test("parts: after an error everything is free again", async () => {
  for (let round = 0; round < 10; round++) {
    const send = () => Promise.reject(new ImageStoreError("no", "denied"));
    await assertRejects(() => sendParts(object(2500), { send, partSize: 1200 }), ImageStoreError, "no");
    const stop = AbortSignal.abort(new RangeError("late"));
    await assertRejects(() => sendParts(object(2500), { send, partSize: 1200, signal: stop }), RangeError);
  }
  const sizes: number[] = [];
  await sendParts(object(2500), {
    partSize: 1200,
    send: ({ bytes }) => {
      sizes.push(bytes.length);
      return Promise.resolve();
    },
  });
  assertEquals(sizes, [1200, 1200, 100]);
});
