const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch, with fractions, of an RFC 3339 time with zone; `undefined` for anything else. */
export function parseInstant(value: unknown): number | undefined {
  const match = typeof value === "string" ? RFC3339.exec(value) : null;
  if (match === null) return undefined;
  const [, date = "", time = "", fraction = "", zone = ""] = match;
  // The runtime reads 30 February as 2 March.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) return undefined;
  const whole = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(whole) ? undefined : whole + Number(`0${fraction}`) * 1000;
}

/** An instant as RFC 3339 in UTC with whole seconds. */
export function formatInstant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
