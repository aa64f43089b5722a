/**
 * The services of go-plugin itself (protocol 2.2): health, the two streams that the host opens and never uses, and shutdown.
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

/**
 * Makes the implementations; `shutdown` has to end the process before it returns.
 *
 * The host's request to shut down is not answered, which the host accepts (protocol 4.12). After an answer it would close the connection,
 * and after some thousand calls the runtime's HTTP/2 aborts the process over that (`find_stream_on_goaway_func`, Deno 2.9.6), before
 * the counters are written and the socket is removed.
 */
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
      // Stays open: an open call keeps newer clients from dropping an idle connection (protocol 7).
      streamStdio(call: ServerWritableStream<unknown, unknown>) {
        call.on("error", ignore);
      },
    },
    controller: {
      shutdown,
    },
  };
}

function isServed(service: string): boolean {
  return service === "" || service === "plugin";
}

function ignore(): void {}
