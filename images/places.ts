/** Places for a bounded number of blobs in the whole process. */
export interface Places {
  /** Waits for a place; the result gives it back. An abort ends the wait. */
  enter(most: number, signal: AbortSignal): Promise<() => void>;
}

/** Makes them. Each caller says how many there may be at most when it enters; whoever waited longest is next. */
export function createPlaces(): Places {
  const waiting: { most: number; enter: () => void }[] = [];
  let taken = 0;

  const next = () => {
    while (waiting[0] !== undefined && taken < waiting[0].most) {
      taken++;
      waiting.shift()?.enter();
    }
  };

  return {
    enter: (most, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const entry = {
          most: Math.max(1, most),
          enter: () => {
            signal.removeEventListener("abort", aborted);
            let left = false;
            resolve(() => {
              if (left) return;
              left = true;
              taken--;
              next();
            });
          },
        };
        const aborted = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason);
          next();
        };
        signal.addEventListener("abort", aborted, { once: true });
        waiting.push(entry);
        next();
      }),
  };
}
