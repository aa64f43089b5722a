import { createHash } from "node:crypto";

const LONGEST = 63;
const HASHED = 6;

/** A name as Velero writes it into a label: one that is too long ends with a part of its hash. */
export function labelValue(name: string): string {
  if (name.length <= LONGEST) return name;
  const hash = createHash("sha256").update(name).digest("hex");
  return name.slice(0, LONGEST - HASHED) + hash.slice(0, HASHED);
}
