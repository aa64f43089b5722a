import type { Time } from "../../../cluster/live/time.ts";
import { textOf } from "../../http.ts";
import { retry } from "../../retry.ts";
import { ImageStoreError } from "../../store.ts";
import type { LargeObject, ObjectOptions } from "../object_storage.ts";
import { PART, sendParts } from "../parts.ts";
import { perform, type Service } from "../service.ts";
import { escaped, textIn } from "../xml.ts";

/** An upload in parts. */
export interface MultipartUpload extends ObjectOptions {
  /** Of the object, without a query. */
  readonly url: string;
  readonly key: string;
  readonly object: LargeObject;
  readonly time: Time;
}

// S3 takes no more parts than these.
const MOST_PARTS = 10_000;

/** Uploads an object in parts. When that fails, the parts that have arrived are deleted again (openshift 10.3). */
export async function putInParts(service: Service, upload: MultipartUpload): Promise<void> {
  const { url, key, object, time, signal } = upload;
  const what = `put ${key}`;
  const repeated = <T>(work: () => Promise<T>) => retry(work, { time, signal });
  let id: string;
  try {
    id = await repeated(async () => {
      const answer = await service({
        method: "POST",
        url: `${url}?uploads=`,
        body: new Uint8Array(),
        signal,
        what,
      });
      const id = textIn(await textOf(answer), "UploadId");
      if (id === undefined) throw new ImageStoreError(`${what}: the answer names no upload`, "refused");
      return id;
    });
  } catch (error) {
    await object.stream.cancel(error).catch(() => {});
    throw error;
  }
  const query = `uploadId=${encodeURIComponent(id)}`;
  try {
    const tags: string[] = [];
    await sendParts(object, {
      partSize: Math.max(PART, Math.ceil(object.size / MOST_PARTS)),
      time,
      signal,
      send: async ({ index, bytes }) => {
        const part = `${url}?partNumber=${index + 1}&${query}`;
        const answer = await perform(service, { method: "PUT", url: part, body: bytes, signal, what });
        tags[index] = answer.header("etag") ?? "";
      },
    });
    const parts = tags.map((tag, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`
    );
    const body = new TextEncoder().encode(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
        parts.join("")
      }</CompleteMultipartUpload>`,
    );
    let again = false;
    await repeated(async () => {
      const headers = { "content-type": "application/xml" };
      const answer = await service({
        method: "POST",
        url: `${url}?${query}`,
        headers,
        body,
        signal,
        what,
        // An earlier attempt may have joined them although its answer was lost.
        accept: again ? [404] : [],
      });
      again = true;
      // Joining takes time. The service may begin its answer before it knows whether it succeeds.
      const text = await textOf(answer);
      if (answer.status !== 404 && textIn(text, "Error") === undefined) return;
      if (answer.status === 404 && await sizeOf(service, upload) === object.size) return;
      throw new ImageStoreError(
        `${what}: the parts were not joined: ${textIn(text, "Code") ?? ""}`,
        "failed",
      );
    });
  } catch (error) {
    // Not with the signal: it may be why this is needed.
    await abortUpload(service, { url, key, id }).catch(() => {});
    throw error;
  }
}

/** Deletes the parts of an upload, which may be gone already. */
export async function abortUpload(
  service: Service,
  { url, key, id, signal }: Pick<MultipartUpload, "url" | "key"> & { readonly id: string } & ObjectOptions,
): Promise<void> {
  const query = `uploadId=${encodeURIComponent(id)}`;
  const what = `abort ${key}`;
  await perform(service, { method: "DELETE", url: `${url}?${query}`, signal, what, accept: [404] });
}

async function sizeOf(service: Service, { url, key, signal }: MultipartUpload): Promise<number> {
  const answer = await perform(service, { method: "HEAD", url, signal, what: `head ${key}`, accept: [404] });
  return answer.status === 404 ? -1 : Number(answer.header("content-length"));
}
