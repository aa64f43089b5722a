import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import {
  mapNames,
  mapNamespace,
  mappedGroup,
  mappedUser,
  type Mapping,
  mapSubjectNames,
} from "./subjects.ts";

const ONE: Mapping = new Map([["namespace", "target"]]);
const OLD: Mapping = new Map([["old-ns", "new-ns"]]);
const CYCLE: Mapping = new Map([["a", "b"], ["b", "a"]]);

const USERS: readonly [id: string, name: string, mapping: Mapping, result: string][] = [
  ["openshift T13.8.5", "system:serviceaccount:old-ns:test-sa", OLD, "system:serviceaccount:new-ns:test-sa"],
  ["openshift T13.8.5", "regular-user", OLD, "regular-user"],
  [
    "openshift T13.8.8",
    "role:serviceaccount:namespace:tempValue",
    ONE,
    "role:serviceaccount:target:tempValue",
  ],
  ["openshift T13.8.8", "temp", ONE, "temp"],
  [
    "openshift T13.8.8",
    "role:wrongserviceaccount:namespace:tempValue",
    ONE,
    "role:wrongserviceaccount:namespace:tempValue",
  ],
  [
    "openshift T13.8.8",
    "role:wrongserviceaccount:emptyNamespace:tempValue",
    ONE,
    "role:wrongserviceaccount:emptyNamespace:tempValue",
  ],
  [
    "a group's word is not a user's",
    "system:serviceaccounts:namespace:x",
    ONE,
    "system:serviceaccounts:namespace:x",
  ],
  ["three parts", "system:serviceaccount:namespace", ONE, "system:serviceaccount:target"],
  ["more parts stay", "system:serviceaccount:namespace:a:b", ONE, "system:serviceaccount:target:a:b"],
  ["two parts", "system:serviceaccount", ONE, "system:serviceaccount"],
  ["no namespace", "system:serviceaccount::x", ONE, "system:serviceaccount::x"],
  ["empty", "", ONE, ""],
  ["the name of a namespace alone", "namespace", ONE, "namespace"],
  ["a cycle maps once", "system:serviceaccount:a:x", CYCLE, "system:serviceaccount:b:x"],
  ["a cycle maps once, back", "system:serviceaccount:b:x", CYCLE, "system:serviceaccount:a:x"],
];

for (const [id, name, mapping, result] of USERS) {
  Deno.test(`mappedUser(): ${id}: ${name}`, () => assertEquals(mappedUser(name, mapping), result));
}

const GROUPS: readonly [id: string, name: string, mapping: Mapping, result: string][] = [
  ["openshift T13.8.5", "system:serviceaccounts:old-ns", OLD, "system:serviceaccounts:new-ns"],
  ["openshift T13.8.5", "regular-group", OLD, "regular-group"],
  [
    "openshift T13.8.9",
    "role:serviceaccounts:namespace:tempValue",
    ONE,
    "role:serviceaccounts:target:tempValue",
  ],
  ["openshift T13.8.9", "role:serviceaccounts", ONE, "role:serviceaccounts"],
  [
    "openshift T13.8.9",
    "role:serviceaccount:namespace:tempValue",
    ONE,
    "role:serviceaccount:namespace:tempValue",
  ],
  [
    "openshift T13.8.9",
    "role:serviceaccount:emptyNamespace:tempValue",
    ONE,
    "role:serviceaccount:emptyNamespace:tempValue",
  ],
  [
    "the normal form has three parts (openshift 7.2)",
    "system:serviceaccounts:namespace",
    ONE,
    "system:serviceaccounts:target",
  ],
  ["all service accounts of the cluster", "system:serviceaccounts", ONE, "system:serviceaccounts"],
  ["a cycle maps once", "system:serviceaccounts:a", CYCLE, "system:serviceaccounts:b"],
];

for (const [id, name, mapping, result] of GROUPS) {
  Deno.test(`mappedGroup(): ${id}: ${name}`, () => assertEquals(mappedGroup(name, mapping), result));
}

Deno.test("mapNames() changes the texts of a list and gives the new ones", () => {
  const list: JsonValue = [
    "system:serviceaccount:old-ns:a",
    5,
    null,
    "jane",
    "system:serviceaccount:old-ns:b",
  ];
  assertEquals(mapNames(list, mappedUser, OLD), [
    "system:serviceaccount:new-ns:a",
    "system:serviceaccount:new-ns:b",
  ]);
  assertEquals(list, ["system:serviceaccount:new-ns:a", 5, null, "jane", "system:serviceaccount:new-ns:b"]);
  for (const other of [undefined, null, "system:serviceaccount:old-ns:a", 5, {}]) {
    assertEquals(mapNames(other, mappedUser, OLD), []);
  }
});

Deno.test("mapNamespace() follows the mapping", () => {
  const rows: [JsonObject | undefined, JsonObject | undefined, number][] = [
    [{ namespace: "old-ns", name: "x" }, { namespace: "new-ns", name: "x" }, 1],
    [{ namespace: "other" }, { namespace: "other" }, 0],
    [{ namespace: 5 }, { namespace: 5 }, 0],
    [{}, {}, 0],
    [undefined, undefined, 0],
  ];
  for (const [reference, result, changes] of rows) {
    assertEquals([mapNamespace(reference, OLD), reference], [changes, result]);
  }
});

// openshift IMP-33: only users, by the word of their form; a group's form counts whatever the kind says.
const SUBJECTS: readonly [subject: JsonValue, result: JsonValue][] = [
  [{ kind: "User", name: "system:serviceaccount:old-ns:x" }, {
    kind: "User",
    name: "system:serviceaccount:new-ns:x",
  }],
  [
    { kind: "SystemUser", name: "system:serviceaccount:old-ns:x" },
    { kind: "SystemUser", name: "system:serviceaccount:new-ns:x" },
  ],
  [
    { kind: "ServiceAccount", name: "system:serviceaccount:old-ns:x" },
    { kind: "ServiceAccount", name: "system:serviceaccount:old-ns:x" },
  ],
  [{ kind: "Group", name: "system:serviceaccounts:old-ns" }, {
    kind: "Group",
    name: "system:serviceaccounts:new-ns",
  }],
  [{ name: "system:serviceaccounts:old-ns" }, { name: "system:serviceaccounts:new-ns" }],
  [{ kind: "User", name: 5 }, { kind: "User", name: 5 }],
  ["text", "text"],
  [null, null],
];

Deno.test("mapSubjectNames() maps groups and, by openshift IMP-33, users", () => {
  const binding: JsonObject = { subjects: SUBJECTS.map(([subject]) => subject) };
  assertEquals(mapSubjectNames(binding, OLD), 4);
  assertEquals(binding.subjects, SUBJECTS.map(([, result]) => result));
  for (const subjects of [undefined, null, "x", {}, 5]) {
    assertEquals(mapSubjectNames({ subjects } as JsonObject, OLD), 0);
  }
});
