/** Rules, deviations and rows of docs/spec that no test here names, each with its reason. */
export const EXEMPT: Readonly<Record<string, string>> = {};
