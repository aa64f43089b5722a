/**
 * An image registry on 127.0.0.1 for tests: the distribution API in front of a store in memory.
 *
 * @module
 */

import { createMemoryImageStore, digestOf, type MemoryImageStore } from "./image_store.ts";

/** How the registry behaves; everything may be changed while it runs. */
export interface RegistryBehaviour {
  /** `basic`: this name and password with every request. `token`: a token of this registry's own service, for which they are given. */
  login?: { readonly kind: "basic" | "token"; readonly username: string; readonly password: string };
  /** A bearer token that is taken as it is, with a realm as OpenShift's registry names it. */
  openShiftToken?: string;
  /** Repositories that may only be read, or not even that. */
  readOnly?: readonly string[];
  forbidden?: readonly string[];
  /** Answers so many uploads of manifests with 500. */
  failPuts?: number;
  /** Refuses OCI manifests. */
  rejectOci?: boolean;
  /** Blobs are answered by a redirect to this address, which gets `/blob/<digest>` behind. */
  redirectBlobs?: string;
  /** Addresses of uploads are relative. */
  relative?: boolean;
  /** HEAD answers have no digest. */
  noDigest?: boolean;
}

/** A running registry. */
export interface TestRegistry {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly behaviour: RegistryBehaviour;
  /** Its content. */
  readonly store: MemoryImageStore;
  /** Requests in order, such as `PUT /v2/n/s/manifests/t`; addresses of uploads end in `ID`. */
  readonly requests: string[];
  /** Authorization of each request, empty where there is none. */
  readonly authorizations: string[];
  /** Uploads that were begun and have not ended. */
  uploads(): number;
  /** Makes all tokens invalid that were given out until now. */
  expireTokens(): void;
  /** `repo:tag` and, for manifests without a tag, `repo@digest`, each with digest and media type. */
  content(): Record<string, string>;
  /** Empties it. */
  clear(): void;
  close(): Promise<void>;
}

