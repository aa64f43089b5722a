import { assertEquals, assertRejects } from "@std/assert";
import { createHmac } from "node:crypto";
import { bodyOf, fakeHttp, files, secrets, storageLocation } from "../../../tests/kit/storage_location.ts";
import { ImageStoreError } from "../../store.ts";
import { toLocation } from "../location.ts";
import { azureSettings, openAzure } from "./open.ts";
import { textToSign } from "./shared_key.ts";

const KEY = btoa("marker-account-key");
const OWN = "test-ns/cloud-credentials-azure";
const REGISTRY = "test-ns/oadp-test-bsl-azure-registry-secret";
const ACCOUNT = { storageAccount: "acct" };
const PRINCIPAL = "AZURE_CLIENT_ID=cid\nAZURE_CLIENT_SECRET=marker-secret\nAZURE_TENANT_ID=tid\n";
const FEDERATED = "AZURE_CLIENT_ID=cid\nAZURE_FEDERATED_TOKEN_FILE=/token\nAZURE_TENANT_ID=tid\n";

async function put(config: Record<string, string>, of: Parameters<typeof secrets>[0], more = {}) {
  const http = fakeHttp({ status: 201 });
  const storage = await openAzure(toLocation(storageLocation("azure", config)), {
    cluster: secrets(of),
    readFile: files({}),
    http,
    trusted: fakeHttp({ status: 500 }),
    ...more,
  });
  await storage.put("k", new Uint8Array(1));
  return http.requests.at(-1);
}

Deno.test("openshift T13.10.17: container, account and the four values of the registry Secret", async () => {
  const location = toLocation(storageLocation("azure", { ...ACCOUNT, resourceGroup: "rg" }));
  const registry = {
    storage_account_key: KEY,
    client_id_key: "cid",
    client_secret_key: "cs",
    tenant_id_key: "tid",
    subscription_id_key: "sid",
  };
  const { settings, from } = await azureSettings(location, {
    cluster: secrets({ [REGISTRY]: registry }),
    readFile: files({}),
  });
  assertEquals([settings, from], [
    { accountKey: KEY, clientId: "cid", clientSecret: "cs", tenantId: "tid", tokenFile: "", cloud: "" },
    `Secret ${REGISTRY}`,
  ]);
  const request = await put(ACCOUNT, { [REGISTRY]: registry });
  assertEquals(request?.url, "https://acct.blob.core.windows.net/test-bucket/k");
});

Deno.test("openshift T13.10.17: a service principal", async () => {
  const trusted = fakeHttp({ text: '{"access_token":"T","expires_in":3600}' });
  const request = await put(ACCOUNT, { [OWN]: { cloud: PRINCIPAL } }, { trusted });
  assertEquals(request?.headers?.authorization, "Bearer T");
  const [asked] = trusted.requests;
  assertEquals([asked?.method, asked?.url], [
    "POST",
    "https://login.microsoftonline.com/tid/oauth2/v2.0/token",
  ]);
  assertEquals(Object.fromEntries(new URLSearchParams(asked && bodyOf(asked))), {
    grant_type: "client_credentials",
    client_id: "cid",
    client_secret: "marker-secret",
    scope: "https://storage.azure.com/.default",
  });
});

Deno.test("azure: workload identity, openshift IMP-56", async () => {
  const trusted = fakeHttp({ text: '{"access_token":"T"}' });
  const readFile = files({ "/token": "marker-token\n" });
  const request = await put(ACCOUNT, { [OWN]: { cloud: FEDERATED } }, { trusted, readFile });
  assertEquals(request?.headers?.authorization, "Bearer T");
  const [asked] = trusted.requests;
  assertEquals(Object.fromEntries(new URLSearchParams(asked && bodyOf(asked))), {
    grant_type: "client_credentials",
    client_id: "cid",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: "marker-token",
    scope: "https://storage.azure.com/.default",
  });
});

Deno.test("azure: the account's key signs, openshift IMP-56", async () => {
  const request = await put(ACCOUNT, {
    [OWN]: { cloud: `AZURE_STORAGE_ACCOUNT_ACCESS_KEY=${KEY}\n${PRINCIPAL}` },
  });
  const date = request?.headers?.["x-ms-date"] ?? "";
  const text = [
    "PUT",
    ...["", "", "1", "", "application/octet-stream", "", "", "", "", "", ""],
    "x-ms-blob-type:BlockBlob",
    `x-ms-date:${date}`,
    "x-ms-version:2021-12-02",
    "/acct/test-bucket/k",
  ].join("\n");
  const signature = createHmac("sha256", "marker-account-key").update(text).digest("base64");
  assertEquals(request?.headers?.authorization, `SharedKey acct:${signature}`);
});

Deno.test("azure: the key under a name of its own, openshift IMP-56", async () => {
  const config = { ...ACCOUNT, storageAccountKeyEnvVar: "MINE" };
  const request = await put(config, {
    [OWN]: { cloud: `MINE=${KEY}\nAZURE_STORAGE_ACCOUNT_ACCESS_KEY=%\n` },
  });
  assertEquals(request?.headers?.authorization?.startsWith("SharedKey acct:"), true);
});

