/**
 * The images of this process. Nothing of what copies them is loaded before an image has to be copied.
 *
 * @module
 */

import { findServer } from "../cluster/live/connect.ts";
import type { ConnectLog } from "../cluster/live/connect_log.ts";
import type { Server } from "../cluster/live/http.ts";
import type { Images, OpenStorage } from "./images.ts";

/** Where the images of a process are found. */
export interface ConnectImagesOptions {
  /** Reads an environment variable. */
  readonly env: (name: string) => string | undefined;
  readonly log: ConnectLog;
  /** True when the process may start programs, which kubeconfigs with `exec` users need: preview only. */
  readonly mayRun?: boolean;
  /** The context of the kubeconfig; default its current one. */
  readonly context?: string;
}

/** With this value in `WORKLOADS_IMAGE_COPIES`, copies are only recorded: in a preview, plugin executables get it. */
export const RECORD = "record";

// What Go takes for true (openshift 9.2).
const TRUE = /^(?:1|t|T|true|TRUE|True)$/;

/** True when `OPENSHIFT_IMAGESTREAM_BACKUP` asks for images in backups. */
export function backupByDefault(env: ConnectImagesOptions["env"]): boolean {
  return TRUE.test(env("OPENSHIFT_IMAGESTREAM_BACKUP") ?? "");
}

/** The images of this process, whose registries are asked with its own token for the API server. */
export function connectImages(options: ConnectImagesOptions): Images {
  const { env } = options;
  const base = backupByDefault(env);
  let server: Promise<Server> | undefined;
  let opening: Promise<Images> | undefined;

  // A failure is not kept.
  const authorization = async (renew: boolean): Promise<string | undefined> => {
    server ??= findServer(options).catch((error) => {
      server = undefined;
      throw error;
    });
    return await (await server).authorization?.(renew);
  };

  const open = async (): Promise<Images> => {
    const { createLiveImages } = await import("./live.ts");
    const openStorage: OpenStorage = async (...args) =>
      await (await import("./object_storage/open.ts")).openStorage(...args);
    const live = createLiveImages({ authorization, openStorage });
    const images = { ...live, backupByDefault: base };
    if (env("WORKLOADS_IMAGE_COPIES") !== RECORD) return images;
    const { recordImages } = await import("./recording.ts");
    const { describeCopy } = await import("./recorded_copy.ts");
    return recordImages(images, {
      note: (copy, log) => log.warn(`${describeCopy(copy)} (WORKLOADS_IMAGE_COPIES is "${RECORD}")`),
    });
  };
  let ready: Images | undefined;
  const opened = () => opening ??= open().then((images) => ready = images);

  return {
    backupByDefault: base,
    registry: async (access) => await (await opened()).registry(access),
    storage: async (access, options) => await (await opened()).storage(access, options),
    copy: async (image, options) => await (await opened()).copy(image, options),
    stop: () => ready?.stop(),
  };
}
