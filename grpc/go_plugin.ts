/**
 * The services of go-plugin itself (velero-protocol 2.2): health, the two streams that the host opens and never uses, and shutdown.
 *
 * @module
 */

import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { type HealthCheckRequest, HealthCheckResponse_ServingStatus as Serving } from "./gen/health.ts";
import type { goPlugin } from "./services.ts";

const NOT_FOUND = 5;

/** Makes the implementations; `shutdown` is called after the host's request to end has been answered. */
export function createGoPluginServices(
  shutdown: () => void,
): Record<keyof typeof goPlugin, UntypedServiceImplementation> {
  return {
    health: {
      check(call: ServerUnaryCall<HealthCheckRequest, unknown>, callback: sendUnaryData<unknown>) {
        const { service } = call.request;
        if (isServed(service)) callback(null, { status: Serving.SERVING });
        else callback({ code: NOT_FOUND, details: `unknown service "${service}"` });
      },
      watch(call: ServerWritableStream<HealthCheckRequest, unknown>) {
        call.write({ status: isServed(call.request.service) ? Serving.SERVING : Serving.SERVICE_UNKNOWN });
      },
    },
    broker: {
      startStream(call: ServerDuplexStream<unknown, unknown>) {
        call.on("error", ignore);
        call.on("data", ignore);
        call.on("end", () => call.end());
      },
    },
    stdio: {
      // Stays open: an open call keeps newer clients from dropping an idle connection (velero-protocol 7).
      streamStdio(call: ServerWritableStream<unknown, unknown>) {
        call.on("error", ignore);
      },
    },
    controller: {
      shutdown(_call: unknown, callback: sendUnaryData<unknown>) {
        callback(null, {});
        shutdown();
      },
    },
  };
}

function isServed(service: string): boolean {
  return service === "" || service === "plugin";
}

function ignore(): void {}
