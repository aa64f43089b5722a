/**
 * The source map that a chunk carries: for each place the file and line of ours it comes from, and nothing else.
 *
 * The runtime puts these places into the text of a stack when somebody asks for one. The bundler's own map would do as well, but it
 * is four times as large as its chunk and takes more than 10 ms to read; this one is a tenth of the chunk and takes less than one.
 *
 * @module
 */

import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

/** A map as the bundler writes it (ECMA-426). */
export interface SourceMap {
  readonly version: 3;
  /** Relative to the map's own place. */
  readonly sources: readonly string[];
  /** The text of each source, when the bundler put it in. */
  readonly sourcesContent?: readonly (string | null)[];
  readonly mappings: string;
}

/**
 * Keeps the lines of our own files.
 *
 * @param ownName The name of a source of ours, to be written instead; `undefined` for other people's.
 */
export function slim(
  { sources, mappings }: SourceMap,
  ownName: (source: string) => string | undefined,
): SourceMap {
  const names = sources.map(ownName);
  const kept: string[] = [];
  const indexes = names.map((name) => name === undefined ? -1 : kept.push(name) - 1);
  const lines = decode(mappings).map((segments) => {
    let last = "";
    return segments.flatMap(([column, source, line]): SourceMapSegment[] => {
      const index = source === undefined ? -1 : indexes[source] ?? -1;
      const place = index === -1 ? "" : `${index}:${line}`;
      if (place === last) return [];
      last = place;
      // One number alone says that what follows is nobody's.
      return index === -1 || line === undefined ? [[column]] : [[column, index, line, 0]];
    });
  });
  return { version: 3, sources: kept, mappings: encode(lines) };
}

/** The comment at the end of a chunk in which the runtime finds its map. */
export function inlineComment(map: SourceMap): string {
  const bytes = new TextEncoder().encode(JSON.stringify(map));
  return `//# sourceMappingURL=data:application/json;base64,${bytes.toBase64()}\n`;
}
