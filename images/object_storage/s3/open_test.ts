import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { faultInSignature, type SigningKeys } from "../../../tests/kit/sigv4.ts";
import { bodyOf, fakeHttp, files, secrets, storageLocation } from "../../../tests/kit/storage_location.ts";
import type { HttpRequest } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { toLocation } from "../location.ts";
import { keysOfProfile, openS3, s3Bucket } from "./open.ts";
import { awsEndpoint } from "./region.ts";

const INI =
  "[default]\naws_access_key_id=AK\naws_secret_access_key=SK\n\n[other]\naws_access_key_id=AK2\naws_secret_access_key=SK2\naws_session_token=ST2\n";
const OWN = "test-ns/cloud-credentials";
const REGISTRY = "test-ns/oadp-test-bsl-aws-registry-secret";

function fault(request: HttpRequest | undefined, keys: SigningKeys): string | undefined {
  if (request === undefined) return "no request";
  const url = new URL(request.url);
  return faultInSignature({
    method: request.method,
    target: url.pathname + url.search,
    header: (name) => name === "host" ? url.host : request.headers?.[name] ?? null,
  }, keys);
}

/** Opens the location, puts the object `k`, and gives the request. */
async function put(
  location: ReturnType<typeof storageLocation>,
  of: Parameters<typeof secrets>[0],
  more = {},
) {
  const http = fakeHttp();
  const storage = await openS3(toLocation(location), {
    cluster: secrets(of),
    readFile: files({}),
    http,
    trusted: fakeHttp({ status: 500 }),
    ...more,
  });
  await storage.put("k", new Uint8Array(1));
  return http.requests.at(-1);
}

Deno.test("openshift T13.10.13: region, s3Url, skip verify false, profile; keys of the registry Secret", async () => {
  const config = {
    region: "aws-region",
    s3Url: "https://sr-url-aws-domain.com",
    insecureSkipTLSVerify: "false",
    profile: "test-profile",
  };
  const object = storageLocation("aws", config);
  assertEquals(await s3Bucket(toLocation(object), { http: fakeHttp() }), {
    bucket: "test-bucket",
    region: "aws-region",
    endpoint: "https://sr-url-aws-domain.com",
    pathStyle: true,
  });
  assertEquals(toLocation(object).insecure, false);
  const request = await put(object, { [REGISTRY]: { access_key: "ak", secret_key: "sk" } });
  assertEquals(request?.url, "https://sr-url-aws-domain.com/test-bucket/k");
  assertEquals(fault(request, { accessKeyId: "ak", secretAccessKey: "sk", region: "aws-region" }), undefined);
});

Deno.test("openshift T13.10.14: without region and s3Url the region is looked up", async () => {
  const http = fakeHttp({ status: 403, headers: { "x-amz-bucket-region": "us-east-1" } });
  assertEquals(await s3Bucket(toLocation(storageLocation("aws")), { http }), {
    bucket: "test-bucket",
    region: "us-east-1",
    endpoint: "https://s3.us-east-1.amazonaws.com",
    pathStyle: false,
  });
  assertEquals(http.requests.map(({ method, url }) => `${method} ${url}`), [
    "HEAD https://s3.us-east-1.amazonaws.com/test-bucket",
  ]);
});

// openshift T13.10.15: the file is read when the Secret is not there, and no keys of the registry Secret are used.
Deno.test("openshift T13.10.15: enableSharedConfig, the credential file of cloud-credentials-sts", async () => {
  const object = storageLocation("aws", { region: "r", enableSharedConfig: "true" }, {
    credential: { name: "cloud-credentials-sts", key: "cloud" },
  });
  const readFile = files({ "/tmp/credentials/test-ns/cloud-credentials-sts-cloud": INI });
  const request = await put(object, { [REGISTRY]: { access_key: "ak", secret_key: "sk" } }, { readFile });
  assertEquals(fault(request, { accessKeyId: "AK", secretAccessKey: "SK", region: "r" }), undefined);
});

Deno.test("openshift T13.10.16: the profile is looked up in the credential file; a missing one is an error (openshift IMP-56)", async () => {
  const of = { [OWN]: { cloud: INI } };
  const request = await put(storageLocation("aws", { region: "r", profile: "other" }), of);
  const keys = { accessKeyId: "AK2", secretAccessKey: "SK2", sessionToken: "ST2", region: "r" };
  assertEquals(fault(request, keys), undefined);
  const error = await assertRejects(
    () => put(storageLocation("aws", { region: "r", profile: "none" }), of),
    ImageStoreError,
  );
  assertEquals([error.reason, error.message], [
    "denied",
    "key cloud of Secret test-ns/cloud-credentials has no profile [none] (openshift IMP-56)",
  ]);
});

