/** Clusters that cannot be used, and backups that cannot be had, by the real process: a text with a remedy, and nothing written. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { Fault } from "../../cluster/served/faults.ts";
import { kubeconfig, serveCluster } from "../../cluster/served/serve.ts";
import { object } from "../../preview/testing/world.ts";
import { NOBODY } from "../kit/nobody.ts";
import { createFolder, ignore } from "./kit.ts";

const LIVE = ["--kubeconfig", "kubeconfig"];

const config = (rest: JsonObject) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: `https://${NOBODY}` } }],
    users: [{ name: "u", user: {} }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
    ...rest,
  });

const exec = (command: string) => ({
  users: [{
    name: "u",
    user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command, interactiveMode: "Never" } },
  }],
});

const CONFIGS: readonly [about: string, content: string, said: string][] = [
  [
    "nobody listens",
    kubeconfig(`http://${NOBODY}`),
    `Cannot reach the cluster at http://${NOBODY}: `,
  ],
  ["no YAML", "{{hunter2", 'Cannot use kubeconfig "kubeconfig"'],
  ["no clusters", "apiVersion: v1\nkind: Config\n", 'Cannot use kubeconfig "kubeconfig"'],
  [
    "another kind",
    "apiVersion: v1\nkind: Secret\ndata: {a: hunter2}\n",
    'Cannot use kubeconfig "kubeconfig"',
  ],
  [
    "a context of no cluster",
    config({ contexts: [{ name: "x", context: { cluster: "gone", user: "u" } }] }),
    'Cannot use kubeconfig "kubeconfig"',
  ],
  [
    "a program that is not there",
    config(exec("/nowhere/login-helper")),
    'the program "/nowhere/login-helper", from which user "u" gets its credentials, failed',
  ],
  ["a program that fails", config(exec("false")), 'the program "false", from which user "u"'],
  [
    "an authority that is none",
    config({
      clusters: [{
        name: "c",
        cluster: { server: `https://${NOBODY}`, "certificate-authority-data": "aHVudGVyMg==" },
      }],
    }),
    "kubeconfig",
  ],
];

Deno.test(
  { name: "preview: a kubeconfig that does not work is exit code 2, and nothing is written", ignore },
  async (t) => {
    await using folder = await createFolder();
    for (const [about, content, said] of CONFIGS) {
      await t.step(about, async () => {
        await folder.write("kubeconfig", content);
        const commands = [["backup", "--archive", "b.tar.gz"], ["restore", "--backup", "b"], [
          "gate",
          "--textfile",
          "g",
        ]];
        // At the same time: a server that is not there is asked four times.
        const all = await Promise.all(commands.map((args) => folder.preview([...args, ...LIVE])));
        for (const { code, stdout, stderr } of all) {
          assertEquals([code, stdout], [2, ""], stderr);
          assertStringIncludes(stderr, said);
          assertEquals(stderr.includes("hunter2") || stderr.includes("aHVudGVyMg"), false, stderr);
        }
        assertEquals(await folder.names(), ["kubeconfig"]);
      });
    }
  },
);

const FAULTS: readonly [about: string, fault: Fault, said: string][] = [
  ["a login that is refused", { path: "*", status: 401 }, ". Log in to the cluster again"],
  [
    "a proxy's page",
    { path: "*", body: "<html>hunter2</html>", headers: { "content-type": "text/html" } },
    "this is not an answer of the Kubernetes API",
  ],
];

Deno.test(
  { name: "preview backup: a cluster that refuses is exit code 2, and nothing is written", ignore },
  async (t) => {
    await using folder = await createFolder();
    for (const [about, fault, said] of FAULTS) {
      await t.step(about, async () => {
        const served = serveCluster(createMemoryCluster(), { faults: [fault] });
        try {
          await folder.write("kubeconfig", served.kubeconfig());
          const { code, stdout, stderr } = await folder.preview(["backup", "--archive", "b.tar.gz", ...LIVE]);
          assertEquals([code, stdout], [2, ""], stderr);
          assertStringIncludes(stderr, said);
          assertEquals(stderr.includes("hunter2"), false, stderr);
          assertEquals(await folder.names(), ["kubeconfig"]);
        } finally {
          await served.close();
        }
      });
    }
  },
);

Deno.test(
  { name: "preview backup: goes on without a kind that may not be listed, and fails", ignore },
  async () => {
    await using folder = await createFolder();
    const objects = [object("v1", "ConfigMap", "shop/a"), object("v1", "Secret", "shop/s")];
    const faults = [{ path: "/api/v1/secrets", status: 403 }];
    const served = serveCluster(createMemoryCluster({ objects }), { faults });
    try {
      await folder.write("kubeconfig", served.kubeconfig());
      const args = ["backup", "--archive", "b.tar.gz", "-o", "json", ...LIVE];
      const { code, stdout, stderr } = await folder.preview(args);
      assertEquals([code, stderr], [1, ""]);
      const { items, errors } = JSON.parse(stdout);
      assertEquals(items.map(({ item }: { item: { name: string } }) => item.name), ["a"]);
      assertEquals(errors.length, 1, stdout);
      assertStringIncludes(
        errors[0].text,
        "The secrets cannot be listed, and the backup goes on without them",
      );
      assertStringIncludes(errors[0].text, "Grant this account the right to list secrets");
      // As of a backup of Velero's that is PartiallyFailed.
      assertEquals(await folder.names(), ["b.tar.gz", "kubeconfig"]);
    } finally {
      await served.close();
    }
  },
);

const backup = (phase: string | undefined): JsonObject[] => [
  object("velero.io/v1", "Backup", "velero/b", phase === undefined ? {} : { status: { phase } }),
];

const BACKUPS: readonly [about: string, objects: JsonObject[], faults: Fault[], said: string][] = [
  ["no such backup", [], [], 'There is no Backup "b" in namespace "velero"'],
  [
    "one that Velero has not seen",
    backup(undefined),
    [],
    'Backup "b" is New; Velero restores only from backups that are Completed or',
  ],
  ["one under way", backup("InProgress"), [], 'Backup "b" is InProgress'],
  [
    "one that waits for its plugins",
    backup("WaitingForPluginOperations"),
    [],
    'Backup "b" is WaitingForPluginOperations',
  ],
  ["one that failed", backup("Failed"), [], 'Backup "b" is Failed'],
  ["one that is being deleted", backup("Deleting"), [], 'Backup "b" is Deleting'],
  [
    "a request that is never answered",
    backup("Completed"),
    [],
    "within 1 s. Check that its server is running",
  ],
  ["a request that is forbidden", backup("Completed"), [{
    method: "POST",
    path: "*/downloadrequests",
    status: 403,
  }], "create downloadrequests.velero.io"],
  ["no Velero", [], [{
    path: "*/backups/b",
    status: 404,
    body: "404 page not found\n",
    headers: { "content-type": "text/plain" },
  }], 'There is no Backup "b" in namespace "velero"'],
];

Deno.test({
  name: "preview restore --backup: a backup that cannot be had is exit code 2, and nothing is left",
  ignore,
}, async (t) => {
  await using folder = await createFolder();
  for (const [about, objects, faults, said] of BACKUPS) {
    await t.step(about, async () => {
      const cluster = createMemoryCluster({ objects });
      const served = serveCluster(cluster, { faults });
      try {
        await folder.write("kubeconfig", served.kubeconfig());
        const args = ["restore", "--backup", "b", "--download-timeout", "1s", "--output-file", "report.txt"];
        const { code, stdout, stderr } = await folder.preview([...args, ...LIVE]);
        assertEquals([code, stdout], [2, ""], stderr);
        assertStringIncludes(stderr, said);
        assertEquals(await folder.names(), ["kubeconfig"]);
        assertEquals(cluster.objects().length, objects.length);
      } finally {
        await served.close();
      }
    });
  }
});
