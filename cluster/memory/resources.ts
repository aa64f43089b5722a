/**
 * Resources that a cluster without a server knows: Kubernetes' own, Velero's and those of the five sources.
 *
 * @module
 */

/** A resource as discovery describes it. */
export interface ResourceType {
  /** Empty for core. */
  readonly group: string;
  /** Served versions, preferred first. */
  readonly versions: readonly string[];
  /** The lower-case plural. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
}

interface Group {
  readonly group: string;
  readonly versions: string;
  /** `plural/Kind/short/short`, separated by white space. */
  readonly namespaced?: string;
  readonly clusterWide?: string;
}

const GROUPS: readonly Group[] = [
  {
    group: "",
    versions: "v1",
    namespaced: `persistentvolumeclaims/PersistentVolumeClaim/pvc pods/Pod/po services/Service/svc
      endpoints/Endpoints/ep events/Event/ev configmaps/ConfigMap/cm secrets/Secret serviceaccounts/ServiceAccount/sa
      replicationcontrollers/ReplicationController/rc limitranges/LimitRange/limits
      resourcequotas/ResourceQuota/quota podtemplates/PodTemplate`,
    clusterWide: "namespaces/Namespace/ns nodes/Node/no persistentvolumes/PersistentVolume/pv",
  },
  {
    group: "apps",
    versions: "v1",
    namespaced: `deployments/Deployment/deploy statefulsets/StatefulSet/sts daemonsets/DaemonSet/ds
      replicasets/ReplicaSet/rs controllerrevisions/ControllerRevision`,
  },
  { group: "batch", versions: "v1", namespaced: "cronjobs/CronJob/cj jobs/Job" },
  {
    group: "autoscaling",
    versions: "v2 v1",
    namespaced: "horizontalpodautoscalers/HorizontalPodAutoscaler/hpa",
  },
  {
    group: "networking.k8s.io",
    versions: "v1",
    namespaced: "ingresses/Ingress/ing networkpolicies/NetworkPolicy/netpol",
    clusterWide: "ingressclasses/IngressClass",
  },
  { group: "discovery.k8s.io", versions: "v1", namespaced: "endpointslices/EndpointSlice" },
  { group: "policy", versions: "v1", namespaced: "poddisruptionbudgets/PodDisruptionBudget/pdb" },
  {
    group: "rbac.authorization.k8s.io",
    versions: "v1",
    namespaced: "roles/Role rolebindings/RoleBinding",
    clusterWide: "clusterroles/ClusterRole clusterrolebindings/ClusterRoleBinding",
  },
  {
    group: "storage.k8s.io",
    versions: "v1",
    clusterWide: "storageclasses/StorageClass/sc volumeattachments/VolumeAttachment csidrivers/CSIDriver",
  },
  { group: "scheduling.k8s.io", versions: "v1", clusterWide: "priorityclasses/PriorityClass/pc" },
  { group: "coordination.k8s.io", versions: "v1", namespaced: "leases/Lease" },
  {
    group: "apiextensions.k8s.io",
    versions: "v1",
    clusterWide: "customresourcedefinitions/CustomResourceDefinition/crd/crds",
  },
  {
    group: "snapshot.storage.k8s.io",
    versions: "v1",
    namespaced: "volumesnapshots/VolumeSnapshot/vs",
    clusterWide:
      "volumesnapshotcontents/VolumeSnapshotContent/vsc volumesnapshotclasses/VolumeSnapshotClass/vsclass",
  },
  {
    group: "velero.io",
    versions: "v1",
    namespaced:
      `backups/Backup restores/Restore schedules/Schedule backupstoragelocations/BackupStorageLocation/bsl
      volumesnapshotlocations/VolumeSnapshotLocation/vsl podvolumebackups/PodVolumeBackup/pvb
      podvolumerestores/PodVolumeRestore/pvr deletebackuprequests/DeleteBackupRequest
      downloadrequests/DownloadRequest serverstatusrequests/ServerStatusRequest/ssr
      backuprepositories/BackupRepository`,
  },
  {
    group: "velero.io",
    versions: "v2alpha1",
    namespaced: "datauploads/DataUpload datadownloads/DataDownload",
  },
  {
    group: "kubevirt.io",
    versions: "v1 v1alpha3",
    namespaced: `virtualmachines/VirtualMachine/vm/vms virtualmachineinstances/VirtualMachineInstance/vmi/vmis
      virtualmachineinstancereplicasets/VirtualMachineInstanceReplicaSet/vmirs/vmirss
      virtualmachineinstancemigrations/VirtualMachineInstanceMigration/vmim/vmims
      virtualmachineinstancepresets/VirtualMachineInstancePreset/vmipreset/vmipresets kubevirts/KubeVirt/kv/kvs`,
  },
  {
    group: "cdi.kubevirt.io",
    versions: "v1beta1",
    namespaced:
      "datavolumes/DataVolume/dv/dvs datasources/DataSource/das dataimportcrons/DataImportCron/dic/dics",
    clusterWide: "cdis/CDI/cdi storageprofiles/StorageProfile",
  },
  {
    group: "instancetype.kubevirt.io",
    versions: "v1beta1",
    namespaced: `virtualmachineinstancetypes/VirtualMachineInstancetype/vminstancetype/vmf
      virtualmachinepreferences/VirtualMachinePreference/vmpref/vmp`,
    clusterWide:
      `virtualmachineclusterinstancetypes/VirtualMachineClusterInstancetype/vmclusterinstancetype/vmcf
      virtualmachineclusterpreferences/VirtualMachineClusterPreference/vmcp`,
  },
  {
    group: "snapshot.kubevirt.io",
    versions: "v1beta1",
    namespaced: `virtualmachinesnapshots/VirtualMachineSnapshot/vmsnapshot
      virtualmachinesnapshotcontents/VirtualMachineSnapshotContent/vmsnapshotcontent
      virtualmachinerestores/VirtualMachineRestore/vmrestore`,
  },
  {
    group: "clone.kubevirt.io",
    versions: "v1beta1",
    namespaced: "virtualmachineclones/VirtualMachineClone/vmclone",
  },
  {
    group: "kubeovn.io",
    versions: "v1",
    clusterWide:
      "ips/IP subnets/Subnet vpcs/Vpc ippools/IPPool vlans/Vlan vips/Vip provider-networks/ProviderNetwork",
  },
  {
    group: "k8s.cni.cncf.io",
    versions: "v1",
    namespaced: "network-attachment-definitions/NetworkAttachmentDefinition/net-attach-def",
  },
  {
    group: "vmoperator.vmware.com",
    versions: "v1alpha5 v1alpha4 v1alpha3 v1alpha2 v1alpha1",
    namespaced: `virtualmachines/VirtualMachine/vm virtualmachineclasses/VirtualMachineClass/vmclass
      virtualmachineservices/VirtualMachineService/vmservice`,
  },
  {
    group: "vmoperator.vmware.com",
    versions: "v1alpha5",
    namespaced: "virtualmachinegroups/VirtualMachineGroup/vmg",
  },
  {
    group: "postgresql.cnpg.io",
    versions: "v1",
    namespaced: `clusters/Cluster backups/Backup scheduledbackups/ScheduledBackup poolers/Pooler
      databases/Database imagecatalogs/ImageCatalog`,
    clusterWide: "clusterimagecatalogs/ClusterImageCatalog",
  },
  { group: "barmancloud.cnpg.io", versions: "v1", namespaced: "objectstores/ObjectStore" },
  { group: "apps.openshift.io", versions: "v1", namespaced: "deploymentconfigs/DeploymentConfig/dc" },
  { group: "build.openshift.io", versions: "v1", namespaced: "builds/Build buildconfigs/BuildConfig/bc" },
  {
    group: "image.openshift.io",
    versions: "v1",
    namespaced: `imagestreams/ImageStream/is imagestreamtags/ImageStreamTag/istag
      imagestreamimages/ImageStreamImage/isimage imagetags/ImageTag/itag`,
    clusterWide: "images/Image",
  },
  { group: "route.openshift.io", versions: "v1", namespaced: "routes/Route" },
  { group: "template.openshift.io", versions: "v1", namespaced: "templates/Template" },
  {
    group: "security.openshift.io",
    versions: "v1",
    clusterWide: "securitycontextconstraints/SecurityContextConstraints/scc",
  },
  {
    group: "config.openshift.io",
    versions: "v1",
    clusterWide:
      "clusterversions/ClusterVersion clusteroperators/ClusterOperator/co infrastructures/Infrastructure images/Image proxies/Proxy",
  },
  { group: "imageregistry.operator.openshift.io", versions: "v1", clusterWide: "configs/Config" },
  {
    group: "authorization.openshift.io",
    versions: "v1",
    namespaced: "roles/Role rolebindings/RoleBinding",
    clusterWide: "clusterroles/ClusterRole clusterrolebindings/ClusterRoleBinding",
  },
  { group: "project.openshift.io", versions: "v1", clusterWide: "projects/Project" },
  {
    group: "oadp.openshift.io",
    versions: "v1alpha1",
    namespaced: `dataprotectionapplications/DataProtectionApplication/dpa nonadminbackups/NonAdminBackup
      nonadminrestores/NonAdminRestore nonadminbackupstoragelocations/NonAdminBackupStorageLocation`,
  },
];

/** The table; made anew for each caller. */
export function knownResources(): ResourceType[] {
  return GROUPS.flatMap(({ group, versions, namespaced, clusterWide }) => [
    ...types(group, versions, namespaced, true),
    ...types(group, versions, clusterWide, false),
  ]);
}

function types(
  group: string,
  versions: string,
  text: string | undefined,
  namespaced: boolean,
): ResourceType[] {
  return (text?.split(/\s+/) ?? []).map((entry) => {
    const [resource = "", kind = "", ...shortNames] = entry.split("/");
    return { group, versions: versions.split(" "), resource, kind, namespaced, shortNames };
  });
}
