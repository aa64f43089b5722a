/**
 * The CNCF distribution registry on 127.0.0.1, and images pushed and looked at with requests of the tests' own.
 *
 * @module
 */

import { freeHost } from "../kit/free_host.ts";
import { digestOf } from "../kit/image_store.ts";
import { type Child, start } from "../velero/child.ts";
import { until } from "../velero/api.ts";
import { KEYS } from "./object_services.ts";
import { tool } from "../velero/tools.ts";

/** How the registry lets somebody in: everybody, by name and password, or with tokens of {@link tokenService}. */
export type RegistryLogin = "open" | "basic" | TokenService;

/** Name and password for `basic` and for the token service. */
export const LOGIN = { username: "u", password: "p" };

/** A running registry. */
export interface RealRegistry {
  /** An address of the loopback network, with its port. */
  readonly host: string;
  readonly child: Child;
  stop(): Promise<void>;
}

// Of "p", as cheap as can be.
const HTPASSWD = "u:$2a$04$BaKsd50ElWdhB7vHBpBx9u0F1y.PDRO6jcwbrBtZg2cm7HbihuO9G";

/**
 * Starts one.
 *
 * @param folder For configuration and log.
 * @param storage Where the content lies; default in `folder`.
 * @param s3 The host of an S3, in whose bucket `b` the content lies instead.
 */
export async function startRealRegistry(
  folder: string,
  { login = "open", storage = `${folder}/content`, s3 }: {
    login?: RegistryLogin;
    storage?: string;
    s3?: string;
  } = {},
): Promise<RealRegistry> {
  await Deno.mkdir(folder, { recursive: true });
  const { host } = freeHost();
  await Deno.writeTextFile(`${folder}/htpasswd`, HTPASSWD);
  const auth = login === "open"
    ? {}
    : login === "basic"
    ? { auth: { htpasswd: { realm: "registry", path: `${folder}/htpasswd` } } }
    : { auth: { token: login.configuration } };
  const config = {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: {
      ...(s3 === undefined ? { filesystem: { rootdirectory: storage } } : { s3: bucketOf(s3) }),
      delete: { enabled: true },
      redirect: { disable: true },
    },
    http: { addr: host },
    ...auth,
  };
  // JSON is YAML.
  await Deno.writeTextFile(`${folder}/config.yml`, JSON.stringify(config));
  const child = await start("registry", tool("registry"), {
    args: ["serve", `${folder}/config.yml`],
    env: { OTEL_TRACES_EXPORTER: "none" },
    log: `${folder}/registry.log`,
  });
  await until("the registry answers", async () => {
    if (child.ended() !== undefined) throw new Error(`the registry ended: ${child.logTail()}`);
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer !== undefined;
  });
  return { host, child, stop: () => child.stop() };
}

function bucketOf(host: string) {
  return {
    accesskey: KEYS.accessKeyId,
    secretkey: KEYS.secretAccessKey,
    region: KEYS.region,
    regionendpoint: `http://${host}`,
    forcepathstyle: true,
    secure: false,
    bucket: "b",
    // The S3 of the tests cannot copy parts of objects.
    multipartcopythresholdsize: 5 * 1024 ** 3,
  };
}

/** A token service with what the registry must know of it. */
export interface TokenService {
  readonly configuration: Readonly<Record<string, unknown>>;
  /** How many tokens it has given out. */
  issued(): number;
  /** Tokens given out from now on are valid for that many seconds. */
  setLifetime(seconds: number): void;
  stop(): Promise<void>;
}

const url64 = (data: Uint8Array | string) =>
  (typeof data === "string" ? new TextEncoder().encode(data) : data)
    .toBase64({ alphabet: "base64url", omitPadding: true });

