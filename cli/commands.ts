/** Runs a command for people or the sidecar; ends the process with its exit code. */
export async function runCommand([word = "", ...args]: readonly string[]): Promise<void> {
  if (word === "sidecar") Deno.exit(await (await import("./sidecar.ts")).runSidecar(args));
}
