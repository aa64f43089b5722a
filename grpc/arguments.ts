import { parseArgs } from "node:util";

/** What the host tells on the command line (protocol 1.1). */
export interface HostArguments {
  /** `--log-level`, default `info`. */
  readonly logLevel: string;
  /** `--namespace` or `-n`: where Velero runs. */
  readonly namespace: string | undefined;
}

/** Reads the flags that matter from the server's own arguments; whatever else is there is ignored, the last one wins. */
export function readArguments(args: readonly string[]): HostArguments {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { "log-level": { type: "string" }, namespace: { type: "string", short: "n" } },
  });
  const { "log-level": level, namespace } = values;
  return {
    logLevel: typeof level === "string" ? level : "info",
    namespace: typeof namespace === "string" && namespace !== "" ? namespace : undefined,
  };
}

/** True for exactly what Velero up to 1.14 passes; later releases pass all flags of the server. */
export function isShortForm(args: readonly string[]): boolean {
  const [level, , features] = args;
  if (level !== "--log-level") return false;
  return args.length === 2 || (args.length === 4 && features === "--features");
}
