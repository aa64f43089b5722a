/** What the Dockerfile says of its last stage, for tests that play container. */
export interface ImageConfig {
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** Every image that it builds on. */
  readonly from: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads the Dockerfile of this repository. Its instructions are written in one way each, which is all that is understood. */
export async function imageConfig(): Promise<ImageConfig> {
  const text = await Deno.readTextFile(new URL("../../Dockerfile", import.meta.url));
  const lines = text.replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "").split("\n");
  const all = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const pairs = (texts: readonly string[]) =>
    Object.fromEntries(
      texts.flatMap((words) => [...words.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)])
        .map(([, name, quoted, bare]) => [name, quoted ?? bare]),
    );
  return {
    env: pairs(all("ENV")),
    user: all("USER").at(-1) ?? "",
    entrypoint: JSON.parse(all("ENTRYPOINT").at(-1) ?? "[]"),
    cmd: JSON.parse(all("CMD").at(-1) ?? "[]"),
    from: all("FROM").map((words) => words.split(" ").find((word) => !word.startsWith("--")) ?? ""),
    labels: pairs(all("LABEL")),
  };
}
