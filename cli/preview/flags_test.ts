import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { applyFlags, BACKUP_FLAGS, RESTORE_FLAGS } from "./flags.ts";

const IN = { key: "tier", operator: "In", values: ["a", "b"] };

const ROWS: readonly [flags: typeof BACKUP_FLAGS, given: Record<string, unknown>, run: JsonObject][] = [
  [BACKUP_FLAGS, { includeNamespaces: "a, b,", excludeResources: "secrets" }, {
    spec: { includedNamespaces: ["a", "b"], excludedResources: ["secrets"] },
  }],
  [BACKUP_FLAGS, { includeClusterResources: true }, { spec: { includeClusterResources: true } }],
  [BACKUP_FLAGS, { includeClusterResources: "false" }, { spec: { includeClusterResources: false } }],
  [BACKUP_FLAGS, { selector: "app=web,tier in (a, b),!old,new,x!=y" }, {
    spec: {
      labelSelector: {
        matchLabels: { app: "web" },
        matchExpressions: [IN, { key: "old", operator: "DoesNotExist" }, { key: "new", operator: "Exists" }, {
          key: "x",
          operator: "NotIn",
          values: ["y"],
        }],
      },
    },
  }],
  [BACKUP_FLAGS, { orSelector: "a=1 or b=2,c=3" }, {
    spec: { orLabelSelectors: [{ matchLabels: { a: "1" } }, { matchLabels: { b: "2", c: "3" } }] },
  }],
  [BACKUP_FLAGS, { orderedResources: "pods=n/a,n/b;persistentvolumes=v" }, {
    spec: { orderedResources: { pods: "n/a,n/b", persistentvolumes: "v" } },
  }],
  [BACKUP_FLAGS, { resourcePoliciesConfigmap: "p", ttl: "720h", defaultVolumesToFsBackup: true }, {
    spec: { resourcePolicy: { kind: "ConfigMap", name: "p" }, ttl: "720h", defaultVolumesToFsBackup: true },
  }],
  [BACKUP_FLAGS, { dataMover: "other", parallelFilesUpload: "4" }, {
    spec: { datamover: "other", uploaderConfig: { parallelFilesUpload: 4 } },
  }],
  [RESTORE_FLAGS, { resourcePoliciesConfigmap: "p", writeSparseFiles: true, parallelFilesDownload: "8" }, {
    spec: {
      resourcePolicy: { kind: "ConfigMap", name: "p" },
      uploaderConfig: { writeSparseFiles: true, parallelFilesDownload: 8 },
    },
  }],
  [RESTORE_FLAGS, { namespaceMappings: "a:b,c:d", labels: "x=1", annotations: "y=2=3" }, {
    metadata: { labels: { x: "1" }, annotations: { y: "2=3" } },
    spec: { namespaceMapping: { a: "b", c: "d" } },
  }],
  [RESTORE_FLAGS, {
    existingResourcePolicy: "update",
    preserveNodeports: true,
    statusIncludeResources: "pods",
  }, {
    spec: {
      existingResourcePolicy: "update",
      preserveNodePorts: true,
      restoreStatus: { includedResources: ["pods"] },
    },
  }],
];

Deno.test("applyFlags() sets the fields that Velero's command line sets", async (t) => {
  for (const [flags, given, expected] of ROWS) {
    await t.step(JSON.stringify(given), () => {
      const run: JsonObject = {};
      applyFlags(run, flags, given);
      assertEquals(run, expected);
    });
  }
});

Deno.test("applyFlags() wins over the manifest and keeps its labels", () => {
  const run: JsonObject = {
    metadata: { labels: { a: "1" } },
    spec: { includedNamespaces: ["x"], ttl: "1h" },
  };
  applyFlags(run, BACKUP_FLAGS, { labels: "b=2", includeNamespaces: "y" });
  assertEquals(run, {
    metadata: { labels: { a: "1", b: "2" } },
    spec: { includedNamespaces: ["y"], ttl: "1h" },
  });
});

const WRONG: readonly [flags: typeof BACKUP_FLAGS, given: Record<string, unknown>, text: string][] = [
  [
    BACKUP_FLAGS,
    { includeClusterResources: "manifests/" },
    '--include-cluster-resources: "manifests/" is not one of',
  ],
  [BACKUP_FLAGS, { selector: "a in b" }, "--selector: Cannot parse label selector"],
  [BACKUP_FLAGS, { ttl: "soon" }, '--ttl: "soon" is not a duration'],
  [BACKUP_FLAGS, { orderedResources: "pods" }, '--ordered-resources: "pods" is not of the form'],
  [
    RESTORE_FLAGS,
    { namespaceMappings: "a:" },
    '--namespace-mappings: "a:" names no namespace to restore into',
  ],
  [BACKUP_FLAGS, { parallelFilesUpload: "-1" }, '--parallel-files-upload: "-1" is not a whole number'],
  [RESTORE_FLAGS, { namespaceMappings: "a=b" }, '--namespace-mappings: "a=b" is not of the form a:b'],
  [RESTORE_FLAGS, { existingResourcePolicy: "patch" }, '--existing-resource-policy: "patch" is not one of'],
];

Deno.test("applyFlags() refuses a wrong value with flag and value", () => {
  for (const [flags, given, text] of WRONG) {
    assertThrows(() => applyFlags({}, flags, given), InputError, text);
  }
});
