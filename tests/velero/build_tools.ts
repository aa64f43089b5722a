/**
 * Builds into `bin/` what the end-to-end tests start: the Go programs of this folder and, where `deno compile` can make it, the
 * plugin; with names behind it, only these. Does nothing when nothing changed. A failure is told and leaves that program missing.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { COMPILED, exists, HERE, ROOT, tool } from "./tools.ts";

interface Build {
  /** For the message and the mark of success. */
  readonly name: string;
  readonly folder: string;
  /** Files that decide whether to build again. */
  readonly sources: RegExp;
  readonly command: string;
  readonly args: readonly string[];
  /** What becomes stale when the build fails. */
  readonly programs: readonly string[];
}

const COMPONENT = "k8s.io/component-base/version";
const VELERO_FLAGS = `-s -w -X ${COMPONENT}.gitVersion=v1.33.13 -X ${COMPONENT}.gitMajor=1 ` +
  `-X ${COMPONENT}.gitMinor=33 -X github.com/vmware-tanzu/velero/pkg/buildinfo.Version=v1.18.3`;

/** A program of a Go module below this folder; by default both have its name. */
function goBuild(name: string, options: {
  folder?: string;
  packages?: readonly string[];
  programs?: readonly string[];
  ldflags?: string;
  flags?: readonly string[];
} = {}): Build {
  const { folder = name, packages = ["."], programs = [name], ldflags = "-s -w", flags = [] } = options;
  const out = programs.length === 1 ? tool(name) : tool("");
  return {
    name,
    folder: HERE + folder,
    sources: /\.(?:go|mod|sum)$/,
    command: "go",
    // Two at a time: the linker of kube-apiserver alone takes a gigabyte.
    args: ["build", "-p", "2", ...flags, "-ldflags", ldflags, "-o", out, ...packages],
    programs,
  };
}

/** The client of an older release, from the same sources with that release's packages. */
function client(release: string, flags: readonly string[] = []): Build {
  return goBuild(`client_${release}`, {
    folder: "client",
    flags: [`-modfile=velero_${release}.mod`, ...flags],
  });
}

const BUILDS: readonly Build[] = [
  goBuild("velero", {
    folder: "",
    packages: ["./testcluster", "./velero", "./fsstore"],
    programs: ["testcluster", "velero", "fsstore"],
    ldflags: VELERO_FLAGS,
  }),
  goBuild("host"),
  ...["1_11", "1_13"].map((release) => client(release)),
  ...["1_15", "1_16", "1_17"].map((release) => client(release, ["-tags=itemblocks"])),
  goBuild("client_1_18", { folder: "client", flags: ["-tags=itemblocks"] }),
  goBuild("helm", { packages: ["helm.sh/helm/v3/cmd/helm"] }),
  goBuild("s3server"),
  goBuild("fakegcs", { packages: ["github.com/fsouza/fake-gcs-server"] }),
  goBuild("registry", { packages: ["github.com/distribution/distribution/v3/cmd/registry"] }),
  {
    name: "plugin",
    folder: ROOT,
    sources: /\.tsx?$|^deno\.(json|lock)$/,
    command: Deno.execPath(),
    args: ["task", "build"],
    programs: [COMPILED],
  },
];

async function sumOf(build: Build): Promise<string> {
  const files: string[] = [];
  const walk = async (folder: string) => {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder.replace(/\/$/, "")}/${entry.name}`;
      const skipped = /^(\..*|bin|build|coverage|tests)$/.test(entry.name) || exists(`${path}/go.mod`);
      if (entry.isDirectory && !skipped) await walk(path);
      if (entry.isFile && build.sources.test(entry.name)) files.push(path);
    }
  };
  await walk(build.folder);
  const texts = await Promise.all(files.sort().map((file) => Deno.readTextFile(file)));
  const bytes = new TextEncoder().encode([...build.args, ...texts].join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function make(build: Build): Promise<void> {
  const mark = tool(`.${build.name}.sum`);
  const sum = await sumOf(build);
  if (exists(mark) && await Deno.readTextFile(mark) === sum) return;
  const began = performance.now();
  try {
    const { success, stderr } = await new Deno.Command(build.command, {
      args: [...build.args],
      cwd: build.folder,
      stdin: "null",
    }).output();
    if (!success) {
      // Deno adds a backtrace that says nothing.
      const [text = ""] = new TextDecoder().decode(stderr).split(/\n+Stack backtrace:/);
      throw new Error(text.trim().split("\n").slice(-12).join("\n"));
    }
    if (build.name === "plugin") await Deno.copyFile(`${ROOT}build/${COMPILED}`, tool(COMPILED));
    await Deno.writeTextFile(mark, sum);
    console.log(`built ${build.name} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  } catch (error) {
    for (const program of build.programs) await Deno.remove(tool(program)).catch(() => {});
    await Deno.remove(mark).catch(() => {});
    console.log(`cannot build ${build.name}: ${error instanceof Error ? error.message : error}`);
  }
}

await Deno.mkdir(tool(""), { recursive: true });
const wanted = BUILDS.filter(({ name }) => Deno.args.length === 0 || Deno.args.includes(name));
for (const build of wanted) await make(build);
