import { assertEquals, assertRejects } from "@std/assert";
import { nameOf } from "../../objects/object.ts";
import { ClusterError } from "../cluster.ts";
import { connect, type ConnectOptions } from "./connect.ts";
import { createMemoryCluster } from "../memory/memory.ts";
import { serveCluster } from "../served/serve.ts";
import { inClusterServer } from "./in_cluster.ts";
import { CONFIG_MAPS, configMap, fakeTime } from "./testing/kit.ts";

const granted = (["read", "write", "env"] as const)
  .every((name) => Deno.permissions.querySync({ name }).state === "granted") &&
  Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state === "granted";

function options(
  env: Record<string, string>,
  more: Partial<ConnectOptions> = {},
): ConnectOptions & { warnings: string[] } {
  const warnings: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: (text: string) => warnings.push(text),
    error: () => {},
  };
  return { env: (name) => env[name], log, warnings, ...more };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function fails(cluster: ReturnType<typeof connect>): Promise<ClusterError> {
  return assertRejects(() => cluster.get(CONFIG_MAPS, "n", "a"), ClusterError);
}

Deno.test("connect() without any cluster fails every request with NoCluster, and does nothing before", async () => {
  const cluster = connect(options({}));
  const requests: [name: string, ask: () => Promise<unknown>][] = [
    ["get", () => cluster.get(CONFIG_MAPS, "n", "a")],
    ["list", () => Array.fromAsync(cluster.list(CONFIG_MAPS))],
    ["create", () => cluster.create(CONFIG_MAPS, configMap("a"))],
    ["apply", () => cluster.apply(CONFIG_MAPS, configMap("a"), { manager: "m" })],
    ["patch", () => cluster.patch(CONFIG_MAPS, "n", "a", {}, { type: "merge" })],
    ["delete", () => cluster.delete(CONFIG_MAPS, "n", "a")],
    ["serves", () => cluster.serves("", "pods")],
    ["version", () => cluster.version()],
  ];
  for (const [name, ask] of requests) {
    const error = await assertRejects(ask, ClusterError);
    assertEquals([error.reason, error.status], ["NoCluster", 0], name);
  }
});

Deno.test("connect() tells a kubeconfig that is missing from none", async () => {
  const error = await fails(connect(options({ KUBECONFIG: "/none/a:/none/b" })));
  assertEquals([error.reason, error.message], [
    "Other",
    'KUBECONFIG names no file that can be read: "/none/a", "/none/b"',
  ]);
});

Deno.test({
  name: "connect() reads through KUBECONFIG, and ~/.kube/config",
  ignore: !granted,
  fn: kubeconfigs,
});

