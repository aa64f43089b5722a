/** Where a started plugin listens. */
export interface Address {
  readonly network: "unix" | "tcp";
  /** A socket path, or `host:port`. */
  readonly address: string;
}

/**
 * Reads the handshake line that a plugin prints first (protocol 1.4).
 *
 * @throws {TypeError} when the line is not a handshake that Velero accepts; the message is close to Velero's own.
 */
export function parseHandshake(line: string): Address {
  const [core, app, network, address, protocol = "netrpc"] = line.trim().split("|");
  if (address === undefined) throw new TypeError(`Unrecognized remote plugin message: "${line.trim()}"`);
  if (core !== "1") throw new TypeError(`Incompatible core API version with plugin: "${core}", expected "1"`);
  if (app !== "2") throw new TypeError(`Incompatible API version with plugin: "${app}", Velero offers "2"`);
  if (network !== "unix" && network !== "tcp") throw new TypeError(`Unknown address type: "${network}"`);
  if (protocol !== "grpc") throw new TypeError(`Unsupported plugin protocol: "${protocol}", expected "grpc"`);
  return { network, address };
}
