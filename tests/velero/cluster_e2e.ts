import { connect } from "../../cluster/live/connect.ts";
import { tellStory } from "../../cluster/testing/conformance.ts";
import { until } from "./api.ts";
import { start } from "./child.ts";
import { exists, present, tool } from "./tools.ts";

// The same story as in cluster/conformance_test.ts.
Deno.test({
  name: "conformance of the live client on a real API server",
  ignore: !present("testcluster"),
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "cluster-e2e-" });
    const server = await start("testcluster", tool("testcluster"), {
      args: ["--dir", `${folder}/cluster`],
      log: `${folder}/cluster.log`,
    });
    try {
      const kubeconfig = `${folder}/cluster/kubeconfig`;
      await until("the API server is ready", () => exists(kubeconfig));
      const silent = () => {};
      const log = { debug: silent, info: silent, warn: silent, error: silent };
      await tellStory(connect({ env: (name) => name === "KUBECONFIG" ? kubeconfig : undefined, log }));
    } finally {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
