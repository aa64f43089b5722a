import { type Cluster, describe, type RequestSubject } from "../../cluster/cluster.ts";

/** A cluster that answers in rounds, and what it was asked in each. */
export interface RoundsCluster extends Pick<Cluster, "get" | "list" | "serves" | "apply"> {
  /** The requests of each round, in order. */
  rounds(): readonly (readonly string[])[];
}

/**
 * A cluster that collects requests until nothing more is asked, and only then answers all of them. A round stands for the time of one
 * answer: a call takes as many rounds as its longest chain of requests has links.
 */
export function inRounds(cluster: Cluster): RoundsCluster {
  const rounds: string[][] = [];
  let answered: Promise<void> | undefined;

  const answer = (subject: RequestSubject): Promise<void> => {
    if (answered === undefined) {
      rounds.push([]);
      // Nothing in an action waits for a timer: all that can be asked has been asked when this one comes.
      answered = new Promise((resolve) =>
        setTimeout(() => {
          answered = undefined;
          resolve();
        })
      );
    }
    rounds.at(-1)?.push(describe(subject));
    return answered;
  };

  return {
    rounds: () => rounds,
    async get(kind, namespace, name, options) {
      await answer({ verb: "get", kind, namespace, name });
      return await cluster.get(kind, namespace, name, options);
    },
    async *list(kind, options = {}) {
      await answer({ verb: "list", kind, namespace: options.namespace ?? "" });
      yield* cluster.list(kind, options);
    },
    async serves(group, resource, options) {
      await answer({ verb: "serves", kind: { group, version: "", resource } });
      return await cluster.serves(group, resource, options);
    },
    async apply(kind, object, options) {
      await answer({ verb: "apply", kind });
      return await cluster.apply(kind, object, options);
    },
  };
}
