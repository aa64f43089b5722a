import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { mutationsOf } from "../../tests/kit/mutations.ts";
import { actionOf, defaultsOf, prepare, runBackup, runRestore } from "../../tests/kit/run_action.ts";
import { openshift } from "./mod.ts";
import { type Settings, settings } from "./settings.ts";

const SETTINGS: Settings = {
  ...defaultsOf(settings),
  "scc.patch-existing": true,
  "proxy.include-trusted-ca": true,
};
const WRONG: readonly JsonValue[] = [5, "x", "", true, null, [], {}, [5], [null], [{}], { name: 5 }];

const ACCOUNT: JsonObject = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: {
    name: "app",
    namespace: "n",
    annotations: {
      "oadp.openshift.io/backup-ns-scc-mcs": "s0",
      "openshift.io/internal-registry-pull-secret-ref": "r",
    },
  },
  secrets: [{ name: "app-dockercfg-x" }],
  imagePullSecrets: [{ name: "app-dockercfg-x" }],
};
const NAMESPACE: JsonObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "n", annotations: { "openshift.io/sa.scc.mcs": "s1" } },
};
const SCC: JsonObject = {
  apiVersion: "security.openshift.io/v1",
  kind: "SecurityContextConstraints",
  metadata: { name: "s", resourceVersion: "1" },
  users: ["system:serviceaccount:n:app", "system:serviceaccount:n"],
  groups: ["system:serviceaccounts:n"],
};
const COPIED = {
  "openshift.io/migrate-type": "copy",
  "openshift.io/target-storage-class": "c",
  "openshift.io/target-access-mode": "m",
  "volume.beta.kubernetes.io/storage-class": "b",
  "volume.kubernetes.io/selected-node": "w",
};
const VOLUME: JsonObject = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "v", resourceVersion: "1", annotations: { "openshift.io/migrate-type": "move" } },
  spec: { persistentVolumeReclaimPolicy: "Delete", storageClassName: "c" },
};
const CLAIM: JsonObject = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", namespace: "n", labels: { a: "b" }, annotations: COPIED },
  spec: { accessModes: ["ReadWriteOnce"], selector: { matchLabels: { a: "b" } }, storageClassName: "old" },
};
const BINDING: JsonObject = {
  apiVersion: "authorization.openshift.io/v1",
  kind: "RoleBinding",
  metadata: { name: "b", namespace: "n" },
  roleRef: { name: "edit", namespace: "n" },
  subjects: [{ kind: "User", name: "system:serviceaccount:n:app", namespace: "n" }],
  userNames: ["system:serviceaccount:n:app"],
  groupNames: ["system:serviceaccounts:n"],
};
const CONFIG_MAP: JsonObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "b-ca",
    namespace: "n",
    annotations: { a: "b" },
    ownerReferences: [{ kind: "Pod", name: "b-build" }],
  },
};
const ROUTE: JsonObject = {
  apiVersion: "route.openshift.io/v1",
  kind: "Route",
  metadata: { name: "r", namespace: "n", annotations: { "openshift.io/host.generated": "true" } },
  spec: { host: "r-n.apps.example.com" },
};
const SERVICE: JsonObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s" },
  spec: { type: "LoadBalancer", externalIPs: ["1.2.3.4"] },
};
const AUTOSCALER: JsonObject = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "h" },
  spec: { scaleTargetRef: { apiVersion: "v1", kind: "DeploymentConfig" } },
};
const SECRET: JsonObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "app-dockercfg-x", annotations: { "kubernetes.io/service-account.name": "app" } },
  type: "kubernetes.io/dockercfg",
};
const PROXY: JsonObject = {
  apiVersion: "config.openshift.io/v1",
  kind: "Proxy",
  metadata: { name: "cluster", annotations: {} },
  spec: { trustedCA: { name: "ca" } },
};

const PART_OF = { "app.kubernetes.io/part-of": "openshift-migration" };
const RUN: JsonObject = {
  metadata: {
    uid: "u",
    labels: PART_OF,
    annotations: {
      "oadp.openshift.io/vmfr-restore": "true",
      "oadp.openshift.io/reclaim-space-schedule": "@weekly",
    },
  },
  spec: { namespaceMapping: { n: "m" }, backupName: "b" },
};

const restoring = (name: string) => (item: JsonObject, restore = RUN, itemFromBackup = item) =>
  runRestore(actionOf(openshift, "RestoreItemAction", `openshift.io/${name}-restore-plugin`), {
    item,
    itemFromBackup,
    restore,
    settings: SETTINGS,
    objects: [SCC, CLAIM],
  });
const backingUp = (name: string) => (item: JsonObject, live?: JsonObject) =>
  runBackup(actionOf(openshift, "BackupItemAction", `openshift.io/${name}-backup-plugin`), {
    item,
    backup: RUN,
    settings: SETTINGS,
    ...(live === undefined
      ? {
        objects: [VOLUME, NAMESPACE, SCC, ACCOUNT, {
          ...CONFIG_MAP,
          metadata: { name: "ca", namespace: "openshift-config" },
        }],
      }
      : {
        cluster: {
          get: () => Promise.resolve(live),
          patch: () => Promise.resolve(live),
          async *list() {
            yield await Promise.resolve(live);
          },
        },
      }),
  });

