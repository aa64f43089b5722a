import { createHash } from "node:crypto";
import { ImageStoreError } from "./store.ts";

/**
 * The same bytes; the stream fails when they are more or fewer than announced, or have another digest (openshift 10.2).
 *
 * @param passed Called with the number of bytes of each chunk.
 */
export function verified(
  body: ReadableStream<Uint8Array>,
  { what, digest, size }: { what: string; digest: string; size: number },
  passed: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  const hash = createHash("sha256");
  const reader = body.getReader();
  let read = 0;
  const fail = async (error: ImageStoreError) => {
    await reader.cancel(error).catch(() => {});
    throw error;
  };
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) {
        read += value.length;
        if (read > size) {
          await fail(new ImageStoreError(`${what} has more than ${size} bytes`, "digest-mismatch"));
        }
        hash.update(value);
        passed(value.length);
        return controller.enqueue(value);
      }
      if (read < size) {
        throw new ImageStoreError(`${what} broke off after ${read} of ${size} bytes`, "unreachable");
      }
      const found = `sha256:${hash.digest("hex")}`;
      if (found !== digest) {
        throw new ImageStoreError(`${what}: the digest of its bytes is ${found}`, "digest-mismatch");
      }
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
