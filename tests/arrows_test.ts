import { assertEquals } from "@std/assert";

// What a folder may import besides itself; `actions` means the contract, the runner and actions/lib, not the sources.
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  objects: [],
  cluster: ["objects"],
  images: ["cluster", "objects"],
  actions: ["cluster", "images", "objects"],
  grpc: ["actions"],
  page: [],
  sidecar: ["actions", "page"],
  packaging: [],
  preview: ["actions", "cluster", "grpc", "images", "objects", "page"],
};

const SOURCES = ["superphenix", "vmgroup", "cnpg", "openshift", "kubevirt"];

const LISTS = ["actions/sources.ts", "actions/rights.ts"];

// Folders in which there must be no circle, besides those.
const MORE_FOLDERS = ["cli", "docs", "bench", "demo", "tests"];

// What the end-to-end tests build and leave behind.
const NOT_OURS = /^tests\/velero\/(?:bin|run)$/;

const ROOT = new URL("../", import.meta.url);

const readable = Deno.permissions.querySync({ name: "read" }).state === "granted";

Deno.test({
  name: "folders import only what the architecture allows",
  ignore: !readable,
  fn: listViolations,
});

async function listViolations() {
  const violations: string[] = [];
  let files = 0;
  for (const folder of Object.keys(MAY_IMPORT)) {
    for await (const path of sources(folder)) {
      files++;
      for (const target of await imports(path)) {
        if (!allowed(folder, path, target)) violations.push(`${path} imports ${target}`);
      }
    }
  }
  assertEquals(violations, []);
  assertEquals(files > 20, true, "the walk found the code");
}

Deno.test({
  name: "no two files import each other, also not by way of others",
  ignore: !readable,
  fn: async () => {
    const graph = new Map<string, string[]>();
    for (const folder of [...Object.keys(MAY_IMPORT), ...MORE_FOLDERS]) {
      for await (const path of sources(folder)) graph.set(path, await imports(path));
    }
    assertEquals(circle(graph), []);
  },
});

/** The files of one circle, in order; empty when there is none. */
function circle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const target of graph.get(path) ?? []) {
      const found = visit(target, [...trail, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  for (const path of graph.keys()) {
    const found = visit(path, []);
    if (found.length > 0) return found;
  }
  return [];
}

function allowed(folder: string, path: string, target: string): boolean {
  const top = target.split("/")[0] ?? "";
  const source = SOURCES.find((name) => target.startsWith(`actions/${name}/`));
  if (folder === "actions" && source !== undefined) {
    // A source is imported by itself and by the lists of sources and of their rights.
    return path.startsWith(`actions/${source}/`) || LISTS.includes(path);
  }
  if (top === folder) return true;
  if (source !== undefined || LISTS.includes(target)) return false;
  return (MAY_IMPORT[folder] ?? []).some((prefix) => target === prefix || target.startsWith(`${prefix}/`));
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (NOT_OURS.test(path)) continue;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(path) && !/_test\.tsx?$/.test(path)) yield path;
  }
}

async function imports(path: string): Promise<string[]> {
  const url = new URL(path, ROOT);
  const text = await Deno.readTextFile(url);
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)]
    .map(([, target = ""]) => new URL(target, url).pathname.slice(ROOT.pathname.length));
}
