// An address of the loopback network for this process alone. Between the moment in which a free port is looked for and the moment in which
// a program listens on it, others on 127.0.0.1 may get it: tests beside this one, and connections of any program.
const OWN = `127.${64 + (Deno.pid >> 16 & 63)}.${Deno.pid >> 8 & 255}.${Deno.pid & 255}`;

/** Hosts that were given out. */
const given = new Set<string>();

/** An address with a free port for a program that has to be told where to listen, and that cannot say which port it has chosen. */
export function freeHost(): { readonly host: string; readonly hostname: string; readonly port: number } {
  for (;;) {
    using listener = listen();
    const { hostname, port } = listener.addr;
    const host = `${hostname}:${port}`;
    if (given.has(host)) continue;
    given.add(host);
    return { host, hostname, port };
  }
}

function listen(): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: OWN, port: 0 });
  } catch {
    // Not every system has the whole network.
    return Deno.listen({ hostname: "127.0.0.1", port: 0 });
  }
}
