import type { Api, Json } from "./api.ts";

const core = "/api/v1/namespaces/n";

/** What must be there before some actions of `tests/bad_input/subjects.ts` ask for the rest. */
export async function createObjects(api: Api): Promise<void> {
  await api.create("/api/v1/namespaces", { metadata: { name: "n" } });
  const claim: Json = {
    metadata: { name: "claim" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  await api.create(`${core}/persistentvolumeclaims`, claim);
  const volume = {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    kind: "DataVolume",
    metadata: { name: "made", namespace: "n" },
    spec: {},
  };
  await api.create("/apis/cdi.kubevirt.io/v1beta1/namespaces/n/datavolumes", volume);
  const instance = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachineInstance", spec: {} };
  for (const name of ["vm", "v"]) {
    await api.create("/apis/kubevirt.io/v1/namespaces/n/virtualmachineinstances", {
      ...instance,
      metadata: { name, namespace: "n" },
    });
  }
  // OpenShift's image registry, so that its host is found.
  const image = { apiVersion: "config.openshift.io/v1", kind: "Image", metadata: { name: "cluster" } };
  await api.create("/apis/config.openshift.io/v1/images", {
    ...image,
    status: { internalRegistryHostname: "registry:5000" },
  });
  const version = { apiVersion: "config.openshift.io/v1", kind: "ClusterVersion" };
  await api.create("/apis/config.openshift.io/v1/clusterversions", {
    ...version,
    metadata: { name: "version" },
    status: { desired: { version: "4.14.1" }, history: [{ state: "Completed", version: "4.14.1" }] },
  });
  // With pull secrets, because a pod waits for that of its account.
  for (const name of ["app", "default", "builder", "x"]) {
    const annotations = { "openshift.io/internal-registry-pull-secret-ref": `${name}-dockercfg-new` };
    await api.create(`${core}/serviceaccounts`, { metadata: { name, annotations } });
  }
}
