/**
 * Large objects, part by part: one part is sent while the next one is read, and each is repeated by itself.
 *
 * @module
 */

import { systemTime, type Time } from "../../cluster/live/time.ts";
import { retry } from "../retry.ts";
import { ImageStoreError } from "../store.ts";
import type { LargeObject, ObjectOptions } from "./object_storage.ts";

const MIB = 1024 * 1024;

/** Up to this size an object is one request, whose body streams (openshift 10.3). */
export const SINGLE_REQUEST = 64 * MIB;

/** The size of a part (openshift 10.3). */
export const PART = 16 * MIB;

// Each holds one part. Two for each of three large blobs at a time; the others wait.
const BUFFERS = 6;

/** A part of a large object. */
export interface Part {
  /** From 0 on. */
  readonly index: number;
  /** Where it begins in the object. */
  readonly offset: number;
  /** Valid until it has been sent. */
  readonly bytes: Uint8Array;
}

/** How parts are sent. */
export interface SendOptions extends ObjectOptions {
  /** Sends a part; `again` when it is not the first attempt. */
  readonly send: (part: Part, again: boolean) => Promise<void>;
  /** No part is smaller, but for the last one. Default {@link PART}. */
  readonly partSize?: number;
  readonly time?: Time;
}

const pool: { free: Uint8Array[]; taken: number; waiting: (() => void)[] } = {
  free: [],
  taken: 0,
  waiting: [],
};

/**
 * Sends an object in parts, one after the other.
 *
 * The process holds six parts at most, whatever the number and size of its objects.
 *
 * @throws {ImageStoreError} `digest-mismatch` when the stream has another size than was said. An error of the stream is thrown as it is.
 */
export async function sendParts({ size, stream }: LargeObject, options: SendOptions): Promise<void> {
  const { send, partSize = PART, signal, time = systemTime } = options;
  const reader = stream.getReader();
  let sending: Promise<void> = Promise.resolve();
  try {
    const next = chunksOf(reader);
    for (let index = 0, offset = 0; offset < size; index++) {
      const length = Math.min(partSize, size - offset);
      const buffer = await take(length, signal);
      try {
        await fill(buffer.subarray(0, length), next, size);
        await sending;
      } catch (error) {
        give(buffer);
        throw error;
      }
      const part = { index, offset, bytes: buffer.subarray(0, length) };
      let again = false;
      const attempt = () => {
        const sent = send(part, again);
        again = true;
        return sent;
      };
      sending = retry(attempt, { time, signal }).finally(() => give(buffer));
      sending.catch(() => {}); // Thrown where it is waited for.
      offset += length;
    }
    if (await next(1) !== undefined) throw wrongSize(size);
    await sending;
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    // Nothing of it may still be under way when the caller takes back what was begun.
    await sending.catch(() => {});
    throw error;
  }
}

type Chunks = (limit: number) => Promise<Uint8Array | undefined>;

/** Gives at most that many of the next bytes. */
function chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): Chunks {
  let rest = new Uint8Array();
  return async (limit) => {
    while (rest.length === 0) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      rest = value as Uint8Array<ArrayBuffer>;
    }
    const chunk = rest.subarray(0, limit);
    rest = rest.subarray(chunk.length);
    return chunk;
  };
}

async function fill(target: Uint8Array, next: Chunks, size: number): Promise<void> {
  for (let filled = 0; filled < target.length;) {
    const chunk = await next(target.length - filled);
    if (chunk === undefined) throw wrongSize(size);
    target.set(chunk, filled);
    filled += chunk.length;
  }
}

function wrongSize(size: number): ImageStoreError {
  return new ImageStoreError(`the blob has not the ${size} bytes that were announced`, "digest-mismatch");
}

// Buffers are used again, because the garbage collector would keep several times their number.
async function take(size: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (pool.taken === BUFFERS) await new Promise<void>((resolve) => pool.waiting.push(resolve));
  else pool.taken++;
  const buffer = pool.free.pop();
  if (signal?.aborted) {
    give(buffer ?? new Uint8Array());
    throw signal.reason;
  }
  return buffer !== undefined && buffer.length >= size ? buffer : new Uint8Array(Math.max(size, PART));
}

function give(buffer: Uint8Array): void {
  if (buffer.length === PART) pool.free.push(buffer);
  const next = pool.waiting.shift();
  if (next !== undefined) return next();
  pool.taken--;
  if (pool.taken === 0) pool.free.length = 0;
}
