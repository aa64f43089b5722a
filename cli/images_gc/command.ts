import { createSettingsReader } from "../../actions/settings/reader.ts";
import { parseDuration } from "../../actions/settings/setting.ts";
import { SOURCES } from "../../actions/sources.ts";
import { Refusal } from "../../actions/lib/refusal.ts";
import { STORAGE_LOCATIONS } from "../../actions/openshift/kinds.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { connect } from "../../cluster/live/connect.ts";
import { toLocation } from "../../images/object_storage/location.ts";
import { openBucket } from "../../images/object_storage/open.ts";
import { ImageStoreError } from "../../images/store.ts";
import { namespaceFrom } from "../environment.ts";
import { collectImages, GcError } from "./run.ts";

/** The options as they come from the command line. */
export interface GcFlags {
  readonly veleroNamespace?: string;
  readonly delete: boolean;
  /** A duration as in Go. */
  readonly olderThan: string;
}

/**
 * Runs the command on the bucket of a BackupStorageLocation in the cluster of the environment.
 *
 * @returns The exit code: 0 when everything was done, 2 when not.
 */
export async function imagesGc(
  name: string,
  { veleroNamespace, delete: deleting, olderThan }: GcFlags,
  print: (text: string) => void,
  complain: (text: string) => void,
): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const cluster = connect({ env, log: { debug: () => {}, warn: complain } });
  const namespace = veleroNamespace ?? namespaceFrom(env, undefined);
  try {
    const limit = parseDuration(olderThan);
    if (limit === undefined) throw new GcError(`--older-than is "${olderThan}", not a duration such as 24h`);
    const object = await cluster.get(STORAGE_LOCATIONS, namespace, name);
    if (object === undefined) {
      throw new GcError(
        `BackupStorageLocation ${namespace}/${name} does not exist; name Velero's namespace with -n`,
      );
    }
    await collectImages({
      storage: await openBucket(toLocation(object), { cluster }),
      rootDirectory: await rootDirectory(cluster, namespace, complain),
      cluster,
      veleroNamespace: namespace,
      delete: deleting,
      olderThan: limit,
      now: () => new Date(),
      print: (line) => print(`${line}\n`),
    });
    return 0;
  } catch (error) {
    const known = [GcError, ClusterError, ImageStoreError, Refusal].some((type) => error instanceof type);
    if (!known) throw error;
    complain((error as Error).message);
    return 2;
  }
}

async function rootDirectory(
  cluster: Cluster,
  namespace: string,
  warn: (text: string) => void,
): Promise<string> {
  const openshift = SOURCES.find(({ name }) => name === "openshift");
  if (openshift === undefined) return "";
  const log = { debug: () => {}, info: () => {}, warn, error: warn };
  const { values } = await createSettingsReader({ cluster, namespace, sources: SOURCES, log })
    .of(openshift, undefined);
  return String(values["images.root-directory"] ?? "");
}
