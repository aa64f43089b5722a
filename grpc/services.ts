/**
 * The gRPC services as grpc-js takes them, for server and client, made from the generated descriptors.
 *
 * @module
 */

import { type DescMethod, type DescService, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import type { MessageShape } from "@bufbuild/protobuf";
import type { MethodDefinition } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { GRPCBroker, GRPCController, GRPCStdio } from "./gen/go_plugin_pb.ts";
import { Health } from "./gen/health_pb.ts";
import { BackupItemAction, DeleteItemAction, PluginLister, RestoreItemAction } from "./gen/velero_pb.ts";
import { ItemBlockAction } from "./gen/velero_v1_pb.ts";
import {
  BackupItemAction as BackupItemActionV2,
  RestoreItemAction as RestoreItemActionV2,
} from "./gen/velero_v2_pb.ts";

/** A service definition for grpc-js; keys are the methods' camel-case names (`appliesTo`, `execute`, ...). */
export type Definition<M extends GenServiceMethods> = {
  readonly [K in keyof M]: MethodDefinition<MessageShape<M[K]["input"]>, MessageShape<M[K]["output"]>>;
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

function methodOf(method: DescMethod): MethodDefinition<object, object> {
  const { parent, name, localName, methodKind, input, output } = method;
  // The readers give views on the message, so bytes fields are not copied here; the frame is the call's own.
  return {
    path: `/${parent.typeName}/${name}`,
    originalName: localName,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: (message) => buffer(toBinary(input, message as MessageShape<typeof input>)),
    requestDeserialize: (bytes) => fromBinary(input, bytes),
    responseSerialize: (message) => buffer(toBinary(output, message as MessageShape<typeof output>)),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
