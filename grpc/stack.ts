/** Where in our own code something happened. */
export interface Frame {
  /** Path inside the project, for example `actions/vmgroup/restore_vm.ts`, also in the executable. */
  readonly file: string;
  readonly line: number;
}

// In the bundle this module lies in `build/js`, and the source maps name our files as if they lay in `build` (packaging/source_map.ts):
// in both places the root is one folder up. Frames of packages have no such name there, but that of a chunk, which ends in `.js`.
const ROOT = new URL("../", import.meta.url).href;

const FRAME = /^\s+at (?:async )?(?:.* \()?(file:.*\.tsx?):(\d+):\d+\)?$/;

/**
 * The frames of a stack text that lie in this project, innermost first; frames of packages and of the runtime are left out.
 *
 * Names of functions are no part of it: the bundler has shortened them to a letter or two.
 */
export function ownFrames(stack: string | undefined): Frame[] {
  const frames: Frame[] = [];
  for (const text of (stack ?? "").split("\n")) {
    const [, url = "", line = "0"] = FRAME.exec(text) ?? [];
    if (!url.startsWith(ROOT) || url.includes("/node_modules/")) continue;
    frames.push({ file: decodeURIComponent(url.slice(ROOT.length)), line: Number(line) });
  }
  return frames;
}
