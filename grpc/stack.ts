/** Where in our own code something happened. */
export interface Frame {
  /** Path inside the project, for example `actions/vmgroup/restore_vm.ts`; in the executable that of the one bundled file. */
  readonly file: string;
  readonly line: number;
  /** Name of the function, empty when it has none. */
  readonly function: string;
}

const ROOT = new URL("../", import.meta.url).href;

const FRAME = /^\s+at (?:async )?(?:(.+?) \()?(file:[^)]*?):(\d+):\d+\)?$/;

/** The frames of a stack text that lie in this project, innermost first; frames of packages and of the runtime are left out. */
export function ownFrames(stack: string | undefined): Frame[] {
  const frames: Frame[] = [];
  for (const text of (stack ?? "").split("\n")) {
    const [, name = "", url = "", line = "0"] = FRAME.exec(text) ?? [];
    if (!url.startsWith(ROOT) || url.includes("/node_modules/")) continue;
    frames.push({ file: url.slice(ROOT.length), line: Number(line), function: name });
  }
  return frames;
}
