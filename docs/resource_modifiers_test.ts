/** The examples of resource-modifiers.md, applied to the objects of examples/ as preview applies them. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { parse } from "yaml";
import { readObjects } from "../cluster/memory/read_objects.ts";
import type { JsonObject } from "../objects/json.ts";
import { nameOf } from "../objects/object.ts";
import { readModifiers } from "../preview/restore/modifiers.ts";

const ignore = (["read", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");
const PAGE = new URL("resource-modifiers.md", import.meta.url);

async function example(name: string): Promise<JsonObject> {
  const blocks = [...(await Deno.readTextFile(PAGE)).matchAll(/^```yaml\n(.*?)^```/gms)]
    .map(([, text = ""]) => parse(text) as JsonObject);
  const found = blocks.find((block) => block.kind === "ConfigMap" && nameOf(block) === name);
  if (found === undefined) throw new Error(`The page has no ConfigMap ${name}`);
  return found;
}

const ROWS: readonly {
  readonly map: string;
  readonly resource: string;
  readonly kind: string;
  readonly name: string;
  readonly changes: readonly unknown[];
}[] = [
  {
    map: "free-vms",
    resource: "virtualmachines.kubevirt.io",
    kind: "VirtualMachine",
    name: "web",
    changes: [{ path: ["spec", "template", "spec", "terminationGracePeriodSeconds"], after: 300 }],
  },
  {
    map: "one-instance",
    resource: "clusters.postgresql.cnpg.io",
    kind: "Cluster",
    name: "orders",
    changes: [{ path: ["spec", "instances"], before: 3, after: 1 }],
  },
  {
    map: "slower-disks",
    resource: "persistentvolumeclaims",
    kind: "PersistentVolumeClaim",
    name: "web-data",
    changes: [{ path: ["spec", "storageClassName"], before: "fast", after: "standard" }],
  },
];

for (const { map, resource, kind, name, changes } of ROWS) {
  Deno.test({ name: `the resource modifier ${map} does what the page says`, ignore }, async () => {
    const objects = await readObjects(new URL("../examples/shop", import.meta.url).pathname);
    const item = objects.find((object) => object.kind === kind && nameOf(object) === name);
    assertNotEquals(item, undefined);
    const modified = readModifiers(await example(map))(resource, item!);
    assertEquals(modified?.errors, []);
    assertEquals(modified?.step.changes, changes as never);
  });
}
