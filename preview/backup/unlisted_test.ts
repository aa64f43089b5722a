import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError, type RequestSubject } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { refusing } from "../testing/refusing.ts";
import { createWorld, object } from "../testing/world.ts";
import { runBackup } from "./backup.ts";

const OBJECTS = [
  object("v1", "Namespace", "shop"),
  object("v1", "Namespace", "store"),
  object("v1", "Pod", "shop/a"),
  object("v1", "Pod", "store/b"),
  object("v1", "Secret", "shop/s"),
  object("kubevirt.io/v1", "VirtualMachine", "shop/v"),
];

async function backUp(
  around: (cluster: Cluster) => Cluster,
  spec: JsonObject = { includedNamespaces: ["shop"] },
) {
  const world = await createWorld(OBJECTS, []);
  const { archive, report } = await runBackup({
    backup: { metadata: { name: "b", namespace: "velero" }, spec },
    ...world,
    cluster: around(world.cluster),
  });
  return {
    keys: [...archive.keys()],
    errors: report.errors.map(({ text }) => text),
    notModelled: report.notModelled.map(({ text }) => text),
  };
}

Deno.test("runBackup() goes on without a kind that may not be listed, and names the right (protocol 4.3)", async () => {
  const { keys, errors } = await backUp((cluster) => refusing(cluster, ["list pods"]));
  assertEquals(keys, ["secrets/shop/s", "virtualmachines.kubevirt.io/shop/v", "namespaces//shop"]);
  assertEquals(errors, [
    'The pods of namespace "shop" cannot be listed, and the backup goes on without them: list pods shop: 403 Forbidden: not for ' +
    "you. Grant this account the right to list pods, exclude them from the backup, or run the preview in Velero's pod, where it " +
    "has the rights of Velero's account.",
  ]);
});

Deno.test("runBackup() goes on without a kind whose list fails", async () => {
  const { keys, errors } = await backUp((cluster) => refusing(cluster, ["list secrets"], 500), {});
  assertEquals(keys.includes("secrets/shop/s"), false);
  assertEquals(keys.includes("pods/store/b"), true);
  assertEquals(errors, [
    "The secrets cannot be listed, and the backup goes on without them: list secrets: 500 Other: not for you.",
  ]);
});

Deno.test("runBackup() lists named namespaces one by one, so that rights in them are enough", async () => {
  const onlyShop = ({ verb, namespace, kind }: RequestSubject) =>
    verb === "list" && kind?.resource === "pods" && namespace !== "shop";
  const both = { includedNamespaces: ["store", "shop"], excludedNamespaces: ["none"] };
  const { keys, errors } = await backUp((cluster) => refusing(cluster, onlyShop), both);
  assertEquals(keys.filter((key) => key.startsWith("pods")), ["pods/shop/a"]);
  assertEquals(errors.map((text) => text.slice(0, 41)), ['The pods of namespace "store" cannot be l']);
  const pattern = await backUp((cluster) => refusing(cluster, onlyShop), { includedNamespaces: ["sh*"] });
  assertEquals(pattern.errors.map((text) => text.slice(0, 24)), ["The pods cannot be liste"]);
});

Deno.test("runBackup() goes on when namespaces may not be listed, and tells it once", async () => {
  const { keys, errors } = await backUp((cluster) => refusing(cluster, ["list namespaces"]));
  assertEquals(keys, ["pods/shop/a", "secrets/shop/s", "virtualmachines.kubevirt.io/shop/v"]);
  assertEquals(errors.map((text) => text.slice(0, 32)), ["The namespaces cannot be listed,"]);
});

Deno.test("runBackup() counts a definition that may not be read", async () => {
  const { keys, errors } = await backUp((cluster) => refusing(cluster, ["get customresourcedefinitions"]));
  assertEquals(keys.length, 4);
  const name = "virtualmachines.kubevirt.io";
  const right = `get customresourcedefinitions.apiextensions.k8s.io`;
  assertEquals(errors.filter((text) => text.includes(name)), [
    `Error backing up item: ${right} ${name}: 403 Forbidden: not for you`,
  ]);
});

Deno.test("runBackup() says when it is not known whether volumes would be snapshot", async () => {
  const { errors, notModelled } = await backUp((cluster) =>
    refusing(
      cluster,
      ({ kind, namespace }) => kind?.resource === "volumesnapshotlocations" && namespace === "velero",
    )
  );
  assertEquals(errors, []);
  assertEquals(notModelled, [
    "it is not known whether snapshots of volumes would be taken: list volumesnapshotlocations.velero.io velero: 403 Forbidden: " +
    "not for you",
  ]);
});

Deno.test("runBackup() ends when the cluster does not answer any more, or does not know who asks", async () => {
  await assertRejects(
    () => backUp((cluster) => refusing(cluster, ["list pods"], 401)),
    ClusterError,
    "401 Unauthorized",
  );
  const gone: (cluster: Cluster) => Cluster = (cluster) => ({
    ...cluster,
    list: () => {
      throw new ClusterError("list pods: no answer", "Unreachable", 0);
    },
  });
  await assertRejects(() => backUp(gone), ClusterError, "no answer");
});
