import { until } from "./api.ts";
import { start } from "./child.ts";
import { KEYS, type ObjectService } from "./object_services.ts";
import { tool } from "./tools.ts";

/** Starts a registry whose content lies in the bucket `b` of an S3, else in the folder. */
export async function startRegistry(folder: string, s3?: string): Promise<ObjectService> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const config = {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: {
      ...(s3 === undefined ? { filesystem: { rootdirectory: `${folder}/${host}` } } : {
        s3: {
          accesskey: KEYS.accessKeyId,
          secretkey: KEYS.secretAccessKey,
          region: KEYS.region,
          regionendpoint: `http://${s3}`,
          forcepathstyle: true,
          secure: false,
          bucket: "b",
          // The S3 of the tests cannot copy parts of objects.
          multipartcopythresholdsize: 5 * 1024 ** 3,
        },
      }),
      redirect: { disable: true },
    },
    http: { addr: host },
  };
  // JSON is YAML.
  await Deno.writeTextFile(`${folder}/${host}.yml`, JSON.stringify(config));
  const child = await start("registry", tool("registry"), {
    args: ["serve", `${folder}/${host}.yml`],
    env: { OTEL_TRACES_EXPORTER: "none" },
    log: `${folder}/registry.log`,
  });
  await until("the registry answers", async () => {
    if (child.ended() !== undefined) throw new Error(`the registry ended: ${child.logTail()}`);
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer !== undefined;
  }, 60);
  return { host, stop: () => child.stop() };
}
