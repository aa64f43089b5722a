/**
 * How the requests are reached to which the items of `tests/bad_input/subjects.ts` do not lead: with other items, or after the cluster was
 * changed before the call.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import type { Plugin } from "../../preview/host/plugin.ts";
import { type SubjectName, SUBJECTS } from "../bad_input/subjects.ts";
import type { Subject } from "../bad_input/world.ts";
import type { Api, Json } from "./api.ts";

/** A way to one request. */
export interface Way {
  /** Brings the cluster into the state in which the request is made; called before each try. */
  readonly prepare?: (api: Api) => Promise<void>;
  readonly subject?: Subject;
  /** Calls something else than the action's main function. */
  readonly ask?: (plugin: Plugin) => Promise<unknown>;
}

const DIGEST = `sha256:${"a".repeat(64)}`;
const REGISTRY = "old.example.com:5000";
const CARRIES_IMAGES = "velero-plugin-for-workloads/openshift.images.backup";

/** The subject with another item, and with parts of the metadata and of the spec of its run replaced. */
function like(
  name: SubjectName,
  change: (item: Json) => void,
  run: { metadata?: Json; spec?: Json } = {},
): Subject {
  const subject: Subject = SUBJECTS[name];
  const item: Json = structuredClone(subject.item);
  change(item);
  const changed = (part: "metadata" | "spec") =>
    ({ ...objectAt(subject.run, part), ...run[part] }) as JsonObject;
  return {
    ...subject,
    item: item as JsonObject,
    run: { ...subject.run, metadata: changed("metadata"), spec: changed("spec") },
  };
}

const same = () => {};
// The revisions of cluster-wide instance types are enough for a restore, so the types themselves have to be asked for.
const ALL_TYPES = { "velero-plugin-for-workloads/include-cluster-instancetypes": "true" };
const machine = (change: (spec: Json) => void) =>
  like("backupKubevirtMachine", ({ spec }) => change(spec), { metadata: { labels: ALL_TYPES } });

/** A VM whose disk is imported from that source, or by that reference. */
const importing = (source: Json) => machine((spec) => spec["dataVolumeTemplates"][0].spec = source);

const ownedBy = (kind: string) =>
  like("backupInstance", ({ metadata }) => {
    metadata.ownerReferences = [{
      apiVersion: "kubevirt.io/v1",
      kind,
      name: "v",
      uid: "u",
      controller: true,
    }];
  });

/** An image stream with an image in the internal registry of the old cluster. */
function withImage(item: Json): void {
  const dockerImageReference = `${REGISTRY}/n/app@${DIGEST}`;
  item["status"] = { tags: [{ tag: "1", items: [{ image: DIGEST, dockerImageReference }] }] };
}

/** A Backup or Restore outside of migrations whose image streams carry their images. */
const plainRun = (more: Json = {}) => ({
  metadata: { labels: {}, annotations: { [CARRIES_IMAGES]: "true" } },
  ...more,
});

async function ensure(api: Api, collection: string, object: Json): Promise<void> {
  if (await api.get(`${collection}/${object["metadata"].name}`) === undefined) {
    await api.create(collection, object);
  }
}

async function remove(api: Api, path: string): Promise<void> {
  if (await api.get(path) !== undefined) await api.delete(path);
}

const IMAGE_CONFIG = "/apis/config.openshift.io/v1/images/cluster";
const SCCS = "/apis/security.openshift.io/v1/securitycontextconstraints";
const BASE_BACKUPS = "/apis/postgresql.cnpg.io/v1/namespaces/n/backups";

// The registry's host is then looked for in one place after the other.
const withoutConfiguredHost: Way = {
  prepare: async (api) => void await api.patch(IMAGE_CONFIG, { status: { internalRegistryHostname: null } }),
  subject: SUBJECTS.backupCommon,
};

