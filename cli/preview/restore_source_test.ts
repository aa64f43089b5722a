import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../preview/input/input_error.ts";
import type { RestoreOptions } from "./options.ts";
import { type RestoreSource, sourceOf } from "./restore_source.ts";

type Given = Pick<RestoreOptions, "backup" | "fromBackup" | "fromSchedule"> & { readonly path?: string };

const ROWS: readonly [given: Given, spec: Record<string, string>, source: RestoreSource | undefined][] = [
  [{ path: "b.tar.gz" }, {}, { path: "b.tar.gz" }],
  [{ backup: "b" }, {}, { backup: "b" }],
  [{ fromBackup: "b" }, {}, { backup: "b" }],
  [{ fromSchedule: "s" }, {}, { schedule: "s" }],
  [{}, { backupName: "b" }, { backup: "b" }],
  [{}, { scheduleName: "s" }, { schedule: "s" }],
  [{ backup: "b" }, { backupName: "c", scheduleName: "s" }, { backup: "b" }],
  [{ path: "b.tar.gz" }, { backupName: "c" }, { path: "b.tar.gz" }],
  [{}, {}, undefined],
  [{}, { backupName: "b", scheduleName: "s" }, undefined],
  [{ path: "b.tar.gz", fromSchedule: "s" }, {}, undefined],
  [{ backup: "b", fromSchedule: "s" }, {}, undefined],
];

Deno.test("sourceOf() takes the one source of a restore: flags, or else the manifest", async (t) => {
  for (const [{ path, ...options }, spec, source] of ROWS) {
    await t.step(JSON.stringify([path, options, spec]), () => {
      const find = () => sourceOf(path, options as RestoreOptions, { spec });
      if (source !== undefined) assertEquals(find(), source);
      else {assertThrows(
          find,
          InputError,
          "Give exactly one of these: the archive of a backup, --backup NAME",
        );}
    });
  }
});
