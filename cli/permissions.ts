/** What each mode does not need of the one permission set that the executable is compiled with. */
const NOT_NEEDED: Readonly<Record<string, readonly Deno.PermissionName[]>> = {
  serve: ["run", "ffi"],
  sidecar: ["run", "ffi"],
  install: ["run", "ffi", "net"],
  openshift: ["run", "ffi", "write"],
  // It tries whether counters can be written.
  doctor: ["run", "ffi"],
  // It starts the plugins of a folder.
  conflicts: ["ffi"],
  // It may start plugins and programs that log in to clusters.
  preview: ["ffi"],
};

/** For modes that only print. */
const PRINTING: readonly Deno.PermissionName[] = ["run", "ffi", "net", "write"];

/** The mode that the command line chooses: the command, or `conflicts` for `actions --conflicts`. */
export function modeOf(args: readonly string[]): string {
  const [word = ""] = args;
  return word === "actions" && args.some((arg) => /^--conflicts(?:=|$)/.test(arg)) ? "conflicts" : word;
}

/** Revokes for good what the mode does not need. */
export function giveUp(mode: string): void {
  for (const name of NOT_NEEDED[mode] ?? PRINTING) Deno.permissions.revokeSync({ name });
  if (mode === "preview" || mode === "conflicts") giveUpFolders(["/target", "/scratch"]);
  if (mode === "doctor") giveUpFolders(["/target"]);
  if (mode !== "serve" && mode !== "sidecar") return;
  Deno.permissions.revokeSync({ name: "write", path: "/target" });
  // /tmp and /scratch must stay writable for sockets and counters. Revoking a folder inside one of them would revoke all of it.
  if (!/^\/(?:tmp|scratch)(?:\/|$)/.test(Deno.cwd())) {
    Deno.permissions.revokeSync({ name: "write", path: "." });
  }
}

// What preview writes lies below the working directory, but for a kubeconfig of its own in /tmp that plugins read.
function giveUpFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    // To revoke one of two folders that lie in each other would take both away.
    const within = (inner: string, outer: string) =>
      `${inner}/`.startsWith(outer === "/" ? "/" : `${outer}/`);
    if (!within(Deno.cwd(), folder) && !within(folder, Deno.cwd())) {
      Deno.permissions.revokeSync({ name: "write", path: folder });
    }
  }
}
