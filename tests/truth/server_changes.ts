/** A field in which a restored object differs from the previewed one by the doing of the API server. */
export interface KnownChange {
  /** Only objects of this kind; default: all. */
  readonly kind?: string;
  /** The path of the field. */
  readonly path: RegExp;
  /** Whether the server adds the field, gives it another value, or takes it away. */
  readonly how: "added" | "changed" | "missing";
  readonly why: string;
  /** The values may be equal by chance, so nothing is wrong when this one is not met. */
  readonly byTime?: true;
}

const added = (kind: string, path: RegExp, why: string): KnownChange => ({ kind, path, how: "added", why });

/** All of them. A test fails when one is not met. */
export const SERVER_CHANGES: readonly KnownChange[] = [
  { path: /^metadata\.uid$/, how: "changed", why: "the identity of the new object" },
  { path: /^metadata\.resourceVersion$/, how: "changed", why: "counts the writes of the whole cluster" },
  { path: /^metadata\.creationTimestamp$/, how: "changed", why: "the time of the server" },
  { path: /^metadata\.generation$/, how: "added", why: "the server counts changes of the spec" },
  { path: /^metadata\.generation$/, how: "changed", why: "the server counts changes of the spec" },
  { path: /^metadata\.managedFields$/, how: "changed", why: "Velero becomes a manager of what it updates" },
  {
    path: /^metadata\.managedFields$/,
    how: "added",
    why: "Velero puts the managers of the backup back; no preview looks at them",
  },
  added(
    "Namespace",
    /^metadata\.labels\["kubernetes\.io\/metadata\.name"\]$/,
    "the server labels it with its name",
  ),
  added("Namespace", /^status\.phase$/, "Active"),
  added("PersistentVolumeClaim", /^status\.phase$/, "Pending, until a controller binds it"),
  added("PersistentVolume", /^status\.phase$/, "Pending, until a controller binds it"),
  added("PersistentVolume", /^status\.lastPhaseTransitionTime$/, "the time of the server"),
  added("Pod", /^status\.phase$/, "Pending, until a node runs it"),
  added("Pod", /^status\.qosClass$/, "follows from the resources"),
  added(
    "Pod",
    /^spec\.initContainers\[\d+\]\.(?:terminationMessagePath|terminationMessagePolicy|imagePullPolicy)$/,
    "defaults of a container that a hook added",
  ),
  added("Service", /^spec\.clusterIPs?$/, "the server chooses the address"),
  added("Service", /^spec\.ports\[\d+\]\.nodePort$/, "the server chooses the port"),
  added("Service", /^spec\.healthCheckNodePort$/, "the server chooses the port"),
  added("Service", /^status\.loadBalancer$/, "empty"),
  added("HorizontalPodAutoscaler", /^status\.(?:desiredReplicas|currentMetrics)$/, "0 and nothing"),
  {
    kind: "ServiceAccount",
    path: /^metadata\.annotations$/,
    how: "missing",
    why: "an action has left no annotation, and the server drops an empty map",
  },
  {
    kind: "Cluster",
    path: /^spec\.plugins\[0\]\.parameters\.serverName$/,
    how: "changed",
    why: "the name of the new archive ends in the time of the restore",
    byTime: true,
  },
  {
    kind: "ConfigMap",
    path: /^data\.write_to_server_name$/,
    how: "changed",
    why: "the same name, for the next restore",
    byTime: true,
  },
  added(
    "CustomResourceDefinition",
    /^status\.(?:conditions|storedVersions|acceptedNames\.\w+)$/,
    "the server has accepted the names and serves the kind",
  ),
  added("Deployment", /^status$/, "empty"),
  added("StatefulSet", /^status\.(?:replicas|availableReplicas)$/, "0"),
  added("CronJob", /^status$/, "empty"),
  added("Job", /^status$/, "empty"),
  added(
    "Job",
    /^spec\.selector\.matchLabels\["batch\.kubernetes\.io\/controller-uid"\]$/,
    "the identity of the new Job",
  ),
  added(
    "Job",
    /^spec\.template\.metadata\.labels(?:\["batch\.kubernetes\.io\/controller-uid"\]|\.controller-uid)$/,
    "the identity of the new Job",
  ),
];