Deno.test("azure: what is signed of a list", () => {
  const url = "https://h/c?restype=container&comp=list&prefix=a%2Fb%20c&delimiter=%2F";
  assertEquals(textToSign({ method: "GET", url, headers: { "x-ms-date": "d" } }, "acct").split("\n"), [
    "GET",
    ...Array(11).fill(""),
    "x-ms-date:d",
    "/acct/c",
    "comp:list",
    "delimiter:/",
    "prefix:a/b c",
    "restype:container",
  ]);
});

const CLOUDS: [string, string, string][] = [
  ["AzurePublicCloud", "acct.blob.core.windows.net", "login.microsoftonline.com"],
  ["AzureUSGovernmentCloud", "acct.blob.core.usgovcloudapi.net", "login.microsoftonline.us"],
  ["AZURECHINACLOUD", "acct.blob.core.chinacloudapi.cn", "login.chinacloudapi.cn"],
];
for (const [cloud, storage, login] of CLOUDS) {
  Deno.test(`azure: the hosts of ${cloud}`, async () => {
    const trusted = fakeHttp({ text: '{"access_token":"T"}' });
    const of = { [OWN]: { cloud: `${PRINCIPAL}AZURE_CLOUD_NAME=${cloud}\n` } };
    const request = await put(ACCOUNT, of, { trusted });
    assertEquals([request, trusted.requests[0]].map((one) => new URL(one?.url ?? "").host), [storage, login]);
  });
}

const URIS: [string, string][] = [
  ["acct.blob.example.com", "https://acct.blob.example.com/test-bucket/k"],
  ["http://127.0.0.1:1/acct/", "http://127.0.0.1:1/acct/test-bucket/k"],
];
for (const [storageAccountURI, url] of URIS) {
  Deno.test(`azure: storageAccountURI ${storageAccountURI}; activeDirectoryAuthorityURI`, async () => {
    const trusted = fakeHttp({ text: '{"access_token":"T"}' });
    const config = {
      ...ACCOUNT,
      storageAccountURI,
      activeDirectoryAuthorityURI: "https://login.example.com/",
    };
    const request = await put(config, { [OWN]: { cloud: PRINCIPAL } }, { trusted });
    assertEquals([request?.url, trusted.requests[0]?.url], [
      url,
      "https://login.example.com/tid/oauth2/v2.0/token",
    ]);
  });
}

const FAULTS: [string, Record<string, string>, string, { status?: number; text?: string }, string, string][] =
  [
    [
      "no account",
      {},
      PRINCIPAL,
      {},
      "refused",
      "BackupStorageLocation test-ns/test-bsl: config.storageAccount is missing",
    ],
    [
      "an unknown cloud",
      ACCOUNT,
      "AZURE_CLOUD_NAME=Moon",
      {},
      "refused",
      'AZURE_CLOUD_NAME is "Moon"; known are AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud',
    ],
    [
      "a cloud named as what every object has",
      ACCOUNT,
      "AZURE_CLOUD_NAME=constructor",
      {},
      "refused",
      'AZURE_CLOUD_NAME is "constructor"; known are AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud',
    ],
    [
      "no proof",
      ACCOUNT,
      "AZURE_CLIENT_ID=marker",
      {},
      "denied",
      "key cloud of Secret test-ns/cloud-credentials-azure has neither the key of the storage account nor client, tenant and secret (or AZURE_FEDERATED_TOKEN_FILE)",
    ],
    [
      "no token file",
      ACCOUNT,
      FEDERATED,
      {},
      "denied",
      'cannot read the token file "/token", which key cloud of Secret test-ns/cloud-credentials-azure names',
    ],
    [
      "a key that is no key",
      ACCOUNT,
      "AZURE_STORAGE_ACCOUNT_ACCESS_KEY=%marker",
      {},
      "denied",
      "the key of storage account acct is not base64",
    ],
    [
      "a refused secret",
      ACCOUNT,
      PRINCIPAL,
      {
        status: 401,
        text:
          '{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret marker-secret"}',
      },
      "denied",
      "login.microsoftonline.com gives client cid no access token: status 401, invalid_client, AADSTS7000215",
    ],
    [
      "a busy service",
      ACCOUNT,
      PRINCIPAL,
      { status: 503, text: "marker" },
      "failed",
      "login.microsoftonline.com gives client cid no access token: status 503",
    ],
    [
      "an answer without a token",
      ACCOUNT,
      PRINCIPAL,
      { text: "[]" },
      "denied",
      "login.microsoftonline.com gives client cid no access token: status 200",
    ],
  ];
for (const [what, config, cloud, answer, reason, message] of FAULTS) {
  Deno.test(`azure: ${what}; no secret is in the error`, async () => {
    const trusted = fakeHttp(answer);
    const error = await assertRejects(() => put(config, { [OWN]: { cloud } }, { trusted }), ImageStoreError);
    assertEquals([error.reason, error.message], [reason, message]);
    assertEquals(Deno.inspect(error, { depth: 9 }).includes("marker"), false);
  });
}
