import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { account, dockercfg, object, restoreOf } from "../../tests/kit/openshift.ts";
import { prepare, type World } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { accountOf, secretOf } from "./pull_secrets.ts";

/** What takes the place of a reference in namespace `n`: the rule of openshift 5.6 from end to end. */
async function updated(reference: string, world: World<unknown>, own = "default") {
  const { context, requests } = prepare(world);
  const search = { context, restore: restoreOf(), namespace: "n" };
  const account = await accountOf(reference, own, search);
  return { name: account === undefined ? reference : await secretOf(account, search), requests };
}

const OLD_STYLE: JsonObject = {
  metadata: { uid: "u" },
  secrets: [{ name: "builder-token" }],
  imagePullSecrets: [{ name: "custom" }, { name: "builder-dockercfg-new" }, {
    name: "builder-dockercfg-later",
  }],
};

interface Row {
  readonly id: string;
  readonly reference: string;
  readonly objects: readonly JsonObject[];
  /** The account of the pod. */
  readonly own?: string;
  readonly result: string;
}

const ROWS: readonly Row[] = [
  { id: "openshift T13.4.1", reference: "foo", objects: [object("v1", "Secret", "unnamed")], result: "foo" },
  {
    id: "openshift T13.4.2",
    reference: "default-dockercfg-foo",
    objects: [account("default", "default-dockercfg-bar"), dockercfg("default-dockercfg-bar", "default")],
    result: "default-dockercfg-bar",
  },
  {
    id: "openshift T13.4.3: the one that the account names",
    reference: "deployer-dockercfg-foo",
    objects: [
      account("deployer", "deployer-dockercfg-dog"),
      ...["default-dockercfg-bar", "deployer-dockercfg-cat", "deployer-dockercfg-dog"].map((name) =>
        dockercfg(name)
      ),
    ],
    result: "deployer-dockercfg-dog",
  },
  {
    id: "openshift T13.4.4",
    reference: "builder-dockercfg-old",
    objects: [
      account("builder"),
      dockercfg("builder-dockercfg-old", "builder", "foreign"),
      dockercfg("builder-dockercfg-new", "builder", "uid-builder"),
    ],
    result: "builder-dockercfg-new",
  },
  {
    id: "openshift T13.4.5",
    reference: "custom-old",
    objects: [account("builder"), dockercfg("builder-dockercfg-new", "builder", "uid-builder")],
    result: "custom-old",
  },
  {
    id: "openshift T13.4.6",
    reference: "default-dockercfg-x",
    objects: [
      account("default", "default-dockercfg-b"),
      dockercfg("default-dockercfg-a", "default"),
      dockercfg("default-dockercfg-b", "default"),
    ],
    result: "default-dockercfg-b",
  },
  {
    id: "openshift T13.4.8",
    reference: "app-dockercfg-x",
    objects: [account("app", "app-dockercfg-y"), dockercfg("app-dockercfg-y", "app")],
    result: "app-dockercfg-y",
  },
  {
    id: "openshift IMP-15: the longest name that is an account",
    reference: "a-dockercfg-b-dockercfg-x",
    objects: [account("a", "a-dockercfg-1"), account("a-dockercfg-b", "a-dockercfg-b-dockercfg-2")],
    result: "a-dockercfg-b-dockercfg-2",
  },
  {
    id: "openshift IMP-15: a shorter name that is an account",
    reference: "a-dockercfg-b-dockercfg-x",
    objects: [account("a", "a-dockercfg-1")],
    result: "a-dockercfg-1",
  },
  {
    id: "openshift IMP-15: no such account",
    reference: "nobody-dockercfg-x",
    objects: [account("default", "default-dockercfg-y")],
    result: "nobody-dockercfg-x",
  },
  {
    id: "openshift IMP-15: nothing in front",
    reference: "-dockercfg-x",
    objects: [],
    result: "-dockercfg-x",
  },
  {
    id: "openshift IMP-15: the pod's own account, which is not there yet",
    reference: "app-dockercfg-x",
    objects: [account("other"), dockercfg("app-dockercfg-y", "other")],
    own: "app",
    result: "error",
  },
  {
    id: "openshift IMP-16: the account's own list, before 4.16",
    reference: "builder-dockercfg-old",
    objects: [object("v1", "ServiceAccount", "builder", OLD_STYLE)],
    result: "builder-dockercfg-new",
  },
  {
    id: "openshift IMP-16: an empty annotation is none",
    reference: "builder-dockercfg-old",
    objects: [{
      ...object("v1", "ServiceAccount", "builder", OLD_STYLE),
      metadata: {
        name: "builder",
        namespace: "n",
        annotations: { "openshift.io/internal-registry-pull-secret-ref": "" },
      },
    }],
    result: "builder-dockercfg-new",
  },
  {
    id: "openshift IMP-17: a secret of an account that is not there",
    reference: "builder-dockercfg-old",
    objects: [
      account("builder"),
      dockercfg("builder-dockercfg-gone", "gone"),
      dockercfg("builder-dockercfg-gone2", "gone", "uid"),
      dockercfg("builder-dockercfg-none"),
      dockercfg("builder-dockercfg-new", "builder", "uid-builder"),
    ],
    result: "builder-dockercfg-new",
  },
  { id: "openshift T13.4.7", reference: "default-dockercfg-x", objects: [], result: "error" },
  {
    id: "secrets that name the account, but not the other way round",
    reference: "default-dockercfg-x",
    objects: [
      account("default"),
      dockercfg("default-dockercfg-a", "default"),
      dockercfg("default-dockercfg-b", "default", "other"),
    ],
    result: "error",
  },
  {
    id: "secrets of other namespaces",
    reference: "default-dockercfg-x",
    objects: [{
      ...account("default", "default-dockercfg-y"),
      metadata: { name: "default", namespace: "other" },
    }],
    result: "error",
  },
];

