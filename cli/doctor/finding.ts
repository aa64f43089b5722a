/** One line of the doctor's report. */
export interface Finding {
  /** What was looked at, such as `library` or `rights of kubevirt`. */
  readonly about: string;
  /** `warning` is something that may be on purpose; `problem` keeps the plugin from its work. */
  readonly state: "ok" | "warning" | "problem";
  readonly text: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
}

export const ok = (about: string, text: string): Finding => ({ about, state: "ok", text });

export const warning = (about: string, text: string, remedy: string): Finding => ({
  about,
  state: "warning",
  text,
  remedy,
});

export const problem = (about: string, text: string, remedy: string): Finding => ({
  about,
  state: "problem",
  text,
  remedy,
});

/** The report for people: a line for each finding, its remedy below it, and the sum at the end. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.map(({ about, state, text, remedy }) => {
    const line = `${state.padEnd(7)}  ${about.padEnd(width)}  ${text}\n`;
    return remedy === undefined ? line : `${line}${" ".repeat(width + 11)}> ${remedy}\n`;
  });
  const count = (state: Finding["state"]) => findings.filter((one) => one.state === state).length;
  return `${lines.join("")}${count("ok")} ok, ${count("warning")} to look at, ${count("problem")} wrong\n`;
}
