/**
 * Flags named as `velero backup create` and `velero restore create` name them, and the fields of the Backup or Restore they stand for.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { ensureObject } from "../../objects/object.ts";
import { parseLabelSelector } from "../../objects/label_selector.ts";
import { parseDuration } from "../../actions/settings/setting.ts";
import { InputError } from "../../preview/input/input_error.ts";

/** One flag. */
export interface Flag {
  /** As commander declares it. */
  readonly flags: string;
  readonly about: string;
  /** The field it sets. */
  readonly path: readonly string[];
  /** From text to value; throws a text that says what is wrong with it. */
  readonly parse: (text: string) => JsonValue;
}

/** The text of a wrong value, before it is known of which flag. */
class WrongValue extends Error {}

const list = (text: string): JsonValue =>
  text.split(",").map((part) => part.trim()).filter((part) => part !== "");
const word = (text: string): JsonValue => text;

function boolean(text: string): JsonValue {
  if (text === "true" || text === "false") return text === "true";
  throw new WrongValue(`"${text}" is not one of true, false`);
}

function count(text: string): JsonValue {
  if (!/^\d{1,9}$/.test(text)) throw new WrongValue(`"${text}" is not a whole number`);
  return Number(text);
}

function duration(text: string): JsonValue {
  if (parseDuration(text) === undefined) {
    throw new WrongValue(`"${text}" is not a duration such as 30m or 4h`);
  }
  return text;
}

