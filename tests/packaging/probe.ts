// Gives up what the mode needs not, as main.ts does, and then tries what a serving process must not be able to do. Prints what became
// of each attempt: "done", or the name of the error.

import { giveUp } from "../../cli/permissions.ts";

const [mode = "serve", ...folders] = Deno.args;
giveUp(mode);

async function attempt(work: () => unknown): Promise<string> {
  try {
    await work();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

const outcome: Record<string, string> = {
  "run a program": await attempt(() => new Deno.Command(Deno.execPath()).outputSync()),
  "load a library": await attempt(() => Deno.dlopen("/plugins/libgcc_s.so.1", {})),
  "link out of /tmp": await attempt(() => Deno.symlinkSync("/target", "/tmp/way-out")),
  "ask for more": (await Deno.permissions.request({ name: "run" })).state,
};
for (const folder of folders) {
  outcome[`write to ${folder}`] = await attempt(() => Deno.writeTextFileSync(`${folder}/probe`, ""));
}
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcome)));
