import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { stringifyJson } from "../../objects/json.ts";
import { nameOf } from "../../objects/object.ts";
import { parseObjects, readObjects } from "./read_objects.ts";

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

// The YAML parser looks at two variables.
const ignore = Deno.permissions.querySync({ name: "env" }).state !== "granted";

const ROWS: [about: string, text: string, found: [kind: string, apiVersion: string, name: string][]][] = [
  ["nothing", "", []],
  ["a comment", "# nothing\n---\n", []],
  ["several documents", `---\n${CONFIG_MAP}---\n---\n${CONFIG_MAP.replace("name: a", "name: b")}`, [
    ["ConfigMap", "v1", "a"],
    ["ConfigMap", "v1", "b"],
  ]],
  ["JSON", '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}', [["Pod", "v1", "p"]]],
  ["a list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n", [
    ["Pod", "v1", "p"],
  ]],
  [
    "a list of one kind, as a server writes it",
    '{"apiVersion":"apps/v1","kind":"DeploymentList","items":[{"metadata":{"name":"d"}}]}',
    [["Deployment", "apps/v1", "d"]],
  ],
];

Deno.test({ name: "parseObjects() takes texts apart", ignore, fn: texts });

function texts() {
  for (const [about, text, found] of ROWS) {
    const objects = parseObjects(text, "f.yaml");
    assertEquals(objects.map((object) => [object.kind, object.apiVersion, nameOf(object)]), found, about);
  }
}

Deno.test({
  name: "parseObjects() keeps large numbers, booleans and texts that look like others",
  ignore,
  fn: scalars,
});

function scalars() {
  const yaml = `${CONFIG_MAP}n: 12345678901234567890\nf: 1.5\nb: yes\nt: "012"\nd: 2026-01-02\nz: 0\n`;
  const [object] = parseObjects(yaml, "f.yaml");
  assertEquals(
    stringifyJson(object ?? {}),
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"n":12345678901234567890,"f":1.5,"b":"yes","t":"012","d":"2026-01-02","z":0}',
  );
}

const BAD: [about: string, text: string, message: string][] = [
  [
    "not YAML",
    "a: b\n c: 'hunter2\n",
    'Cannot parse "f.yaml", line 1, column 4: no key can stand here; check the indentation, or put a value that has a colon in quotes',
  ],
  ["an alias of nothing", "a: *hunter2\n", 'Cannot parse "f.yaml": its aliases'],
  [
    "aliases that expand without end",
    "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n" +
    "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\n",
    'Cannot parse "f.yaml": its aliases',
  ],
  ["no object", "- 1\n", '"f.yaml, document 1" is not a Kubernetes object'],
  [
    "no name",
    `${CONFIG_MAP}---\nkind: Pod\n`,
    '"f.yaml, document 2" has no apiVersion, kind or metadata.name',
  ],
];

Deno.test({
  name: "parseObjects() says which file and document is wrong, and quotes nothing",
  ignore,
  fn: refusals,
});

function refusals() {
  for (const [about, text, message] of BAD) {
    const error = assertThrows(() => parseObjects(text, "f.yaml"), SyntaxError, message, about);
    assertEquals(error.message.includes("hunter2"), false, about);
  }
}

Deno.test({
  name: "readObjects() reads a file, or a folder by path",
  ignore: ignore || Deno.permissions.querySync({ name: "write" }).state !== "granted" ||
    Deno.permissions.querySync({ name: "read" }).state !== "granted",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/b`);
      await Deno.writeTextFile(
        `${folder}/b/x.json`,
        '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"second"}}',
      );
      await Deno.writeTextFile(`${folder}/a.yml`, CONFIG_MAP);
      await Deno.writeTextFile(`${folder}/readme.md`, "not an object");
      assertEquals((await readObjects(folder)).map(nameOf), ["a", "second"]);
      assertEquals((await readObjects(`${folder}/a.yml`)).map(nameOf), ["a"]);
      await assertRejects(() => readObjects(`${folder}/none`), Deno.errors.NotFound);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
