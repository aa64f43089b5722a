import type { Images } from "./images.ts";

/** For a process whose actions touch no image: every use is an error. */
export const NO_IMAGES: Images = {
  backupByDefault: false,
  registry: unexpected,
  storage: unexpected,
  copy: unexpected,
  stop: () => undefined,
};

function unexpected(): Promise<never> {
  return Promise.reject(new Error("this process has no images"));
}
