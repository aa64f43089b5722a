import { assertEquals, assertRejects } from "@std/assert";
import { files, secrets, storageLocation } from "../../../tests/kit/storage_location.ts";
import { ImageStoreError } from "../../store.ts";
import { toLocation } from "../location.ts";
import { findCredentials } from "./find.ts";

const location = toLocation(storageLocation("aws", {}, { credential: { name: "own", key: "k" } }));
const REGISTRY = "test-ns/oadp-test-bsl-aws-registry-secret";
const FILE = "/tmp/credentials/test-ns/own-k";

Deno.test("credentials: the Secret of the location comes first, openshift IMP-56", async () => {
  const cluster = secrets({ "test-ns/own": { k: "text" }, [REGISTRY]: { access_key: "ak" } });
  assertEquals(await findCredentials(location, { cluster, readFile: files({ [FILE]: "file" }) }), {
    text: "text",
    from: "key k of Secret test-ns/own",
  });
  assertEquals(cluster.reads, ["secrets test-ns/own"]);
});

Deno.test("credentials: then the file that Velero writes, openshift IMP-56", async () => {
  const cluster = secrets({ "test-ns/own": { other: "text" }, [REGISTRY]: { access_key: "ak" } });
  assertEquals(await findCredentials(location, { cluster, readFile: files({ [FILE]: "file" }) }), {
    text: "file",
    from: FILE,
  });
});

Deno.test("credentials: then the registry Secret, openshift IMP-56", async () => {
  const found = await findCredentials(location, {
    cluster: secrets({ [REGISTRY]: { access_key: "ak" } }),
    readFile: files({}),
  });
  assertEquals(
    "registry" in found && [found.registry("access_key"), found.registry("secret_key"), found.from],
    [
      "ak",
      "",
      `Secret ${REGISTRY}`,
    ],
  );
});

for (
  const [provider, places] of [
    [
      "aws",
      "key cloud of Secret test-ns/cloud-credentials, then /tmp/credentials/test-ns/cloud-credentials-cloud, then Secret test-ns/oadp-test-bsl-aws-registry-secret",
    ],
    [
      "gcp",
      "key cloud of Secret test-ns/cloud-credentials-gcp, then /tmp/credentials/test-ns/cloud-credentials-gcp-cloud",
    ],
  ] as const
) {
  Deno.test(`credentials: none for ${provider}: the error names the places (openshift T13.10.20)`, async () => {
    const sources = { cluster: secrets({}), readFile: files({}) };
    const error = await assertRejects(
      () => findCredentials(toLocation(storageLocation(provider)), sources),
      ImageStoreError,
    );
    assertEquals([error.reason, error.message], [
      "denied",
      `BackupStorageLocation test-ns/test-bsl: there are no credentials: looked for ${places}`,
    ]);
  });
}

Deno.test("credentials: a Secret whose data is broken", async () => {
  const cluster = { get: () => Promise.resolve({ kind: "Secret", data: { k: "%" } }) };
  const error = await assertRejects(
    () => findCredentials(location, { cluster, readFile: files({}) }),
    ImageStoreError,
  );
  assertEquals(error.message, "Secret test-ns/own: k is not base64");
});

Deno.test("credentials: what the API server refuses is no absent Secret", async () => {
  const cluster = { get: () => Promise.reject(new TypeError("forbidden")) };
  await assertRejects(
    () => findCredentials(location, { cluster, readFile: files({}) }),
    TypeError,
    "forbidden",
  );
});
