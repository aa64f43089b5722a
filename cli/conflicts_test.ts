import { assertEquals, assertMatch } from "@std/assert";
import { findConflicts } from "./conflicts.ts";
import { modeOf } from "./permissions.ts";

const ignore = (["run", "write", "net"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

Deno.test({ name: "a program that never says anything is ended when its time is up", ignore }, async () => {
  const dir = await Deno.makeTempDir({ prefix: "conflicts-" });
  try {
    await Deno.writeTextFile(`${dir}/silent`, "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
    const [found] = await findConflicts({ dir, own: [], timeout: 300 });
    assertEquals([found?.file, found?.is], [`${dir}/silent`, "broken"]);
    assertMatch((found as { why: string }).why, /timeout while waiting for plugin to start/);
    assertEquals(await findConflicts({ dir, own: [], self: `${dir}/silent`, timeout: 300 }), []);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("only actions --conflicts keeps the right to start programs", () => {
  const modes: readonly (readonly [string[], string])[] = [
    [["actions"], "actions"],
    [["actions", "-o", "json"], "actions"],
    [["actions", "--conflicts", "/plugins"], "conflicts"],
    [["actions", "--conflicts=/plugins"], "conflicts"],
    [["version", "--conflicts", "/plugins"], "version"],
    [["preview", "backup"], "preview"],
    [[], ""],
  ];
  for (const [args, mode] of modes) assertEquals(modeOf(args), mode, args.join(" "));
});
