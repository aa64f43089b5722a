import { systemTime, type Time } from "../../../cluster/live/time.ts";
import { retry } from "../../retry.ts";
import { ImageStoreError } from "../../store.ts";
import type { ObjectContent, ObjectOptions, ObjectStorage } from "../object_storage.ts";

/**
 * An object whose reading goes on where it was when a connection breaks. `undefined` when it does not exist.
 *
 * The bytes are content-addressed: whoever reads them verifies the digest, so it does not matter which connection they came through.
 */
export async function readResumed(
  storage: ObjectStorage,
  key: string,
  { signal, time = systemTime }: ObjectOptions & { readonly time?: Time } = {},
): Promise<ObjectContent | undefined> {
  const first = await storage.get(key, 0, { signal });
  if (first === undefined) return undefined;
  const { size } = first;
  let reader = first.body.getReader();
  let position = 0;

  const reopen = async () => {
    const rest = await storage.get(key, position, { signal });
    if (rest === undefined || rest.size !== size) {
      await rest?.body.cancel();
      throw new ImageStoreError(`${storage.name}: ${key} has changed while it was read`, "failed");
    }
    reader = rest.body.getReader();
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let broken = false;
      const { done, value } = await retry(async () => {
        if (broken) await reopen();
        broken = true;
        const result = await reader.read();
        if (result.done && position < size) {
          throw new ImageStoreError(`${storage.name}: ${key} ended too early`, "unreachable");
        }
        return result;
      }, { time, signal });
      if (done) return controller.close();
      position += value.length;
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return { size, body };
}
