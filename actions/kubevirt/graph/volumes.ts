import { type GraphNode, type NodeKind, NODES } from "./node.ts";
import { namedAt, type Place, placeAt, placesIn } from "./fields.ts";

/** What a kind of volume names: a path below it, and the kind of the object. */
type Name = readonly [path: string, kind: NodeKind];

const CLOUD_INIT: readonly Name[] = [
  ["secretRef.name", NODES.secrets],
  ["networkDataSecretRef.name", NODES.secrets],
];

// A volume has one source: the first that is there counts.
const SOURCES: readonly (readonly [source: string, names: readonly Name[]])[] = [
  ["dataVolume", [["name", NODES.dataVolumes], ["name", NODES.claims]]],
  ["persistentVolumeClaim", [["claimName", NODES.claims]]],
  ["memoryDump", [["claimName", NODES.claims]]],
  ["configMap", [["name", NODES.configMaps]]],
  ["secret", [["secretName", NODES.secrets]]],
  ["serviceAccount", [["serviceAccountName", NODES.serviceAccounts]]],
  ["cloudInitNoCloud", CLOUD_INIT],
  ["cloudInitConfigDrive", CLOUD_INIT],
];

/**
 * What the volumes of an instance's spec name, volume by volume (kubevirt 4.3).
 *
 * @param spec The spec of a VirtualMachineInstance, or the one in a VM's template.
 */
export function volumeNodes(spec: Place, namespace: string): GraphNode[] {
  return placesIn(spec, "volumes").flatMap((volume) => {
    for (const [source, names] of SOURCES) {
      const place = placeAt(volume, source);
      if (place !== undefined) {
        return names.flatMap(([path, kind]) => namedAt(place, path, kind, namespace));
      }
    }
    return [];
  });
}

/** The Secrets of the access credentials of an instance's spec, of one entry both (kubevirt 4.3). */
export function credentialNodes(spec: Place, namespace: string): GraphNode[] {
  return placesIn(spec, "accessCredentials").flatMap((credential) =>
    ["sshPublicKey", "userPassword"].flatMap((way) =>
      namedAt(credential, `${way}.source.secret.secretName`, NODES.secrets, namespace)
    )
  );
}
