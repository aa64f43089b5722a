import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Ingredients, type Lock, sbom } from "./sbom.ts";

const LOCK: Lock = {
  npm: {
    "@a/one@1.0.0": { integrity: "sha512-AAEC", dependencies: ["two@2.1.0", "gone"] },
    "two@2.0.0_peer@9.9.9": { integrity: "sha512-//79" },
    "two@2.1.0": { integrity: "sha1-qg==", dependencies: ["@a/one@1.0.0_peer@9.9.9"] },
    "never-bundled@1.0.0": { integrity: "sha512-AAEC" },
  },
};

const found = (name: string, version: string | undefined, licence?: string) => ({
  name,
  ...(version === undefined ? {} : { version }),
  notices: [],
  licence,
});

const INGREDIENTS: Ingredients = {
  program: { name: "program", version: "0.1.0" },
  packages: [
    found("@a/one", "1.0.0", "MIT"),
    found("tslib", undefined),
    found("two", "2.0.0", "(Apache-2.0 AND BSD-3-Clause)"),
    found("two", "2.1.0", "ISC"),
  ],
  lock: LOCK,
  runtime: { deno: "2.9.6", v8: "15.0" },
};

Deno.test("sbom() lists what is inside, with hashes and licences, and nothing else of the lock", async () => {
  const { components } = await sbom(INGREDIENTS);
  assertEquals(components, [
    {
      "type": "library",
      "bom-ref": "@a/one@1.0.0",
      name: "@a/one",
      version: "1.0.0",
      purl: "pkg:npm/%40a/one@1.0.0",
      hashes: [{ alg: "SHA-512", content: "000102" }],
      licenses: [{ license: { id: "MIT" } }],
    },
    {
      "type": "library",
      "bom-ref": "tslib",
      name: "tslib",
      properties: [{ name: "bundled-within-another-package", value: "true" }],
    },
    {
      "type": "library",
      "bom-ref": "two@2.0.0",
      name: "two",
      version: "2.0.0",
      purl: "pkg:npm/two@2.0.0",
      hashes: [{ alg: "SHA-512", content: "fffefd" }],
      licenses: [{ expression: "Apache-2.0 AND BSD-3-Clause" }],
    },
    {
      "type": "library",
      "bom-ref": "two@2.1.0",
      name: "two",
      version: "2.1.0",
      purl: "pkg:npm/two@2.1.0",
      hashes: [{ alg: "SHA-1", content: "aa" }],
      licenses: [{ license: { id: "ISC" } }],
    },
    {
      "type": "platform",
      "bom-ref": "deno@2.9.6",
      name: "deno",
      version: "2.9.6",
      licenses: [{ license: { id: "MIT" } }],
      purl: "pkg:github/denoland/deno@v2.9.6",
      components: [{ "type": "library", "bom-ref": "v8@15.0", name: "v8", version: "15.0" }],
    },
  ]);
});

Deno.test("sbom() says which of them needs which", async () => {
  const { dependencies } = await sbom(INGREDIENTS);
  assertEquals(dependencies, [
    { ref: "program@0.1.0", dependsOn: ["@a/one@1.0.0", "tslib", "two@2.0.0", "two@2.1.0", "deno@2.9.6"] },
    { ref: "@a/one@1.0.0", dependsOn: ["two@2.1.0"] },
    { ref: "tslib", dependsOn: [] },
    { ref: "two@2.0.0", dependsOn: [] },
    { ref: "two@2.1.0", dependsOn: ["@a/one@1.0.0"] },
    { ref: "deno@2.9.6", dependsOn: ["v8@15.0"] },
  ]);
});

Deno.test("sbom() is the same for the same ingredients, and has another serial number for others", async () => {
  const [first, again, other] = await Promise.all([
    sbom(INGREDIENTS),
    sbom(structuredClone(INGREDIENTS)),
    sbom({ ...INGREDIENTS, packages: INGREDIENTS.packages.slice(1) }),
  ]);
  assertEquals(first, again);
  assertMatch(
    String(first["serialNumber"]),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assertNotEquals(first["serialNumber"], other["serialNumber"]);
});
