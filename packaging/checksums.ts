/** The lines that `sha256sum --check` reads, in the order of the names. */
export async function checksums(folder: URL, files: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    [...files].sort().map(async (file) => {
      const bytes = await Deno.readFile(new URL(file, folder));
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return `${digest.toHex()}  ${file}\n`;
    }),
  );
  return lines.join("");
}
