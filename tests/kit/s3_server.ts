/**
 * A small S3 in memory on the loopback interface, which checks signatures and the digests of what it gets, and fails when it is told to.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { faultInSignature, type SigningKeys } from "./sigv4.ts";

/** An object of the server. */
export interface ServedObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly modified: Date;
}

/** An upload in parts. */
export interface ServedUpload {
  readonly key: string;
  readonly begun: Date;
  readonly parts: Map<number, Uint8Array<ArrayBuffer>>;
}

/** The server. */
export interface S3Server extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** Objects by bucket and key, `bucket/key`. */
  readonly objects: Map<string, ServedObject>;
  /** Requests in order: method, path and query without values that differ from run to run. */
  readonly requests: string[];
  /** Uploads in parts that were begun and neither completed nor aborted, by their ids. */
  readonly uploads: Map<string, ServedUpload>;
  /** What requests must be signed with. */
  keys: SigningKeys;
  /** Called before each request with its line; an answer is sent instead. */
  fault: (line: string) => Response | undefined | void;
  /** Of the objects that are written from now on. */
  now: () => Date;
}

const BUCKET = "b";

/** Starts the server, with the bucket `b`. */
export function startS3Server(): S3Server {
  const objects = new Map<string, ServedObject>();
  const uploads: S3Server["uploads"] = new Map();
  const http = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    // Of connections that a test has cut.
    onError: () => new Response(null, { status: 500 }),
  }, (request) => answer(request));
  const server: S3Server = {
    url: `http://127.0.0.1:${http.addr.port}`,
    objects,
    uploads,
    requests: [],
    keys: { accessKeyId: "AKID", secretAccessKey: "marker-secret", region: "eu-test-1" },
    fault: () => {},
    now: () => new Date(),
    [Symbol.asyncDispose]: () => http.shutdown(),
  };

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const query = url.searchParams;
    const shown = [...query].filter(([, value]) => value !== "").map(([name, value]) =>
      name === "uploadId" ? "uploadId" : `${name}=${value}`
    );
    const flags = [...query].filter(([, value]) => value === "").map(([name]) => name);
    const words = [...flags, ...shown].join("&");
    const line = `${request.method} ${decodeURIComponent(url.pathname)}${words === "" ? "" : `?${words}`}`;
    server.requests.push(line);
    const fault = server.fault(line);
    if (fault instanceof Response) {
      await request.body?.cancel().catch(() => {});
      return fault;
    }
    const bytes = new Uint8Array(await request.arrayBuffer());
    const wrong = faultInSignature({
      method: request.method,
      target: `${url.pathname}${url.search}`,
      header: (name) => request.headers.get(name),
    }, server.keys);
    if (wrong !== undefined) return refuse(403, "SignatureDoesNotMatch", wrong);
    const hash = request.headers.get("x-amz-content-sha256");
    if (hash !== createHash("sha256").update(bytes).digest("hex")) {
      return refuse(400, "XAmzContentSHA256Mismatch", "the body has another digest");
    }
    const [, bucket = "", ...rest] = decodeURIComponent(url.pathname).split("/");
    if (bucket !== BUCKET) return refuse(404, "NoSuchBucket", "there is no such bucket");
    const key = rest.join("/");
    if (key === "") return query.has("uploads") ? listUploads(query) : list(query);
    return await object(request, key, query, bytes);
  }

  function object(request: Request, key: string, query: URLSearchParams, bytes: Uint8Array<ArrayBuffer>) {
    const name = `${BUCKET}/${key}`;
    const found = objects.get(name);
    const id = query.get("uploadId");
    const parts = id === null ? undefined : uploads.get(id)?.parts;
    switch (request.method) {
      case "HEAD":
      case "GET": {
        if (found === undefined) return refuse(404, "NoSuchKey", "there is no such key");
        const [, from] = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "") ?? [];
        const content = found.bytes.subarray(Number(from ?? 0));
        const headers: Record<string, string> = {
          "last-modified": found.modified.toUTCString(),
          "content-length": String(content.length),
          ...(from === undefined ? {} : {
            "content-range": `bytes ${from}-${found.bytes.length - 1}/${found.bytes.length}`,
          }),
        };
        return new Response(request.method === "HEAD" ? null : content, {
          status: from === undefined ? 200 : 206,
          headers,
        });
      }
      case "PUT":
        if (id === null) objects.set(name, { bytes, modified: server.now() });
        else if (parts === undefined) return refuse(404, "NoSuchUpload", "there is no such upload");
        else parts.set(Number(query.get("partNumber")), bytes);
        return new Response(null, {
          headers: { etag: `"${createHash("md5").update(bytes).digest("hex")}"` },
        });
      case "POST":
        if (query.has("uploads")) {
          const next = `upload/${uploads.size + 1}&`;
          uploads.set(next, { key, begun: server.now(), parts: new Map() });
          return xml(
            `<InitiateMultipartUploadResult><UploadId>${
              next.replace("&", "&amp;")
            }</UploadId></InitiateMultipartUploadResult>`,
          );
        }
        if (parts === undefined) return refuse(404, "NoSuchUpload", "there is no such upload");
        return complete(name, id ?? "", parts, new TextDecoder().decode(bytes));
      case "DELETE":
        if (id === null) objects.delete(name);
        else uploads.delete(id);
        return new Response(null, { status: 204 });
      default:
        return refuse(405, "MethodNotAllowed", request.method);
    }
  }

  function complete(
    name: string,
    id: string,
    parts: Map<number, Uint8Array<ArrayBuffer>>,
    text: string,
  ): Response {
    const named = [
      ...text.matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>"([0-9a-f]+)"<\/ETag><\/Part>/g),
    ];
    const chosen = named.map(([, number, etag]) => {
      const part = parts.get(Number(number));
      return part !== undefined && createHash("md5").update(part).digest("hex") === etag ? part : undefined;
    });
    if (chosen.length !== parts.size || chosen.includes(undefined)) {
      return refuse(400, "InvalidPart", "not these parts");
    }
    const whole = new Uint8Array(chosen.reduce((sum, part) => sum + (part?.length ?? 0), 0));
    let at = 0;
    for (const part of chosen) {
      whole.set(part ?? new Uint8Array(), at);
      at += part?.length ?? 0;
    }
    objects.set(name, { bytes: whole, modified: server.now() });
    uploads.delete(id);
    return xml("<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
  }

  // Two to a page.
  function listUploads(query: URLSearchParams): Response {
    const after = `${query.get("key-marker") ?? ""}\0${query.get("upload-id-marker") ?? ""}`;
    const found = [...uploads].map(([id, upload]) => ({ id, place: `${upload.key}\0${id}`, ...upload }))
      .filter(({ key, place }) => key.startsWith(query.get("prefix") ?? "") && place > after)
      .sort((a, b) => a.place < b.place ? -1 : 1);
    const page = found.slice(0, 2);
    const last = page.at(-1);
    const id = (text: string) => text.replaceAll("&", "&amp;");
    return xml(
      `<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>${
        found.length > page.length
      }</IsTruncated><NextKeyMarker>${
        encodeURIComponent(last?.key ?? "")
      }</NextKeyMarker><NextUploadIdMarker>${id(last?.id ?? "")}</NextUploadIdMarker>${
        page.map((upload) =>
          `<Upload><Key>${encodeURIComponent(upload.key)}</Key><UploadId>${id(upload.id)}</UploadId>` +
          `<Initiator><ID>i</ID></Initiator><Initiated>${upload.begun.toISOString()}</Initiated></Upload>`
        ).join("")
      }</ListMultipartUploadsResult>`,
    );
  }

  function list(query: URLSearchParams): Response {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const found: string[] = [];
    const folders = new Set<string>();
    let next = "";
    for (const name of [...objects.keys()].sort()) {
      const key = name.slice(BUCKET.length + 1);
      if (!key.startsWith(prefix) || key <= after) continue;
      const slash = query.get("delimiter") === "/" ? key.indexOf("/", prefix.length) : -1;
      if (slash >= 0) {
        folders.add(key.slice(0, slash + 1));
        continue;
      }
      if (found.length === 3) {
        next = found.at(-1) ?? "";
        break;
      }
      found.push(key);
    }
    const contents = found.map((key) => {
      const { bytes, modified } = objects.get(`${BUCKET}/${key}`) ?? { bytes: [], modified: new Date(0) };
      return `<Contents><Key>${
        encodeURIComponent(key)
      }</Key><LastModified>${modified.toISOString()}</LastModified><Size>${bytes.length}</Size></Contents>`;
    });
    const prefixes = [...folders].map((folder) =>
      `<CommonPrefixes><Prefix>${encodeURIComponent(folder)}</Prefix></CommonPrefixes>`
    );
    return xml(
      `<ListBucketResult><Prefix>${
        encodeURIComponent(prefix)
      }</Prefix><EncodingType>url</EncodingType><IsTruncated>${next !== ""}</IsTruncated>${
        next === "" ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`
      }${contents.join("")}${prefixes.join("")}</ListBucketResult>`,
    );
  }

  return server;
}

/** An error of S3. */
export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Response {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Response(body, { status, headers: { "content-type": "application/xml", ...headers } });
}

/** An answer that announces so many bytes and breaks off after the given ones. */
export function brokenOff(
  bytes: Uint8Array,
  announced: number,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes));
    },
    async pull(controller) {
      // Let the bytes go out first.
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.error(new Error("broken off"));
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status, headers: { ...headers, "content-length": String(announced) } });
}

function xml(text: string): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>${text}`, {
    headers: { "content-type": "application/xml" },
  });
}
