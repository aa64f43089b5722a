import { assertEquals } from "@std/assert";
import { packagesOf } from "./packages.ts";

const CACHE = "file:///home/a%20b/.cache/deno/npm/registry.npmjs.org";
const file = (path: string, text?: string) => ({ url: new URL(path), text });

Deno.test("packagesOf() names each package once, with version and folder, and leaves our own files out", () => {
  const files = [
    file("file:///home/a%20b/project/main.ts", "// Copyright ours"),
    file(`${CACHE}/yaml/2.9.1/dist/index.js`),
    file(`${CACHE}/@grpc/grpc-js/1.14.7/src/server.ts`),
    file(`${CACHE}/@grpc/grpc-js/1.14.7/src/client.ts`),
    file(`${CACHE}/debug/4.4.3_1/src/index.js`),
    file(`${CACHE}/debug/3.2.0-rc.1/src/index.js`),
  ];
  const folder = (path: string) => `/home/a b/.cache/deno/npm/registry.npmjs.org/${path}/`;
  assertEquals(packagesOf(files), [
    { name: "@grpc/grpc-js", version: "1.14.7", folder: folder("@grpc/grpc-js/1.14.7"), notices: [] },
    { name: "debug", version: "3.2.0-rc.1", folder: folder("debug/3.2.0-rc.1"), notices: [] },
    { name: "debug", version: "4.4.3", folder: folder("debug/4.4.3_1"), notices: [] },
    { name: "yaml", version: "2.9.1", folder: folder("yaml/2.9.1"), notices: [] },
  ]);
});

Deno.test("packagesOf() knows a package that another one had bundled by its name alone", () => {
  const files = [
    file(`${CACHE}/node_modules/tslib/tslib.es6.js`),
    file(`${CACHE}/node_modules/@a/bare/x.js`),
  ];
  assertEquals(packagesOf(files), [{ name: "@a/bare", notices: [] }, { name: "tslib", notices: [] }]);
});

const HEADS: readonly { about: string; texts: readonly string[]; notices: readonly string[] }[] = [
  {
    about: "a block",
    texts: [
      "/*! *****\nCopyright (c) Somebody.\n\n * Permission to use.\n***** */\n/* Copyright later */\nvar a;",
    ],
    notices: ["Copyright (c) Somebody.\n\nPermission to use."],
  },
  {
    about: "lines",
    texts: ["// Copyright 2008 A.\n//\n// Redistribution.\nvar a; // Copyright no head\n"],
    notices: ["Copyright 2008 A.\n\nRedistribution."],
  },
  { about: "the same twice", texts: ["/* Copyright A */", "// Copyright A\n"], notices: ["Copyright A"] },
  {
    about: "no claim",
    texts: ["/* eslint-disable */ var a;", "'use strict'; /* Copyright B */"],
    notices: [],
  },
];

Deno.test("packagesOf() keeps the comments at the head of files that claim a copyright", async (t) => {
  for (const { about, texts, notices } of HEADS) {
    await t.step(about, () => {
      const files = texts.map((text, index) => file(`${CACHE}/p/1.0.0/${index}.js`, text));
      assertEquals(packagesOf(files)[0]?.notices, notices);
    });
  }
});
