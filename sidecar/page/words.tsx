/**
 * Numbers and times in words.
 *
 * @module
 */

/** A number with separators. */
export function number(value: number): string {
  return value.toLocaleString("en");
}

/** A number and what it counts. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** How long before `now`, in words. */
export function ago(at: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** A length of time, in the units that fit. */
export function duration(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 0.1) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}

/** A moment, to the second or to the minute. */
export function moment(at: Date, precision: "second" | "minute" = "second"): string {
  return `${at.toISOString().slice(0, precision === "second" ? 19 : 16).replace("T", " ")} UTC`;
}

/** A moment as it stands in the page: how long ago, or itself. */
export function Time({ at, since }: { at: Date; since?: Date }) {
  const text = moment(at);
  return <time datetime={at.toISOString()} title={text}>{since === undefined ? text : ago(at, since)}</time>;
}
