/**
 * Chooses the mode: a plugin for the host that sets the cookie, else one of the commands for people (protocol 1.3).
 *
 * Rights that the mode does not need are given up before anything of it is loaded; every mode is therefore imported dynamically.
 *
 * @module
 */

import { giveUp, modeOf } from "./cli/permissions.ts";

const [word = ""] = Deno.args;

if (Deno.env.get("VELERO_PLUGIN") === "hello") {
  giveUp("serve");
  await (await import("./cli/serve.ts")).serveActions();
} else if (word === "" || word.startsWith("-")) {
  const text =
    "This is a plugin for Velero, which starts it by itself; it is not meant to be run by hand.\n" +
    'The command "help" lists what else it can do.\n';
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.exit(1);
} else if (word === "sidecar" && !["--help", "-h"].some((flag) => Deno.args.includes(flag))) {
  giveUp("sidecar");
  // Past the command line's library: the sidecar runs as long as Velero does, and is to be small.
  Deno.exit(await (await import("./cli/sidecar.ts")).runSidecar(Deno.args.slice(1)));
} else {
  giveUp(modeOf(Deno.args));
  await (await import("./cli/commands.ts")).runCommand(Deno.args);
}
