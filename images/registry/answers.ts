/**
 * What an answer of a registry that is not a success means (openshift 10.2).
 *
 * @module
 */

import { retryAfter } from "../../cluster/live/retry_after.ts";
import { type HttpAnswer, mayPass, textOf } from "../http.ts";
import { ImageStoreError, type StoreReason } from "../store.ts";

const LONGEST = 64 * 1024;

const BY_CODE: Readonly<Record<string, StoreReason>> = {
  MANIFEST_UNKNOWN: "manifest-unknown",
  BLOB_UNKNOWN: "blob-unknown",
  MANIFEST_BLOB_UNKNOWN: "manifest-blob-unknown",
  DIGEST_INVALID: "digest-mismatch",
  // The registry has lost the upload, or a part of it, as it does when its disk is full. A repeat begins another upload.
  BLOB_UPLOAD_UNKNOWN: "failed",
  BLOB_UPLOAD_INVALID: "failed",
  RANGE_INVALID: "failed",
};

/** What was asked, as far as it decides what the answer means. */
export interface Asked {
  /** In words, such as `put blob sha256:… of host/n/s`. */
  readonly what: string;
  /** What a 404 means. */
  readonly absent: StoreReason;
  /** The right that is missing after a 401 or 403, in words. */
  readonly right: string;
}

/** The error for an answer; reads its body. */
export async function refusal({ what, absent, right }: Asked, answer: HttpAnswer): Promise<ImageStoreError> {
  const { status } = answer;
  const { code, text } = await errorOf(answer);
  const said = [`${what}: status ${status}`, ...(text === "" ? [] : [text])].join(", ");
  if (status === 401 || status === 403) {
    return new ImageStoreError(`${said}; ${right}`, "denied");
  }
  if (mayPass(status)) {
    const wish = retryAfter(answer.header("retry-after"), Date.now());
    return new ImageStoreError(said, "failed", { retryAfter: wish });
  }
  // A part that is unknown when a manifest is written may be on its way (openshift 10.2).
  const known = absent === "manifest-blob-unknown" && code === "BLOB_UNKNOWN" ? absent : BY_CODE[code];
  return new ImageStoreError(said, known ?? (status === 404 ? absent : "refused"));
}

/** Code and message of a registry's error, without control characters; empty when it is none. */
async function errorOf(answer: HttpAnswer): Promise<{ code: string; text: string }> {
  try {
    const body = JSON.parse(await textOf(answer, LONGEST));
    const [first] = body.errors;
    const code = String(first.code ?? "");
    const message = String(first.message ?? "").replace(/\p{Cc}/gu, " ").slice(0, 200);
    return { code, text: [code, message].filter((part) => part !== "").join(": ") };
  } catch {
    return { code: "", text: "" };
  }
}