Deno.test("openshift T13.10.19: bsl1 in ns1 with the registry Secret; empty values are absent", async () => {
  const object = storageLocation("aws", { region: "region", s3Url: "", profile: "" }, {
    objectStorage: { bucket: "buc" },
  }, [
    "ns1",
    "bsl1",
  ]);
  const request = await put(object, {
    "ns1/oadp-bsl1-aws-registry-secret": { access_key: "ak", secret_key: "sk" },
  });
  assertEquals(request?.url, "https://buc.s3.region.amazonaws.com/k");
  assertEquals(fault(request, { accessKeyId: "ak", secretAccessKey: "sk", region: "region" }), undefined);
});

Deno.test("openshift T13.10.20: without a registry Secret the location's own credential is read", async () => {
  const object = storageLocation("aws", { region: "r" }, {}, ["ns1", "bsl1"]);
  const request = await put(object, { "ns1/cloud-credentials": { cloud: INI } });
  assertEquals(fault(request, { accessKeyId: "AK", secretAccessKey: "SK", region: "r" }), undefined);
  const error = await assertRejects(() => put(object, {}), ImageStoreError);
  assertEquals(error.message.includes("Secret ns1/oadp-bsl1-aws-registry-secret"), true);
});

for (const region of ["us-east-1", "us-west-1", "eu-central-1", "sa-east-1"]) {
  Deno.test(`openshift T13.10.21: the region of a bucket is what S3 says: ${region}`, async () => {
    const http = fakeHttp({ status: 301, headers: { "x-amz-bucket-region": region } });
    const found = await s3Bucket(toLocation(storageLocation("aws")), { http });
    assertEquals([found.region, found.endpoint], [region, `https://s3.${region}.amazonaws.com`]);
  });
}

Deno.test("openshift T13.10.21: each partition of AWS is asked; none knows the bucket", async () => {
  const away = { status: 404, headers: { "x-amz-bucket-region": "us-east-1" } };
  const china = fakeHttp(away, { status: 403, headers: { "x-amz-bucket-region": "cn-northwest-1" } });
  const found = await s3Bucket(toLocation(storageLocation("aws")), { http: china });
  assertEquals([found.region, found.endpoint], [
    "cn-northwest-1",
    "https://s3.cn-northwest-1.amazonaws.com.cn",
  ]);
  const nobody = fakeHttp(away);
  const error = await assertRejects(
    () => s3Bucket(toLocation(storageLocation("aws")), { http: nobody }),
    ImageStoreError,
  );
  assertEquals(
    error.message,
    "BackupStorageLocation test-ns/test-bsl: failed to get bucket region: unable to determine bucket's region; set config.region",
  );
  assertEquals(nobody.requests.map(({ url }) => new URL(url).host), [
    "s3.us-east-1.amazonaws.com",
    "s3.cn-north-1.amazonaws.com.cn",
    "s3.us-gov-west-1.amazonaws.com",
  ]);
});

const STYLES: [string, Record<string, string>, string, string][] = [
  ["by host", { region: "r" }, "buc", "https://buc.s3.r.amazonaws.com/k"],
  ["by path when told", { region: "r", s3ForcePathStyle: "true" }, "buc", "https://s3.r.amazonaws.com/buc/k"],
  ["by path for a name with dots", { region: "r" }, "buc.ket", "https://s3.r.amazonaws.com/buc.ket/k"],
  ["by path with s3Url", { region: "r", s3Url: "http://minio:9000" }, "buc", "http://minio:9000/buc/k"],
  ["an s3Url without a scheme", { region: "r", s3Url: "minio:9000" }, "buc", "https://minio:9000/buc/k"],
];
for (const [what, config, bucket, url] of STYLES) {
  Deno.test(`s3: a bucket is named ${what}, openshift 10.3`, async () => {
    const object = storageLocation("aws", config, { objectStorage: { bucket } });
    assertEquals((await put(object, { [OWN]: { cloud: INI } }))?.url, url);
  });
}

for (
  const [config, text] of [
    [{ s3Url: "https://minio" }, "region not found in backupstoragelocation spec"],
    [{ s3Url: "ftp://minio", region: "r" }, 'config.s3Url is "ftp://minio", which is no URL'],
    [{ s3Url: "://", region: "r" }, 'config.s3Url is "://", which is no URL'],
  ] as const
) {
  Deno.test(`s3: ${text}`, async () => {
    const error = await assertRejects(
      () => s3Bucket(toLocation(storageLocation("aws", config)), { http: fakeHttp() }),
      ImageStoreError,
    );
    assertEquals(error.message, `BackupStorageLocation test-ns/test-bsl: ${text}`);
  });
}

const ROLE = "[default]\nrole_arn = arn:aws:iam::1:role/velero\nweb_identity_token_file=/var/run/token\n";
const STS = (expiration: string) =>
  `<AssumeRoleWithWebIdentityResponse><Credentials><AccessKeyId>TMP</AccessKeyId><SecretAccessKey>TMPSK</SecretAccessKey><SessionToken>TMPST&amp;</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResponse>`;

