/**
 * Credential files of Google (openshift IMP-56): keys of service accounts, and external accounts, which is workload identity federation.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../../objects/json.ts";
import { objectAt, stringAt } from "../../../objects/object.ts";
import { type HttpClient, textOf } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { accessToken } from "../credentials/oauth.ts";
import { type Credential, credentialReason } from "../renewed.ts";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
const HOUR = 3600;

/** What an access token is got with. */
export interface GoogleAccess {
  readonly http: HttpClient;
  readonly readFile?: (path: string) => Promise<string>;
  /** Where the file came from, for messages. */
  readonly from: string;
}

/** The parsed text of a credential file. What it says is in no error. */
export function parseGoogleFile(text: string, from: string): JsonObject {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ImageStoreError(`${from} is not JSON`, "denied");
  }
  if (isObject(value)) return value;
  throw new ImageStoreError(`${from} is not a JSON object`, "denied");
}

/** An access token for the storage. */
export async function googleToken(file: JsonObject, access: GoogleAccess): Promise<Credential<string>> {
  const type = stringAt(file, "type") ?? "";
  if (type === "service_account") return await serviceAccountToken(file, access);
  if (type === "external_account") return await externalAccountToken(file, access);
  throw new ImageStoreError(
    `${access.from} has the type "${type}"; service_account and external_account are supported`,
    "denied",
  );
}

function field(file: JsonObject, name: string, { from }: GoogleAccess): string {
  const value = stringAt(file, name) ?? "";
  if (value !== "") return value;
  throw new ImageStoreError(`${from} has no ${name}`, "denied");
}

async function serviceAccountToken(file: JsonObject, access: GoogleAccess): Promise<Credential<string>> {
  const email = field(file, "client_email", access);
  const url = stringAt(file, "token_uri") || "https://oauth2.googleapis.com/token";
  const now = Math.floor(Date.now() / 1000);
  const keyId = stringAt(file, "private_key_id") ?? "";
  const header = { alg: "RS256", typ: "JWT", ...(keyId === "" ? {} : { kid: keyId }) };
  const claims = { iss: email, scope: SCOPE, aud: url, iat: now, exp: now + HOUR };
  const unsigned = `${base64Url(JSON.stringify(header))}.${base64Url(JSON.stringify(claims))}`;
  const signature = await sign(unsigned, field(file, "private_key", access), access.from);
  return await accessToken({
    http: access.http,
    url,
    form: {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: `${unsigned}.${signature}`,
    },
    who: `service account ${email}`,
  });
}

async function sign(text: string, pem: string, from: string): Promise<string> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  let key: CryptoKey;
  try {
    const der = Uint8Array.fromBase64(pem.replaceAll(/-----[^-]+-----|\s/g, ""));
    key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  } catch {
    throw new ImageStoreError(`private_key in ${from} is not an RSA key in PKCS #8`, "denied");
  }
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(text));
  return base64Url(new Uint8Array(signature));
}

function base64Url(value: string | Uint8Array<ArrayBuffer>): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

async function externalAccountToken(file: JsonObject, access: GoogleAccess): Promise<Credential<string>> {
  const impersonated = stringAt(file, "service_account_impersonation_url") ?? "";
  const token = await accessToken({
    http: access.http,
    url: field(file, "token_url", access),
    form: {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: field(file, "audience", access),
      scope: impersonated === "" ? SCOPE : "https://www.googleapis.com/auth/cloud-platform",
      subject_token_type: field(file, "subject_token_type", access),
      subject_token: await subjectToken(file, access),
    },
    who: "the external account",
  });
  return impersonated === "" ? token : await impersonatedToken(impersonated, token.value, access);
}

async function subjectToken(
  file: JsonObject,
  { readFile = Deno.readTextFile, from }: GoogleAccess,
): Promise<string> {
  const source = objectAt(file, "credential_source");
  const path = stringAt(source, "file") ?? "";
  if (path === "") {
    throw new ImageStoreError(
      `credential_source in ${from} names no file; other sources are not supported`,
      "denied",
    );
  }
  const text = await readFile(path).catch((cause) => {
    throw new ImageStoreError(`cannot read the token file "${path}", which ${from} names`, "denied", {
      cause,
    });
  });
  if (stringAt(source, "format", "type") !== "json") return text.trim();
  const name = stringAt(source, "format", "subject_token_field_name") ?? "";
  const token = stringAt(parseGoogleFile(text, `the token file "${path}"`), name) ?? "";
  if (token !== "") return token;
  throw new ImageStoreError(`the token file "${path}", which ${from} names, has no "${name}"`, "denied");
}

async function impersonatedToken(
  url: string,
  token: string,
  { http }: GoogleAccess,
): Promise<Credential<string>> {
  const answer = await http({
    method: "POST",
    url,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: new TextEncoder().encode(JSON.stringify({ scope: [SCOPE], lifetime: `${HOUR}s` })),
  });
  const text = await textOf(answer);
  const { host } = new URL(url);
  if (answer.status !== 200) {
    throw new ImageStoreError(
      `${host}: the service account cannot be impersonated: status ${answer.status}`,
      credentialReason(answer.status),
    );
  }
  const body = parseGoogleFile(text, `the answer of ${host}`);
  const end = Date.parse(stringAt(body, "expireTime") ?? "");
  const value = stringAt(body, "accessToken") ?? "";
  if (value === "") throw new ImageStoreError(`the answer of ${host} has no access token`, "denied");
  return { value, ...(Number.isNaN(end) ? {} : { lifetime: end - Date.now() }) };
}
