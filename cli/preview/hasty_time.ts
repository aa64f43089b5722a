/** Time for actions that wait in a preview. */
export interface HastyTime {
  now(): Date;
  /** Runs one call of an action. */
  during<T>(call: () => Promise<T>): Promise<T>;
}

const PATIENCE = 500;
const HASTE = 60;

/**
 * Real time, that passes sixty times as fast once a call has taken half a second: an action waits for what the cluster does after a
 * write, and nothing is written. Calls come one at a time. `clock` gives milliseconds of the epoch.
 */
export function createHastyTime(clock: () => number = Date.now): HastyTime {
  let ahead = 0;
  let began: number | undefined;
  const gained = () => began === undefined ? 0 : Math.max(0, clock() - began - PATIENCE) * (HASTE - 1);
  return {
    now: () => new Date(clock() + ahead + gained()),
    async during(call) {
      began = clock();
      try {
        return await call();
      } finally {
        // Never back.
        ahead += gained();
        began = undefined;
      }
    },
  };
}