async function kubeconfigs() {
  const served = serveCluster(createMemoryCluster({ objects: [configMap("a")] }), { token: () => "t1" });
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/.kube`);
    const file = `${folder}/.kube/config`;
    await Deno.writeTextFile(file, served.kubeconfig());
    const contexts = '{"current-context":"served","clusters":[],"users":[],"contexts":[]}';
    await Deno.writeTextFile(`${folder}/contexts`, contexts);
    // In the third the first file has only the context, the second the server.
    const rows: Record<string, string>[] = [
      { KUBECONFIG: file },
      { KUBECONFIG: `/none:${file}`, HOME: "/none" },
      { KUBECONFIG: `${folder}/contexts:${file}` },
      { HOME: folder, KUBERNETES_SERVICE_HOST: "192.0.2.1", KUBERNETES_SERVICE_PORT: "1" },
    ];
    for (const env of rows) {
      assertEquals(
        nameOf(await connect(options(env)).get(CONFIG_MAPS, "n", "a") ?? {}),
        "a",
        Object.keys(env).join(),
      );
    }
    assertEquals(served.requests().every((line) => line.endsWith("-> 200")), true);
  });
  await served.close();
}

function certificate(body: string): string {
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
}

Deno.test({ name: "connect() refuses kubeconfigs that it cannot follow", ignore: !granted, fn: refusals });

async function refusals() {
  const config = (cluster: object, user: object) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1", ...cluster } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
  const exec = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-program" } };
  const rows: [text: string, message: string][] = [
    ["{{ hunter2", "it cannot be read as one"],
    // One of the two parsers takes a quoted text whose second line is not indented.
    [
      "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n" +
      "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n" +
      'users:\n- name: u\n  user: {token: "hunter2\nmore"}\n',
      "it cannot be read as one",
    ],
    [config({}, { token: "hunter2\nmore" }), "the credentials have a character that no header can carry"],
    [config({ server: "https//hunter2" }, {}), 'the server of cluster "c" is not a URL'],
    [config({ "proxy-url": "no://u:hunter2@h" }, {}), "its certificates, its key or its proxy-url are none"],
    [
      config({ "certificate-authority-data": btoa(certificate("hunter2!")) }, {}),
      "its certificates, its key or its proxy-url are none",
    ],
    [
      config({}, {
        "client-certificate-data": btoa(certificate("AAAA")),
        "client-key-data": btoa("hunter2"),
      }),
      "its certificates, its key or its proxy-url are none",
    ],
    [
      config({ "insecure-skip-tls-verify": true }, { token: "hunter2" }),
      "insecure-skip-tls-verify is not supported; give the server's certificate-authority-data",
    ],
    [config({ "tls-server-name": "x" }, {}), "tls-server-name is not supported"],
    [
      config({}, exec),
      'user "u" gets its credentials from a program, which only preview may run; use a token',
    ],
    [config({}, { tokenFile: "/none/token" }), "Cannot read the token file"],
    [config({ "certificate-authority": "/none/ca" }, {}), "its certificates or credentials cannot be read"],
    ['{"current-context":"y","clusters":[],"users":[],"contexts":[]}', 'context "y" names no cluster'],
  ];
  await inFolder(async (folder) => {
    const path = `${folder}/config`;
    for (const [text, message] of rows) {
      await Deno.writeTextFile(path, text);
      const error = await fails(connect(options({ KUBECONFIG: path })));
      assertEquals([error.reason, error.message.includes(message)], ["Other", true], error.message);
      assertEquals(error.message.includes("hunter2"), false, error.message);
    }
  });
}

Deno.test({ name: "connect() reads tokenFile beside the kubeconfig", ignore: !granted, fn: tokenFiles });

async function tokenFiles() {
  const served = serveCluster(createMemoryCluster({ objects: [configMap("a")] }), {
    token: () => "from-file",
  });
  await inFolder(async (folder) => {
    const text = served.kubeconfig().replace('"token": "from-file"', '"tokenFile": "token"');
    await Deno.writeTextFile(`${folder}/config`, text);
    await Deno.writeTextFile(`${folder}/token`, "from-file\n");
    const found = await connect(options({ KUBECONFIG: `${folder}/config` })).get(CONFIG_MAPS, "n", "a");
    assertEquals(nameOf(found ?? {}), "a");
  });
  await served.close();
}

const mayRun = granted && Deno.permissions.querySync({ name: "run" }).state === "granted";

Deno.test({ name: "connect() runs the user's program where it may", ignore: !mayRun, fn: execUser });

async function execUser() {
  const served = serveCluster(createMemoryCluster({ objects: [configMap("a")] }), { token: () => "made" });
  await inFolder(async (folder) => {
    const apiVersion = "client.authentication.k8s.io/v1";
    const credential = JSON.stringify({ apiVersion, kind: "ExecCredential", status: { token: "made" } });
    const config = JSON.parse(served.kubeconfig());
    const exec = { apiVersion, command: "echo", args: [credential], interactiveMode: "Never" };
    config.users[0].user = { exec };
    await Deno.writeTextFile(`${folder}/config`, JSON.stringify(config));
    const env = { KUBECONFIG: `${folder}/config` };
    assertEquals(nameOf(await connect(options(env, { mayRun })).get(CONFIG_MAPS, "n", "a") ?? {}), "a");
    exec.command = "no-such-program";
    await Deno.writeTextFile(`${folder}/config`, JSON.stringify(config));
    const error = await fails(connect(options(env, { mayRun })));
    assertEquals(
      [error.reason, error.message.includes('the program "no-such-program", from which user')],
      ["Other", true],
      error.message,
    );
  });
  await served.close();
}

const openssl = granted && Deno.permissions.querySync({ name: "run" }).state === "granted" &&
  ["/usr/bin/openssl", "/usr/local/bin/openssl"].some((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

Deno.test({ name: "connect() uses the pod's service account, over TLS", ignore: !openssl, fn: inCluster });

async function inCluster() {
  await inFolder(async (folder) => {
    const subject = ["-subj", "/CN=served", "-addext", "subjectAltName=IP:127.0.0.1"];
    const parameters = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    const { success } = await new Deno.Command("openssl", {
      args: ["req", "-x509", ...parameters, ...subject, "-addext", "basicConstraints=critical,CA:FALSE"]
        .concat(["-keyout", `${folder}/key.pem`, "-out", `${folder}/ca.crt`]),
      stderr: "null",
    }).output();
    assertEquals(success, true, "openssl made a certificate");
    await Deno.writeTextFile(`${folder}/token`, "pod\n");
    const tls = {
      cert: await Deno.readTextFile(`${folder}/ca.crt`),
      key: await Deno.readTextFile(`${folder}/key.pem`),
    };
    const served = serveCluster(createMemoryCluster({ objects: [configMap("a")] }), {
      tls,
      token: () => "pod",
    });
    const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(served.port) };
    const cluster = connect(options(env, { serviceAccount: folder }));
    assertEquals(nameOf(await cluster.get(CONFIG_MAPS, "n", "a") ?? {}), "a");

    // Without the authority the certificate is not believed, whatever the environment.
    await Deno.remove(`${folder}/ca.crt`);
    const distrusting = options(env, { serviceAccount: folder, time: fakeTime() });
    const error = await fails(connect(distrusting));
    assertEquals(error.reason, "Unreachable");
    assertEquals(/certificate/i.test(error.message), true, error.message);
    assertEquals(distrusting.warnings, [
      `There is no "${folder}/ca.crt", so the API server\'s certificate is checked against the CAs of the system`,
    ]);
    const { log } = distrusting;
    const { url } = await inClusterServer({ host: "fd00::1", port: "443", directory: folder, log });
    assertEquals(url, "https://[fd00::1]:443");
    await served.close();
  });
}

