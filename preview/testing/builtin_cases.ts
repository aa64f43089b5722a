/**
 * What Velero's own actions do with an item, as a table. The unit test runs it through `preview/builtin/`; the end-to-end test through
 * the real actions of Velero, so the table is not our opinion.
 *
 * @module
 */

import { accounts } from "./builtin_cases/accounts.ts";
import { backups, blocks } from "./builtin_cases/backup.ts";
import type { BuiltinCase } from "./builtin_cases/case.ts";
import { mapped } from "./builtin_cases/mapped.ts";
import { others } from "./builtin_cases/others.ts";
import { pods } from "./builtin_cases/pods.ts";
import { services } from "./builtin_cases/services.ts";

export { type BuiltinCase, runOf } from "./builtin_cases/case.ts";

/** All cases. */
export const BUILTIN_CASES: readonly BuiltinCase[] = [
  ...backups,
  ...blocks,
  ...pods,
  ...services,
  ...accounts,
  ...others,
  ...mapped,
];
