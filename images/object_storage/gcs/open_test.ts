import { assertEquals, assertRejects } from "@std/assert";
import { bodyOf, fakeHttp, files, secrets, storageLocation } from "../../../tests/kit/storage_location.ts";
import { ImageStoreError } from "../../store.ts";
import { toLocation } from "../location.ts";
import { openGcs } from "./open.ts";

const OWN = "test-ns/cloud-credentials-gcp";
const TOKEN = { text: '{"access_token":"T","expires_in":3600}' };

const pair = await crypto.subtle.generateKey(
  {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  },
  true,
  ["sign", "verify"],
);
const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toBase64();
const PEM = `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;

const ACCOUNT = { type: "service_account", client_email: "v@p.iam", private_key_id: "kid", private_key: PEM };
const EXTERNAL = {
  type: "external_account",
  audience: "//iam/pool",
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: "https://sts.googleapis.com/v1/token",
  credential_source: { file: "/token" },
};

async function put(file: unknown, more = {}) {
  const http = fakeHttp({});
  const cloud = typeof file === "string" ? file : JSON.stringify(file);
  const storage = await openGcs(toLocation(storageLocation("gcp")), {
    cluster: secrets({ [OWN]: { cloud } }),
    readFile: files({ "/token": "marker-token\n" }),
    http,
    trusted: fakeHttp({ status: 500 }),
    ...more,
  });
  await storage.put("k", new Uint8Array(1));
  return http.requests.at(-1);
}

Deno.test("openshift T13.10.18: gcs, the bucket, and the file that Velero writes", async () => {
  const trusted = fakeHttp(TOKEN);
  const readFile = files({ "/tmp/credentials/test-ns/cloud-credentials-gcp-cloud": JSON.stringify(ACCOUNT) });
  const request = await put("", { cluster: secrets({}), readFile, trusted });
  assertEquals(
    request?.url,
    "https://storage.googleapis.com/upload/storage/v1/b/test-bucket/o?uploadType=media&name=k",
  );
  assertEquals(request?.headers?.authorization, "Bearer T");
});

Deno.test("gcs: the key of a service account signs a request for a token, openshift IMP-56", async () => {
  const trusted = fakeHttp(TOKEN);
  await put(ACCOUNT, { trusted });
  const [asked] = trusted.requests;
  assertEquals(asked?.url, "https://oauth2.googleapis.com/token");
  const form = new URLSearchParams(asked && bodyOf(asked));
  assertEquals(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
  const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const bytes = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" });
  const json = (text: string) => JSON.parse(new TextDecoder().decode(bytes(text)));
  assertEquals(json(head), { alg: "RS256", typ: "JWT", kid: "kid" });
  const { iat, exp, ...rest } = json(claims);
  assertEquals(rest, {
    iss: "v@p.iam",
    scope: "https://www.googleapis.com/auth/devstorage.read_write",
    aud: "https://oauth2.googleapis.com/token",
  });
  assertEquals([exp - iat, Math.abs(iat - Date.now() / 1000) < 60], [3600, true]);
  const signed = new TextEncoder().encode(`${head}.${claims}`);
  assertEquals(
    await crypto.subtle.verify("RSASSA-PKCS1-v1_5", pair.publicKey, bytes(signature), signed),
    true,
  );
});

Deno.test("gcs: another universe and another token service", async () => {
  const trusted = fakeHttp(TOKEN);
  const file = { ...ACCOUNT, universe_domain: "example.com", token_uri: "https://oauth2.example.com/token" };
  const request = await put(file, { trusted });
  assertEquals([new URL(request?.url ?? "").host, trusted.requests[0]?.url], [
    "storage.example.com",
    "https://oauth2.example.com/token",
  ]);
});

const SOURCES: [string, unknown, string][] = [
  ["text", { file: "/token" }, "marker-token\n"],
  [
    "JSON",
    { file: "/token", format: { type: "json", subject_token_field_name: "t" } },
    '{"t":"marker-token"}',
  ],
];
for (const [what, source, content] of SOURCES) {
  Deno.test(`gcs: an external account exchanges a token in a file: ${what}, openshift IMP-56`, async () => {
    const trusted = fakeHttp(TOKEN);
    const readFile = files({ "/token": content });
    const request = await put({ ...EXTERNAL, credential_source: source }, { trusted, readFile });
    assertEquals(request?.headers?.authorization, "Bearer T");
    const [asked] = trusted.requests;
    assertEquals(asked?.url, EXTERNAL.token_url);
    assertEquals(Object.fromEntries(new URLSearchParams(asked && bodyOf(asked))), {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: "//iam/pool",
      scope: "https://www.googleapis.com/auth/devstorage.read_write",
      subject_token_type: EXTERNAL.subject_token_type,
      subject_token: "marker-token",
    });
  });
}

Deno.test("gcs: an external account that stands for a service account, openshift IMP-56", async () => {
  const url =
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/v@p.iam:generateAccessToken";
  const trusted = fakeHttp(TOKEN, {
    text: '{"accessToken":"IMPERSONATED","expireTime":"2099-01-01T00:00:00Z"}',
  });
  const request = await put({ ...EXTERNAL, service_account_impersonation_url: url }, { trusted });
  assertEquals(request?.headers?.authorization, "Bearer IMPERSONATED");
  const [exchange, asked] = trusted.requests;
  const form = new URLSearchParams(exchange && bodyOf(exchange));
  assertEquals(form.get("scope"), "https://www.googleapis.com/auth/cloud-platform");
  assertEquals([asked?.url, asked?.headers?.authorization], [url, "Bearer T"]);
  assertEquals(JSON.parse(asked === undefined ? "" : bodyOf(asked)), {
    scope: ["https://www.googleapis.com/auth/devstorage.read_write"],
    lifetime: "3600s",
  });
});

const FROM = "key cloud of Secret test-ns/cloud-credentials-gcp";
const FAULTS: [string, unknown, { status?: number; text?: string }, string, string][] = [
  ["no JSON", "marker", {}, "denied", `${FROM} is not JSON`],
  ["no object", "[]", {}, "denied", `${FROM} is not a JSON object`],
  [
    "another type",
    { type: "authorized_user" },
    {},
    "denied",
    `${FROM} has the type "authorized_user"; service_account and external_account are supported`,
  ],
  ["no email", { ...ACCOUNT, client_email: "" }, {}, "denied", `${FROM} has no client_email`],
  ["no key", { ...ACCOUNT, private_key: undefined }, {}, "denied", `${FROM} has no private_key`],
  [
    "a broken key",
    { ...ACCOUNT, private_key: "marker" },
    {},
    "denied",
    `private_key in ${FROM} is not an RSA key in PKCS #8`,
  ],
  [
    "a refused key",
    ACCOUNT,
    { status: 400, text: '{"error":"invalid_grant","error_description":"marker"}' },
    "denied",
    "oauth2.googleapis.com gives service account v@p.iam no access token: status 400, invalid_grant",
  ],
  [
    "another source",
    { ...EXTERNAL, credential_source: { url: "http://m" } },
    {},
    "denied",
    `credential_source in ${FROM} names no file; other sources are not supported`,
  ],
  [
    "no file",
    { ...EXTERNAL, credential_source: { file: "/none" } },
    {},
    "denied",
    `cannot read the token file "/none", which ${FROM} names`,
  ],
  [
    "a file without the field",
    {
      ...EXTERNAL,
      credential_source: { file: "/token", format: { type: "json", subject_token_field_name: "t" } },
    },
    {},
    "denied",
    `the token file "/token" is not JSON`,
  ],
];
for (const [what, file, answer, reason, message] of FAULTS) {
  Deno.test(`gcs: ${what}; no secret is in the error`, async () => {
    const error = await assertRejects(() => put(file, { trusted: fakeHttp(answer) }), ImageStoreError);
    assertEquals([error.reason, error.message], [reason, message]);
    assertEquals(Deno.inspect(error, { depth: 9 }).includes("marker"), false);
  });
}

Deno.test("gcs: a service account that may not be impersonated", async () => {
  const file = { ...EXTERNAL, service_account_impersonation_url: "https://iam.example.com/x" };
  for (const [status, reason] of [[403, "denied"], [503, "failed"]] as const) {
    const trusted = fakeHttp(TOKEN, { status, text: "marker" });
    const error = await assertRejects(() => put(file, { trusted }), ImageStoreError);
    assertEquals([error.reason, error.message], [
      reason,
      `iam.example.com: the service account cannot be impersonated: status ${status}`,
    ]);
  }
});
