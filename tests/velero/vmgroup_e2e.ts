/**
 * A VirtualMachineGroup goes through a real Velero: a backup of groups alone takes its members and what they need, and a restore under
 * another name passes the rules by which VM Operator refuses VMs.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Json, until } from "./api.ts";
import { vmOperatorPolicies } from "./crds/vm_operator.ts";
import { archive, backup, deleteNamespace, restore } from "./runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "./testbed.ts";
import { present } from "./tools.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const API = "/apis/vmoperator.vmware.com/v1alpha6/namespaces";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
let bed: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS);
    await createGroup("erp");
    // Only now: the VMs above carry what a running VM has and a new one must not have.
    for (const { policy, binding } of vmOperatorPolicies()) {
      await bed.api.create(`${ADMISSION}/validatingadmissionpolicies`, policy);
      await bed.api.create(`${ADMISSION}/validatingadmissionpolicybindings`, binding);
    }
    await until("the policies refuse a VM and a group", async () => {
      const create = (resource: string, spec: Json) =>
        bed.api.create(`${API}/default/${resource}?dryRun=All`, { ...object("probe", resource), spec })
          .then(() => false, (error: Error) => error.message.includes("refused on create"));
      return await create("virtualmachines", { nextRestartTime: "now" }) &&
        await create("virtualmachinegroups", { nextForcePowerStateSyncTime: "yesterday" });
    });
  });
  Deno.test.afterAll(() => bed?.stop());
}

const object = (name: string, resource: string, metadata: Json = {}): Json => ({
  apiVersion: "vmoperator.vmware.com/v1alpha6",
  kind: resource === "virtualmachines" ? "VirtualMachine" : "VirtualMachineGroup",
  metadata: { name, ...metadata },
});

const IDENTITY = {
  instanceUUID: "11111111-1111-4111-8111-111111111111",
  biosUUID: "22222222-2222-4222-8222-222222222222",
};

const disk = (claimName: string) => [{ name: "data", persistentVolumeClaim: { claimName } }];

async function createGroup(namespace: string): Promise<void> {
  const core = `/api/v1/namespaces/${namespace}`;
  await bed.api.create("/api/v1/namespaces", { metadata: { name: namespace } });
  await bed.api.create(`${core}/secrets`, {
    metadata: { name: "db-init" },
    stringData: { "user-data": "x" },
  });
  await bed.api.create(`${core}/secrets`, { metadata: { name: "unrelated" }, stringData: { a: "b" } });
  await bed.api.create(`${core}/persistentvolumeclaims`, {
    metadata: {
      name: "db-data",
      annotations: {
        "cns.vmware.com/usedby-vm-11111111-1111-4111-8111-111111111111": "db",
        "volumehealth.storage.kubernetes.io/health": "accessible",
        "example.com/note": "kept",
      },
      finalizers: ["cns.vmware.com/pvc-protection"],
    },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const groups = `${API}/${namespace}/virtualmachinegroups`;
  const member = (name: string, kind = "VirtualMachine") => ({ name, kind });
  await bed.api.create(groups, {
    ...object("erp", "virtualmachinegroups"),
    spec: {
      bootOrder: [{ members: [member("db")] }, { members: [member("front", "VirtualMachineGroup")] }],
      powerState: "PoweredOn",
      nextForcePowerStateSyncTime: "2026-01-01T00:00:00Z",
    },
  });
  await bed.api.create(groups, {
    ...object("front", "virtualmachinegroups"),
    spec: { groupName: "erp", bootOrder: [{ members: [member("web")] }] },
  });
  const machines = `${API}/${namespace}/virtualmachines`;
  await bed.api.create(machines, {
    ...object("db", "virtualmachines", {
      annotations: { "virtualmachine.vmoperator.vmware.com/first-boot-done": "true", k: "v" },
      labels: { "vmoperator.vmware.com/paused": "devops", app: "erp" },
    }),
    spec: {
      ...IDENTITY,
      className: "c",
      groupName: "erp",
      powerState: "Suspended",
      nextRestartTime: "2026-01-01T00:00:00Z",
      bootstrap: { cloudInit: { rawCloudConfig: { name: "db-init", key: "user-data" } } },
      network: { interfaces: [{ name: "eth0" }] },
      volumes: disk("db-data"),
    },
    status: {
      network: {
        config: {
          interfaces: [{ name: "eth0", ip: { addresses: ["10.0.0.2/24"], gateway4: "10.0.0.1/24" } }],
        },
      },
    },
  });
  await bed.api.create(machines, {
    ...object("web", "virtualmachines"),
    spec: { ...IDENTITY, className: "c", groupName: "front", powerState: "PoweredOn" },
  });
  await bed.api.create(machines, { ...object("alone", "virtualmachines"), spec: { className: "c" } });
}

const clean = { phase: "Completed", errors: [], warnings: [] };

Deno.test({
  name: "vmgroup: a backup of groups alone holds members, their Secrets and PVCs, and nothing else",
  ignore,
  async fn() {
    const { phase, errors, warnings } = await backup(bed, "groups", {
      includedNamespaces: ["erp"],
      includedResources: ["virtualmachinegroups.vmoperator.vmware.com"],
    });
    assertEquals({ phase, errors, warnings }, clean);
    const files = await archive(bed, "groups");
    const stored = [...files.keys()].filter((path) => /^resources\/[^/]+\/(namespaces|cluster)\//.test(path));
    assertEquals(stored.toSorted(), [
      "resources/persistentvolumeclaims/namespaces/erp/db-data.json",
      "resources/secrets/namespaces/erp/db-init.json",
      "resources/virtualmachinegroups.vmoperator.vmware.com/namespaces/erp/erp.json",
      "resources/virtualmachinegroups.vmoperator.vmware.com/namespaces/erp/front.json",
      "resources/virtualmachines.vmoperator.vmware.com/namespaces/erp/db.json",
      "resources/virtualmachines.vmoperator.vmware.com/namespaces/erp/web.json",
    ]);
    const db = files.get("resources/virtualmachines.vmoperator.vmware.com/namespaces/erp/db.json") ?? {};
    assertEquals(db["metadata"].labels["vmgroup.vmoperator.vmware.com/name"], "erp");
  },
});

Deno.test({
  name: "vmgroup: a renamed restore passes VM Operator's rules, without errors and warnings",
  ignore,
  async fn() {
    const { phase, errors, warnings } = await restore(bed, "renamed", {
      backupName: "groups",
      namespaceMapping: { erp: "erp-copy" },
    }, { annotations: { "velero-plugin-for-workloads/vmgroup.preserve-ip": "true" } });
    // The second VM has no interface to keep an address for.
    const expected = "vmgroup.preserve-ip: spec.network has no interfaces";
    assertEquals({ phase, errors, warnings: warnings.filter((w) => !w.includes(expected)) }, clean);

    const db = await bed.api.get(`${API}/erp-copy/virtualmachines/db`) ?? {};
    assertEquals(db["spec"], {
      biosUUID: IDENTITY.biosUUID,
      className: "c",
      groupName: "erp",
      powerState: "PoweredOff",
      bootstrap: { cloudInit: { rawCloudConfig: { name: "db-init", key: "user-data" } } },
      network: { interfaces: [{ name: "eth0", addresses: ["10.0.0.2/24"], gateway4: "10.0.0.1" }] },
      volumes: disk("db-data"),
    });
    assertEquals(db["metadata"].annotations, { k: "v" });
    assertEquals(db["metadata"].labels["vmoperator.vmware.com/paused"], undefined);
    const web = await bed.api.get(`${API}/erp-copy/virtualmachines/web`) ?? {};
    assertEquals(web["spec"].instanceUUID, undefined);
    const group = await bed.api.get(`${API}/erp-copy/virtualmachinegroups/erp`) ?? {};
    assertEquals(group["metadata"].annotations ?? {}, {}, "what forced the members into the backup is gone");
    assertEquals(group["spec"].nextForcePowerStateSyncTime, undefined);
    assertEquals(group["spec"].powerState, "PoweredOn");
    assertEquals(
      (await bed.api.get(`${API}/erp-copy/virtualmachinegroups/front`))?.["spec"].groupName,
      "erp",
    );

    const claim = await bed.api.get("/api/v1/namespaces/erp-copy/persistentvolumeclaims/db-data") ?? {};
    assertEquals(claim["metadata"].annotations["example.com/note"], "kept");
    assertEquals(
      Object.keys(claim["metadata"].annotations).filter((key) => /cns\.vmware|volumehealth/.test(key)),
      [],
    );
    assertEquals((claim["metadata"].finalizers ?? []).includes("cns.vmware.com/pvc-protection"), false);
  },
});

Deno.test({
  name: "vmgroup: without sanitize VM Operator's rules refuse the VM that was suspended, and only that",
  ignore,
  async fn() {
    const { phase, errors } = await restore(bed, "as-is", {
      backupName: "groups",
      namespaceMapping: { erp: "erp-as-is" },
    }, { annotations: { "velero-plugin-for-workloads/vmgroup.sanitize": "false" } });
    assertEquals(phase, "PartiallyFailed");
    assertEquals(errors.length, 1, errors.join("\n"));
    assertStringIncludes(errors[0] ?? "", "spec.nextRestartTime is refused on create");
    assertEquals(await bed.api.get(`${API}/erp-as-is/virtualmachines/db`), undefined);
    assertEquals((await bed.api.get(`${API}/erp-as-is/virtualmachines/web`))?.["metadata"].name, "web");
  },
});

Deno.test({
  name: "vmgroup: a lost namespace comes back; the groups are there before their VMs",
  ignore,
  async fn() {
    await bed.api.patch("/api/v1/namespaces/erp/persistentvolumeclaims/db-data", {
      metadata: { finalizers: null },
    });
    await deleteNamespace(bed, "erp");
    const { phase, errors, warnings } = await restore(bed, "in-place", { backupName: "groups" });
    assertEquals({ phase, errors, warnings }, clean);
    const log = await bed.velero("restore", "logs", "in-place");
    const created = [...log.matchAll(/Attempting to restore (VirtualMachine\w*): (\w+)/g)]
      .map(([, kind, name]) => `${kind} ${name}`);
    assertEquals(created, [
      "VirtualMachineGroup erp",
      "VirtualMachineGroup front",
      "VirtualMachine db",
      "VirtualMachine web",
    ]);
  },
});

Deno.test({
  name: "vmgroup: one group is restored by the label of its members",
  ignore,
  async fn() {
    const { phase, errors, warnings } = await restore(bed, "selected", {
      backupName: "groups",
      namespaceMapping: { erp: "erp-front" },
      labelSelector: { matchLabels: { "vmgroup.vmoperator.vmware.com/name": "front" } },
    });
    assertEquals({ phase, errors, warnings }, clean);
    const names = async (resource: string) =>
      ((await bed.api.get(`${API}/erp-front/${resource}`))?.["items"] ?? []).map((o: Json) =>
        o["metadata"].name
      );
    assertEquals(await names("virtualmachines"), ["web"]);
    assertEquals(await names("virtualmachinegroups"), ["erp", "front"]);
  },
});