Deno.test({
  name: "connect() in a pod without a token says which file is missing",
  ignore: !granted,
  fn: noToken,
});

async function noToken() {
  const env = { KUBERNETES_SERVICE_HOST: "::1", KUBERNETES_SERVICE_PORT: "443" };
  const error = await fails(connect(options(env, { serviceAccount: "/none" })));
  assertEquals([error.reason, error.message], [
    "Other",
    'Cannot read the token file "/none/token"',
  ]);
}

Deno.test({
  name: "connect() in a pod names an authority that is no certificate and quotes no bad token",
  ignore: !granted,
  fn: badServiceAccount,
});

async function badServiceAccount() {
  await inFolder(async (folder) => {
    const env = { KUBERNETES_SERVICE_HOST: "::1", KUBERNETES_SERVICE_PORT: "443" };
    await Deno.writeTextFile(`${folder}/token`, "hunter2\nmore\n");
    await Deno.writeTextFile(`${folder}/ca.crt`, certificate("hunter2!"));
    const authority = await fails(connect(options(env, { serviceAccount: folder })));
    assertEquals([authority.reason, authority.message], [
      "Other",
      `The CA file of the API server, "${folder}/ca.crt", does not contain a certificate`,
    ]);
    await Deno.remove(`${folder}/ca.crt`);
    const token = await fails(connect(options(env, { serviceAccount: folder })));
    assertEquals([token.reason, token.message], [
      "Other",
      "get configmaps n/a: the credentials have a character that no header can carry, such as a line feed",
    ]);
  });
}