for (const { id, reference, objects, own, result } of ROWS) {
  Deno.test(`pull secrets: ${id} (openshift 5.6)`, async () => {
    const outcome = updated(reference, { objects }, own);
    if (result !== "error") return assertEquals((await outcome).name, result);
    const error = await assertRejects(() => outcome, Refusal, "secret not found");
    assertEquals([error.rule, error.reason], ["openshift 5.6", "cluster"]);
  });
}

Deno.test("pull secrets: an account that names its secret costs one request for all pods (openshift IMP-16)", async () => {
  const objects = [account("default", "default-dockercfg-y")];
  const { context, requests } = prepare({ objects });
  const search = { context, restore: restoreOf(), namespace: "n" };
  const names = await Promise.all(Array.from({ length: 50 }, () => secretOf("default", search)));
  assertEquals(new Set(names), new Set(["default-dockercfg-y"]));
  assertEquals(requests, ["get serviceaccounts n/default"]);
});

Deno.test("pull secrets: what is not there is looked for once a second (openshift IMP-16)", async () => {
  const now = new Date("2026-01-02T03:04:05Z");
  const { context, requests } = prepare({ objects: [], now });
  const search = { context, restore: restoreOf(), namespace: "n" };
  const ask = () => assertRejects(() => secretOf("default", search), Refusal);
  await Promise.all([ask(), ask()]);
  await ask();
  assertEquals(requests, ["get serviceaccounts n/default", "list secrets n"]);
  now.setTime(now.getTime() + 1000);
  await ask();
  assertEquals(requests.length, 4);
});

Deno.test("pull secrets: contents are never asked for (openshift IMP-04)", async () => {
  const asked: unknown[] = [];
  // deno-lint-ignore require-yield
  const list = async function* (_kind: unknown, options: unknown) {
    await Promise.resolve();
    asked.push(options);
  };
  await assertRejects(() => updated("default-dockercfg-x", { cluster: { list } }), Refusal);
  assertEquals(asked, [{ namespace: "n", metadataOnly: true }]);
});

Deno.test("pull secrets: failures of the API server are passed on (openshift 5.6)", async () => {
  const forbidden = () => Promise.reject(new ClusterError("forbidden", "Forbidden", 403));
  await assertRejects(() => updated("default-dockercfg-x", { cluster: { get: forbidden } }), ClusterError);
  // deno-lint-ignore require-yield
  const list = async function* () {
    await forbidden();
  };
  await assertRejects(() => updated("default-dockercfg-x", { cluster: { list } }), ClusterError);
});
