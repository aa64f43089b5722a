/**
 * The rights of deploy/rbac.yaml on an API server that checks them: with all of them nothing is refused, and without one verb the failure
 * or the warning says which verb, resource and action it was.
 */

import { assertEquals } from "@std/assert";
import type { Right } from "../../actions/right.ts";
import { RIGHTS } from "../../actions/rights.ts";
import type { Plugin } from "../../preview/host/plugin.ts";
import { ALL_ON, SUBJECTS } from "../bad_input/subjects.ts";
import type { Subject } from "../bad_input/world.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import { rolesOf, without } from "./account.ts";
import { type Api, connect, until } from "./api.ts";
import { DEFINITIONS } from "./crds.ts";
import { OPENSHIFT_DEFINITIONS } from "./crds/openshift.ts";
import { createObjects } from "./rbac_objects.ts";
import { startTestbed, type Testbed } from "./testbed.ts";
import { pluginExecutable, present } from "./tools.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const ALL: readonly Subject[] = Object.values(SUBJECTS);
let bed: Testbed;
let account: Api;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed("kubeconfig", [...DEFINITIONS, ...OPENSHIFT_DEFINITIONS]);
    account = await connect(`${bed.folder}/plugin.kubeconfig`);
    await bed.api.create("/api/v1/namespaces/velero/configmaps", ALL_ON);
    await createObjects(bed.api);
  });
  Deno.test.afterAll(async () => {
    account?.close();
    await bed?.stop();
  });
}

/** Rights of requests that the items of `tests/bad_input` do not lead to: they need more objects, another answer before, or a registry. */
const NOT_REACHED: ReadonlySet<string> = new Set([
  "superphenix: get datavolumes.cdi.kubevirt.io, for can the VM be restored",
  "superphenix: get network-attachment-definitions.k8s.cni.cncf.io, for which networks are Kube-OVN's",
  "superphenix: get network-attachment-definitions.k8s.cni.cncf.io, for networks in the namespace of the restore",
  "vmgroup: get virtualmachinegroups.vmoperator.vmware.com, for is the group there before its members",
  "cnpg: create configmaps, for the new server name of a restored Cluster",
  "cnpg: get backups.postgresql.cnpg.io, for a new base backup with each Velero backup",
  "cnpg: delete backups.postgresql.cnpg.io, for a new base backup with each Velero backup",
  "openshift: get images.config.openshift.io, for the host of the image registry",
  "openshift: list imagestreams.image.openshift.io, for the host of the image registry",
  "openshift: get configmaps, for the host of the image registry",
  "openshift: get services, for the host of the image registry of OpenShift 3",
  "openshift: get imagestreams.image.openshift.io, for images that are also in the target cluster",
  "openshift: list serviceaccounts, for service accounts of the group that an SCC names",
  "openshift: patch persistentvolumes, for the volume of a migration",
  "openshift: get imagestreamtags.image.openshift.io, for related tags of an image stream tag",
  "openshift: get serviceaccounts, for pull secrets of a pod or build",
  "openshift: list secrets, for pull secrets of a pod or build; only their metadata is read",
  "openshift: get backups.velero.io, for the Backup of a Restore",
  "openshift: list podvolumebackups.velero.io, for does a pod with an owner have a file system backup",
  "openshift: patch securitycontextconstraints.security.openshift.io, for users of an SCC that exists",
  "kubevirt: get virtualmachines.kubevirt.io, for the owner of an instance",
  "kubevirt: get virtualmachineinstancereplicasets.kubevirt.io, for the owner of an instance",
  "kubevirt: get virtualmachinepreferences.instancetype.kubevirt.io, for the preference of a VM",
  "kubevirt: get virtualmachineclusterinstancetypes.instancetype.kubevirt.io, for the instance type of a VM",
  "kubevirt: get virtualmachineclusterpreferences.instancetype.kubevirt.io, for the preference of a VM",
  "kubevirt: get configmaps, for whether the certificates of a disk's import exist",
  "kubevirt: get datasources.cdi.kubevirt.io, for the source of a disk",
  "kubevirt: get resourceclaims.resource.k8s.io, for devices of a VM",
  "kubevirt: get resourceclaimtemplates.resource.k8s.io, for devices of a VM",
  "openshift: get imagestreams/layers.image.openshift.io, for reading images from the internal registry",
  "openshift: update imagestreams/layers.image.openshift.io, for writing images to the internal registry",
  "openshift: create imagestreams.image.openshift.io, for the stream into which images are restored",
  "openshift: create imagestreammappings.image.openshift.io, for the tags of restored images; the internal registry asks with Velero's token",
  "openshift: get backupstoragelocations.velero.io, for the object storage that keeps the images",
  "openshift: get backups.velero.io, for the storage location of the restored Backup",
  "openshift: get secrets, for the credentials for the object storage or the transfer registry",
]);

/** Calls these actions one after the other in a new process; gives what they said that a user reads. */
async function complaintsOf(subjects: readonly Subject[]): Promise<string[]> {
  // Loaded here, because gRPC reads the environment at once.
  const { startPlugin } = await import("../../preview/host/plugin.ts");
  const said: string[] = [];
  const plugin = await startPlugin({
    path: pluginExecutable(),
    args: [],
    env: pluginEnvironment(bed.folder, {
      KUBECONFIG: `${bed.folder}/plugin.kubeconfig`,
      VELERO_NAMESPACE: "velero",
      WORKLOADS_ACTION_TIMEOUT: "20s",
    }),
    log: ({ level, message }) => {
      if (level === "warn" || level === "error") said.push(message);
    },
  });
  try {
    for (const subject of subjects) await call(plugin, subject).catch((error) => said.push(error.message));
  } finally {
    await plugin.stop();
  }
  return said;
}

