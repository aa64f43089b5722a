/**
 * Images of registries and object storage, copied for real.
 *
 * @module
 */

import { systemTime, type Time } from "../cluster/live/time.ts";
import { nameOf, namespaceOf, stringAt } from "../objects/object.ts";
import { createCopier } from "./copy.ts";
import type { CopiedImage, ImageCopy, Images, OpenStorage, RegistryAccess } from "./images.ts";
import { megabytes } from "./recorded_copy.ts";
import type { Login } from "./registry/authorization.ts";
import { createRegistryStore } from "./registry/registry.ts";
import { SERVICE_CA } from "./authorities.ts";
import { connectTo } from "./registry/trust.ts";
import type { ImageStore } from "./store.ts";

/** What the images of a process are made of. */
export interface LiveImagesOptions {
  /** The `Authorization` header for the API server; `renew` after it was refused. */
  readonly authorization: (renew: boolean) => Promise<string | undefined>;
  readonly openStorage: OpenStorage;
  /** The file of the cluster's service authority. */
  readonly serviceCa?: string;
  readonly time?: Time;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/** Makes them; nothing is asked or opened yet. Stores and what is known of them live as long as the process. */
export function createLiveImages(
  { authorization, openStorage, serviceCa = SERVICE_CA, time = systemTime, random = Math.random }:
    LiveImagesOptions,
): Omit<Images, "backupByDefault"> {
  const opened = new Map<string, Promise<ImageStore>>();
  const copier = createCopier({ time, random });
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  // A failure is not kept.
  const once = (key: string, open: () => Promise<ImageStore>): Promise<ImageStore> => {
    const known = opened.get(key);
    if (known !== undefined) return known;
    const opening = open();
    opened.set(key, opening);
    opening.catch(() => opened.delete(key));
    return opening;
  };

  // openshift IMP-53: the token is read again whenever the cluster's own requests would read it.
  const serviceAccount = async (renew: boolean): Promise<Login | undefined> => {
    const token = /^Bearer (.+)$/.exec(await authorization(renew) ?? "")?.[1];
    return token === undefined ? undefined : { username: "ignored", password: token };
  };

  async function openRegistry({ credentials, ...access }: RegistryAccess): Promise<ImageStore> {
    const { host } = access;
    return createRegistryStore({
      host,
      plainHttp: access.plainHttp || isLoopback(host),
      connection: await connectTo(access, { time, serviceCa }),
      login: credentials === "service-account" ? serviceAccount : () => Promise.resolve(credentials),
      openShift: credentials === "service-account",
      time,
    });
  }

  return {
    registry: (access) => once(JSON.stringify(access), () => openRegistry(access)),
    // openshift IMP-18
    storage: (access, options) => {
      const { location, rootDirectory } = access;
      const version = stringAt(location, "metadata", "resourceVersion") ?? "";
      const key = JSON.stringify([namespaceOf(location), nameOf(location), version, rootDirectory]);
      // The requests for its credentials end with that call.
      options.signal?.addEventListener("abort", () => opened.delete(key), { once: true });
      return once(key, () => openStorage(access, options));
    },
    async copy(image, options) {
      const signal = AbortSignal.any([options.signal, closing.signal]);
      const copying = copier.copy(image, { ...options, signal });
      underWay.add(copying);
      try {
        const copied = await copying;
        options.log.info(tellCopied(image, copied));
        return copied;
      } finally {
        underWay.delete(copying);
      }
    },
    stop() {
      if (underWay.size === 0) return undefined;
      closing.abort(new Error("the process ends"));
      return Promise.allSettled(underWay).then(() => {});
    },
  };
}

function tellCopied({ to }: ImageCopy, { digest, blobs, bytes, complete }: CopiedImage): string {
  const tag = to.reference === undefined ? "" : `:${to.reference}`;
  const what = `${to.store.name}/${to.repository}${tag} (${digest})`;
  if (complete) return `${what} is there already`;
  const there = blobs.existing + blobs.mounted;
  return `copied to ${what}: ${blobs.copied} blobs, ${megabytes(bytes)} MB; ${there} were there already`;
}

/** True for an address of this machine, which plain HTTP does not leave. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::\d+)?$/.test(host);
}