type Call = (object: JsonObject) => Promise<unknown>;
const CALLS: Readonly<Record<string, [JsonObject, Call]>> = {
  "service account at backup": [ACCOUNT, (item) => backingUp("02-serviceaccount")(item)],
  "SCC in the cluster at backup": [SCC, (live) => backingUp("02-serviceaccount")(ACCOUNT, live)],
  "item block": [ACCOUNT, async (item) => {
    const action = actionOf(openshift, "ItemBlockAction", "openshift.io/02-serviceaccount-iba-plugin");
    const { context } = prepare<unknown>({ settings: SETTINGS, objects: [SCC, ACCOUNT] });
    return await action.relatedItems({ item, backup: RUN }, context);
  }],
  "service account at restore": [ACCOUNT, (item) => restoring("02-serviceaccount")(item)],
  "SCC ranges at backup": [ACCOUNT, (item) => backingUp("02-namespacescc")(item)],
  "namespace at backup": [NAMESPACE, (live) => backingUp("02-namespacescc")(ACCOUNT, live)],
  "SCC ranges at restore": [ACCOUNT, (item) => restoring("02-namespacescc")(item)],
  "volume at backup": [VOLUME, (item) => backingUp("03-pv")(item)],
  "volume in the cluster": [VOLUME, (live) => backingUp("03-pv")(VOLUME, live)],
  "volume at restore": [
    { ...VOLUME, metadata: { name: "v", annotations: COPIED } },
    (item) => restoring("03-pv")(item),
  ],
  "claim": [CLAIM, (item) => restoring("04-pvc")(item)],
  "claim for files": [CLAIM, (item) => restoring("04-vmfr-pvc")(item)],
  "Route": [ROUTE, (item) => restoring("05-route")(item)],
  "stored Route": [ROUTE, (stored) => restoring("05-route")(ROUTE, RUN, stored)],
  "Service": [SERVICE, (item) => restoring("15-service")(item)],
  "Secret": [SECRET, (item) => restoring("18-secret")(item)],
  "SCC": [SCC, (item) => restoring("20-SCC")(item)],
  "RoleBinding": [BINDING, (item) => restoring("21-role-bindings")(item)],
  "ClusterRoleBinding": [BINDING, (item) => restoring("22-cluster-role-bindings")(item)],
  "rbac RoleBinding": [BINDING, (item) => restoring("27-rbac-role-bindings")(item)],
  "autoscaler": [AUTOSCALER, (item) => restoring("24-horizontalpodautoscaler")(item)],
  "ConfigMap at backup": [CONFIG_MAP, (item) => backingUp("25-configmap")(item)],
  "build pod": [
    { kind: "Pod", metadata: { annotations: { "openshift.io/build.name": "b" } } },
    (live) => backingUp("25-configmap")(CONFIG_MAP, live),
  ],
  "ConfigMap at restore": [CONFIG_MAP, (item) => restoring("25-configmap")(item)],
  "Proxy": [PROXY, (item) => backingUp("26-proxy")(item)],
  ...Object.fromEntries(
    [["04-pvc", CLAIM], ["04-vmfr-pvc", CLAIM], ["20-SCC", SCC], ["21-role-bindings", BINDING]].map((
      [name, item],
    ) => [
      `Restore of ${name}`,
      [RUN, (restore: JsonObject) => restoring(name as string)(item as JsonObject, restore)],
    ]),
  ),
};

for (const [name, [object, call]] of Object.entries(CALLS)) {
  Deno.test(`wrong types, ${name}: an answer or the refusal of a rule`, async () => {
    const failures: string[] = [];
    for (const { about, value } of mutationsOf(object, [...WRONG, undefined])) {
      try {
        await call(value);
      } catch (error) {
        if (!(error instanceof Refusal)) failures.push(`${about}: ${error}`);
      }
    }
    assertEquals(failures, []);
  });
}

// What is refused because it could not be written without losing what stands there; everything else is taken.
const WRITTEN: Readonly<Record<string, RegExp>> = {
  "SCC ranges at backup": /^metadata(\.annotations)? = (5|"x"|""|true|\[.*\])$/,
  "volume at backup": /^(metadata|metadata\.annotations|spec) = (5|"x"|""|true|\[.*\])$/,
};

for (const [name, refused] of Object.entries(WRITTEN)) {
  Deno.test(`wrong types, ${name}: which are refused`, async () => {
    const [object, call] = CALLS[name] ?? [{}, () => Promise.reject()];
    for (const { about, value } of mutationsOf(object, WRONG)) {
      const error = await call(value).then(() => undefined, (error) => error);
      if (refused.test(about)) assertEquals([about, error instanceof Refusal], [about, true]);
    }
  });
}
