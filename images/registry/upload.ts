/**
 * One upload of a blob: start, body, end, and taking it back (openshift 10.2).
 *
 * @module
 */

import { discard, type SizedStream } from "../http.ts";
import { ImageStoreError } from "../store.ts";
import type { RegistryAnswer, Requests, Subject } from "./requests.ts";

interface UploadOptions {
  readonly signal: AbortSignal | undefined;
}

// For taking back what a copy that was aborted has begun, in milliseconds.
const TAKE_BACK_LIMIT = 10_000;

const EMPTY = { "content-length": "0" };

/** Begins an upload; `created` when a mount has made it unnecessary. */
export async function startUpload(
  requests: Requests,
  subject: Subject,
  { signal, mount = "" }: UploadOptions & { readonly mount?: string },
): Promise<{ readonly created: boolean; readonly location: URL | undefined }> {
  const path = `blobs/uploads/${mount}`;
  const answer = await requests.send(subject, {
    method: "POST",
    path,
    headers: EMPTY,
    expect: [201, 202],
    signal,
  });
  await discard(answer);
  return { created: answer.status === 201, location: locationOf(answer) };
}

/**
 * Sends a blob. An upload that does not come to its end is deleted.
 *
 * @throws The error of the stream as it is, else an {@link ImageStoreError}.
 */
export async function upload(
  requests: Requests,
  subject: Subject,
  digest: string,
  body: SizedStream,
  { signal }: UploadOptions,
): Promise<void> {
  let at: URL | undefined;
  try {
    at = (await startUpload(requests, subject, { signal })).location;
    if (at === undefined) {
      const text = `${requests.describe(subject)}: the registry names no address for the upload`;
      throw new ImageStoreError(text, "refused");
    }
    const sent = await requests.send(subject, {
      method: "PATCH",
      path: at,
      headers: { "content-type": "application/octet-stream" },
      body,
      expect: [202, 201, 204],
      signal,
    });
    await discard(sent);
    at = locationOf(sent) ?? at;
    // The rest of the query is the registry's own and may be signed, so nothing of it is written anew.
    const path = new URL(`${at.href}${at.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`);
    await discard(
      await requests.send(subject, {
        method: "PUT",
        path,
        headers: EMPTY,
        expect: [201, 204],
        signal,
        patient: true,
      }),
    );
  } catch (error) {
    if (at !== undefined) await takeBack(requests, subject, at);
    throw error;
  } finally {
    if (!body.stream.locked) await body.stream.cancel().catch(() => {});
  }
}

/** Deletes an upload. It outlives the copy, whose signal may have aborted. */
export async function takeBack(requests: Requests, subject: Subject, path: URL): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TAKE_BACK_LIMIT);
  try {
    const expect = [200, 202, 204, 404];
    await discard(await requests.send(subject, { method: "DELETE", path, expect, signal: limit.signal }));
  } catch {
    // Some registries refuse when they have got more bytes than they have told. They remove what is left of uploads by themselves.
  } finally {
    clearTimeout(timer);
  }
}

function locationOf(answer: RegistryAnswer): URL | undefined {
  const location = answer.header("location");
  return location === undefined || !URL.canParse(location, answer.url)
    ? undefined
    : new URL(location, answer.url);
}
