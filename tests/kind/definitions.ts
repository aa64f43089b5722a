// Prints the definitions of KubeVirt's and Kube-OVN's kinds as one list, for kubectl.

import { KUBEVIRT_DEFINITIONS } from "../velero/crds/kubevirt.ts";

const list = { apiVersion: "v1", kind: "List", items: KUBEVIRT_DEFINITIONS };
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(list)));
