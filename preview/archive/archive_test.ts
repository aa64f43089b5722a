import { assertEquals, assertRejects } from "@std/assert";
import { createArchive, type StoredItem, writeArchive } from "./archive.ts";
import { readArchive } from "./read.ts";

const text = (value: string) => new TextEncoder().encode(value);
const stream = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();

function item(group: string, resource: string, namespace: string, name: string, json = "{}"): StoredItem {
  return { group, resource, namespace, name, bytes: text(json) };
}

Deno.test("writeArchive() and readArchive() agree", async () => {
  const items = [
    item("", "pods", "shop", "a", '{"a":12345678901234567890}'),
    item("kubevirt.io", "virtualmachines", "shop", "v".repeat(200)),
    item("instancetype.kubevirt.io", "virtualmachineclusterinstancetypes", "", "u1.medium"),
    item("", "secrets", "shop", "large", JSON.stringify({ data: "x".repeat(300_000) })),
  ];
  const read = await readArchive(stream(await writeArchive(createArchive(items))));
  assertEquals(
    [...read].map(([key, { bytes, ...rest }]) => [key, rest, new TextDecoder().decode(bytes)]),
    items.map(({ bytes, ...rest }) => [
      `${
        rest.group === "" ? rest.resource : `${rest.resource}.${rest.group}`
      }/${rest.namespace}/${rest.name}`,
      rest,
      new TextDecoder().decode(bytes),
    ]),
  );
});

Deno.test("readArchive() refuses what Velero did not write", async () => {
  await assertRejects(() => readArchive(stream(text("hello"))), TypeError, "Cannot read the archive");
  const gzip = stream(text("not a tar")).pipeThrough(new CompressionStream("gzip"));
  await assertRejects(() => readArchive(gzip), TypeError, "Cannot read the archive");
});
