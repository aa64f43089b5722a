import type { Time } from "../../cluster/live/time.ts";

/** Time that passes only by waiting: every wait ends at once and is noted in `pauses`, in milliseconds. */
export function instantTime(): Time & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let now = 0;
  return {
    pauses,
    now: () => now,
    after(milliseconds, call) {
      pauses.push(milliseconds);
      const timer = setTimeout(() => {
        now += milliseconds;
        call();
      });
      return () => clearTimeout(timer);
    },
  };
}
