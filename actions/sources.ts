import type { Source } from "./action.ts";

/** All sources, in the order in which people read about them. */
export const SOURCES: readonly Source[] = [];
