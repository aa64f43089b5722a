/** The scripts of a release, with tools that only note how they are called. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { createProject } from "./project.ts";

const ignore = (["run", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

const FILES = {
  "deno.json": '{\n  "name": "p",\n  "version": "1.2.3",\n}\n',
  Dockerfile: "FROM x\nARG VERSION=1.2.3\n",
  "CHANGELOG.md":
    "# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.3 (2026-11-25)\n\n- this\n- and that\n\n## 1.2.2 (2026-11-01)\n\n- before\n",
  "README.md": "velero plugin add ghcr.io/someone/plugin:v1.2.3\n",
  "deploy/values.yaml": "",
  "docs/x.md": "",
};

const WRONG: readonly { about: string; tag?: string; files?: Record<string, string>; text: string }[] = [
  { about: "another tag", tag: "v1.2.4", text: "The tag is v1.2.4, but deno.json has version 1.2.3.\n" },
  { about: "no v", tag: "1.2.3", text: "The tag is 1.2.3, but deno.json has version 1.2.3.\n" },
  {
    about: "the image of another version",
    files: { Dockerfile: "ARG VERSION=1.2.30\n" },
    text: "Dockerfile has another version than 1.2.3.\n",
  },
  {
    about: "no section in the change log",
    files: { "CHANGELOG.md": "## Unreleased\n" },
    text: 'CHANGELOG.md has no section "## 1.2.3 (date)".\n',
  },
  {
    about: "placeholders",
    files: { "deploy/values.yaml": "image: ghcr.io/OWNER/x\n", "docs/x.md": "https://github.com/OWNER/x\n" },
    text: "OWNER is still a placeholder in: deploy/values.yaml, docs/x.md\n",
  },
];

Deno.test(
  { name: "release_check.sh lets a release pass whose texts agree, and names what does not", ignore },
  async (t) => {
    await using project = await createProject({}, FILES);
    await t.step("all in order", async () => {
      assertEquals(await project.script("release_check.sh", { TAG: "v1.2.3" }), {
        code: 0,
        stdout: "",
        stderr: "",
      });
    });
    for (const { about, tag = "v1.2.3", files = {}, text } of WRONG) {
      await t.step(about, async () => {
        for (const [path, content] of Object.entries({ ...FILES, ...files })) {
          await project.write(path, content);
        }
        assertEquals(await project.script("release_check.sh", { TAG: tag }), {
          code: 1,
          stdout: "",
          stderr: text,
        });
      });
    }
  },
);

// Writes what `deno task build` writes; the executables only print.
const BUILD = `mkdir -p build && cd build
for a in amd64 arm64; do
  printf '#!/bin/sh\\necho built for %s\\n' $a >velero-plugin-for-workloads-linux-$a
  chmod +x velero-plugin-for-workloads-linux-$a
done
echo bill >sbom.cdx.json; echo licences >THIRD_PARTY_LICENSES.txt
sha256sum velero-plugin-for-workloads-linux-* THIRD_PARTY_LICENSES.txt sbom.cdx.json >SHA256SUMS`;

Deno.test(
  { name: "release_files.sh puts both executables and their papers into build/dist", ignore },
  async () => {
    await using project = await createProject({ npx: BUILD }, FILES);
    const { code, stdout, stderr } = await project.script("release_files.sh");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "built for ");
    assertEquals(await project.calls(), [
      "npx --yes deno@2.9.6 task build --target linux/amd64 --target linux/arm64",
    ]);
    assertEquals([...Deno.readDirSync(`${project.folder}/build/dist`)].map(({ name }) => name).sort(), [
      "SHA256SUMS",
      "THIRD_PARTY_LICENSES.txt",
      "sbom.cdx.json",
      "velero-plugin-for-workloads-linux-amd64",
      "velero-plugin-for-workloads-linux-arm64",
    ]);
  },
);

Deno.test({ name: "release_files.sh stops when a file is not the one that was summed", ignore }, async () => {
  await using project = await createProject({ npx: `${BUILD}; echo more >>sbom.cdx.json` }, FILES);
  const { code, stdout } = await project.script("release_files.sh");
  assertEquals(code, 1);
  assertStringIncludes(stdout, "sbom.cdx.json: FAILED");
});

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const IMAGE_ENV = {
  IMAGE: "ghcr.io/Some-One/Plugin",
  TAG: "v1.2.3",
  GITHUB_ACTOR: "someone",
  GITHUB_REPOSITORY: "Some-One/Plugin",
  GITHUB_TOKEN: "secret-token",
};

Deno.test(
  { name: "release_image.sh pushes for both architectures and tells name and digest", ignore },
  async () => {
    const docker = `case "$1 $2" in
"login ghcr.io") cat >"$(dirname "$0")/password";;
"buildx build") printf '{\\n  "containerimage.digest": "${DIGEST}",\\n  "x": 1\\n}\\n' >build/image.json;;
esac`;
    const git = 'case "$1" in log) echo 1700000000;; rev-parse) echo abc123;; esac';
    await using project = await createProject({ docker, git }, FILES);
    const output = `${project.folder}/output`;
    const ended = await project.script("release_image.sh", { ...IMAGE_ENV, GITHUB_OUTPUT: output });
    assertEquals(ended, { code: 0, stdout: "", stderr: "" });
    assertEquals(await project.read(".tools/password"), "secret-token\n");
    const calls = await project.calls();
    assertEquals(calls.filter((line) => line.includes("secret-token")), []);
    assertEquals(calls.filter((line) => line.startsWith("docker ")), [
      "docker login ghcr.io --username someone --password-stdin",
      "docker buildx create --use --name release",
      "docker buildx build --platform linux/amd64,linux/arm64 --build-arg VERSION=1.2.3 --build-arg REVISION=abc123 " +
      "--label org.opencontainers.image.source=https://github.com/Some-One/Plugin " +
      "--provenance mode=max --sbom true --metadata-file build/image.json " +
      "--output type=image,push=true,rewrite-timestamp=true,name=ghcr.io/some-one/plugin:v1.2.3 .",
    ]);
    assertEquals(
      await project.read("output"),
      `name=ghcr.io/some-one/plugin\ndigest=${DIGEST}\n`,
    );
  },
);

Deno.test({ name: "release_image.sh fails when the builder tells no digest", ignore }, async () => {
  await using project = await createProject(
    { docker: "cat >/dev/null; echo {} >build/image.json", git: "echo 1" },
    FILES,
  );
  const { code, stderr } = await project.script("release_image.sh", {
    ...IMAGE_ENV,
    GITHUB_OUTPUT: "/dev/null",
  });
  assertEquals([code, stderr], [1, "buildx told no digest\n"]);
});

Deno.test({ name: "release_sign.sh signs the digest and the checksums", ignore }, async () => {
  // `go install` puts cosign where the script looks for it.
  const go =
    'mkdir -p "$GOBIN"; printf \'#!/bin/sh\\necho "cosign $*" >>"%s"\\n\' "$(dirname "$0")/../.calls" >"$GOBIN/cosign"; chmod +x "$GOBIN/cosign"';
  await using project = await createProject({ go }, FILES);
  const ended = await project.script("release_sign.sh", { NAME: "ghcr.io/o/p", DIGEST });
  assertEquals(ended, { code: 0, stdout: "", stderr: "" });
  assertEquals(await project.calls(), [
    "go install github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3",
    `cosign sign --yes ghcr.io/o/p@${DIGEST}`,
    `cosign attest --yes --type cyclonedx --predicate build/dist/sbom.cdx.json ghcr.io/o/p@${DIGEST}`,
    "cosign sign-blob --yes --bundle build/dist/SHA256SUMS.sigstore.json build/dist/SHA256SUMS",
  ]);
});

Deno.test(
  { name: "release_publish.sh drafts a release with the section of the change log", ignore },
  async () => {
    const gh = 'while [ "$1" != --notes-file ]; do shift; done; cp "$2" notes';
    await using project = await createProject({ gh }, { ...FILES, "build/dist/a": "", "build/dist/b": "" });
    const ended = await project.script("release_publish.sh", { TAG: "v1.2.3", GITHUB_TOKEN: "t" });
    assertEquals(ended, { code: 0, stdout: "", stderr: "" });
    const [call = ""] = await project.calls();
    assertEquals(
      call.replace(/--notes-file \S+/, "--notes-file N"),
      "gh release create v1.2.3 --draft --verify-tag --title v1.2.3 --notes-file N build/dist/a build/dist/b",
    );
    assertEquals((await project.read("notes")).trim(), "- this\n- and that");
  },
);
