import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { parse, parseAllDocuments } from "yaml";
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
    ...[...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = ""]) =>
      [...inside.matchAll(/(\w+)\s*=~?/g)].map(([, l]) => l)
    ),
    ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, inside = ""]) => inside.split(/,\s*/)),
  ];
  for (const label of used) assertEquals(labels.includes(label ?? ""), true, `${label} in ${expr}`);
}

// The rows of the sources' permission tables and of the settings: group, resource, verbs.
const PERMISSIONS = [
  ["barmancloud.cnpg.io", "objectstores", "get"],
  ["cdi.kubevirt.io", "datasources", "get"],
  ["cdi.kubevirt.io", "datavolumes", "get"],
  ["instancetype.kubevirt.io", "virtualmachineclusterinstancetypes", "get"],
  ["instancetype.kubevirt.io", "virtualmachineclusterpreferences", "get"],
  ["instancetype.kubevirt.io", "virtualmachineinstancetypes", "get"],
  ["instancetype.kubevirt.io", "virtualmachinepreferences", "get"],
  ["k8s.cni.cncf.io", "network-attachment-definitions", "get"],
  ["kubeovn.io", "ips", "get"],
  ["kubevirt.io", "virtualmachineinstancereplicasets", "get"],
  ["kubevirt.io", "virtualmachineinstances", "get list"],
  ["kubevirt.io", "virtualmachines", "get list"],
  ["postgresql.cnpg.io", "backups", "create delete get list"],
  ["postgresql.cnpg.io", "clusters", "get"],
  ["resource.k8s.io", "resourceclaims", "get"],
  ["resource.k8s.io", "resourceclaimtemplates", "get"],
  ["snapshot.storage.k8s.io", "volumesnapshots", "get"],
  ["vmoperator.vmware.com", "virtualmachinegroups", "get"],
  ["vmoperator.vmware.com", "virtualmachines", "get"],
  ["vmoperator.vmware.com", "virtualmachineservices", "list"],
  ["", "configmaps", "create get patch"],
  ["", "namespaces", "get"],
  ["", "persistentvolumeclaims", "get list"],
  ["", "persistentvolumes", "get patch"],
  ["", "pods", "delete get list"],
  ["", "secrets", "get list"],
  ["", "serviceaccounts", "get list"],
  ["", "services", "get"],
  ["apps.openshift.io", "deploymentconfigs", "get list patch"],
  ["config.openshift.io", "clusterversions", "get"],
  ["config.openshift.io", "images", "get"],
  ["image.openshift.io", "imagestreams", "get list"],
  ["image.openshift.io", "imagestreamtags", "get list"],
  ["imageregistry.operator.openshift.io", "configs", "get"],
  ["security.openshift.io", "securitycontextconstraints", "get list patch"],
  ["velero.io", "backups", "get"],
  ["velero.io", "podvolumebackups", "list"],
  ["velero.io", "restores", "get"],
];

test("rbac.yaml has exactly the verbs of the permission tables", async () => {
  const documents = parseAllDocuments(await Deno.readTextFile(`${DEPLOY}rbac.yaml`)).map((each) =>
    each.toJS()
  );
  const verbs = new Map<string, Set<string>>();
  const role = documents.find(({ kind }) => kind === "ClusterRole");
  for (const rule of role.rules) {
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        const key = `${group}\t${resource}`;
        verbs.set(key, new Set([...verbs.get(key) ?? [], ...rule.verbs]));
      }
    }
  }
  const rows = [...verbs].map(([key, set]) => [...key.split("\t"), [...set].sort().join(" ")]);
  assertEquals(rows.sort(), [...PERMISSIONS].sort());
  const settings = documents.find(({ kind }) => kind === "Role");
  assertEquals(settings.rules, [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]);
  assertEquals(settings.metadata.namespace, "velero");
});

test("Helm values and the kustomize patch add the same containers", async () => {
  const values = parse(await Deno.readTextFile(`${DEPLOY}helm/values.yaml`));
  const { spec } = parse(await Deno.readTextFile(`${DEPLOY}kustomize/velero.yaml`)).spec.template;
  const image = "ghcr.io/OWNER/velero-plugin-for-workloads:v0.1.0";
  const patched = spec.initContainers.map((container: Record<string, unknown>) => ({ ...container, image }));
  assertEquals(values.initContainers, patched);
  assertEquals(Object.keys(values), ["initContainers"]);
  // As `velero install` and the Helm chart set it in Velero's own container.
  assertEquals(spec.initContainers[1].env, [{ name: "VELERO_SCRATCH_DIR", value: "/scratch" }]);
});
