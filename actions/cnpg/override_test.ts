import { assertEquals, assertRejects } from "@std/assert";
import { archived, cluster, recordApply, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { messages, prepare, runRestore } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { restoreCluster } from "./restore_cluster.ts";

const NOW = new Date("2026-11-21T03:28:47Z");
const settings = settingsWith();

function itemOf(namespace: string, name: string): JsonObject {
  return { ...archived(), metadata: { name, namespace, annotations: written() } };
}

// cnpg 5.2
Deno.test("writeOverride() applies the ConfigMap as its own field manager, with force", async () => {
  const { applied, cluster } = recordApply();
  await runRestore(restoreCluster, { item: archived(written()), now: NOW, cluster, settings });
  assertEquals(applied, [{
    kind: { group: "", version: "v1", resource: "configmaps" },
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "cnpg-velero-override",
        namespace: "n",
        annotations: { "helm.sh/resource-policy": "keep" },
      },
      data: { write_to_server_name: "c-20261121-032847", read_from_server_name: "s" },
    },
    manager: "velero-cnpg-plugin",
    force: true,
  }]);
});

Deno.test("writeOverride() has a limit of 30 s", async () => {
  const limits: number[] = [];
  await runRestore(restoreCluster, {
    item: archived(written()),
    cluster: recordApply().cluster,
    settings,
    timeout: (milliseconds) => {
      limits.push(milliseconds);
      return new AbortController().signal;
    },
  });
  // Looking for the Cluster, then the write.
  assertEquals(limits, [30_000, 30_000]);
});

const FRONT = "failed to create/update ConfigMap: failed to apply ConfigMap: ";
const FAILURES: [about: string, failure: unknown, message: string, reason: string, remedy: string][] = [
  [
    "403 (cnpg T5.3.22)",
    new ClusterError('configmaps "cnpg-velero-override" is forbidden', "Forbidden", 403),
    `${FRONT}configmaps "cnpg-velero-override" is forbidden (n/cnpg-velero-override)`,
    "forbidden",
    "allow Velero to patch and create configmaps in namespace n, then restore again",
  ],
  [
    "404 (cnpg T5.3.22)",
    new ClusterError('namespaces "n" not found', "Other", 404),
    `${FRONT}namespaces "n" not found (n/cnpg-velero-override)`,
    "cluster",
    "make sure that ConfigMap n/cnpg-velero-override can be written, then restore again",
  ],
  [
    "409 (cnpg T5.3.22)",
    new ClusterError("patch configmaps: conflict", "Conflict", 409),
    `${FRONT}patch configmaps: conflict (n/cnpg-velero-override)`,
    "cluster",
    "make sure that ConfigMap n/cnpg-velero-override can be written, then restore again",
  ],
  [
    "422, an immutable one",
    new ClusterError("field is immutable when `immutable` is set", "Invalid", 422),
    `${FRONT}field is immutable when \`immutable\` is set (n/cnpg-velero-override)`,
    "cluster",
    "make sure that ConfigMap n/cnpg-velero-override can be written, then restore again",
  ],
  [
    "500",
    new ClusterError("patch configmaps: boom", "Other", 500),
    `${FRONT}patch configmaps: boom (n/cnpg-velero-override)`,
    "cluster",
    "make sure that ConfigMap n/cnpg-velero-override can be written, then restore again",
  ],
  [
    "no answer",
    new DOMException("Signal timed out.", "TimeoutError"),
    `${FRONT}no answer within 30 s (n/cnpg-velero-override)`,
    "cluster",
    "make sure that ConfigMap n/cnpg-velero-override can be written, then restore again",
  ],
];

for (const [about, failure, message, reason, remedy] of FAILURES) {
  Deno.test(`writeOverride() fails the item: ${about}`, async () => {
    const { context, requests } = prepare({
      settings,
      cluster: { apply: () => Promise.reject(failure) },
    });
    const item = archived(written());
    const error = await assertRejects(
      async () => await restoreCluster.execute({ item, itemFromBackup: item, restore: undefined }, context),
      Refusal,
    );
    assertEquals([error.message, error.rule, error.reason, error.remedy], [
      message,
      "cnpg R13",
      reason,
      remedy,
    ]);
    // The one write is the one that failed.
    assertEquals(requests, [
      "get clusters.postgresql.cnpg.io n/c",
      "apply configmaps n/cnpg-velero-override",
    ]);
  });
}