/** Starts one that gives tokens to {@link LOGIN}. */
export async function startTokenService(folder: string): Promise<TokenService> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const jwk = {
    ...await crypto.subtle.exportKey("jwk", keys.publicKey),
    kid: "test",
    use: "sig",
    alg: "ES256",
  };
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/jwks.json`, JSON.stringify({ keys: [jwk] }));
  let [count, lifetime] = [0, 300];
  const sign = async (claims: object) => {
    const header = { alg: "ES256", typ: "JWT", kid: "test" };
    const text = [header, claims].map((part) => url64(JSON.stringify(part))).join(".");
    const signature = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      keys.privateKey,
      new TextEncoder().encode(text),
    );
    return `${text}.${url64(new Uint8Array(signature))}`;
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { username, password } = LOGIN;
    if (request.headers.get("authorization") !== `Basic ${btoa(`${username}:${password}`)}`) {
      return new Response(null, { status: 401 });
    }
    const access = new URL(request.url).searchParams.getAll("scope").map((scope) => {
      const [type, name, actions = ""] = scope.split(":");
      return { type, name, actions: actions.split(",") };
    });
    const now = Math.floor(Date.now() / 1000);
    const token = await sign({
      iss: "test",
      sub: username,
      aud: "registry",
      iat: now - 5,
      nbf: now - 5,
      // Registries tolerate a minute of difference between clocks.
      exp: now + lifetime - (lifetime < 0 ? 60 : 0),
      jti: String(++count),
      access,
    });
    return Response.json({ token, expires_in: Math.max(60, lifetime) });
  });
  return {
    configuration: {
      realm: `http://127.0.0.1:${server.addr.port}/token`,
      service: "registry",
      issuer: "test",
      jwks: `${folder}/jwks.json`,
      signingalgorithms: ["ES256"],
    },
    issued: () => count,
    setLifetime: (seconds) => {
      lifetime = seconds;
    },
    stop: () => server.shutdown(),
  };
}

/** Pushes a blob with one request after the other; gives its digest. */
async function pushBlob(host: string, repo: string, content: Uint8Array): Promise<string> {
  const digest = await digestOf(content);
  const started = await fetch(`http://${host}/v2/${repo}/blobs/uploads/`, { method: "POST" });
  await started.body?.cancel();
  const location = new URL(started.headers.get("location") ?? "", `http://${host}`);
  location.searchParams.set("digest", digest);
  const ended = await fetch(location, { method: "PUT", body: content as Uint8Array<ArrayBuffer> });
  await ended.body?.cancel();
  if (ended.status !== 201) throw new Error(`push blob: ${ended.status}`);
  return digest;
}

const TYPES = "application/vnd.oci.image";

async function pushManifest(
  host: string,
  repo: string,
  kind: "manifest" | "index",
  value: object,
  ref?: string,
) {
  const mediaType = `${TYPES}.${kind}.v1+json`;
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...value }));
  const digest = await digestOf(bytes);
  const answer = await fetch(`http://${host}/v2/${repo}/manifests/${ref ?? digest}`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: bytes,
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`push ${kind}: ${answer.status} ${text}`);
  return { mediaType, digest, size: bytes.length };
}

/** Pushes an image of these layers; gives its descriptor. */
export async function pushImage(host: string, repo: string, layers: readonly Uint8Array[], tag?: string) {
  const describe = async (mediaType: string, content: Uint8Array) => ({
    mediaType,
    digest: await pushBlob(host, repo, content),
    size: content.length,
  });
  const config = new TextEncoder().encode(
    JSON.stringify({ architecture: "amd64", os: "linux", layers: layers.length }),
  );
  const parts = [];
  for (const layer of layers) parts.push(await describe(`${TYPES}.layer.v1.tar`, layer));
  return await pushManifest(host, repo, "manifest", {
    config: await describe(`${TYPES}.config.v1+json`, config),
    layers: parts,
  }, tag);
}

/** Pushes an index of images; gives its descriptor. */
export function pushIndex(host: string, repo: string, children: readonly object[], tag?: string) {
  const architectures = ["amd64", "arm64"];
  const manifests = children.map((child, i) => ({
    ...child,
    platform: { os: "linux", architecture: architectures[i] },
  }));
  return pushManifest(host, repo, "index", { manifests }, tag);
}

/** Everything below a reference, read back: digest of each manifest and blob that its registry really has. */
export async function pulled(host: string, repo: string, ref: string): Promise<string[]> {
  const accept = `${TYPES}.manifest.v1+json, ${TYPES}.index.v1+json`;
  const answer = await fetch(`http://${host}/v2/${repo}/manifests/${ref}`, { headers: { accept } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (!answer.ok) return [`${ref}: ${answer.status}`];
  const { config, layers = [], manifests = [] } = JSON.parse(new TextDecoder().decode(bytes));
  const found = [await digestOf(bytes)];
  for (const { digest } of manifests) found.push(...await pulled(host, repo, digest));
  for (const { digest } of [...(config === undefined ? [] : [config]), ...layers]) {
    const blob = await fetch(`http://${host}/v2/${repo}/blobs/${digest}`);
    found.push(await digestOf(new Uint8Array(await blob.arrayBuffer())));
  }
  return found;
}

/** So many bytes that no compression makes smaller, the same for the same seed. */
export function layer(bytes: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  // Marsaglia's xorshift; its state must not be 0.
  let state = Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}
