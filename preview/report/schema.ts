/**
 * The form of the reports in JSON, from which docs/preview-report.schema.json is made. Only the documentation and the tests load it.
 *
 * @module
 */

import * as v from "valibot";
import { ACTION_KINDS } from "../../actions/action.ts";
import { REPORT_VERSION } from "./document.ts";

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const told = <S extends v.GenericSchema>(schema: S, about: string) => v.pipe(schema, v.description(about));

const item = told(
  v.strictObject({ group: text, resource: text, namespace: text, name: text }),
  "An object by API group (empty for core), resource, namespace (empty for cluster scope) and name.",
);

const change = told(
  v.strictObject({
    path: told(v.array(v.union([text, count])), "Keys and indexes from the object's root."),
    before: told(v.exactOptional(v.any()), "Absent when the value is new."),
    after: told(v.exactOptional(v.any()), "Absent when the value is gone."),
  }),
  'One difference. Values of Secrets are the text "(hidden)".',
);

const changes = v.array(change);

const effect = v.strictObject({
  verb: v.picklist(["create", "apply", "patch", "delete"]),
  item,
  changes: told(changes, "What the write would change; every field of an object that would be made."),
});

const additionalItem = v.strictObject({
  ...item.pipe[0].entries,
  reason: told(v.exactOptional(text), "The field of the asking item that names it."),
});

const remark = v.strictObject({ level: v.picklist(["info", "warn", "error"]), text });

const imageCopy = v.strictObject({
  from: told(text, "Registry, repository and digest."),
  to: told(text, "Registry or storage location, repository and tag."),
  blobs: told(count, "Layers and configurations that would be sent."),
  bytes: told(count, "The bytes of these."),
  present: told(count, "Layers and configurations that are there already."),
  complete: told(v.boolean(), "The whole image is there already."),
  unknown: told(v.exactOptional(text), "Why the figures are not known."),
});

const step = v.strictObject({
  kind: v.picklist([...ACTION_KINDS, "ResourceModifier"]),
  action: told(text, "The registered name of the action."),
  milliseconds: v.number(),
  changes,
  additionalItems: v.array(additionalItem),
  remarks: told(v.exactOptional(v.array(remark)), "What the action said about the item."),
  effects: told(v.exactOptional(v.array(effect)), "What it would write to the cluster."),
  imageCopies: told(v.exactOptional(v.array(imageCopy)), "Images that it would copy."),
  mustInclude: told(v.exactOptional(v.boolean()), "Its additional items pass the filters of the backup."),
  operationID: v.exactOptional(text),
  ready: told(v.exactOptional(v.boolean()), "Whether the additional items that it waited for were ready."),
  error: told(v.exactOptional(text), "Why it failed."),
});

const outcome = told(
  v.picklist(["stored", "created", "updated", "exists", "skipped", "failed"]),
  "What became of the item; `exists`: the cluster has it already, and it was left alone.",
);

const itemReport = v.strictObject({
  item,
  target: told(v.exactOptional(text), "The namespace it was created in, where that is another one."),
  askedBy: told(
    v.exactOptional(v.strictObject({ item, action: text })),
    "The item and the action that asked for it.",
  ),
  steps: told(v.array(step), "The actions that were called for it, in order."),
  outcome,
  reason: told(v.exactOptional(text), "Why it was skipped, failed or left alone."),
  differences: told(
    v.exactOptional(changes),
    "From the object in the cluster to the one of the backup, where the cluster has another one.",
  ),
});

const note = v.strictObject({
  item: v.exactOptional(item),
  action: told(v.exactOptional(text), "Who said it; absent for Velero itself."),
  text,
});

const time = told(text, "As RFC 3339.");

