/**
 * The gRPC services as grpc-js takes them, for server and client, made from the generated definitions.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { GRPCBrokerDefinition, GRPCControllerDefinition, GRPCStdioDefinition } from "./gen/go_plugin.ts";
import { HealthDefinition } from "./gen/health.ts";
import {
  BackupItemActionDefinition,
  type DeepPartial,
  DeleteItemActionDefinition,
  type MessageFns,
  PluginListerDefinition,
  RestoreItemActionDefinition,
} from "./gen/velero.ts";
import { ItemBlockActionDefinition } from "./gen/velero_v1.ts";
import {
  BackupItemActionDefinition as BackupItemActionV2Definition,
  RestoreItemActionDefinition as RestoreItemActionV2Definition,
} from "./gen/velero_v2.ts";

/** One method; what is sent may leave out fields that are empty, what arrives has them all. */
export interface Method<I = unknown, O = unknown> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: DeepPartial<I>) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => I;
  readonly responseSerialize: (message: DeepPartial<O>) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => O;
}

interface Generated {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, GeneratedMethod<unknown, unknown>>>;
}

interface GeneratedMethod<I, O> {
  readonly name: string;
  readonly requestType: MessageFns<I>;
  readonly requestStream: boolean;
  readonly responseType: MessageFns<O>;
  readonly responseStream: boolean;
}

/** A service definition for grpc-js; keys are the methods' camel-case names (`appliesTo`, `execute`, ...). */
export type Definition<G extends Generated> = {
  readonly [K in keyof G["methods"]]: G["methods"][K] extends GeneratedMethod<infer I, infer O> ? Method<I, O>
    : never;
};

/** Services of go-plugin itself (protocol 2.2). */
export const goPlugin = {
  health: definition(HealthDefinition),
  broker: definition(GRPCBrokerDefinition),
  stdio: definition(GRPCStdioDefinition),
  controller: definition(GRPCControllerDefinition),
};

/** The lister, which every plugin serves (protocol 2.4). */
export const pluginLister = definition(PluginListerDefinition);

/** The services of actions, by the kind that Velero lists (protocol 2.5). */
export const actionServices = {
  BackupItemAction: definition(BackupItemActionDefinition),
  BackupItemActionV2: definition(BackupItemActionV2Definition),
  RestoreItemAction: definition(RestoreItemActionDefinition),
  RestoreItemActionV2: definition(RestoreItemActionV2Definition),
  DeleteItemAction: definition(DeleteItemActionDefinition),
  ItemBlockAction: definition(ItemBlockActionDefinition),
};

function definition<G extends Generated>({ fullName, methods }: G): Definition<G> {
  const entries = Object.entries(methods).map(([key, method]) => [key, methodOf(fullName, method)]);
  return Object.fromEntries(entries) as Definition<G>;
}

function methodOf(service: string, method: GeneratedMethod<unknown, unknown>): Method {
  const { name, requestType, requestStream, responseType, responseStream } = method;
  return {
    path: `/${service}/${name}`,
    requestStream,
    responseStream,
    requestSerialize: (message) => serialize(requestType, message),
    // Fields of type bytes are views on the message, not copies.
    requestDeserialize: (bytes) => requestType.decode(bytes),
    responseSerialize: (message) => serialize(responseType, message),
    responseDeserialize: (bytes) => responseType.decode(bytes),
  };
}

function serialize(type: MessageFns<unknown>, message: DeepPartial<unknown>): Buffer {
  const bytes = type.encode(type.fromPartial(message)).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
