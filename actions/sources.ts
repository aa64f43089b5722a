import type { Source } from "./action.ts";
import { cnpg } from "./cnpg/mod.ts";
import { kubevirt } from "./kubevirt/mod.ts";
import { openshift } from "./openshift/mod.ts";
import { superphenix } from "./superphenix/mod.ts";
import { vmgroup } from "./vmgroup/mod.ts";

/** All sources, in the order in which people read about them. */
export const SOURCES: readonly Source[] = [
  superphenix,
  vmgroup,
  cnpg,
  openshift,
  kubevirt,
];
