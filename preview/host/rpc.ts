/**
 * One gRPC connection to a plugin, opened as go-plugin opens it (protocol 2.1 and 2.2).
 *
 * @module
 */

import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { Status } from "../../grpc/gen/status.ts";
import { type DeepPartial, Stack } from "../../grpc/gen/velero.ts";
import { goPlugin, type Method } from "../../grpc/services.ts";
import type { Address } from "./handshake.ts";

/** A call that ended with an error status; the message is what Velero shows. */
export class RpcError extends Error {
  /** The name of the status code as Go spells it, for example `Unknown`. */
  readonly code: string;
  /** The plugin's own text. */
  readonly text: string;
  /** `file:line function` of the first frame of the status' stack, when there is one. */
  readonly location: string | undefined;

  constructor(code: string, text: string, location: string | undefined) {
    super(`rpc error: code = ${code} desc = ${text}`);
    this.name = "RpcError";
    this.code = code;
    this.text = text;
    this.location = location;
  }
}

/** An open connection. */
export interface Connection {
  /** @throws {RpcError} */
  unary<I, O>(method: Method<I, O>, message: DeepPartial<I>): Promise<O>;
  /** Ends the broker stream, asks the plugin to end, and closes; bounded by `milliseconds`. */
  shutdown(milliseconds: number): Promise<void>;
}

/** Connects; nothing is waited for, as in Go the first call fails when nobody listens. */
export function connect({ network, address }: Address): Connection {
  const target = network === "unix" ? `unix:${address}` : address;
  const client = new Client(target, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.default_authority": "unused",
    // From this a plugin tells which kinds the host knows (protocol 1.9): those of Velero 1.18.
    "grpc.primary_user_agent": "grpc-go/1.80.0",
  });
  const unary: Connection["unary"] = (method, message) =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = method;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, (error, answer) => {
        if (error !== null) reject(toRpcError(error));
        else if (answer === undefined) reject(new RpcError("Internal", `no answer of ${path}`, undefined));
        else resolve(answer);
      });
    });

  const ignore = () => {};
  const { startStream } = goPlugin.broker;
  const broker = client.makeBidiStreamRequest(
    startStream.path,
    startStream.requestSerialize,
    startStream.responseDeserialize,
    new Metadata(),
  );
  broker.on("data", ignore).on("error", ignore);
  const { streamStdio } = goPlugin.stdio;
  const stdio = client.makeServerStreamRequest(
    streamStdio.path,
    streamStdio.requestSerialize,
    streamStdio.responseDeserialize,
    {},
  );
  stdio.on("data", ignore).on("error", ignore);

  return {
    unary,
    async shutdown(milliseconds) {
      broker.end();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const bound = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
      // A plugin may exit before it answers; that is as good (protocol 4.12).
      const asked = unary(goPlugin.controller.shutdown, {}).then(ignore, ignore);
      await Promise.race([asked, bound]);
      clearTimeout(timer);
      stdio.cancel();
      client.close();
    },
  };
}

const CODE_NAMES: Readonly<Record<string, string>> = {
  CANCELLED: "Canceled",
  INVALID_ARGUMENT: "InvalidArgument",
  DEADLINE_EXCEEDED: "DeadlineExceeded",
  NOT_FOUND: "NotFound",
  ALREADY_EXISTS: "AlreadyExists",
  PERMISSION_DENIED: "PermissionDenied",
  RESOURCE_EXHAUSTED: "ResourceExhausted",
  FAILED_PRECONDITION: "FailedPrecondition",
  OUT_OF_RANGE: "OutOfRange",
  DATA_LOSS: "DataLoss",
};

function codeName(code: status): string {
  const name = status[code] ?? "UNKNOWN";
  return CODE_NAMES[name] ?? name.charAt(0) + name.slice(1).toLowerCase();
}

function toRpcError({ code, details, metadata }: ServiceError): RpcError {
  const [binary] = metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(binary)) return new RpcError(codeName(code), details, undefined);
  const { message, details: attached } = Status.decode(binary);
  const stack = attached.find(({ type_url }) => type_url.endsWith("/generated.Stack"));
  const frame = stack === undefined ? undefined : Stack.decode(stack.value).frames[0];
  const location = frame === undefined
    ? undefined
    : `${frame.file}:${frame.line} ${frame.function}`.trimEnd();
  // A text that begins with a blank, as some of Velero's framework do, does not get through the runtime's trailers.
  return new RpcError(codeName(code), details === "" ? message.trim() : details, location);
}
