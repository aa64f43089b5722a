/** The objects that KubeVirt and CDI make for a VM, as they are while it runs. */

import type { Api, Json } from "./api.ts";

/** Collections by resource in one namespace. */
export const collection = (namespace: string, resource: string): string => {
  const [plural = "", ...group] = resource.split(".");
  const prefix = group.length === 0
    ? "/api/v1"
    : `/apis/${group.join(".")}/${VERSIONS[group.join(".")] ?? "v1"}`;
  return `${prefix}/namespaces/${namespace}/${plural}`;
};

const VERSIONS: Readonly<Record<string, string>> = {
  "cdi.kubevirt.io": "v1beta1",
  "instancetype.kubevirt.io": "v1beta1",
  "clone.kubevirt.io": "v1beta1",
};

/** The owner reference to an object. */
export function owner(apiVersion: string, kind: string, object: Json): Json {
  const { name, uid } = object["metadata"];
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Makes objects in one namespace. */
export interface Makers {
  create(resource: string, object: Json): Promise<Json>;
  claim(name: string, phase: string, metadata?: Json): Promise<void>;
  /** A DataVolume in that phase with its claim in the other one. */
  dataVolume(name: string, phase: string, claimPhase: string, source?: Json): Promise<void>;
  /** An instance with its launcher pod; `conditions` as in its status. */
  instance(name: string, spec: Json, metadata?: Json, conditions?: readonly Json[]): Promise<void>;
}

/** What makes objects in that namespace, which must be there. */
export function makersOf(api: Api, namespace: string): Makers {
  const create: Makers["create"] = (resource, object) => api.create(collection(namespace, resource), object);
  const claim: Makers["claim"] = async (name, phase, metadata = {}) => {
    await create("persistentvolumeclaims", {
      metadata: { ...metadata, name },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        storageClassName: "local",
      },
    });
    await api.patch(`${collection(namespace, "persistentvolumeclaims")}/${name}/status`, {
      status: { phase },
    });
  };
  return {
    create,
    claim,
    async dataVolume(name, phase, claimPhase, source = { blank: {} }) {
      const created = await create("datavolumes.cdi.kubevirt.io", {
        apiVersion: "cdi.kubevirt.io/v1beta1",
        kind: "DataVolume",
        metadata: { name },
        spec: { source, storage: { resources: { requests: { storage: "1Gi" } } } },
        status: { phase },
      });
      await claim(name, claimPhase, {
        ownerReferences: [owner("cdi.kubevirt.io/v1beta1", "DataVolume", created)],
      });
    },
    async instance(name, spec, metadata = {}, conditions = []) {
      const created = await create("virtualmachineinstances.kubevirt.io", {
        apiVersion: "kubevirt.io/v1",
        kind: "VirtualMachineInstance",
        // No kubelet is here that could run the freeze hooks.
        metadata: { ...metadata, name, annotations: { "kubevirt.io/skip-backup-hooks": "true" } },
        spec,
        status: { phase: "Running", nodeName: "worker-1", conditions },
      });
      const pod = `virt-launcher-${name}-x7k2p`;
      await create("pods", {
        metadata: {
          name: pod,
          labels: { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": created["metadata"].uid },
          annotations: { "kubevirt.io/domain": name },
          ownerReferences: [owner("kubevirt.io/v1", "VirtualMachineInstance", created)],
        },
        // On no node: without a kubelet it could not be deleted there.
        spec: { containers: [{ name: "compute", image: "registry.example.com/launcher:v1" }] },
      });
      await api.patch(`${collection(namespace, "pods")}/${pod}/status`, {
        status: {
          phase: "Running",
          containerStatuses: [{ name: "compute", ready: true, image: "i", imageID: "i", restartCount: 0 }],
        },
      });
    },
  };
}