const pairs = (between: "=" | ":") => (text: string): JsonValue => {
  const entries = text.split(",").filter((part) => part !== "").map((part) => {
    const at = part.indexOf(between);
    if (at < 1) throw new WrongValue(`"${part}" is not of the form a${between}b`);
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
  return Object.fromEntries(entries);
};

function namespaces(text: string): JsonValue {
  const mapping = pairs(":")(text);
  for (const [from, to] of Object.entries(mapping as JsonObject)) {
    if (to === "") throw new WrongValue(`"${from}:" names no namespace to restore into`);
  }
  return mapping;
}

// The text form becomes the form of the API, as in Velero's command line.
function selector(text: string): JsonValue {
  try {
    parseLabelSelector(text);
  } catch (error) {
    throw new WrongValue((error as Error).message);
  }
  const matchLabels: JsonObject = {};
  const matchExpressions: JsonValue[] = [];
  for (const term of text.split(/,(?![^(]*\))/).map((part) => part.trim()).filter((part) => part !== "")) {
    const [, key = "", operator, values = ""] = /^(\S+?)\s+(in|notin)\s*\((.*)\)$/.exec(term) ??
      /^([^=!\s]+)\s*(==?|!=)\s*(\S*)$/.exec(term) ?? [undefined, term.replace(/^!\s*/, "")];
    const all = values.split(",").map((value) => value.trim());
    if (operator === undefined) {
      matchExpressions.push({ key, operator: term.startsWith("!") ? "DoesNotExist" : "Exists" });
    } else if (operator === "=" || operator === "==") matchLabels[key] = values;
    else matchExpressions.push({ key, operator: operator === "in" ? "In" : "NotIn", values: all });
  }
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  };
}

const selectors = (text: string): JsonValue => text.split(/\s+or\s+/).map(selector);

function ordered(text: string): JsonValue {
  const entries = text.split(";").filter((part) => part.trim() !== "").map((part) => {
    const [resource = "", names, ...more] = part.split("=");
    if (resource === "" || names === undefined || more.length > 0) {
      throw new WrongValue(`"${part}" is not of the form pods=ns1/pod1,ns1/pod2`);
    }
    return [resource.trim(), names.trim()];
  });
  return Object.fromEntries(entries);
}

function policy(text: string): JsonValue {
  if (text === "none" || text === "update") return text;
  throw new WrongValue(`"${text}" is not one of none, update`);
}

const configMap = (text: string): JsonValue => ({ kind: "ConfigMap", name: text });

const spec = (name: string) => ["spec", name];

const BOTH: readonly Flag[] = [
  ["--include-namespaces <list>", "namespaces to take; * for all", spec("includedNamespaces"), list],
  ["--exclude-namespaces <list>", "namespaces to leave out", spec("excludedNamespaces"), list],
  [
    "--include-resources <list>",
    "resources to take, such as pods,virtualmachines.kubevirt.io",
    spec("includedResources"),
    list,
  ],
  ["--exclude-resources <list>", "resources to leave out", spec("excludedResources"), list],
  [
    "--include-cluster-resources [bool]",
    "take cluster-scoped resources",
    spec("includeClusterResources"),
    boolean,
  ],
  ["-l, --selector <selector>", "only objects whose labels match", spec("labelSelector"), selector],
  [
    "--or-selector <selectors>",
    "as --selector, with alternatives joined by « or »",
    spec("orLabelSelectors"),
    selectors,
  ],
  ["--labels <pairs>", "labels of the Backup or Restore, a=b,c=d", ["metadata", "labels"], pairs("=")],
  ["--annotations <pairs>", "its annotations, a=b,c=d", ["metadata", "annotations"], pairs("=")],
  [
    "--item-operation-timeout <duration>",
    "time limit of asynchronous operations",
    spec("itemOperationTimeout"),
    duration,
  ],
].map(toFlag);

/** The flags of `preview backup`. */
export const BACKUP_FLAGS: readonly Flag[] = [
  ...BOTH,
  ...[
    [
      "--include-cluster-scoped-resources <list>",
      "cluster-scoped resources to take",
      spec("includedClusterScopedResources"),
      list,
    ],
    [
      "--exclude-cluster-scoped-resources <list>",
      "cluster-scoped resources to leave out",
      spec("excludedClusterScopedResources"),
      list,
    ],
    [
      "--include-namespace-scoped-resources <list>",
      "namespaced resources to take",
      spec("includedNamespaceScopedResources"),
      list,
    ],
    [
      "--exclude-namespace-scoped-resources <list>",
      "namespaced resources to leave out",
      spec("excludedNamespaceScopedResources"),
      list,
    ],
    [
      "--snapshot-volumes [bool]",
      "sets spec.snapshotVolumes, which actions can read",
      spec("snapshotVolumes"),
      boolean,
    ],
    [
      "--snapshot-move-data [bool]",
      "sets spec.snapshotMoveData, which actions can read",
      spec("snapshotMoveData"),
      boolean,
    ],
    [
      "--default-volumes-to-fs-backup [bool]",
      "sets spec.defaultVolumesToFsBackup, which actions can read",
      spec("defaultVolumesToFsBackup"),
      boolean,
    ],
    [
      "--ordered-resources <orders>",
      "which items of a resource come first, pods=ns1/a,ns1/b;secrets=...",
      spec("orderedResources"),
      ordered,
    ],
    ["--storage-location <name>", "name of the BackupStorageLocation", spec("storageLocation"), word],
    [
      "--volume-snapshot-locations <list>",
      "names of VolumeSnapshotLocations",
      spec("volumeSnapshotLocations"),
      list,
    ],
    [
      "--resource-policies-configmap <name>",
      "ConfigMap with resource policies, in Velero's namespace",
      spec("resourcePolicy"),
      configMap,
    ],
    [
      "--csi-snapshot-timeout <duration>",
      "time limit of a CSI snapshot",
      spec("csiSnapshotTimeout"),
      duration,
    ],
    ["--data-mover <name>", "sets spec.datamover, which actions can read", spec("datamover"), word],
    ["--parallel-files-upload <count>", "sets spec.uploaderConfig, which actions can read", [
      "spec",
      "uploaderConfig",
      "parallelFilesUpload",
    ], count],
    ["--ttl <duration>", "how long the backup is kept", spec("ttl"), duration],
  ].map(toFlag),
];

/** The flags of `preview restore`. */
export const RESTORE_FLAGS: readonly Flag[] = [
  ...BOTH,
  ...[
    [
      "--namespace-mappings <pairs>",
      "restore under other names, old:new,old2:new2",
      spec("namespaceMapping"),
      namespaces,
    ],
    [
      "--existing-resource-policy <policy>",
      "what happens to objects that exist: none or update",
      spec("existingResourcePolicy"),
      policy,
    ],
    [
      "--resource-modifier-configmap <name>",
      "ConfigMap with resource modifiers, in Velero's namespace",
      spec("resourceModifier"),
      configMap,
    ],
    ["--preserve-nodeports [bool]", "keep node ports of Services", spec("preserveNodePorts"), boolean],
    ["--restore-volumes [bool]", "sets spec.restorePVs", spec("restorePVs"), boolean],
    ["--status-include-resources <list>", "sets spec.restoreStatus", [
      "spec",
      "restoreStatus",
      "includedResources",
    ], list],
    ["--status-exclude-resources <list>", "sets spec.restoreStatus", [
      "spec",
      "restoreStatus",
      "excludedResources",
    ], list],
    [
      "--resource-policies-configmap <name>",
      "ConfigMap with resource policies, in Velero's namespace",
      spec("resourcePolicy"),
      configMap,
    ],
    ["--write-sparse-files [bool]", "sets spec.uploaderConfig, which actions can read", [
      "spec",
      "uploaderConfig",
      "writeSparseFiles",
    ], boolean],
    ["--parallel-files-download <count>", "sets spec.uploaderConfig, which actions can read", [
      "spec",
      "uploaderConfig",
      "parallelFilesDownload",
    ], count],
  ].map(toFlag),
];

function toFlag([flags, about, path, parse]: readonly unknown[]): Flag {
  return { flags, about, path, parse } as Flag;
}

/** The option's key in what commander gives: `--include-namespaces <list>` is `includeNamespaces`. */
function keyOf({ flags }: Flag): string {
  const [, name = ""] = /--([a-z-]+)/.exec(flags) ?? [];
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Puts what was given into a Backup or Restore, in place; a flag wins over the manifest.
 *
 * @throws {InputError} naming the flag and the value.
 */
export function applyFlags(
  run: JsonObject,
  flags: readonly Flag[],
  given: Readonly<Record<string, unknown>>,
): void {
  for (const flag of flags) {
    const value = given[keyOf(flag)];
    if (value === undefined) continue;
    const parsed = parseFlag(flag, value === true ? "true" : String(value));
    const parent = ensureObject(run, ...flag.path.slice(0, -1));
    const last = flag.path.at(-1) ?? "";
    const before = parent[last];
    parent[last] = last === "labels" || last === "annotations"
      ? { ...(isObject(before) ? before : {}), ...(parsed as JsonObject) }
      : parsed;
  }
}

function parseFlag(flag: Flag, text: string): JsonValue {
  try {
    return flag.parse(text);
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    const [name] = /--[a-z-]+/.exec(flag.flags) ?? [];
    throw new InputError(`${name}: ${error.message}`);
  }
}
