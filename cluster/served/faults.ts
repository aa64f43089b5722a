/**
 * Errors on order: how a served cluster misbehaves.
 *
 * @module
 */

/** One misbehaviour; the fields decide which. Without any of status, body and hang the request is only delayed or gathered. */
export interface Fault {
  /** Default: every method. */
  readonly method?: string;
  /** The path without the query; `*` stands for any text. */
  readonly path: string;
  /** Answer with this status and a Kubernetes Status, or with {@link Fault.body}. */
  readonly status?: number;
  /** Kubernetes' reason word; default that of the status. */
  readonly reason?: string;
  readonly message?: string;
  /** Only so many requests; default all. */
  readonly times?: number;
  /** Wait before doing anything. */
  readonly delayMs?: number;
  /** Extra headers of the answer, for example `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** This text instead of a Status; with status 200 when none is given. */
  readonly body?: string;
  /** Never answer. */
  readonly hang?: boolean;
  /** Wait until so many requests have met this fault: none is answered when they come one after the other. */
  readonly gather?: number;
}

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  410: "Expired",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** Kubernetes' reason word for a status. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? "InternalError";
}

/** Gives the fault that the next request of this method and path meets, each at most `times` times. */
export function createFaults(faults: readonly Fault[]): (method: string, path: string) => Fault | undefined {
  const rules = faults.map((fault) => ({
    fault,
    pattern: new RegExp(`^${fault.path.split("*").map(RegExp.escape).join(".*")}$`),
    left: fault.times ?? Infinity,
  }));
  return (method, path) => {
    const rule = rules.find(({ fault, pattern, left }) =>
      left > 0 && pattern.test(path) && (fault.method ?? method).toUpperCase() === method
    );
    if (rule !== undefined) rule.left--;
    return rule?.fault;
  };
}