/** Starts one. */
export function startRegistry(
  behaviour: RegistryBehaviour = {},
  tls: { readonly cert: string; readonly key: string } | undefined = undefined,
): TestRegistry {
  const store = createMemoryImageStore();
  const requests: string[] = [];
  const authorizations: string[] = [];
  const uploads = new Map<string, Uint8Array[]>();
  const tokens = new Map<string, string[]>();
  let count = 0;
  let issued = 0;

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...tls },
    async (request): Promise<Response> => {
      const url = new URL(request.url);
      requests.push(`${request.method} ${url.pathname.replace(/(\/uploads\/).+/, "$1ID")}`);
      authorizations.push(request.headers.get("authorization") ?? "");
      // Answered first, a client could not tell an early answer from a broken connection.
      const body: Uint8Array[] = [];
      for await (const chunk of request.body ?? []) body.push(chunk);
      return await answer(request, url, body);
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  const scheme = tls === undefined ? "http" : "https";

  async function answer(request: Request, url: URL, body: Uint8Array[]): Promise<Response> {
    if (url.pathname === "/token") return giveToken(request, url);
    const [, repo = "", kind = "", rest = ""] =
      /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(url.pathname) ?? [];
    const writes = !/^(GET|HEAD)$/.test(request.method);
    const refused = refuse(request, repo, writes ? "push" : "pull");
    if (refused !== undefined) return refused;
    if (url.pathname === "/v2/") return new Response("{}");
    if (kind === "manifests") return await manifest(request, repo, rest, body);
    if (kind === "blobs/uploads") return await upload(request, url, repo, rest, body);
    if (kind !== "blobs") return fail(404, "NOT_FOUND");
    const blob = store.repositories.get(repo)?.blobs.get(rest);
    if (blob === undefined) return fail(404, "BLOB_UNKNOWN");
    if (behaviour.redirectBlobs !== undefined && request.method === "GET") {
      return Response.redirect(`${behaviour.redirectBlobs}/blob/${rest}`, 307);
    }
    return content(request, blob, "application/octet-stream", rest);
  }

  function refuse(request: Request, repo: string, right: "pull" | "push"): Response | undefined {
    const { login, openShiftToken, forbidden = [], readOnly = [] } = behaviour;
    const given = request.headers.get("authorization") ?? "";
    if (openShiftToken !== undefined && given !== `Bearer ${openShiftToken}`) {
      return unauthorized(`Bearer realm="${scheme}://${host}/openshift/token"`);
    }
    if (login?.kind === "basic" && given !== `Basic ${btoa(`${login.username}:${login.password}`)}`) {
      return unauthorized('Basic realm="registry"');
    }
    if (login?.kind === "token") {
      const scopes = tokens.get(given.replace("Bearer ", ""));
      const has = scopes?.some((scope) => scope.startsWith(`repository:${repo}:`) && scope.includes(right));
      if (has !== true) {
        const challenge = `Bearer realm="${scheme}://${host}/token",service="test"`;
        return unauthorized(`${challenge},scope="repository:${repo}:${right}"`);
      }
    }
    const denied = forbidden.includes(repo) || (right === "push" && readOnly.includes(repo));
    return denied ? fail(403, "DENIED") : undefined;
  }

  function giveToken(request: Request, url: URL): Response {
    const { login } = behaviour;
    const expected = `Basic ${btoa(`${login?.username}:${login?.password}`)}`;
    if (request.headers.get("authorization") !== expected) return unauthorized('Basic realm="token"');
    if (url.searchParams.get("service") !== "test") return fail(400, "UNSUPPORTED");
    const token = `token-${++issued}`;
    tokens.set(token, url.searchParams.getAll("scope"));
    return Response.json({ token, expires_in: 300 });
  }

  async function manifest(
    request: Request,
    repo: string,
    ref: string,
    body: Uint8Array[],
  ): Promise<Response> {
    if (request.method !== "PUT") {
      const found = await store.getManifest(repo, ref).catch(() => undefined);
      if (found === undefined) return fail(404, "MANIFEST_UNKNOWN");
      return content(request, found.bytes, found.mediaType, found.digest);
    }
    if ((behaviour.failPuts ?? 0) > 0) {
      behaviour.failPuts!--;
      return fail(500, "UNKNOWN");
    }
    const mediaType = request.headers.get("content-type") ?? "";
    if (behaviour.rejectOci === true && mediaType.includes("oci")) return fail(415, "MANIFEST_INVALID");
    try {
      const digest = await store.putManifest(repo, ref, mediaType, await joined(body));
      return new Response(null, { status: 201, headers: { "docker-content-digest": digest } });
    } catch {
      return fail(400, "MANIFEST_BLOB_UNKNOWN");
    }
  }

  async function upload(
    request: Request,
    url: URL,
    repo: string,
    id: string,
    body: Uint8Array[],
  ): Promise<Response> {
    const location = (name: string) =>
      `${behaviour.relative === true ? "" : `${scheme}://${host}`}/v2/${repo}/blobs/uploads/${name}?state=s`;
    if (request.method === "POST") {
      const mount = url.searchParams.get("mount");
      if (mount !== null && await store.mountBlob(repo, mount, url.searchParams.get("from") ?? "")) {
        return new Response(null, { status: 201 });
      }
      const name = `u${++count}`;
      uploads.set(name, []);
      return new Response(null, { status: 202, headers: { location: location(name) } });
    }
    const parts = uploads.get(id);
    if (parts === undefined || url.searchParams.get("state") !== "s") return fail(404, "BLOB_UPLOAD_UNKNOWN");
    parts.push(...body);
    if (request.method === "PATCH") {
      return new Response(null, { status: 202, headers: { location: location(id) } });
    }
    uploads.delete(id);
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    const bytes = await joined(parts);
    const digest = await digestOf(bytes);
    if (digest !== url.searchParams.get("digest")) return fail(400, "DIGEST_INVALID");
    store.repository(repo).blobs.set(digest, bytes);
    return new Response(null, { status: 201 });
  }

  function content(request: Request, bytes: Uint8Array, type: string, digest: string): Response {
    const headers = {
      "content-type": type,
      "content-length": String(bytes.length),
      ...(behaviour.noDigest === true ? {} : { "docker-content-digest": digest }),
    };
    return new Response(request.method === "HEAD" ? null : bytes as Uint8Array<ArrayBuffer>, { headers });
  }

  return {
    host,
    behaviour,
    store,
    requests,
    authorizations,
    uploads: () => uploads.size,
    expireTokens: () => tokens.clear(),
    content() {
      const found: [string, string][] = [];
      for (const [repo, { tags, manifests }] of store.repositories) {
        const type = (digest: string) => manifests.get(digest)?.mediaType ?? "";
        for (const [tag, digest] of tags) found.push([`${repo}:${tag}`, `${digest} ${type(digest)}`]);
        const tagged = new Set(tags.values());
        for (const digest of manifests.keys()) {
          if (!tagged.has(digest)) found.push([`${repo}@${digest}`, type(digest)]);
        }
      }
      return Object.fromEntries(found.sort());
    },
    clear() {
      store.repositories.clear();
      for (const list of [requests, authorizations, store.requests]) list.length = 0;
    },
    close: () => server.shutdown(),
  };
}

function unauthorized(challenge: string): Response {
  return fail(401, "UNAUTHORIZED", { "www-authenticate": challenge });
}

function fail(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ errors: [{ code, message: code.toLowerCase() }] }, { status, headers });
}

async function joined(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob([...parts] as BlobPart[]).arrayBuffer());
}