Deno.test("s3: a role is assumed with the token of the service account, openshift IMP-56", async () => {
  const trusted = fakeHttp({ text: STS(new Date(Date.now() + 3_600_000).toISOString()) });
  const request = await put(storageLocation("aws", { region: "cn-north-1" }), { [OWN]: { cloud: ROLE } }, {
    readFile: files({ "/var/run/token": "marker-token\n" }),
    trusted,
  });
  const keys = { accessKeyId: "TMP", secretAccessKey: "TMPSK", sessionToken: "TMPST&", region: "cn-north-1" };
  assertEquals(fault(request, keys), undefined);
  const [asked] = trusted.requests;
  assertEquals([asked?.method, asked?.url], ["POST", "https://sts.cn-north-1.amazonaws.com.cn/"]);
  assertEquals(Object.fromEntries(new URLSearchParams(asked && bodyOf(asked))), {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: "arn:aws:iam::1:role/velero",
    RoleSessionName: "velero-plugin-for-workloads",
    WebIdentityToken: "marker-token",
  });
});

const STS_FAULTS: [string, { status?: number; text: string }, Record<string, string>, string, string][] = [
  [
    "refused",
    { status: 403, text: "<Error><Code>AccessDenied</Code><Message>marker-token</Message></Error>" },
    {
      "/var/run/token": "marker-token",
    },
    "denied",
    "sts.r.amazonaws.com: cannot assume role arn:aws:iam::1:role/velero: status 403, AccessDenied",
  ],
  [
    "busy",
    { status: 503, text: "" },
    { "/var/run/token": "marker-token" },
    "failed",
    "sts.r.amazonaws.com: cannot assume role arn:aws:iam::1:role/velero: status 503, ",
  ],
  [
    "empty",
    { text: "<x/>" },
    { "/var/run/token": "marker-token" },
    "denied",
    "sts.r.amazonaws.com: the answer for role arn:aws:iam::1:role/velero has no credentials",
  ],
  [
    "without the file",
    { text: "" },
    {},
    "denied",
    'cannot read web_identity_token_file "/var/run/token", which key cloud of Secret test-ns/cloud-credentials names',
  ],
];
for (const [what, answer, of, reason, message] of STS_FAULTS) {
  Deno.test(`s3: a role cannot be assumed: ${what}; no secret is in the error`, async () => {
    const error = await assertRejects(
      () =>
        put(storageLocation("aws", { region: "r" }), { [OWN]: { cloud: ROLE } }, {
          readFile: files(of),
          trusted: fakeHttp(answer),
        }),
      ImageStoreError,
    );
    assertEquals([error.reason, error.message], [reason, message]);
    assertEquals(Deno.inspect(error, { depth: 9 }).includes("marker"), false);
  });
}

Deno.test("s3: keys whose end has come are renewed before the next request, once for all", async () => {
  const ended = STS(new Date(Date.now() - 1000).toISOString());
  const later = STS(new Date(Date.now() + 3_600_000).toISOString()).replace("TMP<", "NEXT<");
  const trusted = fakeHttp({ text: ended }, { text: later });
  const http = fakeHttp();
  const storage = await openS3(toLocation(storageLocation("aws", { region: "r" })), {
    cluster: secrets({ [OWN]: { cloud: ROLE } }),
    readFile: files({ "/var/run/token": "t" }),
    http,
    trusted,
  });
  await storage.put("k", new Uint8Array(1));
  await Promise.all([storage.put("k", new Uint8Array(1)), storage.put("k", new Uint8Array(1))]);
  const used = http.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers?.authorization ?? "")?.[1]);
  assertEquals([used, trusted.requests.length], [["TMP", "NEXT", "NEXT"], 2]);
});

Deno.test("s3: credentials are read when the first request needs them, and not by the signal of opening", async () => {
  const cluster = secrets({ [OWN]: { cloud: INI } });
  const stop = new AbortController();
  const access = { cluster, readFile: files({}), http: fakeHttp(), trusted: fakeHttp(), signal: stop.signal };
  const storage = await openS3(toLocation(storageLocation("aws", { region: "r" })), access);
  assertEquals(cluster.reads, []);
  stop.abort();
  await storage.put("k", new Uint8Array(1));
  assertEquals(cluster.reads, [`secrets ${OWN}`]);
});

for (const text of ["[default]\naws_access_key_id=marker\n", "[default]\nrole_arn=marker\n", "[default]\n"]) {
  Deno.test(`s3: an incomplete profile (${text.split("\n")[1]}) is refused without its values`, () => {
    const error = assertThrows(() => keysOfProfile(text, "default", "the file"), ImageStoreError);
    assertEquals([error.reason, error.message.includes("marker")], ["denied", false]);
  });
}

Deno.test("s3: an incomplete registry Secret", async () => {
  const error = await assertRejects(
    () => put(storageLocation("aws", { region: "r" }), { [REGISTRY]: { access_key: "marker" } }),
    ImageStoreError,
  );
  assertEquals([error.reason, error.message], [
    "denied",
    `Secret ${REGISTRY} has not both access_key and secret_key`,
  ]);
});

Deno.test("s3: endpoints of AWS", () => {
  assertEquals(awsEndpoint("sts", "us-gov-west-1"), "https://sts.us-gov-west-1.amazonaws.com");
});
