import type { Cluster } from "../../cluster/cluster.ts";
import type { HttpAnswer, HttpClient, HttpRequest } from "../../images/http.ts";
import type { JsonObject } from "../../objects/json.ts";

/** A BackupStorageLocation `test-bsl` in namespace `test-ns`, with the bucket `test-bucket`. */
export function storageLocation(
  provider: string,
  config: Record<string, string> = {},
  spec: JsonObject = {},
  [namespace, name] = ["test-ns", "test-bsl"],
): JsonObject {
  return {
    apiVersion: "velero.io/v1",
    kind: "BackupStorageLocation",
    metadata: { name, namespace, resourceVersion: "1" },
    spec: { provider, config, objectStorage: { bucket: "test-bucket", prefix: "velero" }, ...spec },
  };
}

/** Secrets by `namespace/name`, each with its keys in plain text, read as an API server gives them. */
export function secrets(
  of: Record<string, Record<string, string>>,
): Pick<Cluster, "get"> & { readonly reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    get(kind, namespace, name) {
      reads.push(`${kind.resource} ${namespace}/${name}`);
      const found = of[`${namespace}/${name}`];
      if (found === undefined) return Promise.resolve(undefined);
      const data = Object.entries(found).map((
        [key, text],
      ) => [key, new TextEncoder().encode(text).toBase64()]);
      return Promise.resolve({ kind: "Secret", data: Object.fromEntries(data) });
    },
  };
}

/** A reader of files that exist nowhere else. */
export function files(of: Record<string, string>): (path: string) => Promise<string> {
  return (path) => {
    const text = of[path];
    return text === undefined ? Promise.reject(new Deno.errors.NotFound(path)) : Promise.resolve(text);
  };
}

/** What a {@link fakeHttp} answers. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly text?: string;
}

/** A client that asks nobody: it keeps the requests and answers each with the next answer, the last one for ever. */
export function fakeHttp(...answers: FakeAnswer[]): HttpClient & { readonly requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  const client = (request: HttpRequest): Promise<HttpAnswer> => {
    requests.push(request);
    const { status = 200, headers = {}, text = "" } = (answers.length > 1 ? answers.shift() : answers[0]) ??
      {};
    return Promise.resolve({
      status,
      header: (name) => headers[name],
      body: ReadableStream.from(text === "" ? [] : [new TextEncoder().encode(text)]),
    });
  };
  return Object.assign(client, { requests });
}

/** The text of a request's body. */
export function bodyOf({ body }: HttpRequest): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
}
