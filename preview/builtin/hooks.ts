/**
 * Which hooks of a Backup or Restore apply to a pod (protocol 4.13).
 *
 * @module
 */

import { createIncludes } from "../../actions/lib/includes.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { labelSelectorOf } from "../../objects/label_selector.ts";
import { annotation, arrayAt, at, objectsAt } from "../../objects/object.ts";

/** The entries of `spec.hooks.resources` that select a pod in that namespace; Velero looks at no other kind. */
export function hooksFor(pod: JsonObject, namespace: string, run: JsonObject | undefined): JsonObject[] {
  return objectsAt(run, "spec", "hooks", "resources").filter((entry) => {
    const texts = (key: string) => arrayAt(entry, key).filter((text) => typeof text === "string");
    const selector = at(entry, "labelSelector");
    const resources = createIncludes(texts("includedResources"), texts("excludedResources"));
    return createIncludes(texts("includedNamespaces"), texts("excludedNamespaces")).has(namespace) &&
      (resources.everything || ["pods", "pod", "po"].some(resources.has)) &&
      (!isObject(selector) || labelSelectorOf(selector)(pod));
  });
}

/** A command as annotations spell it: a JSON list of words, or one word. */
export function commandOf(text: string): string[] {
  if (!text.startsWith("[")) return [text];
  try {
    const words: unknown = JSON.parse(text);
    if (Array.isArray(words) && words.every((word) => typeof word === "string")) return words;
  } catch {
    // It is a word that begins with a bracket.
  }
  return [text];
}

/** The commands that Velero would run in containers of a pod during its backup: `before the backup`, or after it. */
export function backupCommands(pod: JsonObject, namespace: string, run: JsonObject | undefined): string[] {
  return (["pre", "post"] as const).flatMap((phase) => {
    const own = annotation(pod, `${phase}.hook.backup.velero.io/command`) ||
      (phase === "pre" ? annotation(pod, "hook.backup.velero.io/command") : undefined);
    const when = phase === "pre" ? "before" : "after";
    if (own) return [`${commandOf(own).join(" ")} (${when} its backup)`];
    return hooksFor(pod, namespace, run).flatMap((entry) => commands(entry, phase, `${when} its backup`));
  });
}

/** Those that it would run once the restored pod is up. */
export function restoreCommands(pod: JsonObject, namespace: string, run: JsonObject | undefined): string[] {
  const own = annotation(pod, "post.hook.restore.velero.io/command");
  if (own) return [`${commandOf(own).join(" ")} (once it runs)`];
  return hooksFor(pod, namespace, run).flatMap((entry) => commands(entry, "postHooks", "once it runs"));
}

function commands(entry: JsonObject, field: string, when: string): string[] {
  return objectsAt(entry, field).flatMap((hook) => {
    const words = arrayAt(hook, "exec", "command");
    return words.length === 0 ? [] : [`${words.join(" ")} (${when})`];
  });
}
