import { assertEquals, assertRejects } from "@std/assert";
import { at, nameOf } from "../../objects/object.ts";
import { InputError } from "./input_error.ts";
import { readManifests, readRun } from "./manifests.ts";

// The YAML parser looks at two variables.
const ignore = Deno.permissions.querySync({ name: "env" }).state !== "granted";

const said = (text: string) => () => Promise.resolve(text);

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {plural: widgets, kind: Widget}
  versions: [{name: v2, served: true, storage: true}, {name: v1, served: false}]
`;
const widget = (version: string) =>
  `---\napiVersion: example.com/${version}\nkind: Widget\nmetadata: {name: w}\n`;

Deno.test({
  name: "readManifests() takes kinds that the input itself defines, and gives each object a UID",
  ignore,
}, async () => {
  const objects = await readManifests(["-"], said(DEFINITION + widget("v2")));
  assertEquals(objects.map(nameOf), ["widgets.example.com", "w"]);
  assertEquals(objects.map((object) => typeof at(object, "metadata", "uid")), ["string", "string"]);
});

const BACKUP = "apiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b}\n";

const ROWS: readonly [about: string, read: () => Promise<unknown>, text: string][] = [
  [
    "a kind without a definition",
    () => readManifests(["-"], said(widget("v2"))),
    '"standard input, document 1": the kind Widget of example.com/v2 is unknown',
  ],
  [
    "a version that is not served",
    () => readManifests(["-"], said(DEFINITION + widget("v1"))),
    "The known versions of example.com are v2",
  ],
  ["nothing", () => readManifests(["-"], said("---\n")), '"-" contains no Kubernetes object'],
  [
    "two Backups",
    () => readRun("-", "Backup", said(`${BACKUP}---\n${BACKUP}`)),
    "contains 2 objects; it must contain one Backup",
  ],
  [
    "another kind",
    () => readRun("-", "Restore", said(BACKUP)),
    "is a Backup of velero.io/v1; it must be a Restore of",
  ],
  [
    "a spec that is none",
    () => readRun("-", "Backup", said(`${BACKUP}spec: [a]\n`)),
    "its spec is not an object",
  ],
  ["no object", () => readRun("-", "Backup", said("")), '"-" contains no Backup'],
];

Deno.test({ name: "readManifests() and readRun() refuse what would be guessed at", ignore }, async (t) => {
  for (const [about, read, text] of ROWS) {
    await t.step(about, async () => void await assertRejects(read, InputError, text));
  }
});
