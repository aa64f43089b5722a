import { assertEquals, assertMatch } from "@std/assert";
import { ALL_ON, OBJECTS, SUBJECTS } from "./subjects.ts";
import { assertClear, type Bytes, createWorld, ignore, SECRET, type Subject, type World } from "./world.ts";

const REMEDY = "(rule protocol 3.2); report it to whoever made the object; nothing was changed";

/** The cause in the error text. */
type Unreadable = readonly [about: string, item: Bytes, cause: string];

const CUT = JSON.stringify(SUBJECTS.restoreClaim.item).slice(0, -20);
const DEEP = 100_000;

const UNREADABLE: readonly Unreadable[] = [
  ["nothing", "", "is not JSON: unexpected end of JSON input"],
  ["null", "null", "is not a JSON object"],
  ["a number", "5", "is not a JSON object"],
  ["a string", `"${SECRET}"`, "is not a JSON object"],
  ["a list", `["${SECRET}"]`, "is not a JSON object"],
  ["JSON cut short", CUT, "is not JSON: it cannot be parsed"],
  ["a bare word", SECRET, "is not JSON: it cannot be parsed"],
  [
    "invalid UTF-8 outside of strings",
    Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d),
    "is not JSON: it cannot be parsed",
  ],
  ["a list that opens and opens", "[".repeat(DEEP), "is not JSON: it cannot be parsed"],
  ["a deep list", "[".repeat(DEEP) + "]".repeat(DEEP), "is not a JSON object"],
];

async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld({ objects: [ALL_ON, ...OBJECTS] });
  await test(world);
  await world.end();
}

Deno.test(
  { name: "an item that is no JSON object is refused by every action, with its cause", ignore },
  async () => {
    await inWorld(async ({ call }) => {
      for (const subject of Object.values(SUBJECTS)) {
        for (const [about, item, cause] of UNREADABLE) {
          const expected = { code: "Unknown", text: `${subject.name}: item ${cause} ${REMEDY}` };
          assertEquals(await call(subject, item), expected, about);
        }
        for (const run of [SECRET, "[]", "5"]) {
          const { code, text } = await call(subject, subject.item, { run });
          assertEquals(code, "Unknown");
          assertMatch(
            text,
            /backup or restore is not (a JSON object|JSON: it cannot be parsed) \(rule protocol 3\.2\); /,
          );
        }
      }
    });
  },
);

/** What an action says to an item whose kind and name are all that is right. */
const BROKEN: readonly (readonly [subject: keyof typeof SUBJECTS, part: string, text: string])[] = [
  [
    "backupVirtualMachine",
    '"metadata":[]',
    "VirtualMachine: expected a VM name/namespace, got '' and '' (rule superphenix 3.2); give the VM a name and a namespace in its metadata",
  ],
  [
    "restoreMachine",
    '"metadata":{"name":"x","namespace":"n"},"spec":5',
    "VirtualMachine n/x: failed to convert item to VirtualMachine: spec is not an object (rule vmgroup M1); " +
    "leave the VM out of the restore, or correct it and back it up again",
  ],
  [
    "backupCluster",
    '"metadata":{"name":"x","namespace":"n"},"spec":5',
    "Cluster n/x: spec is not a map (rule cnpg B2); correct the Cluster, or leave it out with a resource filter",
  ],
  [
    "backupCluster",
    '"metadata":{"name":"x","namespace":"n"}',
    "Cluster n/x: spec field not found (rule cnpg B2); correct the Cluster, or leave it out with a resource filter",
  ],
  [
    "restoreCluster",
    '"metadata":[]',
    "Cluster: failed to get serverName annotation: metadata is not a map (rule cnpg R1); " +
    "correct the Cluster, or leave it out with a resource filter",
  ],
];

Deno.test({ name: "a refusal of a broken item names action, object, rule and remedy", ignore }, async () => {
  await inWorld(async ({ call }) => {
    for (const [key, part, text] of BROKEN) {
      const { name, item: { apiVersion, kind } } = SUBJECTS[key];
      const item = `{"apiVersion":"${apiVersion}","kind":"${kind}",${part}}`;
      assertEquals(await call(SUBJECTS[key], item), { code: "Unknown", text: `${name}: ${text}` });
    }
  });
});

