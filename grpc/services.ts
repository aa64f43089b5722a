/**
 * The gRPC services as grpc-js takes them, for server and client, made from the generated descriptors.
 *
 * @module
 */

import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import { Buffer } from "node:buffer";
import { GRPCBroker, GRPCController, GRPCStdio } from "./gen/go_plugin_pb.ts";
import { Health } from "./gen/health_pb.ts";
import { BackupItemAction, DeleteItemAction, PluginLister, RestoreItemAction } from "./gen/velero_pb.ts";
import { ItemBlockAction } from "./gen/velero_v1_pb.ts";
import {
  BackupItemAction as BackupItemActionV2,
  RestoreItemAction as RestoreItemActionV2,
} from "./gen/velero_v2_pb.ts";

/** One method; what is sent may be a plain object with the fields of its message, what arrives is a whole message. */
export interface Method<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly originalName: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: MessageInitShape<I>) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => MessageShape<I>;
  readonly responseSerialize: (message: MessageInitShape<O>) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => MessageShape<O>;
}

/** A service definition for grpc-js; keys are the methods' camel-case names (`appliesTo`, `execute`, ...). */
export type Definition<M extends GenServiceMethods> = {
  readonly [K in keyof M]: Method<M[K]["input"], M[K]["output"]>;
};

/** Services of go-plugin itself (velero-protocol 2.2). */
export const goPlugin = {
  health: definition(Health),
  broker: definition(GRPCBroker),
  stdio: definition(GRPCStdio),
  controller: definition(GRPCController),
};

/** The lister, which every plugin serves (velero-protocol 2.4). */
export const pluginLister = definition(PluginLister);

/** The services of actions, by the kind that Velero lists (velero-protocol 2.5). */
export const actionServices = {
  BackupItemAction: definition(BackupItemAction),
  BackupItemActionV2: definition(BackupItemActionV2),
  RestoreItemAction: definition(RestoreItemAction),
  RestoreItemActionV2: definition(RestoreItemActionV2),
  DeleteItemAction: definition(DeleteItemAction),
  ItemBlockAction: definition(ItemBlockAction),
};

function definition<M extends GenServiceMethods>(service: GenService<M>): Definition<M> {
  const methods = (service as DescService).methods.map((method) => [method.localName, methodOf(method)]);
  return Object.fromEntries(methods) as Definition<M>;
}

function methodOf({ parent, name, localName, methodKind, input, output }: DescMethod): Method {
  return {
    path: `/${parent.typeName}/${name}`,
    originalName: localName,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: (message) => serialize(input, message),
    // Fields of type bytes are views on the message, not copies.
    requestDeserialize: (bytes) => fromBinary(input, bytes),
    responseSerialize: (message) => serialize(output, message),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

function serialize(type: DescMessage, message: MessageInitShape<DescMessage>): Buffer {
  const bytes = toBinary(type, create(type, message));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
