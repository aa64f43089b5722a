/**
 * How long the header `Retry-After` of a server asks to wait, in milliseconds: whole seconds, or the date of HTTP (RFC 9110, 10.2.3) in
 * relation to `now`, the milliseconds since 1970. A date that has passed means at once. Anything else is as if the server had said nothing.
 *
 * The server may ask for any time. Whoever waits decides how much of it to grant.
 */
export function retryAfter(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Date.parse() alone also takes numbers and words that no server means as a date.
  const date = HTTP_DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