const operation = v.strictObject({
  item,
  action: text,
  operationID: text,
  progress: told(
    v.exactOptional(v.strictObject({
      completed: v.boolean(),
      error: v.exactOptional(text),
      nCompleted: v.exactOptional(v.number()),
      nTotal: v.exactOptional(v.number()),
      operationUnits: v.exactOptional(text),
      description: v.exactOptional(text),
      started: v.exactOptional(time),
      updated: v.exactOptional(time),
    })),
    "What the action answered when it was asked once.",
  ),
  error: told(v.exactOptional(text), "Why it could not be asked."),
});

const action = v.strictObject({
  kind: v.picklist(ACTION_KINDS),
  name: text,
  selector: told(
    v.looseObject({ includedResources: v.array(text) }),
    "Which items the action is called for.",
  ),
  builtin: told(v.exactOptional(v.literal(true)), "For an action of Velero's own."),
});

const run = told(
  v.strictObject({
    namespace: text,
    name: text,
    backupName: told(v.exactOptional(text), "The Backup that is restored from."),
    namespaceMapping: told(
      v.exactOptional(v.record(text, text)),
      "Namespaces that are restored under another name.",
    ),
  }),
  "The Backup or Restore that was previewed.",
);

const frame = {
  apiVersion: v.literal(REPORT_VERSION),
  madeAt: told(text, "When the report was made, as RFC 3339."),
  madeBy: told(text, "Version of the program."),
};

/** One preview of a backup or a restore. */
const previewReport = v.strictObject({
  ...frame,
  kind: v.picklist(["BackupPreview", "RestorePreview"]),
  run,
  verdict: told(
    v.picklist(["fine", "warnings", "fails"]),
    "`fails`: an item, an action or an operation would fail. `warnings`: there is something to look at.",
  ),
  totals: v.strictObject({
    items: count,
    stored: count,
    created: count,
    updated: count,
    exists: count,
    skipped: count,
    failed: count,
    changed: told(count, "Items that an action changed."),
    calls: told(count, "Calls of actions."),
    effects: told(count, "Writes to the cluster that actions asked for."),
    operations: count,
    failedOperations: count,
    warnings: count,
    errors: count,
    notModelled: count,
  }),
  failure: told(
    v.exactOptional(text),
    "Why Velero would fail the whole run, which is also the first of the errors. Then there are no items.",
  ),
  relations: told(
    v.array(v.strictObject({ from: item, to: item, reason: text })),
    "What belongs to the machines, groups and database clusters among the items, and the field that says so.",
  ),
  actions: told(v.array(action), "The registered actions of the kinds that the run calls."),
  items: told(v.array(itemReport), "In the order in which they were finished."),
  operations: told(v.array(operation), "Asynchronous operations that actions began."),
  warnings: v.array(note),
  errors: v.array(note),
  notModelled: told(v.array(note), "What Velero would do besides, which the preview does not show."),
  milliseconds: v.number(),
});

const pair = <S extends v.GenericSchema>(schema: S) => v.strictTuple([schema, schema]);

/** Two previews with different plugins. */
const comparisonReport = v.strictObject({
  ...frame,
  kind: v.literal("PreviewComparison"),
  of: v.picklist(["backup", "restore"]),
  run,
  plugins: pair(text),
  failures: told(
    v.exactOptional(pair(v.nullable(text))),
    "Why Velero would fail the whole run with each of the plugins; null where it would not. Then nothing is compared.",
  ),
  items: told(count, "Items that the first run met."),
  differences: v.array(v.strictObject({
    item,
    outcomes: told(
      pair(text),
      "An outcome, `absent` when the run never met the item, or `written` when an action wrote it.",
    ),
    reasons: told(pair(v.nullable(text)), "Why, where the outcomes differ."),
    changes: told(changes, "From the first run's object to the second's."),
    onlyFirstAsks: told(v.array(text), "Items that only the first plugin asked for."),
    onlySecondAsks: v.array(text),
  })),
});

/** Whatever `-o json` writes. */
export const anyReport = v.variant("kind", [previewReport, comparisonReport]);
