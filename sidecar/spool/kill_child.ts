/**
 * For kill_process_test.ts: one user of a spool folder that kills itself with SIGKILL at a given operation.
 *
 * `write DIR POINT [RUN]`: counts and flushes for ever, as a backup of that name; says on stdout how many executions are in its file, each time before its rename
 * becomes visible to others and after it.
 * `fold DIR POINT`: folds for ever.
 */

import { mortal } from "./fault_kit.ts";
import { spoolFiles } from "./files.ts";
import { fold } from "./fold.ts";
import { createSpool } from "./writer.ts";

const [role = "", dir = "", point = "", name = "run"] = Deno.args;
const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

let operations = 0;
let calls = 0;
const { files } = mortal(spoolFiles(dir), (operation, done) => {
  if (done && /^rename [0-9a-f]{8}-/.test(operation)) say(String(calls));
  if (++operations === Number(point)) Deno.kill(Deno.pid, "SIGKILL");
});

if (role === "write") {
  // A fold without pause may take away one temporary file after the other; what was not written is at the next flush.
  const spool = createSpool({ dir, version: "1", warn: () => {}, files });
  while (true) {
    calls++;
    const run = { kind: "Backup", namespace: "velero", name, uid: "" } as const;
    const labels = { source: "s", action: "a/b", kind: "BackupItemAction", outcome: "unchanged" } as const;
    spool.observer({ ...labels, run, seconds: 0, additionalItems: 0 });
    spool.flush();
  }
} else {
  files.makeFolder();
  while (true) {
    try {
      fold(files);
    } catch (error) {
      say(String(error));
      throw error;
    }
  }
}
