import type { JsonObject } from "../../../objects/json.ts";
import { object } from "../world.ts";
import { type BuiltinCase, RESTORE, table } from "./case.ts";

const service = (spec: JsonObject, metadata: JsonObject = {}) =>
  object("v1", "Service", "shop/web", { metadata, spec: { type: "NodePort", ...spec } });
const port = (number: number, rest: JsonObject = {}) => ({ port: number, protocol: "TCP", ...rest });
const applied = (spec: JsonObject) => ({
  annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ spec }) },
});
const managed = (spec: JsonObject) => ({
  managedFields: [{
    manager: "m",
    operation: "Update",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": spec },
  }],
});
const PORTS = [port(80, { name: "http", nodePort: 30080 }), port(443, { name: "tls", nodePort: 30443 })];
const BALANCED = { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [port(80)] };

/** Of Services in restores. */
export const services: BuiltinCase[] = table(RESTORE, "velero.io/service", [
  ["addresses go", service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ports: [port(80)] }), {
    item: service({ ports: [port(80)] }),
  }],
  ["a headless one stays", service({ type: "ClusterIP", clusterIP: "None", clusterIPs: ["None"] }), {}],
  ["node ports go", service({ ports: PORTS }), {
    item: service({ ports: [port(80, { name: "http" }), port(443, { name: "tls" })] }),
  }],
  ["node ports are preserved on demand", service({ ports: PORTS }), {}, {
    spec: { preserveNodePorts: true },
  }],
  [
    "node ports that kubectl applied stay, by name",
    service({ ports: PORTS }, applied({ ports: [PORTS[0] ?? {}] })),
    {
      item: service(
        { ports: [PORTS[0] ?? {}, port(443, { name: "tls" })] },
        applied({ ports: [PORTS[0] ?? {}] }),
      ),
    },
  ],
  [
    "without a name by number",
    service(
      { ports: [port(80, { nodePort: 30080 }), port(81, { nodePort: 30081 })] },
      applied({
        ports: [{ port: 80, nodePort: "30080" }],
      }),
    ),
    {
      item: service(
        { ports: [port(80, { nodePort: 30080 }), port(81)] },
        applied({
          ports: [{ port: 80, nodePort: "30080" }],
        }),
      ),
    },
  ],
  [
    "node ports that a manager set stay",
    service(
      { ports: PORTS },
      managed({
        "f:ports": { 'k:{"port":443,"protocol":"TCP"}': { "f:nodePort": {} } },
      }),
    ),
    {
      item: service(
        { ports: [port(80, { name: "http" }), PORTS[1] ?? {}] },
        managed({
          "f:ports": { 'k:{"port":443,"protocol":"TCP"}': { "f:nodePort": {} } },
        }),
      ),
    },
  ],
  ["the port of health checks goes", service({ ...BALANCED, healthCheckNodePort: 31000 }), {
    item: service(BALANCED),
  }],
  [
    "unless a manager set it",
    service({ ...BALANCED, healthCheckNodePort: 31000 }, managed({ "f:healthCheckNodePort": {} })),
    {},
  ],
  [
    "or kubectl applied it",
    service({ ...BALANCED, healthCheckNodePort: 31000 }, applied({ healthCheckNodePort: 31000 })),
    {},
  ],
  [
    "an external name has no node ports",
    service({ type: "ExternalName", externalName: "x.y", ports: PORTS }),
    {},
  ],
  [
    "an annotation that is no JSON fails",
    service({ ports: PORTS }, { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{" } }),
    { fails: "is no JSON object" },
  ],
]);
