/**
 * The bill of materials of an executable, in CycloneDX 1.6: the packages that the bundle holds code of, and the runtime around it.
 *
 * @module
 */

import { type BundledPackage, nameOf } from "./packages.ts";

/** A `deno.lock` of version 5, as far as it is read here. */
export interface Lock {
  /** By `name@version`, with `_peer@version` behind where a package has peers. */
  readonly npm: Readonly<
    Record<string, { readonly integrity?: string; readonly dependencies?: readonly string[] }>
  >;
}

/** A package with what its package.json says of its licence. */
export interface Licensed extends BundledPackage {
  /** An SPDX expression. */
  readonly licence: string | undefined;
}

/** What goes into the bill. */
export interface Ingredients {
  readonly program: { readonly name: string; readonly version: string };
  readonly packages: readonly Licensed[];
  readonly lock: Lock;
  /** The versions of the runtime, which is part of the executable. */
  readonly runtime: { readonly deno: string; readonly v8: string };
}

/** The document; equal ingredients give equal bytes. */
export async function sbom(
  { program, packages, lock, runtime }: Ingredients,
): Promise<Record<string, unknown>> {
  const root = `${program.name}@${program.version}`;
  const components = [
    ...packages.map((found) => component(found, lock)),
    {
      "type": "platform",
      "bom-ref": `deno@${runtime.deno}`,
      name: "deno",
      version: runtime.deno,
      licenses: [{ license: { id: "MIT" } }],
      purl: `pkg:github/denoland/deno@v${runtime.deno}`,
      components: [{ "type": "library", "bom-ref": `v8@${runtime.v8}`, name: "v8", version: runtime.v8 }],
    },
  ];
  const dependencies = [
    { ref: root, dependsOn: [...packages.map(nameOf), `deno@${runtime.deno}`] },
    ...packages.map((found) => ({ ref: nameOf(found), dependsOn: dependenciesOf(found, packages, lock) })),
    { ref: `deno@${runtime.deno}`, dependsOn: [`v8@${runtime.v8}`] },
  ];
  const metadata = {
    lifecycles: [{ phase: "build" }],
    component: {
      "type": "application",
      "bom-ref": root,
      name: program.name,
      version: program.version,
      licenses: [{ license: { id: "Apache-2.0" } }],
    },
  };
  const content = { metadata, components, dependencies };
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${await uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
  };
}

function component(found: Licensed, lock: Lock): Record<string, unknown> {
  const { name, version, licence } = found;
  const integrity = locked(found, lock)?.integrity;
  return {
    "type": "library",
    "bom-ref": nameOf(found),
    name,
    ...(version === undefined
      ? { properties: [{ name: "bundled-within-another-package", value: "true" }] }
      : { version, purl: `pkg:npm/${name.replace("@", "%40")}@${version}` }),
    ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
    ...(licence === undefined ? {} : { licenses: [licenceChoice(licence)] }),
  };
}

/** An expression has a place of its own beside the ids of single licences. */
function licenceChoice(licence: string): Record<string, unknown> {
  return /\s/.test(licence)
    ? { expression: licence.replace(/^\((.*)\)$/, "$1") }
    : { license: { id: licence } };
}

function hashOf(integrity: string): Record<string, string> {
  const [, algorithm = "", base64 = ""] = /^sha(\d+)-(.+)$/.exec(integrity) ?? [];
  return { alg: `SHA-${algorithm}`, content: Uint8Array.fromBase64(base64).toHex() };
}

function locked({ name, version }: BundledPackage, lock: Lock): Lock["npm"][string] | undefined {
  if (version === undefined) return undefined;
  const key = `${name}@${version}`;
  return lock.npm[key] ??
    lock.npm[Object.keys(lock.npm).sort().find((other) => other.startsWith(`${key}_`)) ?? ""];
}

/** Which of the packages inside it names. The lock leaves the version out where there is only one. */
function dependenciesOf(found: BundledPackage, inside: readonly BundledPackage[], lock: Lock): string[] {
  const wanted = (locked(found, lock)?.dependencies ?? []).map((text) => text.replace(/_.*$/, ""));
  return inside.filter((other) => wanted.includes(other.name) || wanted.includes(nameOf(other))).map(nameOf);
}

/** A UUID of version 8 out of a text, as the serial number must be one. */
async function uuidOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const hex = bytes.toHex();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
    .join("-");
}
