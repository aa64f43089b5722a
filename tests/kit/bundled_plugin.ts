import { makeBundle } from "../../packaging/make_bundle.ts";

/** The path of the launcher, which starts the program as it ships; its bundle is made first when need be. */
export async function bundledPlugin(): Promise<string> {
  await makeBundle();
  return new URL("../plugin.sh", import.meta.url).pathname;
}
