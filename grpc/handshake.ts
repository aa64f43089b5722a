import type { Listener } from "./listen.ts";

/** The variable by which a host marks a plugin process, and its value (velero-protocol 1.2). */
export const COOKIE = { name: "VELERO_PLUGIN", value: "hello" } as const;

/** The one line on stdout: core protocol, application protocol, network, address, wire, no certificate (velero-protocol 1.4). */
export function handshakeLine({ network, address }: Listener): string {
  return `1|2|${network}|${address}|grpc|\n`;
}
