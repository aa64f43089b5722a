import type { Time } from "../../../cluster/live/time.ts";
import { discard } from "../../http.ts";
import { retry } from "../../retry.ts";
import { ImageStoreError } from "../../store.ts";
import type { LargeObject, ObjectOptions } from "../object_storage.ts";
import { type Part, sendParts } from "../parts.ts";
import { perform, type Service } from "../service.ts";

/** An upload that can go on where it was. */
export interface ResumableUpload extends ObjectOptions {
  /** Where a session is begun. */
  readonly url: string;
  readonly key: string;
  readonly object: LargeObject;
  readonly time: Time;
}

/** Uploads an object in parts of one session. When that fails, the session is ended. */
export async function putResumable(service: Service, upload: ResumableUpload): Promise<void> {
  const { url, key, object, time, signal } = upload;
  const what = `put ${key}`;
  let session: string;
  try {
    session = await retry(async () => {
      const headers = { "x-upload-content-length": String(object.size) };
      const body = new Uint8Array();
      const answer = await perform(service, { method: "POST", url, headers, body, signal, what });
      const location = answer.header("location") ?? "";
      if (!URL.canParse(location, url)) {
        throw new ImageStoreError(`${what}: the answer names no session`, "refused");
      }
      return new URL(location, url).href;
    }, { time, signal });
  } catch (error) {
    await object.stream.cancel(error).catch(() => {});
    throw error;
  }

  /** Sends bytes, or asks with none; gives how many bytes of the object the service has. */
  const put = async (range: string, body: Uint8Array): Promise<number> => {
    const headers = { "content-range": `bytes ${range}/${object.size}` };
    const answer = await service({ method: "PUT", url: session, headers, body, signal, what, accept: [308] });
    await discard(answer);
    if (answer.status !== 308) return object.size;
    const [, last] = /^bytes=0-(\d+)$/.exec(answer.header("range") ?? "") ?? [];
    return last === undefined ? 0 : Number(last) + 1;
  };
  const send = async ({ offset, bytes }: Part, again: boolean) => {
    const end = offset + bytes.length;
    // Of an attempt that broke off the service may have kept a part, or all of it.
    let has = again ? await put("*", new Uint8Array()) : offset;
    if (has < end && has >= offset) has = await put(`${has}-${end - 1}`, bytes.subarray(has - offset));
    if (has < offset) throw new ImageStoreError(`${what}: the service has lost what was sent`, "refused");
    if (has < end) throw new ImageStoreError(`${what}: the service has kept only a part`, "failed");
  };
  try {
    await sendParts(object, { time, signal, send });
  } catch (error) {
    // Not with the signal: it may be why this is needed. 499 is how the service confirms.
    await perform(service, { method: "DELETE", url: session, what: `abort ${key}`, accept: [404, 499] })
      .catch(() => {});
    throw error;
  }
}
