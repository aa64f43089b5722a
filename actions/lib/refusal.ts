/** Why an action failed: the closed list behind the label `reason` of the error counter. */
export type Reason =
  | "unsafe"
  | "not_restorable"
  | "pod_missing"
  | "lookup_failed"
  | "invalid_label"
  | "settings"
  | "invalid_item"
  | "forbidden"
  | "cluster"
  | "deadline"
  | "internal";

/** What a refusal says besides its message. */
export interface RefusalDetails {
  /** The rule of the source's specification, for example `superphenix S3`. */
  readonly rule: string;
  /** What the operator can do about it, as an imperative without a final period. */
  readonly remedy: string;
  /** The bounded reason for the error counter. */
  readonly reason: Reason;
  /** The error that led here. */
  readonly cause?: unknown;
}

/**
 * An action's refusal to go on with an item.
 *
 * The message states what is wrong. The runner puts action, kind and namespace/name in front and rule and remedy behind, so
 * that an action need not repeat them.
 */
export class Refusal extends Error {
  readonly rule: string;
  readonly remedy: string;
  readonly reason: Reason;

  constructor(message: string, details: RefusalDetails) {
    super(message, { cause: details.cause });
    this.name = "Refusal";
    this.rule = details.rule;
    this.remedy = details.remedy;
    this.reason = details.reason;
  }
}
