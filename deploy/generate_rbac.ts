/**
 * Writes deploy/rbac.yaml from what the sources declare in their rights.ts: `deno task docs`.
 *
 * @module
 */

import { conditionOf, type Right, splitResource } from "../actions/right.ts";
import { RIGHTS, SETTINGS_RIGHT } from "../actions/rights.ts";

/** Where the roles stand. */
export const RBAC_FILE = new URL("rbac.yaml", import.meta.url);

const NAME = "velero-plugin-for-workloads";

const HEAD = `\
# Written by \`deno task docs\` from actions/*/rights.ts. Change them there.
#
# What the plugin asks of the API server, and nothing more. Velero's usual installation makes its service account cluster-admin,
# and then you need none of this. Where you have restricted Velero, bind these roles beside Velero's own. You may leave out the
# rules of sources that you have switched off (WORKLOADS_SOURCES), and those of settings that you do not use.
`;

/** The manifests as text. */
export function renderRbac(rights: Readonly<Record<string, readonly Right[]>>): string {
  const everywhere: string[] = [];
  const inVelero = renderRule("settings", SETTINGS_RIGHT);
  for (const [source, all] of Object.entries(rights)) {
    for (const right of all) {
      (right.only === undefined ? everywhere : inVelero).push(...renderRule(source, right));
    }
  }
  return [
    HEAD + role("ClusterRole", everywhere),
    binding("ClusterRole"),
    role("Role", inVelero),
    binding("Role"),
  ].join("---\n");
}

function renderRule(source: string, right: Right): string[] {
  const { group, resource } = splitResource(right.resource);
  const command = right.without === "command" ? `, for the command ${right.users.join(", ")}` : "";
  const condition = conditionOf(right);
  return [
    `  # ${source}: ${right.use} (${right.rule})${condition === "" ? "" : `, ${condition}`}${command}\n`,
    `  - { apiGroups: ["${group}"], resources: [${resource}], verbs: [${right.verbs.join(", ")}] }\n`,
  ];
}

function role(kind: "ClusterRole" | "Role", rules: readonly string[]): string {
  return `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\n${metadata(kind)}rules:\n${
    rules.join("")
  }`;
}

function binding(kind: "ClusterRole" | "Role"): string {
  return `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}Binding\n${metadata(kind)}` +
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${NAME} }\n` +
    `subjects:\n  - { kind: ServiceAccount, name: velero, namespace: velero }\n`;
}

function metadata(kind: "ClusterRole" | "Role"): string {
  return `metadata:\n  name: ${NAME}\n${kind === "Role" ? "  namespace: velero\n" : ""}`;
}

if (import.meta.main) await Deno.writeTextFile(RBAC_FILE, renderRbac(RIGHTS));
