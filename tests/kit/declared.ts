/**
 * Holds actions to the rights that they declare: a request that `actions/<source>/rights.ts` does not name fails the test that made it.
 *
 * @module
 */

import { RIGHTS, SETTINGS_RIGHT } from "../../actions/rights.ts";
import { SOURCES } from "../../actions/sources.ts";

const OF_ACTION = new Map(
  SOURCES.flatMap(({ name, actions }) => actions.map((action) => [action.name, name] as const)),
);

/**
 * What is not declared of these requests, each as `verb resource`, such as `get ips.kubeovn.io`. Of an action without a source, or none,
 * every source's rights count.
 *
 * @param requests As {@link describe} words them, perhaps with an object's name behind: `get ips.kubeovn.io v.n`.
 */
export function undeclared(requests: readonly string[], action?: string): string[] {
  const source = action === undefined ? undefined : OF_ACTION.get(action);
  const user = action?.slice(action.indexOf("/") + 1) ?? "";
  const rights = source === undefined
    ? Object.values(RIGHTS).flat()
    : (RIGHTS[source] ?? []).filter(({ users }) => users.includes(user));
  const allowed = new Set(
    [SETTINGS_RIGHT, ...rights].flatMap(({ resource, verbs }) => verbs.map((verb) => `${verb} ${resource}`)),
  );
  const asked = requests.flatMap((request) => {
    const [verb = "", resource = ""] = request.split(" ");
    // Whoever is logged in may ask what is served.
    if (verb === "serves") return [];
    return (verb === "apply" ? ["create", "patch"] : [verb]).map((one) => `${one} ${resource}`);
  });
  return [...new Set(asked)].filter((one) => !allowed.has(one)).sort();
}

/** Throws when a test's action asked for something that it does not declare. */
export function assertDeclared(requests: readonly string[], action?: string): void {
  const missing = undeclared(requests, action);
  if (missing.length === 0) return;
  throw new Error(
    `${action ?? "an action"} asks for what its source's rights.ts does not declare: ${missing.join(", ")}`,
  );
}

/** What authorization sees in lines of a served cluster's log: `GET /apis/kubeovn.io/v1/ips/v -> 200` is `get ips.kubeovn.io`. */
export function authorized(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [method = "", target = ""] = line.split(" ");
    const { pathname, searchParams } = new URL(target, "http://127.0.0.1");
    const parts = pathname.split("/").filter((part) => part !== "");
    const group = parts[0] === "api" ? "" : parts[1] ?? "";
    const rest = parts.slice(parts[0] === "api" ? 2 : 3);
    // Discovery and /version, which everybody may read.
    if (rest.length === 0 || (parts[0] !== "api" && parts[0] !== "apis")) return [];
    const inNamespace = rest[0] === "namespaces" && rest.length > 2;
    const [resource = "", name] = inNamespace ? rest.slice(2) : rest;
    return [`${verbOf(method, name, searchParams)} ${resource}${group === "" ? "" : `.${group}`}`];
  });
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  if (method === "GET") return name === undefined ? "list" : "get";
  if (method === "POST") return "create";
  if (method === "DELETE") return "delete";
  return query.has("fieldManager") ? "apply" : "patch";
}