/** The ways by the right they lead to: `source: verb resource, for use`. */
export const WAYS: Readonly<Record<string, Way>> = {
  "superphenix: get datavolumes.cdi.kubevirt.io, for can the VM be restored": {
    subject: like("backupVirtualMachine", ({ spec }) => delete spec.dataVolumeTemplates),
  },
  "superphenix: get network-attachment-definitions.k8s.cni.cncf.io, for networks in the namespace of the restore":
    {
      subject: like("restoreVirtualMachine", same, { spec: { namespaceMapping: { n: "m" } } }),
    },
  "vmgroup: get virtualmachinegroups.vmoperator.vmware.com, for is the group there before its members": {
    ask: (plugin) => {
      const { kind, name, run } = SUBJECTS.restoreMachine;
      const group = {
        group: "vmoperator.vmware.com",
        resource: "virtualmachinegroups",
        namespace: "n",
        name: "g",
      };
      return plugin.areAdditionalItemsReady(kind, name, [group], bytes(run));
    },
  },
  "cnpg: create configmaps, for the new server name of a restored Cluster": {
    prepare: async (api) => {
      for (const name of ["cnpg-velero-override", "cnpg-velero-override-pg"]) {
        await remove(api, `/api/v1/namespaces/n/configmaps/${name}`);
      }
    },
    subject: SUBJECTS.restoreCluster,
  },
  "cnpg: get backups.postgresql.cnpg.io, for a new base backup with each Velero backup": {
    ask: (plugin) => {
      const { kind, name, run } = SUBJECTS.backupCluster;
      return plugin.progress(kind, name, "n/base", bytes(run));
    },
  },
  "cnpg: delete backups.postgresql.cnpg.io, for a new base backup with each Velero backup": {
    prepare: (api) =>
      ensure(api, BASE_BACKUPS, {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Backup",
        metadata: { name: "base", namespace: "n" },
        spec: { cluster: { name: "pg" } },
      }),
    ask: (plugin) => {
      const { kind, name, run } = SUBJECTS.backupCluster;
      return plugin.cancel(kind, name, "n/base", bytes(run));
    },
  },
  "openshift: list imagestreams.image.openshift.io, for the host of the image registry":
    withoutConfiguredHost,
  "openshift: get configmaps, for the host of the image registry": withoutConfiguredHost,
  "openshift: get imagestreams.image.openshift.io, for images that are also in the target cluster": {
    subject: like("restoreOpenShiftDeployment", ({ spec }) => {
      spec.template.spec.containers[0].image = `${REGISTRY}/openshift/cli@${DIGEST}`;
    }),
  },
  "openshift: list serviceaccounts, for service accounts of the group that an SCC names": {
    prepare: (api) =>
      ensure(api, SCCS, {
        apiVersion: "security.openshift.io/v1",
        kind: "SecurityContextConstraints",
        metadata: { name: "of-a-group" },
        groups: ["system:serviceaccounts:n"],
      }),
    subject: SUBJECTS.backupAccount,
  },
  "openshift: patch persistentvolumes, for the volume of a migration": {
    prepare: async (api) => {
      const spec = {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        hostPath: { path: "/x" },
        persistentVolumeReclaimPolicy: "Delete",
      };
      await ensure(api, "/api/v1/persistentvolumes", { metadata: { name: "volume" }, spec });
      await api.patch("/api/v1/persistentvolumes/volume", {
        metadata: { annotations: { "openshift.io/migrate-type": "move" } },
        spec: { persistentVolumeReclaimPolicy: "Delete" },
      });
    },
    subject: SUBJECTS.backupVolume,
  },
  "openshift: get imagestreamtags.image.openshift.io, for related tags of an image stream tag": {
    subject: like("backupStreamTag", ({ tag }) => {
      tag.from = { kind: "ImageStreamTag", name: "base:1", namespace: "other" };
    }),
  },
  "openshift: list secrets, for pull secrets of a pod or build; only their metadata is read": {
    // Of an account that does not name its secret, which then names the account.
    prepare: async (api) => {
      await ensure(api, "/api/v1/namespaces/n/serviceaccounts", { metadata: { name: "unlinked" } });
      const account = await api.get("/api/v1/namespaces/n/serviceaccounts/unlinked");
      await ensure(api, "/api/v1/namespaces/n/secrets", {
        metadata: {
          name: "unlinked-dockercfg-a",
          annotations: {
            "kubernetes.io/service-account.name": "unlinked",
            "kubernetes.io/service-account.uid": account?.["metadata"].uid,
          },
        },
      });
    },
    subject: like("restorePod", ({ spec }) => {
      spec.serviceAccountName = "unlinked";
      spec.imagePullSecrets = [{ name: "unlinked-dockercfg-old" }];
    }),
  },
  "openshift: get backups.velero.io, for the Backup of a Restore": {
    subject: like("restoreDeploymentConfig", ({ metadata }) => {
      delete metadata.annotations["oadp.openshift.io/includes-dm-dc-fix"];
    }),
  },
  "openshift: list podvolumebackups.velero.io, for does a pod with an owner have a file system backup": {
    subject: like("restorePod", ({ metadata }) => {
      delete metadata.annotations["post.hook.restore.velero.io/command"];
    }, { spec: { hooks: {} } }),
  },
  "openshift: patch securitycontextconstraints.security.openshift.io, for users of an SCC that exists": {
    prepare: async (api) => {
      const metadata = { name: "app" };
      const apiVersion = "security.openshift.io/v1";
      await ensure(api, SCCS, { apiVersion, kind: "SecurityContextConstraints", metadata });
      await api.patch(`${SCCS}/app`, { users: [], groups: [] });
    },
    subject: SUBJECTS.restoreScc,
  },
  "openshift: create imagestreams.image.openshift.io, for the stream into which images are restored": {
    prepare: (api) => remove(api, "/apis/image.openshift.io/v1/namespaces/n/imagestreams/app"),
    subject: SUBJECTS.restoreStream,
  },
  "openshift: get backupstoragelocations.velero.io, for the object storage that keeps the images": {
    subject: like("backupStream", same, plainRun()),
  },
  "openshift: get backups.velero.io, for the storage location of the restored Backup": {
    subject: like("restoreStream", same, plainRun()),
  },
  "openshift: get secrets, for the credentials for the object storage": {
    // Its certificates are read before anything is sent, its credentials with the first request.
    prepare: (api) =>
      ensure(api, "/apis/velero.io/v1/namespaces/velero/backupstoragelocations", {
        apiVersion: "velero.io/v1",
        kind: "BackupStorageLocation",
        metadata: { name: "images", namespace: "velero" },
        spec: {
          provider: "aws",
          config: { region: "r" },
          objectStorage: { bucket: "b", caCertRef: { name: "authorities", key: "ca" } },
        },
      }),
    subject: like("backupStream", same, plainRun({ spec: { storageLocation: "images" } })),
  },
  "openshift: get secrets, for the login for the transfer registry": {
    subject: like("backupStream", withImage),
  },
  "kubevirt: get virtualmachines.kubevirt.io, for the owner of an instance": {
    subject: ownedBy("VirtualMachine"),
  },
  "kubevirt: get virtualmachineinstancereplicasets.kubevirt.io, for the owner of an instance": {
    subject: ownedBy("VirtualMachineInstanceReplicaSet"),
  },
  "kubevirt: get virtualmachinepreferences.instancetype.kubevirt.io, for the preference of a VM": {
    subject: machine((spec) => spec["preference"] = { kind: "VirtualMachinePreference", name: "p" }),
  },
  "kubevirt: get virtualmachineclusterinstancetypes.instancetype.kubevirt.io, for the instance type of a VM":
    {
      subject: machine((spec) => spec["instancetype"] = { name: "t" }),
    },
  "kubevirt: get virtualmachineclusterpreferences.instancetype.kubevirt.io, for the preference of a VM": {
    subject: machine((spec) => spec["preference"] = { name: "p" }),
  },
  "kubevirt: get configmaps, for whether the certificates of a disk's import exist": {
    subject: importing({ source: { http: { certConfigMap: "ca" } } }),
  },
  "kubevirt: get datasources.cdi.kubevirt.io, for the source of a disk": {
    subject: importing({ sourceRef: { kind: "DataSource", name: "s" } }),
  },
  "kubevirt: get resourceclaims.resource.k8s.io, for devices of a VM": {
    subject: machine((spec) =>
      spec["template"].spec.resourceClaims = [{ name: "a", resourceClaimName: "c" }]
    ),
  },
  "kubevirt: get resourceclaimtemplates.resource.k8s.io, for devices of a VM": {
    subject: machine((spec) => {
      spec["template"].spec.resourceClaims = [{ name: "a", resourceClaimTemplateName: "c" }];
    }),
  },
};

