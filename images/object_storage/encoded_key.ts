/** A key as it stands in a URL: everything is encoded but slashes and what no service encodes. */
export function encodedKey(key: string): string {
  return encodeURIComponent(key).replaceAll("%2F", "/")
    .replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
