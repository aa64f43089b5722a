import type { Listener } from "./listen.ts";

/** The one line on stdout: core protocol, application protocol, network, address, wire, no certificate (protocol 1.4). */
export function handshakeLine({ network, address }: Listener): string {
  return `1|2|${network}|${address}|grpc|\n`;
}
