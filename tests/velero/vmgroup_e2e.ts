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
import { API, createGroup, disk, IDENTITY, object } from "./vmgroup_world.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
let bed: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS);
    await createGroup(bed.api, "erp");
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
