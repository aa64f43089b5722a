import { assertEquals, assertRejects } from "@std/assert";
import { systemTime } from "../../cluster/live/time.ts";
import { startRegistry } from "../../tests/kit/registry.ts";
import { createLiveImages } from "../live.ts";
import { ImageStoreError } from "../store.ts";
import { connectTo } from "./trust.ts";

const may = (name: "read" | "write" | "run") => Deno.permissions.querySync({ name }).state === "granted";
const openssl = may("run") && may("read") && may("write") &&
  ["/usr/bin/openssl", "/usr/local/bin/openssl"].some((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

async function openSsl(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command("openssl", { args, stderr: "null", stdout: "null" }).output();
  assertEquals(success, true, `openssl ${args[0]}`);
}

Deno.test({
  name:
    "registry: the service's authority and those of a file are trusted, others only where named (openshift IMP-54)",
  ignore: !openssl,
  fn: trust,
});

async function trust() {
  const folder = await Deno.makeTempDir();
  const file = (name: string) => `${folder}/${name}`;
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openSsl(
    "req",
    "-x509",
    ...key,
    "-days",
    "2",
    "-subj",
    "/CN=authority",
    "-keyout",
    file("ca.key"),
    "-out",
    file("ca.crt"),
  );
  await openSsl("req", ...key, "-subj", "/CN=registry", "-keyout", file("tls.key"), "-out", file("tls.csr"));
  await Deno.writeTextFile(file("san"), "subjectAltName=IP:127.0.0.1");
  const authority = ["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial"];
  await openSsl(
    "x509",
    "-req",
    "-in",
    file("tls.csr"),
    ...authority,
    "-days",
    "2",
    "-extfile",
    file("san"),
    "-out",
    file("tls.crt"),
  );
  const [cert, tlsKey] = await Promise.all(
    ["tls.crt", "tls.key"].map((name) => Deno.readTextFile(file(name))),
  );
  const registry = startRegistry({}, { cert: cert!, key: tlsKey! });
  const digest = await registry.store.addImage("n/web", [], "v1");
  const images = (serviceCa: string) =>
    createLiveImages({
      authorization: () => Promise.resolve(undefined),
      openStorage: () => Promise.reject(new Error("not asked")),
      serviceCa,
    });
  const ask = async (
    serviceCa: string,
    access: { caFile?: string; insecure?: boolean; plainHttp?: boolean },
  ) => {
    const store = await images(serviceCa).registry({
      host: registry.host,
      caFile: "",
      insecure: false,
      plainHttp: false,
      ...access,
    });
    return (await store.resolve("n/web", "v1"))?.digest;
  };
  assertEquals(await ask(file("ca.crt"), {}), digest);
  assertEquals(await ask("/none", { caFile: file("ca.crt") }), digest);
  assertEquals(await ask("/none", { insecure: true }), digest);
  const error = await assertRejects(() => ask("/none", {}), ImageStoreError);
  assertEquals(error.reason, "unreachable");
  await registry.close();

  await Deno.writeTextFile(file("empty"), "nothing");
  for (
    const [caFile, why] of [[file("empty"), "no certificate in PEM format"], [
      "/none",
      "cannot be read",
    ]] as const
  ) {
    await assertRejects(
      () => connectTo({ caFile, insecure: false }, { time: systemTime, serviceCa: "/none" }),
      ImageStoreError,
      `openshift.registry.ca-file "${caFile}": it ${why === "cannot be read" ? why : `has ${why}`}`,
    );
  }
  await Deno.remove(folder, { recursive: true });
}
