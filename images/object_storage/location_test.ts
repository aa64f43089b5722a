import { assertEquals, assertThrows } from "@std/assert";
import { storageLocation } from "../../tests/kit/storage_location.ts";
import { ImageStoreError } from "../store.ts";
import { toLocation } from "./location.ts";

Deno.test("location: what a BackupStorageLocation says, openshift 9.6", () => {
  const object = storageLocation("velero.io/aws", { region: "r", empty: "", insecureSkipTLSVerify: "true" }, {
    credential: { name: "own", key: "k" },
    objectStorage: { bucket: "buc", prefix: "/a/b/", caCert: btoa("PEM") },
  });
  assertEquals(toLocation(object), {
    namespace: "test-ns",
    name: "test-bsl",
    provider: "aws",
    bucket: "buc",
    prefix: "a/b",
    config: { region: "r", insecureSkipTLSVerify: "true" },
    caCert: "PEM",
    insecure: true,
    credential: { name: "own", key: "k" },
    credentialsFile: "/tmp/credentials/test-ns/own-k",
    registrySecret: "oadp-test-bsl-aws-registry-secret",
  });
});

const DEFAULTS: [string, Record<string, string>, string][] = [
  ["aws", {}, "cloud-credentials-cloud"],
  ["azure", {}, "cloud-credentials-azure-cloud"],
  // openshift T13.10.18
  ["gcp", {}, "cloud-credentials-gcp-cloud"],
  ["gcp", { name: "mine" }, "mine-cloud"],
  // openshift T13.10.15
  ["aws", { name: "cloud-credentials-sts", key: "cloud" }, "cloud-credentials-sts-cloud"],
  ["aws", { key: "other" }, "cloud-credentials-other"],
];
for (const [provider, credential, file] of DEFAULTS) {
  Deno.test(`location: each missing part of ${provider}'s credential ${JSON.stringify(credential)} has a default`, () => {
    const { credentialsFile } = toLocation(storageLocation(provider, {}, { credential }));
    assertEquals(credentialsFile, `/tmp/credentials/test-ns/${file}`);
  });
}

const REFUSED: [string, ReturnType<typeof storageLocation>, string, string][] = [
  ["another provider", storageLocation("alibaba"), "unsupported", 'unsupported provider "alibaba"'],
  ["no provider", storageLocation(""), "unsupported", 'unsupported provider ""'],
  [
    "a name of every object",
    storageLocation("constructor"),
    "unsupported",
    'unsupported provider "constructor"',
  ],
  [
    "no bucket",
    storageLocation("aws", {}, { objectStorage: {} }),
    "refused",
    "spec.objectStorage.bucket is empty",
  ],
  [
    "no object storage",
    storageLocation("aws", {}, { objectStorage: null }),
    "refused",
    "spec.objectStorage.bucket is empty",
  ],
  [
    "a broken certificate",
    storageLocation("aws", {}, { objectStorage: { bucket: "b", caCert: "%" } }),
    "refused",
    "spec.objectStorage.caCert is not base64",
  ],
  ["nothing", {}, "unsupported", 'unsupported provider ""'],
];
for (const [what, object, reason, text] of REFUSED) {
  Deno.test(`location: ${what} is refused`, () => {
    const error = assertThrows(() => toLocation(object), ImageStoreError);
    const where = what === "nothing" ? "/" : "test-ns/test-bsl";
    assertEquals([error.reason, error.message], [reason, `BackupStorageLocation ${where}: ${text}`]);
  });
}

Deno.test("location: values of another type count as absent", () => {
  const object = storageLocation("aws", {}, {
    config: { region: 1, s3Url: ["x"], profile: null },
    credential: [],
  });
  const { config, credential } = toLocation(object);
  assertEquals([config, credential], [{}, { name: "cloud-credentials", key: "cloud" }]);
});

Deno.test("location: nothing of one appears in another", () => {
  const first = toLocation(
    storageLocation("azure", { storageAccount: "one", insecureSkipTLSVerify: "true" }),
  );
  const second = toLocation(storageLocation("azure"));
  assertEquals([first.config.storageAccount, second.config, second.insecure], ["one", {}, false]);
});