/** As it goes over the wire. */
export function bytes(value: JsonObject): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Rights without which a request ends in a line for those who look for faults, since another way or a default is left. */
export const QUIET: ReadonlySet<string> = new Set([
  // The names of IP objects are tried, as without the setting.
  "superphenix: get network-attachment-definitions.k8s.cni.cncf.io, for which networks are Kube-OVN's",
  // The host is looked for in the next place; only the last one, the ConfigMap, fails the item.
  "openshift: get images.config.openshift.io, for the host of the image registry",
  "openshift: list imagestreams.image.openshift.io, for the host of the image registry",
  // The image is taken for one that is not there, and named as the mapping says.
  "openshift: get imagestreams.image.openshift.io, for images that are also in the target cluster",
  // Nothing is taken off its DeploymentConfig, as with a Backup that does not say it.
  "openshift: get backups.velero.io, for the Backup of a Restore",
]);

/** Rights that no call on this API server uses, each with its reason. */
export const NOT_REACHED: Readonly<Record<string, string>> = {
  "openshift: get services, for the host of the image registry of OpenShift 3":
    "asked only where Kubernetes is older than 1.12; actions/openshift/registry_host_test.ts has it",
  "openshift: get imagestreams/layers.image.openshift.io, for reading images from the internal registry":
    "OpenShift's registry asks for it with the plugin's token",
  "openshift: update imagestreams/layers.image.openshift.io, for writing images to the internal registry":
    "OpenShift's registry asks for it with the plugin's token",
  "openshift: create imagestreammappings.image.openshift.io, for the tags of restored images; the internal registry asks with Velero's token":
    "OpenShift's registry asks for it with the plugin's token",
};
