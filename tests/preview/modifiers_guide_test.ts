/** The resource modifiers in docs/resource-modifiers.md do what the guide says. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { createFolder, ignore } from "./kit.ts";

const PAGE = new URL("../../docs/resource-modifiers.md", import.meta.url);

const WORKLOADS = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: shop }
spec: { storageClassName: fast, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: orders, namespace: shop }
spec: { instances: 3, storage: { size: 1Gi } }
---
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: { name: web, namespace: shop }
spec:
  runStrategy: Halted
  template:
    spec:
      nodeSelector: { kubernetes.io/hostname: node-1 }
      domain: { devices: {}, memory: { guest: 1Gi } }
`;

const VOLUME = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: tmp, namespace: shop }
spec: { storageClassName: scratch, volumeName: pv-tmp }
status: { phase: Bound }
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: pv-tmp }
spec: { storageClassName: scratch, capacity: { storage: 1Gi } }
`;

const CHANGES: Readonly<Record<string, readonly string[]>> = {
  "free-vms": [
    '- spec.template.spec.nodeSelector["kubernetes.io/hostname"] (was "node-1")',
    "+ spec.template.spec.terminationGracePeriodSeconds = 300",
  ],
  "one-instance": ["~ spec.instances: 3 -> 1"],
  "slower-disks": ['~ spec.storageClassName: "fast" -> "standard"'],
};

Deno.test({ name: "docs/resource-modifiers.md: its modifiers change what it says", ignore }, async () => {
  const page = await Deno.readTextFile(PAGE);
  const maps = [...page.matchAll(/^```yaml\n(apiVersion: v1\nkind: ConfigMap\n.*?)^```$/gms)]
    .map(([, map = ""]) => map);
  assertEquals(maps.map((map) => /name: ([\w-]+)/.exec(map)?.[1]), Object.keys(CHANGES));
  await using folder = await createFolder();
  await folder.write("shop.yaml", WORKLOADS);
  await folder.write("velero.yaml", maps.join("---\n"));
  const made = await folder.preview(
    "backup shop.yaml --include-namespaces shop --archive a.tar.gz".split(" "),
  );
  assertEquals([made.code, made.stderr], [0, ""], made.stdout);
  for (const [name, changes] of Object.entries(CHANGES)) {
    const args = ["restore", "a.tar.gz", "--target", "velero.yaml", "--resource-modifier-configmap", name];
    const { code, stdout, stderr } = await folder.preview(args);
    assertEquals([code, stderr], [0, ""], stdout);
    const lines = stdout.split("\n").map((line) => line.trim());
    const first = lines.indexOf(`resource modifiers of ConfigMap ${name}`);
    assertEquals(lines.slice(first + 1, first + 1 + changes.length), changes, stdout);
  }
});

Deno.test({ name: "docs/resource-modifiers.md: a preview applies its resource policy", ignore }, async () => {
  const page = await Deno.readTextFile(PAGE);
  const [, policies = ""] = /^```yaml\n(version: v1\nvolumePolicies:.*?)^```$/ms.exec(page) ?? [];
  await using folder = await createFolder();
  await folder.write("shop.yaml", VOLUME);
  const data = { "policies.yaml": policies };
  await folder.write(
    "policies.json",
    JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "p", namespace: "velero" },
      data,
    }),
  );
  const args = "backup shop.yaml --include-namespaces shop --resource-policies-configmap".split(" ");
  const { code, stdout } = await folder.preview([...args, "p", "policies.json"]);
  assertEquals(code, 0, stdout);
  assertStringIncludes(stdout, "the data of its volume would not be in the backup");
  const without = await folder.preview([...args, "p"]);
  assertEquals(without.code, 0, without.stdout);
  assertStringIncludes(without.stdout, 'the resource policies in ConfigMap "p" would decide what is taken');
});
