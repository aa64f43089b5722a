import type { Context } from "../../actions/action.ts";
import { remember } from "../../actions/lib/remember.ts";
import { absentWhenNotServed } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, namespaceOf, objectsAt } from "../../objects/object.ts";
import type { Note } from "../report/report.ts";
import { unlessForbidden } from "../run/forbidden.ts";

/**
 * Whether Velero's server runs with that feature, told by its Deployment in the cluster; false where there is none, and, with a note,
 * where this account may not read it.
 */
export async function hasFeature(
  feature: string,
  run: JsonObject | undefined,
  context: Context,
  tell: (note: Note) => void,
): Promise<boolean> {
  const features = await remember(context, { key: "velero features", run }, async () => {
    const kind = { group: "apps", version: "v1", resource: "deployments" };
    const reading = absentWhenNotServed(context.cluster.get(kind, namespaceOf(run ?? {}), "velero"));
    const server = await unlessForbidden(reading, (error) => {
      tell({
        text: `it is not known whether Velero's CSI actions are on, which is taken for no: ${error.message}`,
      });
      return undefined;
    });
    const words = objectsAt(server, "spec", "template", "spec", "containers")
      .flatMap((container) => [...arrayAt(container, "command"), ...arrayAt(container, "args")])
      .filter((word) => typeof word === "string");
    return words.flatMap((word, i) =>
      /^--features=(.*)$/.exec(word)?.[1]?.split(",") ??
        (word === "--features" ? words[i + 1]?.split(",") ?? [] : [])
    );
  });
  return features.includes(feature);
}
