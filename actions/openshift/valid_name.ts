import { sha256Hex } from "../lib/sha256.ts";

/** A name as a label value, by Velero's rule (openshift V10): what is longer than 63 characters ends in six digits of its hash. */
export async function validName(name: string): Promise<string> {
  return name.length <= 63 ? name : name.slice(0, 57) + (await sha256Hex(name)).slice(0, 6);
}
