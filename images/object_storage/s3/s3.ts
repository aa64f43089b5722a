/**
 * Buckets of S3 and of what speaks like it.
 *
 * Requests are signed by aws4fetch. `@aws-sdk/client-s3` would take 60 to 90 ms and 24 MB to load, more than the whole copy of a small
 * image, for six kinds of requests; aws4fetch takes 2 ms and 2 MB.
 *
 * @module
 */

import { AwsV4Signer } from "aws4fetch";
import { type HttpClient, type HttpRequest, textOf } from "../../http.ts";
import { retry } from "../../retry.ts";
import { systemTime, type Time } from "../../../cluster/live/time.ts";
import { ImageStoreError } from "../../store.ts";
import { encodedKey } from "../encoded_key.ts";
import type { LargeObject, ObjectOptions, ObjectPage, ObjectStorage } from "../object_storage.ts";
import { contentOf, createService, headOf, perform } from "../service.ts";
import { elements, textIn, urlDecoded } from "../xml.ts";
import { abortUpload, putInParts } from "./multipart.ts";
import { SINGLE_REQUEST } from "../parts.ts";
import { unfinishedUploads } from "./unfinished.ts";

/** Which bucket, and where. */
export interface S3Bucket {
  readonly bucket: string;
  readonly region: string;
  /** The URL of the service, without the bucket. */
  readonly endpoint: string;
  /** The bucket is a part of the path, not of the host. */
  readonly pathStyle: boolean;
}

/** What signs a request. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the storage is made of. */
export interface S3Options extends S3Bucket {
  readonly http: HttpClient;
  /** The keys that are valid now; `renew` when the service has refused the last ones. */
  readonly keys: (renew: boolean) => Promise<AwsKeys>;
  readonly time?: Time;
}

// The last is what a wrong clock gives; a newer credential does not help there, but one more request does no harm.
const EXPIRED = [
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidToken",
  "InvalidAccessKeyId",
  "TokenRefreshRequired",
];

/** The objects of a bucket. */
export function createS3Storage(options: S3Options): ObjectStorage {
  const { bucket, http, time = systemTime } = options;
  const base = bucketUrl(options);
  const urlOf = (key: string, query = "") => `${base}/${encodedKey(key)}${query}`;
  const service = createService({
    name: `s3://${bucket}`,
    http,
    authorize: async (request, renew) => await sign(request, options, await options.keys(renew)),
    complaint: (text) => ({ code: textIn(text, "Code") ?? "", message: textIn(text, "Message") ?? "" }),
    expired: EXPIRED,
  });

  async function page(
    prefix: string,
    folders: boolean,
    token: string | undefined,
    { signal }: ObjectOptions,
  ) {
    const query = new URLSearchParams({ "list-type": "2", prefix, "encoding-type": "url" });
    if (folders) query.set("delimiter", "/");
    if (token !== undefined) query.set("continuation-token", token);
    const answer = await service({
      method: "GET",
      url: `${base}/?${query}`,
      signal,
      what: `list /${prefix}`,
    });
    return await textOf(answer, 16 << 20);
  }

  return {
    name: `s3://${bucket}`,
    slashedKeys: false,
    head: (key, { signal } = {}) => headOf(service, { key, url: urlOf(key), signal }),
    async get(key, from, { signal } = {}) {
      const answer = await service({
        method: "GET",
        url: urlOf(key),
        ...(from === 0 ? {} : { headers: { range: `bytes=${from}-` } }),
        signal,
        what: `get ${key}`,
        accept: [404],
      });
      if (answer.status === 404) {
        const code = textIn(await textOf(answer), "Code") ?? "";
        if (code !== "NoSuchBucket") return undefined;
        throw new ImageStoreError(`s3://${bucket}: the bucket does not exist`, "refused");
      }
      return await contentOf(answer, from, `s3://${bucket}: get ${key}`);
    },
    async put(key, bytes, { signal } = {}) {
      await perform(service, { method: "PUT", url: urlOf(key), body: bytes, signal, what: `put ${key}` });
    },
    async putLarge(key: string, object: LargeObject, { signal } = {}) {
      if (object.size > SINGLE_REQUEST) {
        return await putInParts(service, { url: urlOf(key), key, object, time, signal });
      }
      await perform(service, {
        method: "PUT",
        url: urlOf(key),
        headers: { "x-amz-content-sha256": object.sha256 },
        body: object,
        signal,
        what: `put ${key}`,
      });
    },
    async *list(prefix, { folders = false, signal } = {}) {
      let token: string | undefined;
      do {
        const xml = await retry(() => page(prefix, folders, token, { signal }), { time, signal });
        yield toPage(xml);
        token = textIn(xml, "IsTruncated") === "true" ? textIn(xml, "NextContinuationToken") : undefined;
      } while (token !== undefined);
    },
    async delete(key, { signal } = {}) {
      const what = `delete ${key}`;
      await perform(service, { method: "DELETE", url: urlOf(key), signal, what, accept: [404] });
    },
    unfinished: {
      list: (prefix, { signal } = {}) => unfinishedUploads(service, { url: base, prefix, time, signal }),
      abort: ({ key, id }, { signal } = {}) => abortUpload(service, { url: urlOf(key), key, id, signal }),
    },
  };
}

/** The URL of a bucket, without a slash at the end. */
export function bucketUrl({ bucket, endpoint, pathStyle }: S3Bucket): string {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/$/, "");
  return pathStyle ? `${url.origin}${path}/${bucket}` : `${url.protocol}//${bucket}.${url.host}${path}`;
}

async function sign(request: HttpRequest, { region }: S3Bucket, keys: AwsKeys): Promise<HttpRequest> {
  const { method, url, headers = {}, body } = request;
  const payload = body instanceof Uint8Array || body === undefined ? body ?? new Uint8Array() : undefined;
  const hash = headers["x-amz-content-sha256"] ?? await sha256(payload);
  const signer = new AwsV4Signer({
    method,
    url,
    headers: { ...headers, "x-amz-content-sha256": hash },
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
    service: "s3",
    region,
  });
  const signed = await signer.sign();
  const { host: _, ...rest } = Object.fromEntries(signed.headers);
  return { ...request, url: signed.url.href, headers: rest };
}

async function sha256(bytes: Uint8Array | undefined): Promise<string> {
  if (bytes === undefined) return "UNSIGNED-PAYLOAD";
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)).toHex();
}

function toPage(xml: string): ObjectPage {
  const text = (inside: string, name: string) => urlDecoded(xml, textIn(inside, name) ?? "");
  return {
    objects: elements(xml, "Contents").map((entry) => ({
      key: text(entry, "Key"),
      size: Number(textIn(entry, "Size")),
      modified: new Date(textIn(entry, "LastModified") ?? 0),
    })),
    folders: elements(xml, "CommonPrefixes").map((entry) => text(entry, "Prefix")),
  };
}
