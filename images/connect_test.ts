import { assertEquals } from "@std/assert";
import { startRegistry } from "../tests/kit/registry.ts";
import { connectImages, RECORD } from "./connect.ts";
import { describeCopy, type RecordedCopy } from "./recorded_copy.ts";

const ignore = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted";

const log = { debug: () => {}, warn: () => {} };

// openshift 9.2: a Go boolean
Deno.test("connectImages() reads OPENSHIFT_IMAGESTREAM_BACKUP as Go does", () => {
  const yes = ["1", "t", "T", "TRUE", "true", "True"];
  const no = ["0", "f", "false", "yes", "on", "tRUE", " true", "", undefined];
  const read = (value: string | undefined) =>
    connectImages({ env: (name) => name === "OPENSHIFT_IMAGESTREAM_BACKUP" ? value : undefined, log })
      .backupByDefault;
  assertEquals([yes.filter(read), no.filter(read)], [yes, []]);
});

Deno.test({
  name: "connectImages() in a plugin of a preview warns of copies and makes none",
  ignore,
  fn: async () => {
    const [source, target] = [startRegistry(), startRegistry()];
    const digest = await source.store.addImage("n/web", ["layer"]);
    for (const mode of [RECORD, undefined]) {
      const images = connectImages({
        env: (name) => name === "WORKLOADS_IMAGE_COPIES" ? mode : undefined,
        log,
      });
      assertEquals(images.stop(), undefined);
      const open = (host: string) => images.registry({ host, caFile: "", insecure: false, plainHttp: false });
      const warnings: string[] = [];
      const copied = await images.copy({
        from: { store: await open(source.host), repository: "n/web", reference: digest },
        to: { store: await open(target.host), repository: "n/web", reference: "v1" },
      }, {
        signal: new AbortController().signal,
        log: { info: () => {}, warn: (text) => void warnings.push(text) },
        concurrency: 8,
        count: () => {},
      });
      assertEquals(copied.digest, digest);
      assertEquals(target.store.repositories.size, mode === RECORD ? 0 : 1);
      const expected =
        `would copy ${source.host}/n/web@${digest} to ${target.host}/n/web:v1: 2 blobs, 0.0 MB`;
      assertEquals(warnings, mode === RECORD ? [`${expected} (WORKLOADS_IMAGE_COPIES is "record")`] : []);
    }
    await source.close();
    await target.close();
  },
});

Deno.test("describeCopy() says how much goes where", () => {
  const copy: RecordedCopy = { from: "a", to: "b", blobs: 3, bytes: 12_345_678, present: 2, complete: false };
  const rows: [Partial<RecordedCopy>, string][] = [
    [{}, "would copy a to b: 3 blobs, 12.3 MB; 2 blobs are there already"],
    [
      { blobs: 1, bytes: 1_000_000, present: 1 },
      "would copy a to b: 1 blob, 1.0 MB; 1 blob is there already",
    ],
    [{ present: 0 }, "would copy a to b: 3 blobs, 12.3 MB"],
    [{ complete: true }, "would not copy a to b: it is there already"],
    [{ unknown: "no answer" }, "would copy a to b; how much is not known: no answer"],
  ];
  for (const [change, text] of rows) assertEquals(describeCopy({ ...copy, ...change }), text);
});
