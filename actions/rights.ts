/**
 * The rights of all sources. A serving process does not load them: the API server decides what it may do.
 *
 * @module
 */

import { rights as cnpg } from "./cnpg/rights.ts";
import { rights as kubevirt } from "./kubevirt/rights.ts";
import { rights as openshift } from "./openshift/rights.ts";
import type { Right } from "./right.ts";
import { rights as superphenix } from "./superphenix/rights.ts";
import { rights as vmgroup } from "./vmgroup/rights.ts";

/** The settings, which every source reads (protocol 8.6). */
export const SETTINGS_RIGHT: Right = {
  resource: "configmaps",
  verbs: ["list"],
  use: "the ConfigMap with the settings",
  rule: "protocol 8.6",
  users: [],
  without: "warning",
  only: "velero",
};

/** What each source asks for, by its name. */
export const RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  superphenix,
  vmgroup,
  cnpg,
  openshift,
  kubevirt,
};