// cnpg DEV-CNPG-16: the item is complete before the write.
Deno.test("writeOverride() comes last", async () => {
  const item = archived(written({ "velero-cnpg/current-backup-id": "B" }), { bootstrap: { initdb: {} } });
  let seen: JsonObject | undefined;
  const { context } = prepare({
    settings,
    now: NOW,
    cluster: {
      apply: (_kind, object) => {
        seen = structuredClone(item);
        return Promise.resolve(object);
      },
    },
  });
  const result = await restoreCluster.execute({ item, itemFromBackup: item, restore: undefined }, context);
  assertEquals(seen, result?.item);
  assertEquals((seen?.spec as JsonObject).bootstrap, {
    recovery: { source: "clusterBackup", recoveryTarget: { backupID: "B" } },
  });
});

const SECOND =
  "ConfigMap m/cnpg-velero-override of Cluster n1/a now holds the server names of Cluster n2/b; set cnpg.per-cluster-override to give each its own";

Deno.test("writeOverride() warns when a second Cluster takes the ConfigMap of a namespace (cnpg T11.5)", async () => {
  const states = new Map<string, unknown>();
  const restore = { spec: { namespaceMapping: { n1: "m", n2: "m" } } };
  const rows: [namespace: string, name: string, warnings: string[]][] = [
    ["n1", "a", []],
    ["n1", "a", []],
    ["n2", "b", [SECOND]],
    ["n3", "a", []],
  ];
  for (const [namespace, name, warnings] of rows) {
    const { logs } = await runRestore(restoreCluster, {
      item: itemOf(namespace, name),
      restore,
      states,
      cluster: recordApply().cluster,
      settings,
    });
    assertEquals(messages(logs, "warn"), warnings, `${namespace}/${name}`);
  }
});

// cnpg R8, DEV-CNPG-12, T11.4: the clock stands still
Deno.test("newServerName() gives two Clusters of one name in one second different names", async () => {
  const states = new Map<string, unknown>();
  const { applied, cluster } = recordApply();
  for (const [namespace, name] of [["n1", "c"], ["n2", "c"], ["n3", "d"], ["n4", "c"]] as const) {
    const item = itemOf(namespace, name);
    await runRestore(restoreCluster, { item, states, now: NOW, cluster, settings });
  }
  assertEquals(applied.map(({ object }) => (object.data as JsonObject).write_to_server_name), [
    "c-20261121-032847",
    "c-20261121-032848",
    "d-20261121-032847",
    "c-20261121-032849",
  ]);
});

Deno.test("newServerName() gives a name again to nobody when the clock goes back", async () => {
  const states = new Map<string, unknown>();
  const { applied, cluster } = recordApply();
  for (const time of ["2026-12-31T23:59:59Z", "2026-12-31T23:59:58Z", "2026-12-31T23:59:58Z"]) {
    await runRestore(restoreCluster, {
      item: archived(written()),
      states,
      now: new Date(time),
      cluster,
      settings,
    });
  }
  assertEquals(applied.map(({ object }) => (object.data as JsonObject).write_to_server_name), [
    "c-20261231-235959",
    "c-20261231-235958",
    "c-20270101-000000",
  ]);
});

for (const name of ["my-cluster", "chef-360-cnpg-postgres", "db"]) {
  Deno.test(`newServerName() of ${name} has upstream's form (cnpg T5.3.29)`, async () => {
    const { applied, cluster } = recordApply();
    await runRestore(restoreCluster, { item: itemOf("n", name), cluster, settings });
    const data = applied[0]?.object.data as { write_to_server_name: string };
    assertEquals(new RegExp(`^${name}-\\d{8}-\\d{6}$`).test(data.write_to_server_name), true);
  });
}

// cnpg E10
Deno.test("per-cluster-override also applies a ConfigMap of the Cluster's own, before the common one", async () => {
  const { applied, cluster } = recordApply();
  await runRestore(restoreCluster, {
    item: archived(written()),
    now: NOW,
    cluster,
    settings: settingsWith({ "per-cluster-override": true }),
  });
  assertEquals(applied.map(({ object }) => (object.metadata as JsonObject).name), [
    "cnpg-velero-override-c",
    "cnpg-velero-override",
  ]);
  assertEquals(applied[0]?.object.data, applied[1]?.object.data);
});

Deno.test("writeOverride() is not reached by a Cluster that exists", async () => {
  const { applied, cluster: faked } = recordApply();
  await runRestore(restoreCluster, {
    item: archived(written()),
    objects: [cluster({})],
    cluster: faked,
    settings: settingsWith({ "per-cluster-override": true }),
  });
  assertEquals(applied, []);
});
