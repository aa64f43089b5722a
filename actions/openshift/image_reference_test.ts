import { assertEquals } from "@std/assert";
import { hasPrefix, type LocalReference, parseLocal, replacePrefix } from "./image_reference.ts";

const NOT_THERE = () => Promise.resolve(false);

const REPLACED: [
  id: string,
  reference: string,
  hosts: string,
  mapping: Record<string, string>,
  result?: string,
][] = [
  ["openshift T13.1.1", "foo/baz/cat", "foo bar", { baz: "qux" }, "bar/qux/cat"],
  ["openshift T13.1.2", "foo/baz/cat", "foo bar", {}, "bar/baz/cat"],
  ["openshift T13.1.3", "foo/baz", "foo bar", {}, "bar/baz"],
  ["openshift T13.1.4: another host", "foo/baz", "foob bar", {}],
  ["openshift T13.1.4: no host", "foo", "fo bar", {}],
  ["openshift T13.1.5", "foo/openshift/cat@swan", "foo bar", {}, "bar/openshift/cat"],
  ["openshift T13.1.6", "foo/openshift/cat@swan", "foo bar", { openshift: "os2" }, "bar/os2/cat"],
  ["openshift T13.1.7", "foo/ns/cat@sha256:a", "foo bar", { ns: "ns2" }, "bar/ns2/cat@sha256:a"],
  ["openshift T13.1.8", "foo:5000/ns/cat:v1", "foo:5000 bar:5000", {}, "bar:5000/ns/cat:v1"],
  ["tag and digest", "foo/ns/cat:v1@sha256:a", "foo bar", {}, "bar/ns/cat:v1@sha256:a"],
  ["tag and digest of openshift", "foo/openshift/cat:v1@sha256:a", "foo bar", {}, "bar/openshift/cat:v1"],
  ["a tag of openshift", "foo/openshift/cat:v1", "foo bar", { openshift: "os2" }, "bar/os2/cat:v1"],
  ["only the first part counts as namespace", "foo/a/b/c", "foo bar", { b: "x" }, "bar/a/b/c"],
  ["deeper paths", "foo/a/b/c@d", "foo bar", { a: "x" }, "bar/x/b/c@d"],
  ["upper case is another host", "FOO/ns/cat", "foo bar", {}],
  ["upper case is another namespace", "foo/NS/cat", "foo bar", { ns: "x" }, "bar/NS/cat"],
  ["no registry", "nginx:1.25", "foo bar", {}],
  ["a name without a namespace is not mapped", "foo/ns", "foo bar", { ns: "x" }, "bar/ns"],
  ["openshift as a name", "foo/openshift@d", "foo bar", {}, "bar/openshift@d"],
  ["empty", "", "foo bar", {}],
  ["a slash alone", "/", "foo bar", {}],
  ["nothing behind the host", "foo/", "foo bar", {}, "bar/"],
  ["the other port", "foo:5001/ns/cat", "foo:5000 bar", {}],
  ["a cycle of namespaces", "foo/a/cat", "foo bar", { a: "b", b: "a" }, "bar/b/cat"],
  ["5,000 letters", `foo/ns/${"a".repeat(5000)}`, "foo bar", { ns: "x" }, `bar/x/${"a".repeat(5000)}`],
];

for (const [id, reference, hosts, mapping, result] of REPLACED) {
  Deno.test(`replacePrefix() ${id} (openshift 5.5)`, async () => {
    const [from = "", to = ""] = hosts.split(" ");
    const names = new Map(Object.entries(mapping));
    assertEquals(await replacePrefix(reference, [from], to, names, NOT_THERE), result);
  });
}

Deno.test("replacePrefix() knows the registry's other names (openshift IMP-11)", async () => {
  const hosts = ["reg.svc.cluster.local:5000", "reg.svc:5000"];
  for (const host of hosts) {
    assertEquals(await replacePrefix(`${host}/ns/cat`, hosts, "new", new Map(), NOT_THERE), "new/ns/cat");
  }
  assertEquals(await replacePrefix("reg:5000/ns/cat", hosts, "new", new Map(), NOT_THERE), undefined);
});

Deno.test("replacePrefix() keeps a digest of openshift that the new registry has (openshift IMP-10)", async () => {
  const asked: LocalReference[] = [];
  const there = (reference: LocalReference) => {
    asked.push(reference);
    return Promise.resolve(true);
  };
  const names = new Map([["openshift", "os2"]]);
  assertEquals(await replacePrefix("foo/openshift/cat@d", ["foo"], "bar", names, there), "bar/os2/cat@d");
  assertEquals(
    await replacePrefix("foo/openshift/c:v1@d", ["foo"], "bar", new Map(), there),
    "bar/openshift/c:v1@d",
  );
  // What is not of the form host/namespace/name is not asked about.
  assertEquals(
    await replacePrefix("foo/openshift/a/b@d", ["foo"], "bar", new Map(), there),
    "bar/openshift/a/b",
  );
  assertEquals(await replacePrefix("foo/ns/cat@d", ["foo"], "bar", new Map(), there), "bar/ns/cat@d");
  assertEquals(asked, [
    { namespace: "os2", name: "cat", digest: "d" },
    { namespace: "openshift", name: "c:v1", digest: "d" },
  ]);
});

// openshift T13.2.1
const PREFIXES: [reference: string, host: string, has: boolean][] = [
  ["cat/", "cat", true],
  ["catt/", "cat", false],
  ["cat/dog/spider", "cat", true],
  ["//ss", "", true],
  ["abc", "", false],
];

for (const [reference, host, has] of PREFIXES) {
  Deno.test(`hasPrefix("${reference}", "${host}")`, () => assertEquals(hasPrefix(reference, host), has));
}

const PARSED: [id: string, reference: string, host: string, parts: LocalReference | undefined][] = [
  ["openshift T13.2.2", "reg/ns/name@dig", "reg", { namespace: "ns", name: "name", digest: "dig" }],
  ["openshift T13.2.2", "reg/ns/name@dig:est", "reg", { namespace: "ns", name: "name", digest: "dig:est" }],
  ["openshift T13.2.2", "reg/ns/name:tg", "reg", { namespace: "ns", name: "name", tag: "tg" }],
  ["openshift T13.2.2", "reg/ns/name", "reg", { namespace: "ns", name: "name" }],
  ["openshift T13.2.3", "reg/ns/name@dig", "cat", undefined],
  ["openshift T13.2.3", "reg/cat", "reg", undefined],
  ["openshift T13.2.3", "reg/ns/name/dig", "reg", undefined],
  ["openshift T13.2.3", "reg/ns/name@dig@est", "reg", undefined],
  ["openshift T13.2.3", "reg/ns/name:ta:g", "reg", undefined],
  ["a tag in front of the digest", "reg/ns/name:t@d", "reg", {
    namespace: "ns",
    name: "name:t",
    digest: "d",
  }],
];

for (const [id, reference, host, parts] of PARSED) {
  Deno.test(`parseLocal("${reference}", "${host}") (${id})`, () => {
    assertEquals(parseLocal(reference, host), parts);
  });
}
