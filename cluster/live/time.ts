/** Time as the live cluster uses it, so that tests need not wait. */
export interface Time {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls back after that many milliseconds, unless the returned function is called first. */
  after(milliseconds: number, call: () => void): () => void;
}

/** Real time. */
export const systemTime: Time = {
  now: () => performance.now(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Waits; an abort ends the wait with the signal's reason. */
export function sleep(time: Time, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const aborted = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = time.after(milliseconds, () => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    });
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
