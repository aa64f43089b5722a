import { IMAGE } from "../../packaging/project.ts";
import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { parse, parseAllDocuments } from "yaml";
import { splitResource } from "../../actions/right.ts";
import { RIGHTS } from "../../actions/rights.ts";
import { SOURCES } from "../../actions/sources.ts";
import { GATE_CONFIG_MAP } from "../../sidecar/gate/result.ts";
import { METRICS } from "../../sidecar/metrics.ts";
import { DEPLOY, metricsIn, readPanels, readRules } from "./monitoring.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

const OURS = new Map(Object.values(METRICS).map((metric) => [metric.name as string, metric]));
// Velero's own, on its port 8085.
const VELERO = ["velero_backup_attempt_total"];

test("every query of the dashboard names metrics and labels that exist", async () => {
  const panels = await readPanels();
  for (const { title, targets } of panels) {
    assertGreater(targets.length, 0, title);
    for (const { expr } of targets) {
      const names = metricsIn(expr);
      assertGreater(names.length, 0, expr);
      for (const name of names) assertLabels(expr, name);
    }
  }
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  assertEquals(panels.filter(({ description }) => description === ""), []);
});

test("every metric is on the dashboard", async () => {
  const shown = new Set(
    (await readPanels()).flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr))),
  );
  assertEquals([...OURS.keys()].filter((name) => !shown.has(name)), []);
});

test("every alert names metrics and labels that exist, and counts with increase()", async () => {
  for (const { alert, expr, annotations } of (await readRules()).groups.flatMap(({ rules }) => rules)) {
    assertMatch(alert, /^VeleroPlugin[A-Z]/);
    assertEquals(Object.keys(annotations), ["summary", "description"], alert);
    assertEquals(/\b(rate|irate|delta)\(/.test(expr), false, alert);
    for (const name of metricsIn(expr)) {
      if (VELERO.includes(name)) continue;
      assertLabels(expr, name);
      const counts = OURS.get(name)?.type !== "gauge";
      const series = [
        ...expr.matchAll(
          new RegExp(`(increase\\()?${name}(_sum|_count|_bucket)?(\\{[^}]*\\})?(\\[\\d+[mh]\\])?`, "g"),
        ),
      ];
      for (const [text, increase, , , range] of series) {
        assertEquals([increase !== undefined, range !== undefined], [counts, counts], `${alert}: ${text}`);
      }
    }
  }
});

/** Selectors and groupings of `expr` use labels of the metric only. */
function assertLabels(expr: string, name: string): void {
  const metric = OURS.get(name);
  assertEquals(metric !== undefined, true, `${name} in ${expr} is no metric of ours`);
  const labels = ["le", ...Object.keys(metric?.labels ?? {})];
  const used = [
    ...[...expr.matchAll(new RegExp(`${name}(?:_sum|_count|_bucket)?\\{([^}]*)\\}`, "g"))].flatMap((
      [, inside = ""],
    ) => [...inside.matchAll(/(\w+)\s*=~?/g)].map(([, l]) => l)),
    ...[...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, inside = ""]) => inside.split(/,\s*/)),
  ];
  for (const label of used) assertEquals(labels.includes(label ?? ""), true, `${label} in ${expr}`);
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

async function readAll<T>(file: string): Promise<T[]> {
  return parseAllDocuments(await Deno.readTextFile(`${DEPLOY}${file}`)).map((each) => each.toJS() as T);
}

/** A row per resource of a role: group, resource (with the names it is limited to), verbs. */
function rowsOf({ rules }: Role): string[][] {
  const verbs = new Map<string, Set<string>>();
  for (const rule of rules) {
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        const key = `${group}\t${[resource, ...rule.resourceNames ?? []].join(" ")}`;
        verbs.set(key, new Set([...verbs.get(key) ?? [], ...rule.verbs]));
      }
    }
  }
  return [...verbs].map(([key, set]) => [...key.split("\t"), [...set].sort().join(" ")]).sort();
}

