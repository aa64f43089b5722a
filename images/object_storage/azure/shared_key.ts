import type { HttpRequest } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";

// In this order they stand in the text that is signed; the fifth is the date, which is in x-ms-date.
const SIGNED = ["content-encoding", "content-language", "content-length", "content-md5", "content-type"];
const UNUSED = ["date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"];

/** The `Authorization` header that signs a request with the key of a storage account (scheme SharedKey). */
export async function sharedKey(request: HttpRequest, account: string, key: string): Promise<string> {
  let secret: Uint8Array<ArrayBuffer>;
  try {
    secret = Uint8Array.fromBase64(key);
  } catch {
    throw new ImageStoreError(`the key of storage account ${account} is not base64`, "denied");
  }
  const imported = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const text = new TextEncoder().encode(textToSign(request, account));
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", imported, text));
  return `SharedKey ${account}:${signature.toBase64()}`;
}

/** What is signed: method, headers, and the resource with its query. */
export function textToSign({ method, url, headers = {}, body }: HttpRequest, account: string): string {
  const size = body === undefined ? 0 : body instanceof Uint8Array ? body.length : body.size;
  const all: Readonly<Record<string, string>> = {
    ...headers,
    ...(size === 0 ? {} : { "content-length": String(size) }),
  };
  const own = Object.keys(all).filter((name) => name.startsWith("x-ms-")).sort();
  const { pathname, searchParams } = new URL(url);
  const query = [...new Set(searchParams.keys())].sort();
  return [
    method,
    ...[...SIGNED, ...UNUSED].map((name) => all[name] ?? ""),
    ...own.map((name) => `${name}:${all[name]}`),
    `/${account}${pathname}`,
    ...query.map((name) => `${name}:${searchParams.getAll(name).join(",")}`),
  ].join("\n");
}
