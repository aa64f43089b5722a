import type { JsonObject } from "../objects/json.ts";

/** A List of so many items of one namespace as JSON: pods, claims, VMs, Deployments, ConfigMaps and Secrets in equal parts. */
export function manifests(count: number): string {
  const namespace: JsonObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const items = Array.from({ length: count }, (_, i) => KINDS[i % KINDS.length]?.(i) ?? namespace);
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: [namespace, ...items] });
}

const object = (apiVersion: string, kind: string, i: number, rest: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: `${kind.toLowerCase()}-${i}`, namespace: "shop", labels: { app: "web", i: String(i) } },
  ...rest,
});

const ENV = Array.from({ length: 20 }, (_, i) => ({ name: `VARIABLE_${i}`, value: "x".repeat(40) }));
const CONTAINERS = [{ name: "c", image: "docker.io/library/nginx:1.27", env: ENV }];

// About 800 bytes each.
const KINDS: readonly ((i: number) => JsonObject)[] = [
  (i) => object("v1", "Pod", i, { spec: { containers: CONTAINERS, volumes: [{ name: "t", emptyDir: {} }] } }),
  (i) => object("v1", "ConfigMap", i, { data: { a: "y".repeat(1500) } }),
  (i) => object("v1", "Secret", i, { data: { a: btoa("z".repeat(500)) } }),
  (i) =>
    object("apps/v1", "Deployment", i, {
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        template: { spec: { containers: CONTAINERS } },
      },
    }),
  (i) =>
    object("v1", "PersistentVolumeClaim", i, {
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        storageClassName: "x",
      },
    }),
  (i) => {
    const volumes = [{ name: "d", persistentVolumeClaim: { claimName: `persistentvolumeclaim-${i - 1}` } }];
    const domain = { devices: { disks: [{ name: "d", disk: { bus: "virtio" } }] } };
    const spec = { runStrategy: "Halted", template: { spec: { domain, volumes } } };
    return object("kubevirt.io/v1", "VirtualMachine", i, { spec });
  },
];
