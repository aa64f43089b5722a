/**
 * The authorities whose certificates are accepted everywhere: those of the system, and that of OpenShift's services (openshift IMP-54).
 *
 * @module
 */

/** The authority of OpenShift's services, which signs the internal registry's certificate. */
export const SERVICE_CA = "/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt";

// Where the systems of containers keep theirs; the first that is there holds.
const SYSTEM_CAS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
];

/** Finds the certificates in a file. */
export const CERTIFICATE = /-----BEGIN CERTIFICATE-----\s[^-]+-----END CERTIFICATE-----/g;

/** The certificates in PEM; what is not on this system is left out. */
export async function knownAuthorities(serviceCa: string = SERVICE_CA): Promise<string[]> {
  return [...await firstOf(SYSTEM_CAS), ...await firstOf([serviceCa])];
}

async function firstOf(paths: readonly string[]): Promise<string[]> {
  for (const path of paths) {
    try {
      return (await Deno.readTextFile(path)).match(CERTIFICATE) ?? [];
    } catch {
      // Not on this system.
    }
  }
  return [];
}
