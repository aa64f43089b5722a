/** SHA-256 of a text as 64 hexadecimal digits. From the web's API: `node:crypto` costs 20 ms at the start of the process. */
export async function sha256Hex(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
