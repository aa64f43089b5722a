/**
 * Kubernetes' way to refuse a request, and how it becomes the error that actions see.
 *
 * @module
 */

import { ClusterError, type ClusterReason, describe, type RequestSubject } from "./cluster.ts";

/** A refusal as the API server words it, before it is known what was asked. */
export class ApiStatus extends Error {
  /** The HTTP status. */
  readonly code: number;
  /** Kubernetes' reason word. */
  readonly reason: string;
  /** The object meant; absent or without a name for a path that is not served. */
  readonly details: { readonly name: string; readonly group: string; readonly kind: string } | undefined;

  constructor(code: number, reason: string, message: string, details?: ApiStatus["details"]) {
    super(message);
    this.name = "ApiStatus";
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** The answer for a resource that is not there, worded as by a real API server. */
export function notServed(): ApiStatus {
  return new ApiStatus(404, "NotFound", "the server could not find the requested resource");
}

const SERVERS_WORDS: readonly ClusterReason[] = ["AlreadyExists", "Conflict", "Invalid", "NotFound"];

const BY_CODE: Readonly<Record<number, ClusterReason>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  422: "Invalid",
  429: "TooManyRequests",
};

// A server's text may be long (validation of a whole list); what matters comes first.
const LONGEST = 500;

/** The error for a refused request: verb, resource, object, status and the server's message, shortened. */
export function refused(subject: RequestSubject, status: ApiStatus): ClusterError {
  const { code, details } = status;
  const unknown = code === 404 && (details?.name ?? "") === "";
  const known = SERVERS_WORDS.find((word) => word === status.reason) ?? BY_CODE[code] ?? "Other";
  const reason = unknown ? "NotServed" : known;
  const words = reason === "Other" && status.reason !== "" ? status.reason : reason;
  const text = status.message.length > LONGEST ? `${status.message.slice(0, LONGEST)}...` : status.message;
  const message = text === "" ? "" : `: ${text}`;
  return new ClusterError(`${describe(subject)}: ${code} ${words}${message}`, reason, code);
}
