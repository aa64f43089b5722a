/**
 * From an error to the status of a call (protocol 3.2 and 3.3).
 *
 * @module
 */

import { Metadata, type StatusObject } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { ActionFailure } from "../actions/runner/failure.ts";
import { Status } from "./gen/status.ts";
import { Stack } from "./gen/velero.ts";
import { ownFrames } from "./stack.ts";

const UNKNOWN = 2;
const ABORTED = 10;

// The text travels twice in the trailers, once with every other character in three; 64 KiB is where peers begin to refuse.
const MAX_TEXT = 4096;
const MAX_FRAMES = 8;

/** The status of a failed call: UNKNOWN for a refusal, ABORTED for an exception that no rule foresees, as for a panic in Go. */
export function statusOf(error: unknown): StatusObject {
  const foreseen = error instanceof ActionFailure && !error.unexpected;
  const code = foreseen ? UNKNOWN : ABORTED;
  const details = (foreseen ? "" : "plugin panicked: ") + oneLine(error);
  const frames = ownFrames(error instanceof Error ? error.stack : undefined).slice(0, MAX_FRAMES);
  const metadata = new Metadata();
  if (frames.length > 0) {
    const stack = {
      type_url: "type.googleapis.com/generated.Stack",
      value: Stack.encode(Stack.fromPartial({ frames })).finish(),
    };
    const status = Status.encode({ code, message: details, details: [stack] }).finish();
    metadata.set("grpc-status-details-bin", Buffer.from(status));
  }
  return { code, details, metadata };
}

// Velero puts the text into one line behind "rpc error: code = Unknown desc = ". A lone surrogate cannot be sent.
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : "an exception without a message";
  const text = message.slice(0, MAX_TEXT).toWellFormed().replace(/\s*[\r\n]+\s*/g, " ");
  return message.length <= MAX_TEXT ? text : `${text}... (${message.length - MAX_TEXT} more characters)`;
}
