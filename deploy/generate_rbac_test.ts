import { assertEquals } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { type Right, splitResource } from "../actions/right.ts";
import { RIGHTS, SETTINGS_RIGHT } from "../actions/rights.ts";
import { SOURCES } from "../actions/sources.ts";
import { RBAC_FILE, renderRbac } from "./generate_rbac.ts";

const ALL = Object.entries(RIGHTS).flatMap(([source, rights]) => rights.map((right) => ({ source, right })));
const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
}

const manifests = (text: string) => parseAllDocuments(text).map((one) => one.toJS() as Manifest);

/** `get ips.kubeovn.io` of each rule of that kind of role. */
function granted(kind: string): Set<string> {
  const [found] = manifests(renderRbac(RIGHTS)).filter((one) => one.kind === kind);
  return new Set(
    (found?.rules ?? []).flatMap(({ apiGroups: [group], resources, verbs }) =>
      verbs.flatMap((verb) => resources.map((one) => `${verb} ${group === "" ? one : `${one}.${group}`}`))
    ),
  );
}

const verbsOf = ({ resource, verbs }: Right) => verbs.map((verb) => `${verb} ${resource}`);

Deno.test({
  name: "deploy/rbac.yaml is what the sources declare; `deno task docs` writes it",
  ignore,
  fn: async () => assertEquals(await Deno.readTextFile(RBAC_FILE), renderRbac(RIGHTS)),
});

Deno.test("the roles grant exactly what is declared, and only in Velero's namespace what is needed only there", () => {
  const wide = ALL.filter(({ right }) => right.only === undefined).flatMap(({ right }) => verbsOf(right));
  const narrow = [SETTINGS_RIGHT, ...ALL.map(({ right }) => right).filter(({ only }) => only === "velero")];
  assertEquals(granted("ClusterRole"), new Set(wide));
  assertEquals(granted("Role"), new Set(narrow.flatMap(verbsOf)));
  const shapes = manifests(renderRbac(RIGHTS)).map(({ kind, metadata, roleRef }) => [
    kind,
    metadata.name,
    metadata.namespace ?? "",
    roleRef?.kind ?? "",
  ]);
  const name = "velero-plugin-for-workloads";
  assertEquals(shapes, [
    ["ClusterRole", name, "", ""],
    ["ClusterRoleBinding", name, "", "ClusterRole"],
    ["Role", name, "velero", ""],
    ["RoleBinding", name, "velero", "Role"],
  ]);
});

Deno.test("no wildcard, no cluster-wide write of Secrets, roles or service accounts", () => {
  const risky = ALL.flatMap(({ right }) => verbsOf(right)).filter((one) =>
    one.includes("*") ||
    /^(?:create|update|patch|delete) (?:secrets|serviceaccounts|\w*roles?\b|\w*bindings)/.test(one)
  );
  assertEquals(risky, []);
});

Deno.test("every source has a table, and each right names actions of its source, or a command", () => {
  assertEquals(Object.keys(RIGHTS), SOURCES.map(({ name }) => name));
  const unknown = ALL.flatMap(({ source, right }) => {
    const { actions = [] } = SOURCES.find(({ name }) => name === source) ?? {};
    const known = new Set(actions.map(({ name }) => name.slice(name.indexOf("/") + 1)));
    return right.users.filter((user) => right.without === "command" ? known.has(user) : !known.has(user));
  });
  assertEquals(unknown, []);
  assertEquals(ALL.filter(({ right }) => right.users.length === 0 || right.verbs.length === 0), []);
});

Deno.test({
  name: "each source's guide names every resource that it asks for",
  ignore,
  fn: async () => {
    const missing: string[] = [];
    for (const { source, right } of ALL) {
      const guide = await Deno.readTextFile(new URL(`../docs/${source}.md`, import.meta.url));
      const permissions = guide.split("\n## Permissions\n")[1]?.split("\n## ")[0] ?? "";
      const { resource } = splitResource(right.resource);
      if (!permissions.includes(resource)) missing.push(`docs/${source}.md: ${right.resource}`);
    }
    assertEquals(missing, []);
  },
});

Deno.test("settings that rights name exist", () => {
  const known = new Set(
    SOURCES.flatMap(({ name, settings }) => Object.keys(settings).map((key) => `${name}.${key}`)),
  );
  const named = ALL.flatMap(({ right }) => [right.setting ?? [], right.unless ?? []].flat());
  assertEquals(named.filter((key) => !known.has(key)), []);
});

Deno.test("splitResource()", () => {
  assertEquals(splitResource("pods"), { group: "", resource: "pods" });
  assertEquals(splitResource("ips.kubeovn.io"), { group: "kubeovn.io", resource: "ips" });
  assertEquals(splitResource("imagestreams/layers.image.openshift.io"), {
    group: "image.openshift.io",
    resource: "imagestreams/layers",
  });
});
