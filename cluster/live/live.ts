/**
 * The Kubernetes API over HTTP, with nothing but the platform's `fetch`.
 *
 * @module
 */

import { type JsonObject, type JsonValue, stringifyJson } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { badAnswer, continueAfterExpiry, itemsOf, parseAnswer } from "./answers.ts";
import { absentWhenNotFound, type Cluster, type RequestSubject } from "../cluster.ts";
import { createDiscovery } from "./discovery.ts";
import { createTransport, type HttpAnswer, type HttpRequest, type TransportOptions } from "./http.ts";
import { pathOf } from "./paths.ts";
import { createSharing } from "./sharing.ts";
import { systemTime, type Time } from "./time.ts";

/** What a live cluster is made of. */
export type LiveOptions = Omit<TransportOptions, "time"> & {
  /** Default: real time. */
  readonly time?: Time;
};

const PAGE_SIZE = 500;

const WHOLE = "application/json";
const METADATA = `${WHOLE};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
const METADATA_LIST = `${WHOLE};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;

/**
 * Makes the cluster behind a server.
 *
 * Equal reads under way at the same time are one request. A list whose continuation has expired goes on as the server offers
 * it: every object once, though not all of one moment; without such an offer it fails. A create with a name is repeated
 * after a lost connection and may then say `AlreadyExists` of its own object.
 */
export function createLiveCluster(options: LiveOptions): Cluster {
  const send = createTransport({ time: systemTime, ...options });
  const sharing = createSharing<HttpAnswer>();

  const read = (subject: RequestSubject, path: string, accept: string, signal: AbortSignal | undefined) =>
    sharing.run(
      `${accept} ${path}`,
      signal,
      (shared) => send({ subject, method: "GET", path, headers: { accept }, signal: shared }),
    );
  const readObject = async (subject: RequestSubject, path: string, signal?: AbortSignal, accept = WHOLE) =>
    parseAnswer(subject, await read(subject, path, accept, signal));

  // A read begun before a write must not answer one begun after it.
  const write = async (
    request: Omit<HttpRequest, "headers" | "body"> & { readonly type: string; readonly body: JsonValue },
  ): Promise<JsonObject> => {
    const { type, body, ...rest } = request;
    try {
      const answer = await send({ ...rest, headers: { "content-type": type }, body: stringifyJson(body) });
      return parseAnswer(request.subject, answer);
    } finally {
      sharing.forget();
    }
  };

  return {
    async get(kind, namespace, name, { metadataOnly = false, signal } = {}) {
      const subject = { verb: "get", kind, namespace, name };
      const path = pathOf(subject, kind, namespace, name);
      return await absentWhenNotFound(readObject(subject, path, signal, metadataOnly ? METADATA : WHOLE));
    },
    async *list(kind, { namespace, labelSelector, metadataOnly = false, pageSize = PAGE_SIZE, signal } = {}) {
      const subject = { verb: "list", kind, ...(namespace === undefined ? {} : { namespace }) };
      const collection = pathOf(subject, kind, namespace ?? "");
      const query = new URLSearchParams({ limit: String(pageSize) });
      if (labelSelector !== undefined && labelSelector !== "") query.set("labelSelector", labelSelector);
      let token: string | undefined;
      while (true) {
        if (token !== undefined) query.set("continue", token);
        const answer = await read(
          subject,
          `${collection}?${query}`,
          metadataOnly ? METADATA_LIST : WHOLE,
          signal,
        );
        let next = continueAfterExpiry(answer);
        if (next === undefined) {
          const page = parseAnswer(subject, answer);
          // Go writes an empty list as null in some cases.
          if (page.items !== null && !Array.isArray(page.items)) throw badAnswer(subject, answer);
          yield* itemsOf(page, metadataOnly);
          next = stringAt(page, "metadata", "continue");
          if (next === undefined) return;
        }
        // Otherwise a server that offers the same page again and again would be asked forever.
        if (next === token) throw badAnswer(subject, answer);
        token = next;
      }
    },
    async create(kind, object, { signal } = {}) {
      const [namespace, name] = [namespaceOf(object), nameOf(object)];
      const subject = { verb: "create", kind, namespace, name };
      const path = pathOf(subject, kind, namespace);
      return await write({
        subject,
        method: "POST",
        path,
        type: WHOLE,
        body: object,
        repeatable: name !== "",
        signal,
      });
    },
    async apply(kind, object, { manager, force = false, signal }) {
      const [namespace, name] = [namespaceOf(object), nameOf(object)];
      const subject = { verb: "patch", kind, namespace, name };
      const query = new URLSearchParams({ fieldManager: manager, force: String(force) });
      const path = `${pathOf(subject, kind, namespace, name)}?${query}`;
      return await write({
        subject,
        method: "PATCH",
        path,
        type: "application/apply-patch+yaml",
        body: object,
        signal,
      });
    },
    async patch(kind, namespace, name, body, { type, signal }) {
      const subject = { verb: "patch", kind, namespace, name };
      const path = pathOf(subject, kind, namespace, name);
      return await write({
        subject,
        method: "PATCH",
        path,
        type: `application/${type}-patch+json`,
        body,
        signal,
      });
    },
    async delete(kind, namespace, name, { uid, signal } = {}) {
      const subject = { verb: "delete", kind, namespace, name };
      const path = pathOf(subject, kind, namespace, name);
      const body: JsonObject = { kind: "DeleteOptions", apiVersion: "v1" };
      if (uid !== undefined) body.preconditions = { uid };
      const answer = write({ subject, method: "DELETE", path, type: WHOLE, body, signal });
      return await absentWhenNotFound(answer) !== undefined;
    },
    serves: createDiscovery(readObject),
    async version({ signal } = {}) {
      const found = await readObject({ verb: "version" }, "/version", signal);
      return {
        major: stringAt(found, "major") ?? "",
        minor: stringAt(found, "minor") ?? "",
        gitVersion: stringAt(found, "gitVersion") ?? "",
      };
    },
  };
}
