import { ClusterError } from "../../cluster/cluster.ts";
import { connect } from "../../cluster/live/connect.ts";
import { namespaceFrom } from "../environment.ts";
import { postRestore, PostRestoreError } from "./run.ts";

/** The options as they come from the command line. */
export interface PostRestoreFlags {
  readonly veleroNamespace?: string;
  readonly namespace?: readonly string[];
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly deleteFirst: boolean;
}

/**
 * Runs the command in the cluster of the environment: that of a kubeconfig, or of the pod it runs in.
 *
 * @returns The exit code: 0 when everything was done, 1 when an object failed, 2 when nothing could be done.
 */
export async function dcPostRestore(
  restore: string,
  { veleroNamespace, namespace, ...flags }: PostRestoreFlags,
  print: (text: string) => void,
  complain: (text: string) => void,
): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const cluster = connect({ env, log: { debug: () => {}, warn: complain } });
  try {
    const failed = await postRestore({
      cluster,
      restore,
      veleroNamespace: veleroNamespace ?? namespaceFrom(env, undefined),
      namespaces: namespace ?? [],
      ...flags,
      print: (line) => print(`${line}\n`),
      pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof PostRestoreError || error instanceof ClusterError)) throw error;
    complain(error.message);
    return 2;
  }
}
