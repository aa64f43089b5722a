import { ACTION_KINDS, type ActionKind } from "../actions/action.ts";
import { isShortForm } from "./arguments.ts";

/** The signs by which the calling release of Velero is recognized. */
export interface Caller {
  /** Metadata `user-agent` of the call, for example `grpc-go/1.69.4`. */
  readonly userAgent: string;
  /** The command line of this process. */
  readonly args: readonly string[];
}

/** Kinds that every release takes. */
const ALWAYS: readonly ActionKind[] = ["BackupItemAction", "RestoreItemAction", "DeleteItemAction"];

/**
 * The kinds that the calling Velero accepts; one that it does not know would stop the server (protocol 1.9).
 *
 * Velero 1.10 and 1.11 call with the same version of gRPC, and only the latter takes version 2, so neither is offered it.
 */
export function kindsFor({ userAgent, args }: Caller): ReadonlySet<ActionKind> {
  const [, major = "0", minor = "0"] = /^grpc-go\/(\d+)\.(\d+)/.exec(userAgent) ?? [];
  const version = Number(major) * 1000 + Number(minor);
  const kinds = new Set(ALWAYS);
  if (version >= 1054) kinds.add("BackupItemActionV2").add("RestoreItemActionV2");
  // 1.14 and 1.15 share 1.63, but 1.14 passes only two flags.
  if (version >= 1069 || (version === 1063 && !isShortForm(args))) kinds.add("ItemBlockAction");
  return kinds;
}

/** Reads `WORKLOADS_KINDS`, which overrules {@link kindsFor}: known kinds, and the words that are none. `undefined` when it is not set. */
export function readKinds(
  text: string | undefined,
): { kinds: ReadonlySet<ActionKind>; unknown: readonly string[] } | undefined {
  const words = (text ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
  if (words.length === 0) return undefined;
  const isKind = (word: string): word is ActionKind => (ACTION_KINDS as readonly string[]).includes(word);
  return { kinds: new Set(words.filter(isKind)), unknown: words.filter((word) => !isKind(word)) };
}