test("the gate may read, ask Velero for archives and change its own ConfigMap, and nothing else", async () => {
  const roles = (await readAll<Role>("gate/gate.yaml")).filter(({ kind }) => kind.endsWith("Role"));
  const [own, wide, result] = roles;
  assertEquals(own && rowsOf(own), [
    ["", "configmaps velero-plugin-preview-gate", "patch"],
    ["", "configmaps", "get list"],
    ["velero.io", "backups", "get list"],
    ["velero.io", "backupstoragelocations", "get"],
    ["velero.io", "downloadrequests", "create delete get"],
    ["velero.io", "podvolumebackups", "list"],
    ["velero.io", "schedules", "list"],
  ]);
  assertEquals(result && rowsOf(result), [["", "configmaps velero-plugin-preview-gate", "get"]]);
  assertEquals([own, result].map((role) => role?.metadata.namespace), ["velero", "velero"]);
  const rows = wide === undefined ? [] : rowsOf(wide);
  assertEquals(new Set(rows.flatMap(([, , verbs = ""]) => verbs.split(" "))), new Set(["get", "list"]));
  assertEquals(
    rows.filter(([group = "", resource = ""]) =>
      group === "*" || /^(secrets|\*)$/.test(`${group}${resource}`)
    ),
    [],
  );
});

test("the gate may read what restore actions read", async () => {
  const wide = (await readAll<Role>("gate/gate.yaml")).find(({ kind }) => kind === "ClusterRole");
  const may = new Set(
    (wide === undefined ? [] : rowsOf(wide)).flatMap(([group, resource, verbs]) =>
      (verbs ?? "").split(" ").map((verb) => `${verb} ${resource} ${group}`)
    ),
  );
  const lacking = SOURCES.flatMap(({ name: source, actions }) => {
    const restores = new Set(
      actions.filter(({ kind }) => kind.startsWith("Restore")).map(({ name }) => name.split("/")[1] ?? ""),
    );
    const used = (RIGHTS[source] ?? []).filter(({ users, only }) =>
      only === undefined && users.some((user) => restores.has(user))
    );
    return used.flatMap((right) => {
      const { group, resource } = splitResource(right.resource);
      return right.verbs
        .filter((verb) => verb === "get" || verb === "list")
        .filter((verb) => !may.has(`${verb} ${resource} ${group}`) && !may.has(`${verb} * ${group}`))
        .map((verb) => `${verb} ${right.resource}`);
    });
  });
  // Secrets are OpenShift's pull secrets: the guide says who needs that right.
  assertEquals([...new Set(lacking)].sort(), ["list secrets"]);
});

test("the gate's pod is restricted, and its ConfigMap, image and command are those of the program", async () => {
  // deno-lint-ignore no-explicit-any
  const documents = await readAll<any>("gate/gate.yaml");
  const job = documents.find(({ kind }) => kind === "CronJob");
  const { spec } = job.spec.jobTemplate.spec.template;
  assertEquals([job.spec.concurrencyPolicy, spec.restartPolicy], ["Forbid", "Never"]);
  const values = parse(await Deno.readTextFile(`${DEPLOY}helm/values.yaml`));
  const [gate, ...more] = spec.containers;
  assertEquals([gate.image, more], [values.initContainers[0].image, []]);
  assertEquals(gate.securityContext, values.initContainers[0].securityContext);
  assertEquals(gate.command, ["/plugins/velero-plugin-for-workloads", "preview", "gate", "--store"]);
  assertEquals("volumes" in spec, false);
  const map = documents.find(({ kind }) => kind === "ConfigMap");
  assertEquals(map, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: GATE_CONFIG_MAP, namespace: "velero" },
  }, "data here would be put over the result whenever somebody applies the file");
});

test("Helm values and the kustomize patch add the same containers", async () => {
  const values = parse(await Deno.readTextFile(`${DEPLOY}helm/values.yaml`));
  const { spec } = parse(await Deno.readTextFile(`${DEPLOY}kustomize/velero.yaml`)).spec.template;
  const image = `${IMAGE}:v0.1.0`;
  const patched = spec.initContainers.map((container: Record<string, unknown>) => ({ ...container, image }));
  assertEquals(values.initContainers, patched);
  assertEquals(Object.keys(values), ["initContainers"]);
  // As `velero install` and the Helm chart set it in Velero's own container.
  assertEquals(spec.initContainers[1].env, [{ name: "VELERO_SCRATCH_DIR", value: "/scratch" }]);
});
