/**
 * Volume policies of a Backup: what is done with the data of a volume, by the first policy whose conditions it meets (protocol 4.14).
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { arrayAt, label, objectAt, stringAt } from "../../objects/object.ts";
import { parseQuantity } from "./quantity.ts";
import { checkFields, textOf, textsOf } from "./fields.ts";

/** `custom`: an external plugin takes care of the volume. */
export type VolumeAction = "skip" | "fs-backup" | "snapshot" | "custom";

/** A volume and what is known of it. */
export interface Volume {
  /** The PersistentVolume. */
  readonly volume?: JsonObject | undefined;
  /** The volume of a pod, which counts where there is no PersistentVolume. */
  readonly podVolume?: JsonObject | undefined;
  readonly claim?: JsonObject | undefined;
}

/** What is done with a volume; `undefined` when no policy is about it. */
export type VolumePolicies = (volume: Volume) => VolumeAction | undefined;

type Condition = (volume: Volume) => boolean;

/**
 * Reads `volumePolicies`.
 *
 * @throws {SyntaxError} for what Velero refuses.
 */
export function readVolumePolicies(policies: readonly JsonValue[]): VolumePolicies {
  const read = policies.map((policy, index) => readPolicy(policy, `volumePolicies[${index}]`));
  return (volume) => read.find(({ conditions }) => conditions.every((met) => met(volume)))?.action;
}

const ACTIONS: readonly VolumeAction[] = ["skip", "fs-backup", "snapshot", "custom"];

function readPolicy(policy: JsonValue, place: string): { action: VolumeAction; conditions: Condition[] } {
  checkFields(policy, ["conditions", "action"], place);
  const given = objectAt(policy, "action") ?? {};
  checkFields(given, ["type", "parameters"], `${place}.action`);
  const type = textOf(given.type, `${place}.action.type`) ?? "";
  const action = ACTIONS.find((known) => known === type);
  if (action === undefined) {
    throw new SyntaxError(`${place}.action.type is "${type}", but must be one of ${ACTIONS.join(", ")}`);
  }
  return { action, conditions: readConditions(objectAt(policy, "conditions") ?? {}, `${place}.conditions`) };
}

const CONDITIONS: Readonly<Record<string, (value: JsonValue, place: string) => Condition>> = {
  capacity: readCapacity,
  storageClass: (value, place) =>
    among(textsOf(value, place), ({ volume }) => stringAt(volume, "spec", "storageClassName")),
  nfs: readSource("nfs", ["server", "path"]),
  csi: readDriver,
  volumeTypes: (value, place) => among(textsOf(value, place), typeOf),
  pvcLabels: (value, place) => {
    if (!isObject(value)) throw new SyntaxError(`${place} must be a map of labels`);
    const labels = Object.entries(value).map(([key, text]) =>
      [key, textOf(text, `${place}.${key}`) ?? ""] as const
    );
    return ({ claim }) => labels.every(([key, text]) => label(claim, key) === text);
  },
  pvcPhase: (value, place) => among(textsOf(value, place), ({ claim }) => stringAt(claim, "status", "phase")),
  pvcVolumeMode: (value, place) => {
    const mode = textOf(value, place) ?? "";
    return ({ claim }) => mode === "" || stringAt(claim, "spec", "volumeMode") === mode;
  },
  pvcAccessModes: (value, place) => {
    const modes = textsOf(value, place);
    return ({ claim }) => {
      const own = arrayAt(claim, "spec", "accessModes");
      return modes.length === 0 ||
        (own.length === modes.length && new Set(modes).symmetricDifference(new Set(own)).size === 0);
    };
  },
};

function readConditions(conditions: JsonObject, place: string): Condition[] {
  checkFields(conditions, Object.keys(CONDITIONS), place);
  return Object.entries(conditions).flatMap(([name, value]) => {
    const read = CONDITIONS[name];
    return read === undefined || value === undefined || value === null
      ? []
      : [read(value, `${place}.${name}`)];
  });
}

function among(values: readonly string[], own: (volume: Volume) => string | undefined): Condition {
  return (volume) => values.length === 0 || values.some((value) => value !== "" && value === own(volume));
}

// From and to, each of which may be absent: "10Gi,100Gi", ",5Gi", "20Gi,".
function readCapacity(value: JsonValue, place: string): Condition {
  const text = textOf(value, place) || ",";
  const bounds = text.split(",").map((bound) => bound.trim() === "" ? 0 : parseQuantity(bound.trim()));
  const [least, most] = bounds;
  if (bounds.length !== 2 || least === undefined || most === undefined || (most < least && most !== 0)) {
    throw new SyntaxError(
      `${place} is "${text}", but must be two sizes, such as "10Gi,100Gi", ",5Gi" or "20Gi,"`,
    );
  }
  return ({ volume }) => {
    const capacity = objectAt(volume, "spec", "capacity")?.storage;
    const own = parseQuantity(typeof capacity === "number" ? String(capacity) : String(capacity ?? "0")) ?? 0;
    if (least === 0 && most >= own) return true;
    if (most === 0) return least <= own;
    return least !== 0 && least <= own && own <= most;
  };
}

// An empty source asks only that the volume is of that kind.
function readSource(kind: string, fields: readonly string[]): (value: JsonValue, place: string) => Condition {
  return (value, place) => {
    checkFields(value, fields, place);
    const wanted = fields.map((field) => [field, stringAt(value, field) ?? ""] as const).filter(([, text]) =>
      text !== ""
    );
    return (volume) => {
      const own = sourceOf(volume, kind);
      return own !== undefined && wanted.every(([field, text]) => stringAt(own, field) === text);
    };
  };
}

function readDriver(value: JsonValue, place: string): Condition {
  checkFields(value, ["driver", "volumeAttributes"], place);
  const attributes = Object.entries(objectAt(value, "volumeAttributes") ?? {});
  const driver = stringAt(value, "driver") ?? "";
  if (driver === "" && attributes.length > 0) {
    throw new SyntaxError(`${place} has volumeAttributes, and so must name the driver`);
  }
  return (volume) => {
    const own = sourceOf(volume, "csi");
    return own !== undefined && (driver === "" || stringAt(own, "driver") === driver) &&
      attributes.every(([key, wanted]) => stringAt(own, "volumeAttributes", key) === wanted);
  };
}

function sourceOf({ volume, podVolume }: Volume, kind: string): JsonObject | undefined {
  return volume === undefined ? objectAt(podVolume, kind) : objectAt(volume, "spec", kind);
}

// The fields that say of what kind a volume is, by the names of Velero's types.
const TYPES: Readonly<Record<string, string>> = {
  storageos: "storageOS",
  ...Object.fromEntries(
    ("awsElasticBlockStore azureDisk azureFile cephfs cinder configMap csi downwardAPI emptyDir ephemeral fc flocker flexVolume " +
      "gcePersistentDisk gitRepo glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume projected quobyte rbd " +
      "scaleIO secret vsphereVolume").split(" ").map((name) => [name, name]),
  ),
};

function typeOf({ volume, podVolume }: Volume): string | undefined {
  const source = volume === undefined ? podVolume : objectAt(volume, "spec");
  const field = Object.keys(TYPES).find((name) => objectAt(source, name) !== undefined);
  return field === undefined ? undefined : TYPES[field];
}
