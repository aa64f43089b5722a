import { assertEquals } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { openshift } from "../actions/openshift/mod.ts";
import { settings } from "../actions/openshift/settings.ts";
import type { JsonObject } from "../objects/json.ts";
import { at, objectAt, stringAt } from "../objects/object.ts";
import { actionOf, defaultsOf, runBackup, runRestore } from "../tests/kit/run_action.ts";

const PAGE = new URL("openshift.md", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

/** The YAML blocks of the page, each a list of objects. */
async function examples(): Promise<JsonObject[][]> {
  const text = await Deno.readTextFile(PAGE);
  return [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = ""]) =>
    parseAllDocuments(block).map((document) => document.toJS() as JsonObject)
  );
}

/** The cells of the rows of a table, without the marks of code. */
async function table(heading: string): Promise<string[][]> {
  const text = await Deno.readTextFile(PAGE);
  const [, section = ""] = text.split(`\n## ${heading}\n`);
  const [, , ...rows] = section.split("\n## ")[0]?.split("\n").filter((line) => line.startsWith("|")) ?? [];
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")));
}

function registry(host: string): JsonObject {
  return {
    apiVersion: "config.openshift.io/v1",
    kind: "Image",
    metadata: { name: "cluster" },
    status: { internalRegistryHostname: host },
  };
}

const RESTORE_ACTIONS: Readonly<Record<string, string>> = {
  ServiceAccount: "02-serviceaccount",
  Route: "05-route",
  RoleBinding: "21-role-bindings",
};

Deno.test({
  name: "docs/openshift.md tells what happens to its example",
  ignore,
  fn: async () => {
    const [[deployment, ...others] = [], [noted] = [], restored = []] = await examples();
    const restore = {
      metadata: { uid: "r" },
      spec: { backupName: "shop", namespaceMapping: { shop: "shop-copy" } },
    };
    const world = { settings: defaultsOf(settings), restore };
    const common = actionOf(openshift, "BackupItemAction", "openshift.io/01-common-backup-plugin");
    const OLD = "image-registry.openshift-image-registry.svc:5000";
    const backup = await runBackup(common, {
      item: deployment!,
      objects: [registry(OLD)],
      cluster: { version: () => Promise.resolve({ major: "1", minor: "29", gitVersion: "v1.29.7" }) },
      settings: world.settings,
    });
    assertEquals(at(backup.item, "metadata", "annotations"), at(noted, "metadata", "annotations"));

    const target = { ...world, objects: [registry("registry.new.example.com:5000")] };
    const first = await runRestore(
      actionOf(openshift, "RestoreItemAction", "openshift.io/01-common-restore-plugin"),
      { ...target, item: backup.item },
    );
    const second = await runRestore(
      actionOf(openshift, "RestoreItemAction", "openshift.io/13-deployment-restore-plugin"),
      { ...target, item: first.item },
    );
    assertEquals(objectAt(second.item, "spec", "template", "spec")?.containers, [
      { name: "web", image: "registry.new.example.com:5000/shop-copy/catalog:1.4" },
    ]);

    const items = await Promise.all(others.map(async (item) => {
      const name = `openshift.io/${RESTORE_ACTIONS[stringAt(item, "kind") ?? ""]}-restore-plugin`;
      return (await runRestore(actionOf(openshift, "RestoreItemAction", name), { ...world, item })).item;
    }));
    assertEquals(items, restored);
  },
});

Deno.test({
  name: "docs/openshift.md has a row for each action, with its kind",
  ignore,
  fn: async () => {
    const kinds: Readonly<Record<string, string>> = {
      BackupItemAction: "backup v1",
      RestoreItemAction: "restore v1",
      RestoreItemActionV2: "restore v2",
      ItemBlockAction: "item block",
    };
    const told = (await table("Actions")).map(([, name, kind]) => `openshift.io/${name} ${kind}`);
    const registered = openshift.actions.map(({ name, kind }) => `${name} ${kinds[kind]}`);
    assertEquals(told.toSorted(), registered.toSorted());
  },
});

Deno.test({
  name: "docs/openshift.md has every setting with its default",
  ignore,
  fn: async () => {
    const told = (await table("Settings")).filter(([key]) => key !== "openshift.actions.<name>");
    assertEquals(
      told.map(([key]) => key).toSorted(),
      Object.keys(settings).map((key) => `openshift.${key}`).toSorted(),
    );
    for (const [key = "", fallback] of told) {
      const { fallback: actual = "" } = settings[key.slice("openshift.".length) as keyof typeof settings];
      // A list of long names is told in words.
      assertEquals([key, fallback], [key, actual.includes(",") ? "three of OVN and Multus" : actual]);
    }
  },
});
