/**
 * The claims in which KubeVirt keeps a VM's TPM and EFI state (kubevirt 3.5).
 *
 * @module
 */

import { flagAt, namedAt, type Place, placesIn, textAt } from "./fields.ts";
import { type GraphNode, nodeOf, NODES } from "./node.ts";

/** The key of the label that names the VM on such a claim; the claim's own name begins with it. */
export const BACKEND_STORAGE = "persistent-state-for";

/** The name of such a claim in older releases of KubeVirt. */
export function legacyClaim(owner: string): string {
  return `${BACKEND_STORAGE}-${owner}`;
}

/** True when a persistent TPM or EFI is asked for in an instance's spec. */
export function keepsState(spec: Place | undefined): boolean {
  return spec !== undefined &&
    ["domain.devices.tpm.persistent", "domain.firmware.bootloader.efi.persistent"].some((path) =>
      flagAt(spec, path)
    );
}

/** True when KubeVirt tracks the changed blocks of a VM or an instance, which takes such a claim too. */
export function tracksBlocks(object: Place | undefined): boolean {
  return object !== undefined &&
    /^(Initializing|Enabled)$/.test(textAt(object, "status.changedBlockTracking.state"));
}

/** Nodes of claims found by their label. */
export function backendNodes(claims: readonly string[], namespace: string): GraphNode[] {
  return claims.map((name) => nodeOf(NODES.claims, namespace, name, `label ${BACKEND_STORAGE}`));
}

/** The claims that a running instance says it uses. */
export function backendNodesInUse(instance: Place | undefined, namespace: string): GraphNode[] {
  if (instance === undefined) return [];
  return placesIn(instance, "status.volumeStatus")
    .filter((volume) => textAt(volume, "name").startsWith(BACKEND_STORAGE))
    .flatMap((volume) => namedAt(volume, "persistentVolumeClaimInfo.claimName", NODES.claims, namespace));
}
