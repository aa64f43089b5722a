/**
 * VM Operator's resources for the testbed: structural definitions in all served versions, which drop unknown fields as the real ones do,
 * and its validating webhook's rules for a create by an unprivileged user, as an admission policy (vmgroup M4, H1, H2).
 *
 * @module
 */

import type { Json } from "../api.ts";

const GROUP = "vmoperator.vmware.com";
const LATE = ["v1alpha6", "v1alpha5", "v1alpha4", "v1alpha3", "v1alpha2"];

const string = { type: "string" };
const boolean = { type: "boolean" };
const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const array = (items: Json) => ({ type: "array", items });
const words = (...values: string[]) => ({ type: "string", enum: values });
const object = (properties: Json, required: string[] = []) => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required } : {}),
});

const powerState = words("PoweredOff", "PoweredOn", "Suspended");
const mode = words("Hard", "Soft", "TrySoft");

const volume = object({
  name: string,
  persistentVolumeClaim: object({
    claimName: string,
    readOnly: boolean,
    instanceVolumeClaim: object({ storageClass: string, size: { "x-kubernetes-int-or-string": true } }),
  }),
}, ["name"]);

const networkInterface = object({
  name: string,
  network: object({ name: string, kind: string, apiVersion: string }),
  guestDeviceName: string,
  macAddr: string,
  addresses: array(string),
  dhcp4: boolean,
  dhcp6: boolean,
  gateway4: string,
  gateway6: string,
  mtu: { type: "integer", format: "int64" },
  nameservers: array(string),
  searchDomains: array(string),
  routes: array(object({ to: string, via: string, metric: { type: "integer" } })),
}, ["name"]);

function machineSpec(version: string): Json {
  if (version === "v1alpha1") {
    return object({
      className: string,
      imageName: string,
      storageClass: string,
      powerState: words("poweredOff", "poweredOn", "suspended"),
      nextRestartTime: string,
      vmMetadata: object({ secretName: string, configMapName: string, transport: string }),
      volumes: array(volume),
    });
  }
  const uuid = { type: "string", format: "uuid" };
  return object({
    className: string,
    image: object({ kind: string, name: string }),
    imageName: string,
    storageClass: string,
    bootstrap: anything,
    network: object({
      hostName: string,
      domainName: string,
      disabled: boolean,
      nameservers: array(string),
      searchDomains: array(string),
      interfaces: array(networkInterface),
    }),
    powerState,
    powerOffMode: mode,
    suspendMode: mode,
    nextRestartTime: string,
    volumes: array(volume),
    groupName: string,
    ...(version === "v1alpha2" ? {} : { instanceUUID: uuid, biosUUID: uuid }),
    ...(version < "v1alpha5" ? {} : { currentSnapshotName: string }),
  });
}

function groupSpec(version: string): Json {
  const member = object({
    kind: { ...words("VirtualMachine", "VirtualMachineGroup"), default: "VirtualMachine" },
    name: string,
  }, ["name"]);
  const late = version === "v1alpha6" ? { powerOffDelay: string } : {};
  const keys = {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["kind", "name"],
  };
  return object({
    groupName: string,
    bootOrder: array(object({ members: { ...array(member), ...keys }, powerOnDelay: string, ...late })),
    powerState,
    nextForcePowerStateSyncTime: string,
    powerOffMode: mode,
    suspendMode: mode,
  });
}

const serviceSpec = () =>
  object({
    type: string,
    selector: { type: "object", additionalProperties: string },
    ports: array(
      object({ name: string, protocol: string, port: { type: "integer" }, targetPort: { type: "integer" } }),
    ),
  }, ["type"]);

function definition(kind: string, shortName: string, versions: readonly string[], spec: (v: string) => Json) {
  const singular = kind.toLowerCase();
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${singular}s.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: { kind, singular, plural: `${singular}s`, listKind: `${kind}List`, shortNames: [shortName] },
      versions: versions.map((name) => ({
        name,
        served: true,
        storage: name === "v1alpha6",
        subresources: { status: {} },
        schema: { openAPIV3Schema: object({ spec: spec(name), status: anything }) },
      })),
    },
  };
}

/** The CustomResourceDefinitions of VM Operator that this project meets. */
export const VM_OPERATOR_DEFINITIONS: readonly Json[] = [
  definition("VirtualMachine", "vm", [...LATE, "v1alpha1"], machineSpec),
  definition("VirtualMachineGroup", "vmg", LATE, groupSpec),
  definition("VirtualMachineService", "vmservice", [...LATE, "v1alpha1"], serviceSpec),
];

const RESTRICTED = [
  "virtualmachine.vmoperator.vmware.com/first-boot-done",
  "vmoperator.vmware.com/cloud-init-instance-id",
  "vmoperator.vmware.com/restored-vm",
  "vmoperator.vmware.com/failed-over-vm",
  "vmoperator.vmware.com/imported-vm",
  "mgmt.proxy.vmware.com/allowlist",
  "mgmt.proxy.vmware.com/watermark",
];

const empty = (field: string) => `!has(object.spec.${field}) || object.spec.${field} == ''`;
const without = (map: string, condition: string) =>
  `!has(object.metadata.${map}) || object.metadata.${map}.all(key, !(${condition}))`;

// [resource, what is refused, what must hold instead]
const RULES: readonly (readonly [string, string, string])[] = [
  ["virtualmachines", "spec.instanceUUID", empty("instanceUUID")],
  ["virtualmachines", "spec.nextRestartTime", empty("nextRestartTime")],
  ["virtualmachines", "spec.currentSnapshotName", empty("currentSnapshotName")],
  [
    "virtualmachines",
    "spec.powerState Suspended",
    "!has(object.spec.powerState) || object.spec.powerState != 'Suspended'",
  ],
  [
    "virtualmachines",
    "restricted annotation",
    without(
      "annotations",
      `key in ${JSON.stringify(RESTRICTED)} || key.startsWith('delete.check.vmoperator.vmware.com/')`,
    ),
  ],
  ["virtualmachines", "paused label", without("labels", "key == 'vmoperator.vmware.com/paused'")],
  [
    "virtualmachinegroups",
    "spec.nextForcePowerStateSyncTime",
    "!has(object.spec.nextForcePowerStateSyncTime) || object.spec.nextForcePowerStateSyncTime in ['', 'now']",
  ],
];

/** Policies and their bindings that refuse a create as VM Operator's webhook does. */
export function vmOperatorPolicies(): { policy: Json; binding: Json }[] {
  return [...new Set(RULES.map(([resource]) => resource))].map((resource) => ({
    policy: {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: `${resource}.${GROUP}` },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [{
            apiGroups: [GROUP],
            apiVersions: LATE.toSorted(),
            operations: ["CREATE"],
            resources: [resource],
          }],
        },
        validations: RULES.filter(([of]) => of === resource)
          .map(([, what, expression]) => ({ expression, message: `${what} is refused on create` })),
      },
    },
    binding: {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: `${resource}.${GROUP}` },
      spec: { policyName: `${resource}.${GROUP}`, validationActions: ["Deny"] },
    },
  }));
}
