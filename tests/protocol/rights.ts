// Prints which of the given rights a mode keeps.

import { giveUp } from "../../cli/permissions.ts";

const [mode = "", rights = "[]"] = Deno.args;
giveUp(mode);
const kept = (JSON.parse(rights) as Deno.PermissionDescriptor[])
  .map((right) => Deno.permissions.querySync(right).state === "granted");
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(kept)));
