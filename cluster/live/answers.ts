/**
 * What an HTTP answer of an API server means.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { objectsAt, stringAt } from "../../objects/object.ts";
import { ApiStatus, notServed, refused } from "../api_status.ts";
import { ClusterError, describe, type RequestSubject } from "../cluster.ts";
import type { HttpAnswer } from "./http.ts";

/**
 * The object in an answer.
 *
 * @throws {ClusterError} for every status but 2xx, and `BadAnswer` for what no API server writes. Such text is never quoted: it
 * may come from anywhere.
 */
export function parseAnswer(subject: RequestSubject, answer: HttpAnswer): JsonObject {
  const { status, text } = answer;
  const body = parseBody(text);
  if (status >= 200 && status < 300) {
    if (isObject(body)) return body;
    throw badAnswer(subject, answer);
  }
  if (isObject(body) && body.kind === "Status") {
    const details = isObject(body.details) ? body.details : {};
    const name = stringAt(details, "name");
    throw refused(
      subject,
      new ApiStatus(
        status,
        stringAt(body, "reason") ?? "",
        stringAt(body, "message") ?? "",
        name === undefined
          ? undefined
          : { name, group: stringAt(details, "group") ?? "", kind: stringAt(details, "kind") ?? "" },
      ),
    );
  }
  // The text that a server writes for a path below a group or version that it does not know.
  if (status === 404 && text.trim() === "404 page not found") throw refused(subject, notServed());
  // The answer comes from a proxy or the like in front of the server, whose 404 says nothing about what is served.
  if (status === 404 || status < 400) throw badAnswer(subject, answer);
  throw refused(subject, new ApiStatus(status, "", ""));
}

/** The error for an answer that no Kubernetes API server writes. */
export function badAnswer(subject: RequestSubject, { status, mediaType }: HttpAnswer): ClusterError {
  const what = `status ${status}${mediaType === "" ? "" : `, ${mediaType}`}`;
  return new ClusterError(
    `${describe(subject)}: this is not an answer of the Kubernetes API (${what})`,
    "BadAnswer",
    status,
  );
}

/** The token with which an expired list can go on where it was, though not at the same revision. */
export function continueAfterExpiry({ status, text }: HttpAnswer): string | undefined {
  return status === 410 ? stringAt(parseBody(text), "metadata", "continue") : undefined;
}

/** The objects of a list, each with apiVersion and kind, which servers leave out for their own kinds. */
export function* itemsOf(list: JsonObject, metadataOnly: boolean): Generator<JsonObject> {
  const apiVersion = metadataOnly ? "meta.k8s.io/v1" : stringAt(list, "apiVersion") ?? "";
  const kind = metadataOnly ? "PartialObjectMetadata" : (stringAt(list, "kind") ?? "").replace(/List$/, "");
  for (const item of objectsAt(list, "items")) {
    yield item.kind === undefined ? { apiVersion, kind, ...item } : item;
  }
}

function parseBody(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
