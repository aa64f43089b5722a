import { homedir } from "node:os";

/**
 * The environment of a plugin process that finds this Deno and its module cache, and nothing else of the machine's.
 *
 * @param home Its home folder: one of the test's own, so that the developer's kubeconfig is not found.
 * @param more Variables on top.
 */
export function pluginEnvironment(
  home: string,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const { PATH = "", DENO_DIR, XDG_CACHE_HOME } = Deno.env.toObject();
  return {
    PATH,
    HOME: home,
    // Deno, too, asks the system where HOME is not set.
    XDG_CACHE_HOME: XDG_CACHE_HOME ?? `${homedir()}/.cache`,
    ...(DENO_DIR === undefined ? {} : { DENO_DIR }),
    DENO: Deno.execPath(),
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
    ...more,
  };
}
