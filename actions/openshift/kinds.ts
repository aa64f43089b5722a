/** Resources that the openshift source reads and writes (openshift 15). */

import type { ResourceKind } from "../../cluster/cluster.ts";

const core = (resource: string): ResourceKind => ({ group: "", version: "v1", resource });
const of = (group: string, resource: string): ResourceKind => ({ group, version: "v1", resource });

export const NAMESPACES = core("namespaces");
export const PODS = core("pods");
export const SECRETS = core("secrets");
export const SERVICE_ACCOUNTS = core("serviceaccounts");
export const SERVICES = core("services");
export const CONFIG_MAPS = core("configmaps");
export const VOLUMES = core("persistentvolumes");
export const VOLUME_CLAIMS = core("persistentvolumeclaims");

export const IMAGE_STREAMS = of("image.openshift.io", "imagestreams");
export const IMAGE_STREAM_TAGS = of("image.openshift.io", "imagestreamtags");
export const DEPLOYMENT_CONFIGS = of("apps.openshift.io", "deploymentconfigs");
/** SecurityContextConstraints. */
export const SCCS = of("security.openshift.io", "securitycontextconstraints");

export const CLUSTER_VERSIONS = of("config.openshift.io", "clusterversions");
/** The cluster's configuration of images; one object, `cluster`. */
export const IMAGE_CONFIGS = of("config.openshift.io", "images");
/** The image registry operator's configuration; one object, `cluster`. */
export const REGISTRY_CONFIGS = of("imageregistry.operator.openshift.io", "configs");

export const BACKUPS = of("velero.io", "backups");
export const RESTORES = of("velero.io", "restores");
export const STORAGE_LOCATIONS = of("velero.io", "backupstoragelocations");
export const POD_VOLUME_BACKUPS = of("velero.io", "podvolumebackups");
