/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; one that cannot be started ends with code -1. */
export async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  try {
    const command = new Deno.Command(program, { args: [...args], env: { NO_COLOR: "1", ...env } });
    const { code, stdout, stderr } = await command.output();
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    return { code: -1, stdout: "", stderr: String(error) };
  }
}
