/** Waits for that many milliseconds. */
export type Pause = (milliseconds: number) => Promise<void>;

/**
 * Asks at once and then every second until the answer is yes or the bound is reached (protocol 4.7 step 8). False: not ready
 * in time. An error of the question ends the wait.
 */
export async function waitUntil(ask: () => Promise<boolean>, bound: number, pause: Pause): Promise<boolean> {
  const second = 1000;
  for (let waited = 0;; waited += second) {
    if (await ask()) return true;
    if (waited + second > bound) return false;
    await pause(second);
  }
}
