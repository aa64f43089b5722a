import type { Context } from "../action.ts";

/**
 * A new server name, `<cluster>-<YYYYMMDD>-<HHMMSS>` in UTC, that this process has not handed out before (cnpg R8).
 *
 * Two Clusters of one name may be restored in the same second, from two namespaces into one object store: the later one gets the
 * next free second.
 */
export function newServerName(cluster: string, { clock, state }: Pick<Context, "clock" | "state">): string {
  const used = state("cnpg/server-names", () => new Set<string>());
  let seconds = Math.floor(clock.now().getTime() / 1000);
  let name = serverName(cluster, seconds);
  while (used.has(name)) name = serverName(cluster, ++seconds);
  used.add(name);
  return name;
}

function serverName(cluster: string, seconds: number): string {
  const [date = "", time = ""] = new Date(seconds * 1000).toISOString().slice(0, 19).split("T");
  return `${cluster}-${date.replaceAll("-", "")}-${time.replaceAll(":", "")}`;
}
