import { gzipSync } from "node:zlib";
import { type Json, until } from "../velero/api.ts";
import type { Testbed } from "../velero/testbed.ts";

/** Puts an archive into the object store as a finished backup, and waits until Velero has found it there. */
export async function storeBackup(
  bed: Testbed,
  name: string,
  spec: Json,
  archive: Uint8Array,
): Promise<void> {
  const folder = `${bed.folder}/store/b1/backups/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  const nothing = (what: string) =>
    Deno.writeFile(`${folder}/${name}-${what}.gz`, gzipSync(what === "logs" ? "" : "[]"));
  await Deno.writeFile(`${folder}/${name}.tar.gz`, archive);
  await Promise.all(
    ["logs", "volumesnapshots.json", "podvolumebackups.json", "resource-list.json", "volumeinfo.json"].map(
      nothing,
    ),
  );
  const backup = {
    apiVersion: "velero.io/v1",
    kind: "Backup",
    metadata: { name, namespace: "velero", labels: { "velero.io/storage-location": "default" } },
    spec: { storageLocation: "default", ttl: "720h0m0s", ...spec },
    status: {
      phase: "Completed",
      version: 1,
      formatVersion: "1.1.0",
      startTimestamp: new Date().toISOString(),
    },
  };
  // Last, as Velero looks for this file.
  await Deno.writeTextFile(`${folder}/velero-backup.json`, JSON.stringify(backup));
  const path = `/apis/velero.io/v1/namespaces/velero/backups/${name}`;
  await until(
    `Velero has found backup ${name}`,
    async () => (await bed.api.get(path))?.["status"]?.phase === "Completed",
    150,
  );
}