/** Bytes that are an object, of which nothing may get lost when an action leaves it as it is. */
function odd({ item: { apiVersion, kind } }: Subject): Record<string, Bytes> {
  const head = `"apiVersion":"${apiVersion}","kind":"${kind}"`;
  const place = '"metadata":{"name":"x","namespace":"n"}';
  const nested = (open: string, close: string) => open.repeat(DEEP) + "1" + close.repeat(DEEP);
  return {
    "only kind, name and namespace": `{${head},${place}}`,
    "spec 5": `{${head},${place},"spec":5}`,
    "spec list": `{${head},${place},"spec":[[]]}`,
    "metadata list": `{${head},"metadata":[]}`,
    "metadata null": `{${head},"metadata":null,"spec":{}}`,
    "no kind": `{${place},"spec":{}}`,
    "empty object": "{}",
    "keys twice": `{${head},${place},"metadata":5,${place},"spec":5,"spec":{}}`,
    "__proto__":
      `{${head},"__proto__":{"spec":5},"metadata":{"name":"x","namespace":"n","__proto__":{"labels":5}},` +
      `"spec":{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}}`,
    "deep object": `{${head},${place},"spec":{"a":${nested('{"a":', "}")}}}`,
    "deep list": `{${head},${place},"spec":{"plugins":${nested("[", "]")}}}`,
    "large numbers": `{${head},${place},"spec":{"instances":1e400,"x":123456789012345678901234567890}}`,
    "deep with a large number": `{${head},${place},"spec":{"a":${
      nested('{"a":', "}")
    },"x":12345678901234567890}}`,
    "invalid UTF-8 in a string": Uint8Array.from([
      ...new TextEncoder().encode(`{${head},${place},"spec":{"x":"`),
      0xc3,
      0x28,
      0xff,
      ...new TextEncoder().encode('"}}'),
    ]),
  };
}

Deno.test({ name: "odd objects are answered or clearly refused by every action", ignore }, async () => {
  await inWorld(async ({ call }) => {
    for (const subject of Object.values(SUBJECTS)) {
      for (const [about, item] of Object.entries(odd(subject))) {
        assertClear(await call(subject, item), subject, about);
      }
    }
    const polluted = await call(SUBJECTS.restoreMachine);
    assertEquals(polluted.code, "OK", "a good item after all of them");
  });
});

const MB = 1_000_000;

function large(subject: Subject, bytes: number): string {
  return JSON.stringify({ ...subject.item, large: "x".repeat(bytes) });
}

Deno.test(
  { name: "items of 4 and of 30 MB pass through every action, ten at once too", ignore },
  async () => {
    await inWorld(async ({ call }) => {
      const subjects = Object.values(SUBJECTS);
      const whole = async (subject: Subject, bytes: number) => {
        const { code, text } = await call(subject, large(subject, bytes));
        assertEquals(code, "OK", `${subject.name}: ${text.slice(0, 300)}`);
        assertEquals(JSON.parse(text).large.length, bytes, subject.name);
      };
      for (const subject of subjects) await whole(subject, 4 * MB);
      // 30 MB go to one action of each source: the bytes take the same way for all.
      for (const key of ["backupVirtualMachine", "restoreMachine", "restoreCluster"] as const) {
        await whole(SUBJECTS[key], 30 * MB);
      }
      await Promise.all(Array.from({ length: 10 }, (_, i) => whole(subjects[i % subjects.length]!, 4 * MB)));
    });
  },
);

Deno.test(
  { name: "every registered action is among those tried, and its good item passes", ignore },
  async () => {
    await inWorld(async ({ plugin, call }) => {
      const listed = (await plugin.list()).map(({ kind, name }) => `${kind} ${name}`).sort();
      assertEquals(Object.values(SUBJECTS).map(({ kind, name }) => `${kind} ${name}`).sort(), listed);
      for (const subject of Object.values(SUBJECTS)) {
        const { code, text } = await call(subject);
        assertEquals(code, "OK", text);
        assertEquals(JSON.parse(text).metadata.annotations.note, SECRET, "the item itself keeps everything");
      }
      const unknown = { ...SUBJECTS.backupCluster, name: "example.com/none" };
      const text = "plugin: example.com/none was not found or has an invalid name format";
      assertEquals(await call(unknown), { code: "Unknown", text });
    });
  },
);