async function call(plugin: Plugin, { kind, name, item, run }: Subject): Promise<unknown> {
  const [bytes, runBytes] = [item, run].map((one) => new TextEncoder().encode(JSON.stringify(one)));
  const request = { item: bytes!, run: runBytes!, itemFromBackup: bytes! };
  return kind === "ItemBlockAction"
    ? await plugin.relatedItems(name, request)
    : await plugin.execute(kind, name, request);
}

/** Whether the account may do that, as soon as the API server has heard of the change. */
async function untilAllowed(verb: string, resource: string, expected: boolean): Promise<void> {
  const [plural, ...group] = resource.split(".");
  const namespace = "velero";
  const spec = { resourceAttributes: { verb, resource: plural, group: group.join("."), namespace } };
  await until(`${verb} ${resource} is ${expected ? "allowed" : "refused"}`, async () => {
    const review = await account.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { spec });
    return review["status"].allowed === expected;
  });
}

/** Runs with one verb less; the roles are as before afterwards. */
async function withoutRight<T>(verb: string, resource: string, run: () => Promise<T>): Promise<T> {
  const before = await rolesOf(bed.api);
  for (const { path, rules } of before) {
    await bed.api.patch(path, { rules: without(rules, verb, resource) });
  }
  await untilAllowed(verb, resource, false);
  try {
    return await run();
  } finally {
    for (const { path, rules } of before) await bed.api.patch(path, { rules });
    await untilAllowed(verb, resource, true);
  }
}

/** Each verb of a right once, with the actions that use it. */
function rows(): { source: string; verb: string; right: Right; subjects: Subject[] }[] {
  return Object.entries(RIGHTS).flatMap(([source, rights]) =>
    rights.filter(({ without }) => without !== "command").flatMap((right) => {
      const subjects = ALL.filter(({ name }) => right.users.includes(name.slice(name.indexOf("/") + 1)));
      return right.verbs.map((verb) => ({ source, verb, right, subjects }));
    })
  );
}

Deno.test({
  name: "rbac: with the roles of deploy/rbac.yaml no action is refused anything",
  ignore,
  async fn() {
    const said = await complaintsOf(ALL);
    assertEquals(said.filter((text) => /forbidden/i.test(text)), []);
  },
});

Deno.test({
  name: "rbac: without one verb the text names verb, resource and action",
  ignore,
  async fn(t) {
    for (const { source, verb, right, subjects } of rows()) {
      await t.step(`${source}: ${verb} ${right.resource}, for ${right.use}`, async () => {
        const said = await withoutRight(verb, right.resource, () => complaintsOf(subjects));
        const [plural = ""] = right.resource.split(".");
        const telling = said.filter((text) =>
          text.includes("403 Forbidden") && text.includes(`cannot ${verb} resource "${plural}"`) &&
          subjects.some(({ name }) => text.includes(`${name}: `))
        );
        const expected = !NOT_REACHED.has(`${source}: ${verb} ${right.resource}, for ${right.use}`);
        assertEquals(telling.length > 0, expected, `what was said: ${said.join("\n")}`);
      });
    }
  },
});

/** What the doctor says with the plugin's credential: its exit code, and the findings about rights that are missing. */
async function examine(): Promise<
  { code: number; findings: { about: string; state: string; text: string }[] }
> {
  const { code, stdout, stderr } = await new Deno.Command(pluginExecutable(), {
    args: ["doctor", "-o", "json", "--sidecar-url", "http://127.0.0.1:9"],
    clearEnv: true,
    env: pluginEnvironment(bed.folder, {
      KUBECONFIG: `${bed.folder}/plugin.kubeconfig`,
      VELERO_NAMESPACE: "velero",
      VELERO_SCRATCH_DIR: `${bed.folder}/scratch`,
    }),
  }).output();
  const [text, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(complaint, "");
  return { code, findings: JSON.parse(text ?? "") };
}

Deno.test({
  name: "rbac: the doctor finds all rights, the settings and the API server",
  ignore,
  async fn() {
    const { code, findings } = await examine();
    const seen = findings.filter(({ about }) => /^rights|^settings|^API|^counters/.test(about));
    assertEquals(seen.map(({ about, state }) => `${state} ${about}`), [
      "ok counters",
      "ok API server",
      "ok settings",
      "ok rights of superphenix",
      "ok rights of vmgroup",
      "ok rights of cnpg",
      "ok rights of openshift",
      "ok rights of kubevirt",
    ]);
    assertEquals(findings.filter(({ state }) => state === "problem"), []);
    assertEquals(code, 0);
  },
});

Deno.test({
  name: "rbac: the doctor names a right that is missing, and ends with 1",
  ignore,
  async fn() {
    const { code, findings } = await withoutRight(
      "list",
      "backups.postgresql.cnpg.io",
      () => withoutRight("get", "ips.kubeovn.io", examine),
    );
    const missing = findings.filter(({ about, state }) => /^rights/.test(about) && state !== "ok");
    assertEquals(missing.map(({ state, text }) => `${state}: ${text.split(";")[0]}`), [
      "problem: get ips.kubeovn.io is refused",
      "warning: list backups.postgresql.cnpg.io is refused",
    ]);
    assertEquals(code, 1);
  },
});
