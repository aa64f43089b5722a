import { assertEquals, assertThrows } from "@std/assert";
import { Refusal } from "../lib/refusal.ts";
import { parseVersion } from "./cluster_version.ts";

// openshift 5.1
const ROWS: [major: string, minor: string, gitVersion: string, version: string][] = [
  ["1", "29", "v1.29.7+4510e9c", "1.29"],
  ["1", "11+", "v1.11.0+d4cacc0", "1.11"],
  ["1", "+27++", "", "1.27"],
  ["1", "07", "", "1.7"],
  ["", "", "v1.30.2+abc", "1.30"],
  ["1", "", "v1.30.2+abc", "1.30"],
  ["1", "29a", "v1.30.2", "1.30"],
  ["x", "29", "openshift v1.31.0", "1.31"],
  ["1+", "29", "v4.5.6", "4.5"],
];

for (const [major, minor, gitVersion, version] of ROWS) {
  Deno.test(`parseVersion(): "${major}", "${minor}", "${gitVersion}" (openshift 5.1)`, () => {
    const parsed = parseVersion({ major, minor, gitVersion });
    assertEquals(`${parsed.major}.${parsed.minor}`, version);
  });
}

for (const gitVersion of ["", "weird", "v1.30", "1.30.2", "v1.x.2", "v1..2"]) {
  Deno.test(`parseVersion() refuses "${gitVersion}" (openshift 5.1)`, () => {
    const error = assertThrows(
      () => parseVersion({ major: "", minor: "", gitVersion }),
      Refusal,
      "gitVersion does not match expected format",
    );
    assertEquals([error.rule, error.reason], ["openshift 5.1", "cluster"]);
  });
}
