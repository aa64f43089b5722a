/**
 * OpenShift's API groups for the testbed. ImageStreamTags are not among them: their names have a colon, which a custom resource
 * must not have.
 *
 * @module
 */

import type { Json } from "../api.ts";
import { looseDefinitions } from "./loose.ts";

/** The CustomResourceDefinitions. */
export const OPENSHIFT_DEFINITIONS: readonly Json[] = looseDefinitions([
  {
    group: "apps.openshift.io",
    versions: ["v1"],
    namespaced: ["deploymentconfigs/DeploymentConfig/dc"],
  },
  {
    group: "build.openshift.io",
    versions: ["v1"],
    namespaced: ["builds/Build", "buildconfigs/BuildConfig/bc"],
  },
  {
    group: "image.openshift.io",
    versions: ["v1"],
    namespaced: ["imagestreams/ImageStream/is"],
    clusterWide: ["images/Image"],
  },
  { group: "route.openshift.io", versions: ["v1"], namespaced: ["routes/Route"] },
  {
    group: "security.openshift.io",
    versions: ["v1"],
    clusterWide: ["securitycontextconstraints/SecurityContextConstraints/scc"],
  },
  {
    group: "authorization.openshift.io",
    versions: ["v1"],
    namespaced: ["rolebindings/RoleBinding"],
    clusterWide: ["clusterrolebindings/ClusterRoleBinding"],
  },
  {
    group: "config.openshift.io",
    versions: ["v1"],
    clusterWide: ["clusterversions/ClusterVersion", "images/Image", "proxies/Proxy"],
  },
  { group: "imageregistry.operator.openshift.io", versions: ["v1"], clusterWide: ["configs/Config"] },
]);
