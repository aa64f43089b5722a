import { assertEquals } from "@std/assert";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import { createArchive, writeArchive } from "../../preview/archive/archive.ts";
import { startS3Server } from "../kit/s3_server.ts";
import { storageLocation } from "../kit/storage_location.ts";
import { ignore, run } from "../protocol/plugin.ts";

const HEX = "ab".repeat(32);
const BLOB = `b/docker/registry/v2/blobs/sha256/ab/${HEX}/data`;

Deno.test(
  {
    name:
      "openshift images gc works through a kubeconfig on the bucket of a BackupStorageLocation (openshift IMP-57)",
    ignore,
  },
  async () => {
    await using s3 = startS3Server();
    const bytes = new Uint8Array(await writeArchive(createArchive([])));
    s3.objects.set("b/velero/backups/x/x.tar.gz", { bytes, modified: new Date(0) });
    s3.objects.set(BLOB, { bytes: new Uint8Array(2000), modified: new Date(0) });
    // What a killed process has left.
    s3.uploads.set("u", { key: BLOB.slice(2), begun: new Date(0), parts: new Map([[1, new Uint8Array(9)]]) });
    const { accessKeyId, secretAccessKey, region } = s3.keys;
    const location = storageLocation(
      "aws",
      { s3Url: s3.url, region },
      { objectStorage: { bucket: "b", prefix: "velero" } },
      ["velero", "default"],
    );
    const ini = `[default]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "cloud-credentials", namespace: "velero" },
      data: { cloud: btoa(ini) },
    };
    const served = serveCluster(createMemoryCluster({ objects: [location, secret] }));
    const folder = await Deno.makeTempDir({ prefix: "images-gc-" });
    await Deno.writeTextFile(`${folder}/kubeconfig`, served.kubeconfig());
    const command = async (...args: string[]) => {
      const env = { KUBECONFIG: `${folder}/kubeconfig`, HOME: folder, VELERO_NAMESPACE: "" };
      const { code, stdout, stderr } = await run("main.ts", ["openshift", "images", "gc", ...args], env);
      const decoder = new TextDecoder();
      return { code, lines: decoder.decode(stdout).trimEnd().split("\n"), stderr: decoder.decode(stderr) };
    };
    try {
      const line = `sha256:${HEX} (2.0 kB, written 1970-01-01)`;
      const rest = (verb: string) => `1 blob (2.0 kB) and 0 links, and ${verb} 0 blobs (0 bytes)`;
      const upload = `abort the upload of sha256:${HEX}, begun 1970-01-01`;
      const first = "s3://b: found 0 digests in 0 ImageStreams of 1 backup";
      assertEquals(await command(), {
        code: 0,
        lines: [first, `would delete ${line}`, `would ${upload}`, `would delete ${rest("would keep")}`],
        stderr: "",
      });
      assertEquals([s3.objects.has(BLOB), s3.uploads.size], [true, 1]);
      assertEquals(await command("--older-than", "a day", "default"), {
        code: 2,
        lines: [""],
        stderr: '--older-than is "a day", not a duration such as 24h\n',
      });
      assertEquals(await command("gone"), {
        code: 2,
        lines: [""],
        stderr: "BackupStorageLocation velero/gone does not exist; name Velero's namespace with -n\n",
      });
      s3.keys = { ...s3.keys, secretAccessKey: "another" };
      const refused = await command("--delete");
      assertEquals([refused.code, refused.stderr], [
        2,
        "s3://b: list /: status 403, SignatureDoesNotMatch, the signature is another one\n",
      ]);
      assertEquals(JSON.stringify(refused).includes("marker"), false, "no secret is told");
      s3.keys = { ...s3.keys, secretAccessKey };
      assertEquals(await command("--delete", "-n", "velero"), {
        code: 0,
        lines: [first, `delete ${line}`, upload, `deleted ${rest("kept")}`],
        stderr: "",
      });
      assertEquals([s3.objects.has(BLOB), s3.uploads.size], [false, 0]);
    } finally {
      await served.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);
